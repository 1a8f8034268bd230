/**
 * The simulated venue on bars. A bar says where it opened, how far it went and where it closed, not in which
 * order; what follows from that is models/bar-fills.md.
 *
 * Older orders meet a new bar in two passes, each in order of submission whatever the symbol:
 *   at the open   market orders; stops that the open gapped through; limits that the open is better than
 *   inside        limits and stops that the bar's range reaches, at their own price
 */
import { FillMarket, type SlippageModel } from '../costs/index.ts'
import type { Reason } from '../domain/order.ts'
import type { OrderChange, Venue, VenueReports } from '../domain/ports/venue.ts'
import type { WorkingOrder } from '../domain/working-order.ts'
import type { BarWindow } from '../engine/bar-window.ts'
import type { Tradable } from '../strategy/context.ts'

export interface VenueSetup {
  readonly instruments: readonly Tradable[]
  readonly windows: readonly BarWindow[]
  readonly reports: VenueReports
  readonly slippage: SlippageModel
  /** `last` fills market orders at the signal's own close: for comparison only. */
  readonly marketFill: 'nextOpen' | 'last'
  /** Whether a limit fills when the market touches it, or only when it trades through. */
  readonly limitFill: 'through' | 'touch'
  /** Longest time between a bar's first trade and its close per handle, µs; Infinity where unknown. */
  readonly barSpan: readonly number[]
}

export class SimulatedVenue implements Venue {
  readonly #setup: VenueSetup
  readonly #reports: VenueReports
  readonly #windows: readonly BarWindow[]
  readonly #touch: boolean
  #working: WorkingOrder[] = []
  /** Index of each instrument's calendar, and the close of the newest session known of each calendar. */
  readonly #calendar: Int32Array
  readonly #session: Float64Array
  /** Instant in which a handle last had a bar. */
  readonly #barAt: Float64Array
  #instant = 0
  readonly #market = new FillMarket()
  /** Event time of the newest bar met by working orders: whether a session is over is told by the bars, not by when they came. */
  #newest = Number.NEGATIVE_INFINITY

  constructor(setup: VenueSetup) {
    this.#setup = setup
    this.#reports = setup.reports
    this.#windows = setup.windows
    this.#touch = setup.limitFill === 'touch'
    const names = [...new Set(setup.instruments.map(instrument => instrument.calendar))]
    this.#calendar = Int32Array.from(setup.instruments, instrument => names.indexOf(instrument.calendar))
    this.#session = new Float64Array(names.length).fill(Number.NEGATIVE_INFINITY)
    this.#barAt = new Float64Array(setup.instruments.length).fill(-1)
  }

  get idle(): boolean {
    return this.#working.length === 0
  }

  submit(order: WorkingOrder, now: number): void {
    // Instants without orders were not read: then any window's newest bar may tell of a later session.
    if (this.#working.length === 0)
      for (let handle = 0; handle < this.#windows.length; handle++) this.#readSession(handle)
    const session = this.#session[this.#calendar[order.handle]]
    order.sessionBefore = session
    if (order.timeInForce === 'DAY' && order.decidedAt < session) order.session = session
    this.#reports.accepted(order, now)
    if (order.type === 'market' && this.#setup.marketFill === 'last') {
      const { close, cursor, eventTime } = this.#windows[order.handle]
      // An older close is nobody's price any more: then the order waits for the next open like any other.
      if (eventTime[cursor] >= order.decidedAt && close[cursor] > 0) {
        this.#fillSlipped(order, close[cursor], now)
        return
      }
    }
    this.#working.push(order)
  }

  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    this.#reports.canceled(order, reason, now)
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#reports.replaced(order, change, now)
  }

  work(active: Uint32Array, count: number, now: number): void {
    if (this.#working.length === 0) return
    this.#instant++
    for (let k = 0; k < count; k++) {
      this.#readSession(active[k])
      this.#barAt[active[k]] = this.#instant
      const { eventTime, cursor } = this.#windows[active[k]]
      if (eventTime[cursor] > this.#newest) this.#newest = eventTime[cursor]
    }
    const working = this.#working
    this.#endSessions(working, now, false)
    for (let i = 0; i < working.length; i++) if (this.#meetsBar(working[i])) this.#atOpen(working[i], now)
    for (let i = 0; i < working.length; i++) if (this.#meetsBar(working[i])) this.#inside(working[i], now)
    this.#endSessions(working, now, true)
    this.#drop()
  }

  /** Open, and its instrument has a bar in this instant that began after the order was decided. */
  #meetsBar(order: WorkingOrder): boolean {
    if (!order.open || this.#barAt[order.handle] !== this.#instant) return false
    const { eventTime, cursor } = this.#windows[order.handle]
    // It began a span before its close, and not before the bar ahead of it closed: days of 23 hours, short weeks.
    return (
      eventTime[cursor] - this.#setup.barSpan[order.handle] >= order.decidedAt ||
      (cursor > 0 && eventTime[cursor - 1] >= order.decidedAt)
    )
  }

  #atOpen(order: WorkingOrder, now: number): void {
    const window = this.#windows[order.handle]
    const open = window.open[window.cursor]
    if (!(open > 0)) return
    const scale = this.#setup.instruments[order.handle].ticksPerUnit
    if (order.type === 'market') {
      this.#fillSlipped(order, open, now)
      return
    }
    if (!Number.isNaN(order.stopTicks) && !order.triggered) {
      const stop = order.stopTicks / scale
      if (order.sign > 0 ? open >= stop : open <= stop) {
        order.triggered = true
        if (order.type === 'stop') this.#fillSlipped(order, open, now)
      }
    }
    if (order.open && !Number.isNaN(order.limitTicks) && (order.type === 'limit' || order.triggered)) {
      const limit = order.limitTicks / scale
      const better = order.sign > 0 ? open < limit : open > limit
      if (better || (this.#touch && open === limit)) this.#fill(order, open, 0, now)
    }
    if (order.open && order.timeInForce === 'IOC') this.#reports.canceled(order, 'immediateOrCancel', now)
  }

  #inside(order: WorkingOrder, now: number): void {
    const window = this.#windows[order.handle]
    const row = window.cursor
    const scale = this.#setup.instruments[order.handle].ticksPerUnit
    const buys = order.sign > 0
    const toward = buys ? window.high[row] : window.low[row]
    const away = buys ? window.low[row] : window.high[row]
    if (!Number.isNaN(order.stopTicks) && !order.triggered) {
      const stop = order.stopTicks / scale
      if (!(buys ? toward >= stop : toward <= stop)) return
      order.triggered = true
      if (order.type === 'stop') this.#fillSlipped(order, stop, now)
      else {
        // At the trigger the market stands at the stop. Whether it came back to a better limit later in the
        // same bar, the bar does not tell: the limit then works from the next bar.
        const limit = order.limitTicks / scale
        if (buys ? stop <= limit : stop >= limit) this.#fill(order, stop, 0, now)
      }
      return
    }
    if (Number.isNaN(order.limitTicks)) return
    const limit = order.limitTicks / scale
    const through = buys ? away < limit : away > limit
    if (through || (this.#touch && away === limit)) this.#fill(order, limit, 0, now, true)
  }

  #fillSlipped(order: WorkingOrder, price: number, now: number): void {
    this.#market.handle = order.handle
    const paid = this.#setup.slippage.price(price, order.sign, order.remainingLots, this.#market)
    this.#fill(order, paid, Math.abs(paid - price), now)
  }

  /** Fills what the account can pay for; the rest of an unaffordable buy is cancelled. */
  #fill(order: WorkingOrder, price: number, slippage: number, now: number, maker = false): void {
    const wanted = order.remainingLots
    const lots = this.#reports.payableLots(order, wanted, price, maker)
    if (lots > 0) this.#reports.filled(order, lots, price, slippage, now, maker)
    if (lots < wanted) this.#reports.canceled(order, 'insufficientCash', now)
  }

  /**
   * An order's session is the first in which it could trade. `over` is false before an instant is worked (a
   * later session has begun) and true after it (the session's close has come).
   */
  #endSessions(working: readonly WorkingOrder[], now: number, over: boolean): void {
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (!order.open) continue
      if (order.timeInForce === 'GTC' && order.type !== 'market') continue
      const session = this.#session[this.#calendar[order.handle]]
      if (Number.isNaN(order.session)) {
        if (session > order.sessionBefore) order.session = session
        else continue
      }
      if (over ? this.#newest < order.session || this.#awaits(order) : session <= order.session) continue
      if (order.type === 'market' || order.timeInForce === 'IOC')
        this.#reports.canceled(order, 'noMarket', now)
      else this.#reports.expired(order, 'endOfSession', now)
    }
  }

  /**
   * Its bar of this session may still come: the newest one came after an instant of its close had been worked. By
   * the order of events and not by the clock, so that a jitter of the line decides nothing.
   */
  #awaits(order: WorkingOrder): boolean {
    return this.#barAt[order.handle] !== this.#instant && this.#windows[order.handle].late
  }

  /** Newest session close of a calendar, from the newest bar of one of its instruments. */
  #readSession(handle: number): void {
    const window = this.#windows[handle]
    if (window.cursor < 0) return
    const close = window.sessionCloseAt(window.cursor)
    const calendar = this.#calendar[handle]
    if (close > this.#session[calendar]) this.#session[calendar] = close
  }

  /** Forgets orders that ended, keeping the order of submission. */
  #drop(): void {
    const working = this.#working
    let kept = 0
    for (let i = 0; i < working.length; i++) if (working[i].open) working[kept++] = working[i]
    for (let i = working.length; i > kept; i--) working.pop()
  }
}
