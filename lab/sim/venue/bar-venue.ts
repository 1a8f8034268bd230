/**
 * The simulated venue on bars. A bar says where it opened, how far it went and where it closed, not in which
 * order; what follows from that is models/bar-fills.md, and bar-fills.ts does it to one order.
 *
 * Older orders meet a new bar in three passes, each in order of submission whatever the symbol:
 *   at the open   market orders; stops that the open gapped through; limits that the open is better than
 *   inside        limits and stops that the bar's range reaches, at their own price (bar-rivals.ts: which first)
 *   at the close  orders for the closing auction, where the bar ends its session
 */
import { objectList } from '../../core/object-list.ts'
import type { Reason } from '../../domain/order.ts'
import type { OrderChange, Venue, VenueReports } from '../../domain/ports/venue.ts'
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'
import type { BarWindow } from '../../engine/bar-window.ts'
import { type AmbiguousBars, type Ambiguity, isTied } from './ambiguity.ts'
import { isAtClose, isAtOpen, isTouch } from './bar-at-hand.ts'
import { BarEndings } from './bar-endings.ts'
import { BarFills, type FillsSetup } from './bar-fills.ts'
import { BarInstant, INSIDE, OPENING, OUTSIDE } from './bar-instant.ts'
import { BarRivals } from './bar-rivals.ts'
import { BarSessions } from './bar-sessions.ts'
import { canBeFar, FarOrders } from './far-orders.ts'
import { follow } from './trailing.ts'

export interface VenueSetup extends FillsSetup {
  /** `last` fills market orders at the signal's own close: for comparison only. */
  readonly marketFill: 'nextOpen' | 'last'
  /** Bars of the instrument that an order or a cancel sent now is on its way for; absent: none. */
  readonly latencyBars?: (handle: number) => number
  /** Absent: pessimistic. */
  readonly ambiguity?: Ambiguity
  /** Where ambiguous bars are counted. */
  readonly ambiguousBars?: AmbiguousBars
}

export class BarVenue implements Venue {
  readonly #setup: VenueSetup
  readonly #reports: VenueReports
  readonly #windows: readonly BarWindow[]
  readonly #instant: BarInstant
  readonly #sessions: BarSessions
  readonly #fills: BarFills
  readonly #endings: BarEndings
  readonly #rivals: BarRivals
  readonly #latencyBars: ((handle: number) => number) | undefined
  /** Bars of these instruments are coarser than others': something may be decided while one forms. */
  readonly #coarse: Uint8Array
  readonly #working = objectList<WorkingOrder>()
  /** The others: resting limit orders that bars are far from. */
  readonly #far: FarOrders
  #arrivals = 0
  /** Some of what works came back from afar: it is not in order of submission. */
  #mixed = false
  /** Some of them are tied to others, wait for a closing auction, or have a cancel on its way. */
  #tied = false
  #closing = false
  #canceling = false

  constructor(setup: VenueSetup) {
    const { instruments, windows, reports, barSpan } = setup
    this.#setup = setup
    this.#reports = reports
    this.#windows = windows
    this.#instant = new BarInstant(windows, barSpan)
    this.#sessions = new BarSessions(instruments, windows)
    this.#fills = new BarFills(setup)
    this.#far = new FarOrders(instruments.length)
    this.#endings = new BarEndings(reports, this.#instant, this.#sessions)
    this.#rivals = new BarRivals({
      instruments,
      instant: this.#instant,
      fills: this.#fills,
      touch: setup.limitFill === 'touch',
      ambiguity: setup.ambiguity ?? 'pessimistic',
      counts: setup.ambiguousBars ?? { pessimistic: 0, optimistic: 0 },
    })
    this.#latencyBars = setup.latencyBars
    const finest = Math.min(...barSpan)
    this.#coarse = Uint8Array.from(barSpan, span => (span > finest ? 1 : 0))
  }

  get idle(): boolean {
    return this.#working.length === 0 && this.#far.count === 0 && !this.#fills.watches
  }

  submit(order: WorkingOrder, now: number): void {
    // Instants without orders were not read: then any window's newest bar may tell of a later session.
    if (this.#working.length === 0) this.#sessions.readAll()
    const { handle } = order
    const session = this.#sessions.of(handle)
    const released = order.state === 'held'
    order.sessionBefore = session
    if ((order.timeInForce === 'DAY' || isAtClose(order.type)) && order.decidedAt < session)
      order.session = session
    this.#reports.accepted(order, now)
    if (order.type === 'market' && this.#setup.marketFill === 'last') {
      const { close, cursor, eventTime } = this.#windows[handle]
      // An older close is nobody's price any more: then the order waits for the next open like any other.
      if (eventTime[cursor] >= order.decidedAt && close[cursor] > 0) {
        this.#fills.take(handle)
        this.#fills.taken(order, close[cursor], now)
        if (!order.open) return
      }
    }
    if (!released && this.#latencyBars !== undefined) order.barsAway = this.#latencyBars(handle)
    if (order.type !== 'market' && isAtClose(order.type)) this.#closing = true
    if (order.special !== PLAIN_TERMS) this.#admit(order, released)
    order.arrival = ++this.#arrivals
    this.#working.push(order)
  }

  /** Where a trailing stop begins, and what an order that is released within a bar may see of it. */
  #admit(order: WorkingOrder, released: boolean): void {
    const { handle } = order
    const parent = released ? this.#fills.filling : undefined
    if (isTied(order)) this.#tied = true
    if (order.trails && Number.isNaN(order.stopTicks)) {
      const { close, cursor } = this.#windows[handle]
      const price = parent?.handle === handle ? this.#fills.fillingAt : close[cursor]
      follow(order, price, this.#setup.instruments[handle].ticksPerUnit)
    }
    if (parent?.handle !== handle || !this.#instant.has(handle)) return
    // What would take at once takes at the open that its parent had, or at the next.
    if (this.#instant.phase === OPENING) order.worksIn = this.#instant.number
    if (this.#instant.phase !== INSIDE || order.type === 'market') return
    order.worksIn = this.#instant.number
    // A parent that waited for a better price than the open's got it on the way to the bar's end on that side.
    order.bornInside = parent.triggered && !isTouch(parent.type) ? 2 : 1
  }

  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    const { handle } = order
    const bars = reason === 'byStrategy' ? (this.#latencyBars?.(handle) ?? 0) : 0
    const forming = this.#coarse[handle] === 1 && this.#instant.closeTime(handle) < order.cancelAt
    if (reason !== 'byStrategy' || (bars === 0 && !forming)) {
      if (order.far) this.#far.leave(order)
      this.#reports.canceled(order, reason, now)
      return
    }
    if (order.far) this.#bringBack(order)
    order.cancelBarsAway = bars
    this.#canceling = true
    this.#reports.cancelPending(order, now)
  }

  /** There are no queues on bars, so that nothing but the terms changes. */
  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    order.rests = false
    if (order.far) this.#bringBack(order)
    this.#reports.replaced(order, change, now)
  }

  /** An order that was far works with the others again. */
  #bringBack(order: WorkingOrder): void {
    this.#far.leave(order)
    // Instants without near orders were not read.
    if (this.#working.length === 0) this.#sessions.readAll()
    this.#working.push(order)
    this.#mixed = true
  }

  /** Those that the bars of an instant may reach come back. */
  #bringNear(active: Uint32Array, count: number): void {
    for (let k = 0; k < count; k++) {
      const { open, high, low, close, cursor } = this.#windows[active[k]]
      const scale = this.#setup.instruments[active[k]].ticksPerUnit
      const least = Math.min(low[cursor], open[cursor], close[cursor])
      const most = Math.max(high[cursor], open[cursor], close[cursor])
      if (this.#far.reached(active[k], least * scale, most * scale, this.#working) > 0) this.#mixed = true
    }
  }

  work(active: Uint32Array, count: number, now: number): void {
    if (this.#far.count > 0) this.#bringNear(active, count)
    if (this.#mixed) this.#sort()
    if (count === 1 && this.#working.length === 1 && this.#fills.simple === true) {
      if (this.#workAlone(this.#working[0], active[0], now)) return
    }
    if (this.#fills.watches) for (let k = 0; k < count; k++) this.#fills.begin(active[k])
    if (this.#working.length > 0) this.#workAll(active, count, now)
    if (this.#fills.watches) for (let k = 0; k < count; k++) this.#fills.end(active[k])
  }

  /**
   * What most orders are, a market order that works alone and is new, meets the first bar after it: `#workAll` would
   * fill it at the open, or cut it there, and do nothing else. Returns false, having done nothing, for any other.
   */
  #workAlone(order: WorkingOrder, handle: number, now: number): boolean {
    if (order.type !== 'market' || order.handle !== handle || order.special !== PLAIN_TERMS) return false
    if (order.state !== 'accepted' || order.timeInForce !== 'GTC' || order.leads || order.barsAway > 0)
      return false
    const { open, cursor } = this.#windows[handle]
    const price = open[cursor]
    if (!(price > 0) || !Number.isNaN(order.session)) return false
    if (!this.#instant.beganAfter(handle, order.decidedAt)) return false
    this.#instant.number++
    this.#instant.take(handle)
    this.#fills.taken(order, price, now)
    this.#drop()
    return true
  }

  #workAll(active: Uint32Array, count: number, now: number): void {
    const instant = this.#instant
    instant.number++
    for (let k = 0; k < count; k++) {
      this.#sessions.read(active[k])
      instant.take(active[k])
    }
    const working = this.#working
    this.#endings.endSessions(working, now, false)
    if (this.#canceling) this.#endings.cancelBefore(working, now)
    instant.phase = OPENING
    for (let i = 0; i < working.length; i++) if (this.#meetsBar(working[i])) this.#atOpen(working[i], now)
    instant.phase = INSIDE
    if (this.#tied) this.#rivals.inside(working, now)
    else for (let i = 0; i < working.length; i++) this.#inside(working[i], now)
    instant.phase = OUTSIDE
    if (this.#closing) this.#atClose(working, now)
    if (this.#canceling) this.#endings.cancelAfter(working, now)
    this.#endings.endSessions(working, now, true)
    this.#drop()
  }

  /** Open, and its instrument has a bar in this instant that began after the order was decided and had arrived. */
  #meetsBar(order: WorkingOrder): boolean {
    if (!order.open || !this.#instant.has(order.handle)) return false
    if (order.worksIn === this.#instant.number) return true
    if (!this.#instant.beganAfter(order.handle, order.decidedAt)) {
      // Sent while its session's last bar formed, by a timer: that session had no market for it to find.
      if (order.type === 'market' && order.timeInForce !== 'DAY' && this.#sessions.closes(order.handle))
        this.#livesOn(order)
      return false
    }
    if (order.barsAway > 0) {
      order.barsAway--
      this.#livesOn(order)
      return false
    }
    order.worksIn = this.#instant.number
    order.bornInside = 0
    if (order.leads) this.#tied = true
    return true
  }

  /** The session at hand does not end it: it was on its way, or found a market and has lots left. */
  #livesOn(order: WorkingOrder): void {
    order.sessionBefore = this.#sessions.of(order.handle)
    order.session = Number.NaN
  }

  #atOpen(order: WorkingOrder, now: number): void {
    if (order.type === 'market' && order.special === PLAIN_TERMS) {
      this.#fills.takeOpen(order.handle)
      this.#fills.atOpen(order, false, now)
      if (order.open && order.timeInForce !== 'DAY') this.#livesOn(order)
      return
    }
    const { handle } = order
    const window = this.#windows[handle]
    if (this.#endings.passedAtOpen(order)) {
      order.worksIn = 0
      return
    }
    this.#fills.take(handle)
    const auction =
      isAtOpen(order.type) &&
      this.#sessions.opens(handle) &&
      window.sessionCloseAt(window.cursor) > order.sessionBefore
    this.#fills.atOpen(order, auction, now)
    if (!order.open) return
    if (order.type === 'market' && order.timeInForce !== 'DAY') this.#livesOn(order)
    if (this.#endings.passedInside(order)) order.worksIn = 0
  }

  #inside(order: WorkingOrder, now: number): void {
    if (order.worksIn !== this.#instant.number || !order.open) return
    this.#fills.take(order.handle)
    this.#fills.inside(order, now)
  }

  /** Orders of the closing auctions. Their bar may have begun before they were decided: its close came after. */
  #atClose(working: readonly WorkingOrder[], now: number): void {
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      const { handle } = order
      if (!order.open || !isAtClose(order.type) || order.barsAway > 0 || !this.#instant.has(handle)) continue
      if (!(this.#instant.closeTime(handle) > order.decidedAt) || !this.#sessions.closes(handle)) continue
      this.#fills.take(handle)
      this.#fills.atClose(order, now)
    }
  }

  /** Back into the order of submission. */
  #sort(): void {
    this.#working.sort((a, b) => a.arrival - b.arrival)
    this.#mixed = false
  }

  /** Forgets orders that ended, and puts aside those that bars are far from, keeping the order of submission. */
  #drop(): void {
    const working = this.#working
    let kept = 0
    this.#tied = this.#closing = this.#canceling = false
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (!order.open) continue
      if (this.#fills.still && canBeFar(order)) {
        this.#far.add(order)
        continue
      }
      working[kept++] = order
      if (isTied(order)) this.#tied = true
      if (isAtClose(order.type)) this.#closing = true
      if (order.state === 'cancelPending') this.#canceling = true
    }
    for (let i = working.length; i > kept; i--) working.pop()
  }
}
