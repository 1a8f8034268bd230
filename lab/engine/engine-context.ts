/**
 * The strategy's Context over the engine. Private fields keep the engine out of reach; every number goes out by
 * value and every history as a copy that ends at the newest known bar.
 */
import { GordonError } from '../core/errors.ts'
import { isoTime } from '../core/time.ts'
import type { Reason } from '../domain/order.ts'
import type { OrderChange } from '../domain/ports/venue.ts'
import { PLAIN_TERMS, type SpecialTerms, type WorkingOrder } from '../domain/working-order.ts'
import type {
  BarHistory,
  BookView,
  Context,
  OrderOptions,
  OrderRecord,
  ReplaceOptions,
  Tradable,
} from '../strategy/context.ts'
import type { Engine } from './engine.ts'
import type { Member } from './member.ts'
import {
  checkOptions,
  isPlain,
  LARGEST_LOTS,
  orderType,
  specialTerms,
  timeInForce,
  toLots,
  toTicks,
} from './order-terms.ts'

const NONE: OrderOptions = Object.freeze({})
const REDUCE: OrderOptions = Object.freeze({ reduceOnly: true })

export class EngineContext implements Context {
  readonly #engine: Engine
  readonly #member: Member
  readonly #position: Float64Array
  readonly #bySymbol: ReadonlyMap<string, Tradable>

  constructor(engine: Engine, member: Member) {
    this.#engine = engine
    this.#member = member
    this.#position = member.account.position
    const symbols = new Map<string, Tradable>()
    for (const instrument of engine.instruments) {
      symbols.set(instrument.id, instrument)
      if (!symbols.has(instrument.symbol)) symbols.set(instrument.symbol, instrument)
    }
    this.#bySymbol = symbols
  }

  get now(): number {
    return this.#engine.now
  }
  get instruments(): readonly Tradable[] {
    return this.#engine.instruments
  }
  get universe(): readonly Tradable[] {
    return this.#member.universe.members(this.#engine.now)
  }

  instrument(symbol: string): Tradable {
    const found = this.#bySymbol.get(symbol)
    if (found === undefined)
      throw new GordonError(
        'UNKNOWN_SYMBOL',
        `The run is not subscribed to "${symbol}"; it has ${this.#engine.instruments.map(one => one.id).join(', ')}.`,
      )
    return found
  }

  isMember(instrument: Tradable): boolean {
    return this.#member.universe.isMember(instrument.handle, this.#engine.now)
  }

  get cash(): number {
    return this.#member.account.cash
  }
  balance(currency: string): number {
    const { balance, currencies } = this.#member.account
    const place = currencies.indexOf(currency)
    if (place >= 0) return balance[place]
    throw new GordonError(
      'CURRENCY_UNKNOWN',
      `balance('${currency}') asks for money that the account does not keep; it keeps ${currencies.join(', ')}.`,
    )
  }
  get equity(): number {
    this.#member.account.valuate()
    return this.#member.account.equity
  }
  get buyingPower(): number {
    this.#member.account.valuate()
    return this.#member.risk.buyingPower
  }

  position(instrument: Tradable): number {
    return this.#position[instrument.handle]
  }

  price(instrument: Tradable): number | undefined {
    const mark = this.#member.account.mark[instrument.handle]
    return Number.isNaN(mark) ? undefined : mark
  }

  quote(instrument: Tradable): { readonly bid: number; readonly ask: number } | undefined {
    const { bid, ask } = this.#engine.market
    const { handle } = instrument
    if (Number.isNaN(bid[handle]) && Number.isNaN(ask[handle])) return undefined
    return { bid: bid[handle], ask: ask[handle] }
  }

  book(instrument: Tradable): BookView | undefined {
    const { handle } = instrument
    return this.#engine.market.books[handle] === undefined ? undefined : this.#member.callbacks.books[handle]
  }

  wakeAt(time: number, name: string): void {
    if (!(time > this.#engine.now))
      throw new GordonError(
        'TIMER_PAST',
        `wakeAt("${name}") asks for ${Number.isFinite(time) ? isoTime(time) : time}, which is not after now (${isoTime(this.#engine.now)}); give a later time in µs UTC.`,
      )
    this.#engine.wakeAt(this.#member, time, name)
  }

  history(instrument: Tradable, n: number, interval?: string): BarHistory | undefined {
    const engine = this.#engine
    if (!Number.isSafeInteger(n) || n < 1 || n > this.#member.history)
      throw new GordonError(
        'HISTORY_DEPTH',
        `history(${instrument.symbol}, ${n}) reaches further than the strategy declares (${this.#member.history} bars); set history: ${Math.max(1, Math.ceil(n) || 1)} in strategy({ … }).`,
      )
    const window = engine.streams.seenBars(instrument.handle, interval)
    if (window === undefined)
      throw new GordonError(
        'HISTORY_INTERVAL',
        `history(${instrument.symbol}, ${n}, '${interval}') asks for bars that the run does not have; of ${instrument.symbol} it has ${engine.streams.intervals(instrument.handle).join(', ') || 'none'}.`,
      )
    const to = window.cursor + 1
    if (to < n) return undefined
    const from = to - n
    return {
      length: n,
      time: window.eventTime.slice(from, to),
      open: window.copy('open', from, to, engine.now),
      high: window.copy('high', from, to, engine.now),
      low: window.copy('low', from, to, engine.now),
      close: window.copy('close', from, to, engine.now),
      volume: window.copy('volume', from, to, engine.now),
    }
  }

  buy(instrument: Tradable, quantity: number, options: OrderOptions = NONE): number {
    return this.#order(instrument, 1, quantity, options)
  }

  sell(instrument: Tradable, quantity: number, options: OrderOptions = NONE): number {
    return this.#order(instrument, -1, quantity, options)
  }

  target(instrument: Tradable, quantity: number): number | undefined {
    const { account } = this.#member
    const lots = Math.round(quantity * instrument.lotsPerUnit)
    const difference =
      lots - account.positionLots[instrument.handle] - this.#member.desk.workingLots(instrument.handle)
    if (difference === 0) return undefined
    return this.#order(
      instrument,
      difference > 0 ? 1 : -1,
      Math.abs(difference) / instrument.lotsPerUnit,
      NONE,
    )
  }

  targetWeights(
    weights: ReadonlyMap<Tradable, number>,
    options: { readonly closeOthers?: boolean } = {},
  ): number[] {
    const equity = this.equity
    const ids: number[] = []
    for (const instrument of this.#engine.instruments) {
      const weight = weights.get(instrument) ?? (options.closeOthers === true ? 0 : undefined)
      if (weight === undefined) continue
      const { account } = this.#member
      const price = account.unitValue(instrument.handle, account.mark[instrument.handle])
      const lots = weight === 0 ? 0 : Math.trunc(((weight * equity) / price) * instrument.lotsPerUnit)
      const id = this.target(instrument, lots / instrument.lotsPerUnit)
      if (id !== undefined) ids.push(id)
    }
    for (const instrument of weights.keys())
      if (!this.#knows(instrument))
        throw new GordonError(
          'UNKNOWN_SYMBOL',
          `targetWeights was given ${String(instrument?.id ?? instrument)}, which is no instrument object of this run; take them from ctx.instruments or ctx.instrument(symbol).`,
        )
    return ids
  }

  close(instrument: Tradable): number | undefined {
    if (!this.#knows(instrument)) return this.sell(instrument, 0)
    const { desk, account } = this.#member
    desk.cancelAll(instrument.handle)
    if (desk.openOrders(instrument.handle).length === 0) return this.target(instrument, 0)
    // Cancels on their way: what they are for may still fill, and what reduces only does not add to it.
    const lots = account.positionLots[instrument.handle]
    if (lots === 0) return undefined
    return this.#order(instrument, lots > 0 ? -1 : 1, Math.abs(lots) / instrument.lotsPerUnit, REDUCE)
  }

  cancel(orderId: number): void {
    const order = this.#engine.recorder.orders.living(orderId)
    if (order !== undefined && order.strategy === this.#member.place) this.#member.desk.cancel(order)
  }

  replace(orderId: number, change: ReplaceOptions): Reason | undefined {
    const { orders } = this.#engine.recorder
    const order = this.#owns(orderId) ? orders.living(orderId) : undefined
    if (order === undefined) return this.#owns(orderId) ? 'orderEnded' : 'unknownOrder'
    const instrument = this.#engine.instruments[order.handle]
    const lots = change.quantity === undefined ? undefined : toLots(change.quantity, instrument)
    const limit = change.limit === undefined ? undefined : toTicks(change.limit, instrument)
    const trigger = change.stop ?? change.touch
    const stop = trigger === undefined ? undefined : toTicks(trigger, instrument)
    for (const value of [lots, limit, stop]) if (typeof value === 'string') return value
    // A price that its type does not have would make it another type of order.
    if (limit !== undefined && Number.isNaN(order.limitTicks)) return 'invalidPrice'
    if (stop !== undefined && Number.isNaN(order.stopTicks)) return 'invalidPrice'
    return this.#member.desk.replace(order, { lots, limitTicks: limit, stopTicks: stop } as OrderChange)
  }

  children(orderId: number): number[] {
    return this.#owns(orderId) ? this.#engine.recorder.orders.children(orderId) : []
  }

  order(orderId: number): OrderRecord | undefined {
    if (!this.#owns(orderId)) return undefined
    return this.#engine.recorder.orders.record(orderId, this.#engine.instruments)
  }

  openOrders(instrument?: Tradable): number[] {
    return this.#member.desk.openOrders(instrument?.handle)
  }

  roundPrice(instrument: Tradable, price: number, toward: 'nearest' | 'down' | 'up' = 'nearest'): number {
    const scale = instrument.ticksPerUnit
    const nearest = Math.round(price * scale)
    if (toward === 'down' && nearest / scale > price) return (nearest - 1) / scale
    if (toward === 'up' && nearest / scale < price) return (nearest + 1) / scale
    return nearest / scale
  }

  roundQuantity(instrument: Tradable, quantity: number): number {
    const scale = instrument.lotsPerUnit
    const nearest = Math.round(quantity * scale)
    return (nearest / scale > quantity ? nearest - 1 : nearest) / scale
  }

  log(text: string): void {
    this.#engine.recorder.log(this.#engine.now, this.#member.prefix + String(text))
  }
  plot(series: string, value: number): void {
    this.#engine.recorder.plot(this.#engine.now, this.#member.prefix + String(series), value)
  }
  random(): number {
    return this.#member.random.uniform()
  }

  #order(instrument: Tradable, sign: 1 | -1, quantity: number, options: OrderOptions): number {
    const engine = this.#engine
    if (options === NONE && typeof quantity === 'number' && this.#knows(instrument)) {
      const { handle, lotsPerUnit } = instrument
      const whole = Math.round(quantity * lotsPerUnit)
      // What most orders are; all that is odd goes the long way round, which says what is wrong.
      if (whole > 0 && whole <= LARGEST_LOTS && whole / lotsPerUnit === quantity) {
        const member = this.#member
        const order = engine.recorder.orders.openPlain(member.place, handle, sign)
        order.lots = whole
        order.submittedAt = engine.now
        order.decidedAt = engine.eventClock
        member.desk.enqueue(order, member.universe.whole ? undefined : this.#outsider(order, true))
        return order.id
      }
    }
    const known = this.#knows(instrument)
    const bare = options === NONE
    if (!bare) checkOptions(options, sign)
    const lots = known ? toLots(quantity, instrument) : 'unknownInstrument'
    const trigger = bare ? undefined : (options.stop ?? options.touch)
    const limit = options.limit === undefined || !known ? Number.NaN : toTicks(options.limit, instrument)
    const stop = trigger === undefined || !known ? Number.NaN : toTicks(trigger, instrument)
    const special =
      bare || isPlain(options) || !known ? PLAIN_TERMS : specialTerms(options, instrument, engine.now)
    const { orders } = engine.recorder
    const id = orders.nextId
    const order = orders.open(
      {
        id,
        strategy: this.#member.place,
        handle: known ? instrument.handle : -1,
        sign,
        type: bare ? 'market' : orderType(options),
        timeInForce: bare ? 'GTC' : timeInForce(options),
        lots: typeof lots === 'number' ? lots : Number(quantity) * (known ? instrument.lotsPerUnit : 1),
        limitTicks: typeof limit === 'number' ? limit : options.limit! * instrument.ticksPerUnit,
        stopTicks: typeof stop === 'number' ? stop : trigger! * instrument.ticksPerUnit,
        submittedAt: engine.now,
        decidedAt: engine.eventClock,
        tag: options.tag ?? '',
        special: typeof special === 'string' ? PLAIN_TERMS : special,
      },
      known ? undefined : String(instrument?.id ?? instrument),
    )
    let reason: Reason | undefined
    if (typeof lots === 'string') reason = this.#unpriced(lots, instrument) ? 'noPrice' : lots
    else if (typeof limit === 'string') reason = limit
    else if (typeof stop === 'string') reason = stop
    else if (typeof special === 'string') reason = special
    else if (special.parent !== 0 && !this.#owns(special.parent, id)) reason = 'unknownOrder'
    else reason = this.#outsider(order, known)
    if (!bare && known && (options.takeProfit !== undefined || options.stopLoss !== undefined))
      this.#bracket(order, instrument, options, reason)
    else this.#member.desk.enqueue(order, reason)
    return id
  }

  /** An entry and the two that protect it; a price that is wrong in one of them refuses all. */
  #bracket(
    entry: WorkingOrder,
    instrument: Tradable,
    options: OrderOptions,
    refused: Reason | undefined,
  ): void {
    const { takeProfit, stopLoss } = options
    const loss = typeof stopLoss === 'number' ? { stop: stopLoss, limit: undefined } : stopLoss
    const ticks = [takeProfit, loss?.stop, loss?.limit].map(price =>
      price === undefined ? Number.NaN : toTicks(price, instrument),
    )
    const wrong = ticks.find(price => typeof price === 'string')
    const { desk } = this.#member
    const special = {
      ...PLAIN_TERMS,
      parent: entry.id,
      reduceOnly: true,
      bracket: true,
      group: `bracket ${entry.id}`,
    }
    desk.enqueue(entry, refused ?? wrong)
    const [profit, stop, limit] = ticks.map(Number)
    if (takeProfit !== undefined) this.#child(entry, special, profit, Number.NaN)
    if (loss !== undefined) this.#child(entry, special, limit, stop)
  }

  #child(entry: WorkingOrder, special: SpecialTerms, limitTicks: number, stopTicks: number): void {
    const { recorder, now, eventClock } = this.#engine
    const limited = !Number.isNaN(limitTicks)
    const child = recorder.orders.open({
      id: recorder.orders.nextId,
      strategy: entry.strategy,
      handle: entry.handle,
      sign: entry.sign > 0 ? -1 : 1,
      type: Number.isNaN(stopTicks) ? 'limit' : limited ? 'stopLimit' : 'stop',
      timeInForce: 'GTC',
      lots: entry.lots,
      limitTicks,
      stopTicks,
      submittedAt: now,
      decidedAt: eventClock,
      tag: entry.tag,
      special,
    })
    this.#member.desk.enqueue(child, undefined)
  }

  /** An order that this strategy has sent, before the one with id `before`. */
  #owns(id: number, before = Number.POSITIVE_INFINITY): boolean {
    const { orders } = this.#engine.recorder
    return id < before && orders.has(id) && orders.strategyOf(id) === this.#member.place
  }

  #knows(instrument: Tradable | undefined): boolean {
    return instrument !== undefined && this.#engine.instruments[instrument.handle] === instrument
  }

  /** A quantity worked out from a price that is not known yet: the price is what is missing. */
  #unpriced(reason: Reason, instrument: Tradable): boolean {
    return reason === 'notANumber' && Number.isNaN(this.#member.account.mark[instrument.handle])
  }

  /** Only what brings a position nearer to zero may be sent for an instrument that has left the universe. */
  #outsider(order: WorkingOrder, known: boolean): Reason | undefined {
    if (!known || this.#member.universe.isMember(order.handle, this.#engine.now)) return undefined
    const lots = this.#member.account.positionLots[order.handle]
    const reduces = order.sign < 0 ? lots >= order.lots : -lots >= order.lots
    return reduces ? undefined : 'instrumentNotInUniverse'
  }
}
