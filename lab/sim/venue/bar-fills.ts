/**
 * What one bar does to one order: at its open, inside it, at its close. The rules and their worked examples are
 * models/bar-fills.md; which orders meet which bar, and in which order, is bar-venue.ts.
 */
import { DayStatistics, FillMarket, type SlippageModel } from '../../costs/index.ts'
import type { VenueReports } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { BarWindow } from '../../engine/bar-window.ts'
import type { Tradable } from '../../strategy/context.ts'
import {
  allows,
  awaitsTrigger,
  BarAtHand,
  fillsLimit,
  isAtClose,
  isAtOpen,
  takesWhenTriggered,
  triggerEnd,
  triggers,
} from './bar-at-hand.ts'
import { follow } from './trailing.ts'

export interface FillsSetup {
  readonly instruments: readonly Tradable[]
  readonly windows: readonly BarWindow[]
  readonly reports: VenueReports
  readonly slippage: SlippageModel
  /** Whether a limit fills when the market touches it, or only when it trades through. */
  readonly limitFill: 'through' | 'touch'
  /** Longest time between a bar's first trade and its close per handle, µs; Infinity where unknown. */
  readonly barSpan: readonly number[]
}

export class BarFills {
  readonly bar = new BarAtHand()
  /** The order that is being filled, and its price: where its children find the market. */
  filling: WorkingOrder | undefined = undefined
  fillingAt = Number.NaN
  readonly #reports: VenueReports
  readonly #slippage: SlippageModel
  readonly #windows: readonly BarWindow[]
  readonly #market = new FillMarket()
  readonly #days: DayStatistics | undefined
  /** Slippage asks for more than a price. */
  readonly #volumes: boolean
  readonly #scale: Float64Array
  readonly #lotsPerUnit: Float64Array
  readonly #barSpan: readonly number[]
  readonly #touch: boolean
  readonly #simple: boolean
  /** Lots filled of the bar that closed at `takenOf`, and what our fills have moved prices by for good, per handle. */
  readonly #taken: Float64Array
  readonly #takenOf: Float64Array
  readonly #moved: Float64Array

  constructor(setup: FillsSetup) {
    const { instruments } = setup
    const count = instruments.length
    this.#reports = setup.reports
    this.#slippage = setup.slippage
    this.#windows = setup.windows
    this.#touch = setup.limitFill === 'touch'
    this.#barSpan = setup.barSpan
    this.#volumes = setup.slippage.caps || setup.slippage.readsMarket
    this.#days = setup.slippage.readsDays ? new DayStatistics(count) : undefined
    this.#simple = !setup.slippage.caps && !setup.slippage.readsMarket && this.#days === undefined
    this.#scale = Float64Array.from(instruments, instrument => instrument.ticksPerUnit)
    this.#lotsPerUnit = Float64Array.from(instruments, instrument => instrument.lotsPerUnit)
    this.#taken = new Float64Array(count)
    this.#takenOf = new Float64Array(count)
    this.#moved = new Float64Array(count)
  }

  /** Our fills do not move the market: a bar's prices are those of its columns. */
  get still(): boolean {
    return !this.#slippage.readsMarket
  }

  /** What an order pays depends on no bar, and a bar fills all that is wanted. */
  get simple(): boolean {
    return this.#simple
  }

  /** It wants to see every bar, also while no order works. */
  get watches(): boolean {
    return this.#days !== undefined
  }

  /** An instrument has a new bar. */
  begin(handle: number): void {
    const window = this.#windows[handle]
    this.#days?.begin(handle, window.sessionCloseAt(window.cursor))
  }

  /** Its bar has been worked. */
  end(handle: number): void {
    const { close, volume, cursor } = this.#windows[handle]
    this.#days?.add(handle, close[cursor], volume[cursor] * this.#lotsPerUnit[handle])
  }

  /** Brings an instrument's newest bar to hand. */
  take(handle: number): void {
    const window = this.#windows[handle]
    const { cursor } = window
    this.bar.take(window, cursor)
    if (this.#moved[handle] !== 0) this.bar.move(this.#moved[handle])
    if (this.#takenOf[handle] === window.eventTime[cursor]) return
    this.#takenOf[handle] = window.eventTime[cursor]
    this.#taken[handle] = 0
  }

  /** The same where only the open is looked at: a market order, the most frequent of all, is spared five columns. */
  takeOpen(handle: number): void {
    if (this.#volumes) this.take(handle)
    else {
      const window = this.#windows[handle]
      this.bar.open = window.open[window.cursor]
    }
  }

  /** @param auction the bar opens its session, and the order was there before */
  atOpen(order: WorkingOrder, auction: boolean, now: number): void {
    const { open } = this.bar
    if (!(open > 0)) return
    if (order.type === 'market') this.taken(order, open, now)
    else if (isAtOpen(order.type)) {
      if (auction) this.#auction(order, open, now)
      return
    } else if (isAtClose(order.type)) return
    else this.#pricedAtOpen(order, open, now)
    if (!order.open) return
    order.rests = true
    if (order.timeInForce === 'IOC') this.#reports.canceled(order, 'immediateOrCancel', now)
    else if (order.timeInForce === 'FOK') this.#reports.canceled(order, 'fillOrKill', now)
  }

  #pricedAtOpen(order: WorkingOrder, open: number, now: number): void {
    const scale = this.#scale[order.handle]
    if (awaitsTrigger(order)) {
      if (!triggers(order, open, order.stopTicks / scale)) {
        if (order.trails) follow(order, open, scale)
        return
      }
      order.triggered = true
    }
    if (takesWhenTriggered(order.type)) {
      this.taken(order, open, now)
      return
    }
    const limit = order.limitTicks / scale
    if (!order.special.postOnly) {
      if (fillsLimit(order, open, limit, this.#touch)) this.#atLimit(order, open, now, order.rests)
    } else if (!order.rests && allows(order, open, limit))
      this.#reports.canceled(order, 'postOnlyWouldTake', now)
    else if (fillsLimit(order, open, limit, this.#touch)) this.#atLimit(order, limit, now, true)
  }

  inside(order: WorkingOrder, now: number): void {
    if (awaitsTrigger(order)) this.#triggerInside(order, now)
    else if (!Number.isNaN(order.limitTicks) && !isAtClose(order.type) && !isAtOpen(order.type))
      this.#limitInside(order, now)
  }

  #triggerInside(order: WorkingOrder, now: number): void {
    const { bar } = this
    const scale = this.#scale[order.handle]
    if (!triggers(order, triggerEnd(order, bar), order.stopTicks / scale)) {
      if (!order.trails) return
      // The stop of the bars before has held. The close came after the best price: beyond the stop that followed
      // that price, it has crossed it. Of a parent that filled inside the bar only the close is known to be later.
      const best = order.sign > 0 ? bar.low : bar.high
      follow(order, order.bornInside > 0 ? bar.close : best, scale)
      if (!triggers(order, bar.close, order.stopTicks / scale)) return
    }
    const stop = order.stopTicks / scale
    order.triggered = true
    if (takesWhenTriggered(order.type)) this.taken(order, stop, now)
    // At the trigger the market stands at the stop. Whether it came back to a better limit later in the same bar,
    // the bar does not tell: the limit then works from the next bar.
    else if (allows(order, stop, order.limitTicks / scale)) this.#atLimit(order, stop, now, false)
  }

  #limitInside(order: WorkingOrder, now: number): void {
    const { bar } = this
    const limit = order.limitTicks / this.#scale[order.handle]
    const away = order.sign > 0 ? bar.low : bar.high
    if (!fillsLimit(order, away, limit, this.#touch)) return
    const { displayLots } = order.special
    if (Number.isNaN(displayLots)) {
      this.#atLimit(order, limit, now, true)
      return
    }
    // A price that was only touched took what was shown; one that was traded through took every peak of it.
    const peaks = away === limit ? 1 : Number.POSITIVE_INFINITY
    for (let peak = 0; peak < peaks && order.open && order.remainingLots > 0; peak++)
      if (this.#fill(order, this.#lots(order, displayLots), limit, 0, now, true) === 0) break
  }

  /** The bar ends its session. */
  atClose(order: WorkingOrder, now: number): void {
    if (this.bar.close > 0) this.#auction(order, this.bar.close, now)
  }

  /** What an auction does not fill of an order, it does not fill later. */
  #auction(order: WorkingOrder, price: number, now: number): void {
    const limit = order.limitTicks / this.#scale[order.handle]
    if (Number.isNaN(limit)) this.taken(order, price, now)
    else if (fillsLimit(order, price, limit, this.#touch)) this.#atLimit(order, price, now, false)
    if (order.open) this.#reports.canceled(order, 'missedAuction', now)
  }

  /** As an order that takes what it finds. */
  taken(order: WorkingOrder, price: number, now: number): void {
    const lots = this.#lots(order, order.remainingLots)
    const market = this.#market
    const { handle } = order
    market.handle = handle
    if (this.#slippage.readsMarket) this.#describe(handle)
    const paid = lots === 0 ? price : this.#slippage.price(price, order.sign, lots, market)
    const filled = this.#fill(order, lots, paid, Math.abs(paid - price), now, false)
    if (filled > 0 && this.#slippage.readsMarket)
      this.#moved[handle] += this.#slippage.permanent(order.sign, filled, market)
  }

  #describe(handle: number): void {
    const market = this.#market
    market.volumeLots = this.bar.volume * this.#lotsPerUnit[handle]
    market.takenLots = this.#taken[handle]
    market.barSeconds = this.#barSpan[handle] / 1e6
    if (this.#days === undefined) return
    market.dayVolumeLots = this.#days.volumeLots[handle]
    market.dayVolatility = this.#days.volatility[handle]
  }

  /** At a price that stands. */
  #atLimit(order: WorkingOrder, price: number, now: number, maker: boolean): void {
    this.#fill(order, this.#lots(order, order.remainingLots), price, 0, now, maker)
  }

  /** Of what is wanted, what the bar's volume leaves. */
  #lots(order: WorkingOrder, most: number): number {
    const left = order.remainingLots
    const wanted = most < left ? most : left
    if (!this.#slippage.caps) return wanted
    const { handle } = order
    return this.#slippage.capLots(wanted, this.bar.volume * this.#lotsPerUnit[handle], this.#taken[handle])
  }

  /** Fills what the account can pay for; the rest of an unaffordable buy is cancelled. Returns the lots filled. */
  #fill(
    order: WorkingOrder,
    wanted: number,
    price: number,
    slippage: number,
    now: number,
    maker: boolean,
  ): number {
    const lots = wanted === 0 ? 0 : this.#reports.payableLots(order, wanted, price, maker)
    if (order.timeInForce === 'FOK' && lots < order.remainingLots) {
      this.#reports.canceled(order, 'fillOrKill', now)
      return 0
    }
    if (lots > 0) {
      this.#taken[order.handle] += lots
      this.filling = order
      this.fillingAt = price
      this.#reports.filled(order, lots, price, slippage, now, maker)
      this.filling = undefined
    }
    // A bracket's child of an entry that goes on filling waits for what it will be given.
    if (lots < wanted && order.open && order.waitingLots === 0)
      this.#reports.canceled(order, 'insufficientCash', now)
    return lots
  }
}
