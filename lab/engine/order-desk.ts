/**
 * Between the strategy and the venue: what a callback orders is one batch that passes risk, reductions first, and
 * what the venue reports reaches the account and then the strategy.
 */
import { addUnits, type Units, unitsToNumber } from '../core/decimal.ts'
import { objectList } from '../core/object-list.ts'
import { GordonError } from '../core/errors.ts'
import type { FeeModel } from '../costs/index.ts'
import { notionalOf, notionalUnits } from '../costs/notional.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { Reason } from '../domain/order.ts'
import type { AccountReports, OrderChange, Underway, Venue } from '../domain/ports/venue.ts'
import { orderRecord, type WorkingOrder } from '../domain/working-order.ts'
import type { Account } from '../portfolio/account.ts'
import type { RiskEngine } from '../risk/risk-engine.ts'
import type { Context, Tradable } from '../strategy/context.ts'
import type { StrategyCallbacks } from '../strategy/strategy.ts'
import type { BarWindow } from './bar-window.ts'
import type { Recorder } from './recorder.ts'

/** Where a run stands; the engine keeps it. */
export interface Standing {
  /** Time of the present instant, µs UTC. */
  readonly now: number
  /** Latest market event known: what a bar must not have begun before to fill an order. */
  readonly eventClock: number
  /** Where the strategy is, for the sentence when it throws. */
  callback: string
  callbackHandle: number
}

export interface DeskSetup {
  /** Place of the strategy among those of the run. */
  readonly place: number
  readonly strategy: StrategyCallbacks
  readonly instruments: readonly Tradable[]
  readonly account: Account
  readonly accountKind: 'cash' | 'margin'
  readonly risk: RiskEngine
  readonly fees: FeeModel
  readonly recorder: Recorder
  /** Bars that fill orders, by handle. */
  readonly executing: readonly BarWindow[]
  readonly standing: Standing
}

const NOTICES_PER_INSTANT = 10_000

export class OrderDesk implements AccountReports {
  readonly place: number
  /** A callback has ordered something, or something is to be told. */
  unsettled = false
  /** The venue may hold orders. */
  venueBusy = false
  readonly #setup: DeskSetup
  readonly #standing: Standing
  readonly #strategy: StrategyCallbacks
  readonly #instruments: readonly Tradable[]
  readonly #account: Account
  readonly #risk: RiskEngine
  readonly #fees: FeeModel
  readonly #feesWatch: boolean
  readonly #recorder: Recorder
  readonly #cashAccount: boolean
  #venue!: Venue
  #context!: Context
  readonly #batch = objectList<WorkingOrder>()
  /** Signed lots of the batch per handle: ordered, not decided yet. */
  readonly #batchLots: Float64Array
  /** Per handle: why it is traded no more; '' for what is. */
  readonly #ended: (Reason | '')[]
  /** Its change is being sent, and has not been reported within the call. */
  #replacing: WorkingOrder | undefined
  #notices: (() => void)[] = []
  /** The order that a cash account did not hold enough for when it was to be filled. */
  #undeliverable = 0

  constructor(setup: DeskSetup) {
    this.place = setup.place
    this.#setup = setup
    this.#standing = setup.standing
    this.#strategy = setup.strategy
    this.#instruments = setup.instruments
    this.#account = setup.account
    this.#risk = setup.risk
    this.#fees = setup.fees
    this.#feesWatch = setup.fees.watches
    this.#recorder = setup.recorder
    this.#cashAccount = setup.accountKind === 'cash'
    this.#batchLots = new Float64Array(setup.instruments.length)
    this.#ended = setup.instruments.map(() => '')
  }

  /** Tells where orders go and whom the strategy's callbacks are handed; both know the desk, so they come later. */
  open(venue: Venue, context: Context): void {
    this.#venue = venue
    this.venueBusy = !venue.idle
    this.#context = context
  }

  // ------------------------------------------------------------------ commands of the strategy

  /** Takes an order into the callback's batch; one that is wrong in itself is refused at once. */
  enqueue(order: WorkingOrder, reason: Reason | undefined): void {
    this.unsettled = true
    this.venueBusy = true
    if (reason !== undefined) this.#refuse(order, reason)
    else if (this.#ended[order.handle] !== '') this.#refuse(order, this.#ended[order.handle] as Reason)
    else {
      this.#batch.push(order)
      if (!order.conditional) this.#batchLots[order.handle] += order.sign * order.lots
    }
  }

  cancel(order: WorkingOrder): void {
    if (order.state === 'submitted') this.#decideBatch()
    if (!order.living || order.state === 'cancelPending') return
    order.cancelAt = this.#standing.eventClock
    this.#venue.cancel(order, this.#standing.now, 'byStrategy')
  }

  /** Cancels what works or waits to be decided for one instrument; for other reasons than the strategy's, at once. */
  cancelAll(handle: number, reason: Reason = 'byStrategy'): void {
    if (this.#batch.some(order => order.handle === handle)) this.#decideBatch()
    for (const id of this.openOrders(handle)) {
      // One that waited for another may have ended with it.
      const order = this.#recorder.orders.living(id)
      if (order === undefined) continue
      if (reason === 'byStrategy') this.cancel(order)
      else this.#venue.cancel(order, this.#standing.now, reason)
    }
  }

  /** Its instrument is traded no more: what works is cancelled, and what comes later refused. */
  endTrading(handle: number, reason: Reason): void {
    this.cancelAll(handle, reason)
    this.#ended[handle] = reason
  }

  /** Has the strategy told something after the reports at hand. */
  tell(notice: () => void): void {
    this.#tell(notice)
  }

  replace(order: WorkingOrder, change: OrderChange): Reason | undefined {
    if (order.state === 'submitted') this.#decideBatch()
    if (!order.living || order.state === 'cancelPending') return 'orderEnded'
    const before = order.lots
    const lots = change.lots ?? before
    if (lots <= order.filledLots + order.waitingLots) return 'nonPositiveQuantity'
    const scale = this.#instruments[order.handle].ticksPerUnit
    const ticks = [change.limitTicks ?? order.limitTicks, change.stopTicks ?? order.stopTicks]
    const price = ticks.find(value => !Number.isNaN(value))
    const refused = this.#risk.refuseReplace(
      order,
      lots,
      price === undefined ? this.#account.mark[order.handle] : price / scale,
    )
    if (refused !== undefined) return refused
    this.#replacing = order
    this.#venue.replace(order, change, this.#standing.now)
    // On its way: the order stands as it did until the venue says otherwise, and may fill so.
    if (this.#replacing === order && lots !== before) this.#risk.resize(order, before, order.waitingLots)
    this.#replacing = undefined
    return undefined
  }

  /** Signed lots that are ordered and not yet filled, whatever their prices; stops do not count. */
  workingLots(handle: number): number {
    return this.#risk.workingLots(handle) + this.#batchLots[handle]
  }

  /** Ids of the strategy's working orders, oldest first. */
  openOrders(handle: number | undefined): number[] {
    return this.#recorder.orders.working(this.place, handle)
  }

  /** Decides what a callback ordered, then tells the strategy what came of it, until nothing is left to say. */
  flush(): void {
    this.#decideBatch()
    if (this.#notices.length > 0) this.#notify()
    this.unsettled = false
  }

  /** Objects of orders that the venue has let go of serve again. */
  worked(): void {
    this.#recorder.orders.recycle()
    this.venueBusy = !this.#venue.idle
  }

  // ------------------------------------------------------------------ reports of the venue

  accepted(order: WorkingOrder, now: number): void {
    // A child that its venue let go: risk looked at it there.
    if (order.state === 'held') this.#risk.take(order)
    if (order.state === 'cancelPending') order.before = 'accepted'
    else order.enter('accepted', now)
  }

  rejected(order: WorkingOrder, reason: Reason, _now: number): void {
    this.#risk.release(order)
    this.#refuse(order, reason)
  }

  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    now: number,
    maker = false,
  ): void {
    const instrument = this.#instruments[order.handle]
    const fee = this.#fees.units(price, lots, instrument, order, maker, now)
    if (this.#feesWatch) this.#fees.traded(price, lots, instrument, order, maker, now)
    order.filledLots += lots
    order.filledValue += price * lots
    order.feeUnits = addUnits(order.feeUnits, fee)
    if (order.filledLots === order.lots) order.enter('filled', now)
    else if (order.state === 'cancelPending') order.before = 'partiallyFilled'
    else order.enter('partiallyFilled', now)
    this.#risk.filled(order, lots)
    this.#account.applyFill(order.handle, order.sign, lots, price, fee)
    const { fills, curve } = this.#recorder
    const row = fills.next(fee)
    const start = fills.start
    row[start] = order.id
    row[start + 1] = now
    row[start + 2] = lots
    row[start + 3] = price
    row[start + 4] = slippage
    row[start + 6] = this.#account.cash
    row[start + 7] = curve.length
    row[start + 8] = order.sign * (order.handle + 1)
    if (this.#strategy.onFill !== undefined) {
      const fill: FillRecord = {
        id: fills.length,
        orderId: order.id,
        time: now,
        instrument: instrument.id,
        side: order.sign > 0 ? 'buy' : 'sell',
        quantity: lots / instrument.lotsPerUnit,
        price,
        fee: unitsToNumber(fee),
        slippage,
      }
      this.#tell(() => {
        this.#standing.callback = 'onFill'
        this.#strategy.onFill!(fill, this.#context)
      })
    }
    if (order.state === 'filled') this.#recorder.orders.end(order)
  }

  canceled(order: WorkingOrder, reason: Reason, now: number): void {
    this.#risk.release(order)
    const short = reason === 'insufficientCash' && this.#undeliverable === order.id
    order.enter('canceled', now, short ? 'shortNotAllowed' : reason)
    this.#finish(order)
  }

  expired(order: WorkingOrder, reason: Reason, now: number): void {
    this.#risk.release(order)
    order.enter('expired', now, reason)
    this.#finish(order)
  }

  cancelPending(order: WorkingOrder, now: number): void {
    order.enter('cancelPending', now)
    this.#risk.cancelling(order)
  }

  held(order: WorkingOrder, now: number): void {
    order.enter('held', now)
  }

  approve(order: WorkingOrder, underway?: Underway): Reason | undefined {
    return this.#risk.approve(order, underway)
  }

  resized(order: WorkingOrder, lots: number, waitingLots: number, _now: number): void {
    this.#risk.resize(order, lots, waitingLots)
    this.#tellOrder(order)
  }

  positionLots(order: WorkingOrder): number {
    return this.#account.positionLots[order.handle]
  }

  find(id: number): WorkingOrder | undefined {
    return this.#recorder.orders.find(id)
  }

  /** New terms are a new decision: a bar that began before it does not fill them. */
  replaced(order: WorkingOrder, change: OrderChange, _now: number): void {
    this.#countWithinBar(order)
    order.decidedAt = this.#standing.eventClock
    if (this.#replacing === order) this.#replacing = undefined
    else if (change.lots !== undefined) this.#risk.resize(order, change.lots, order.waitingLots)
    if (change.lots !== undefined) order.lots = change.lots
    if (change.limitTicks !== undefined) order.limitTicks = change.limitTicks
    if (change.stopTicks !== undefined) order.stopTicks = change.stopTicks
    this.#tellOrder(order)
  }

  payableLots(
    order: WorkingOrder,
    lots: number,
    price: number,
    maker = false,
    spent: Units = 0,
    moved = 0,
  ): number {
    if (!this.#cashAccount) return lots
    if (order.sign < 0) return this.#deliverableLots(order, lots, price, maker, spent, moved)
    const { handle } = order
    const instrument = this.#instruments[handle]
    let available = this.#account.cashOf(handle)
    if (spent !== 0) available -= unitsToNumber(spent)
    const estimate = notionalOf(price, lots, instrument) + this.#fees.estimate(price, lots, instrument)
    return estimate * 1.000001 < available ? lots : this.#affordableLots(order, lots, price, maker, spent)
  }

  // ------------------------------------------------------------------ inside

  /** The most lots that cash pays for to the last unit, where doubles do not tell. */
  #affordableLots(order: WorkingOrder, lots: number, price: number, maker: boolean, spent: Units): number {
    const { now } = this.#standing
    const instrument = this.#instruments[order.handle]
    const cash = this.#account.cashUnitsOf(order.handle) - BigInt(spent)
    const cost = (quantity: number) =>
      BigInt(notionalUnits(price, quantity, instrument)) +
      BigInt(this.#fees.units(price, quantity, instrument, order, maker, now))
    if (cost(lots) <= cash) return lots
    let payable = 0
    let unpayable = lots
    while (unpayable - payable > 1) {
      const middle = Math.floor((payable + unpayable) / 2)
      if (cost(middle) <= cash) payable = middle
      else unpayable = middle
    }
    return payable
  }

  /** What a cash account holds of what is to be sold; orders that only reduce may have sold it before. */
  #deliverableLots(
    order: WorkingOrder,
    wanted: number,
    price: number,
    maker: boolean,
    spent: Units,
    moved: number,
  ): number {
    const account = this.#account
    const { handle } = order
    const held = account.positionLots[handle] + moved
    const lots = held < wanted ? Math.max(0, held) : wanted
    this.#undeliverable = lots < wanted ? order.id : 0
    const instrument = this.#instruments[handle]
    const available = spent === 0 ? account.cashOf(handle) : account.cashOf(handle) - unitsToNumber(spent)
    if (lots === 0 || available > this.#fees.estimate(price, lots, instrument) + 1) return lots
    const cash = spent === 0 ? account.cashUnitsOf(handle) : account.cashUnitsOf(handle) - BigInt(spent)
    const fee = this.#fees.units(price, lots, instrument, order, maker, this.#standing.now)
    return cash + BigInt(notionalUnits(price, lots, instrument)) >= fee ? lots : 0
  }

  /** Others have had bars since this order's instrument had its last: one of its own may be forming. */
  #countWithinBar(order: WorkingOrder): void {
    const { eventTime, cursor } = this.#setup.executing[order.handle]
    const { eventClock } = this.#standing
    if (order.decidedAt < eventClock && eventTime[cursor] < eventClock) this.#recorder.changedWithinBar++
  }

  #decideBatch(): void {
    const batch = this.#batch
    if (batch.length === 0) return
    if (batch.length === 1) {
      const order = batch[0]
      this.#batchLots[order.handle] = 0
      const reason = this.#risk.decideAlone(order)
      if (reason === undefined) this.#venue.submit(order, this.#standing.now)
      else this.#refuse(order, reason)
      this.#risk.close(batch)
      batch.pop()
      return
    }
    for (let i = 0; i < batch.length; i++) this.#batchLots[batch[i].handle] = 0
    this.#risk.open(batch)
    for (let i = 0; i < batch.length; i++) {
      const order = batch[i]
      const reason = this.#risk.decide(order)
      if (reason === undefined) this.#venue.submit(order, this.#standing.now)
      else this.#refuse(order, reason)
    }
    this.#risk.close(batch)
    for (let i = batch.length; i > 0; i--) batch.pop()
  }

  #tell(notice: () => void): void {
    this.#notices.push(notice)
    this.unsettled = true
  }

  #notify(): void {
    const most = this.#notices.length + NOTICES_PER_INSTANT
    for (let told = 0; this.#notices.length > 0; told++) {
      if (told > most)
        throw new GordonError(
          'STRATEGY_LOOP',
          `The strategy answers its own order notices without end at one instant (${told} so far); do not resend from onOrder or onFill without a condition.`,
        )
      this.#notices.shift()!()
      this.#decideBatch()
    }
  }

  #refuse(order: WorkingOrder, reason: Reason): void {
    order.enter('rejected', this.#standing.now, reason)
    this.#finish(order)
  }

  #finish(order: WorkingOrder): void {
    this.#recorder.orders.end(order)
    this.#tellOrder(order)
  }

  #tellOrder(order: WorkingOrder): void {
    if (this.#strategy.onOrder === undefined || order.handle < 0) return
    const record = orderRecord(order, this.#instruments[order.handle])
    this.#tell(() => {
      this.#standing.callback = 'onOrder'
      this.#strategy.onOrder!(record, this.#context)
    })
  }
}
