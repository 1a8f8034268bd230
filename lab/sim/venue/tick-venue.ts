/**
 * The simulated venue on ticks: one market per instrument, orders on their way there, reports on their way back.
 * Its clock is the venue's: rows happen at their event times, an order arrives its latency after it was sent, and
 * an order that arrives at the time of a row finds that row already happened.
 */
import type { Reason } from '../../domain/order.ts'
import type { ClockedVenue, OrderChange, VenueReports } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { LatencyModel } from '../models/latency.ts'
import type { ReportLine } from './report-line.ts'
import type { TickMarket } from './tick-market.ts'

const NEW = 0
const CANCEL = 1
const REPLACE = 2
const RELEASE = 3

interface Message {
  kind: number
  time: number
  order: WorkingOrder
  /** Objects of ended orders begin again as others: the id tells. */
  id: number
  reason: Reason
  change: OrderChange | undefined
}

export interface TickVenueSetup {
  /** By handle; undefined for instruments whose orders go elsewhere. */
  readonly markets: readonly (TickMarket | undefined)[]
  readonly line: ReportLine
  readonly latency: LatencyModel
  readonly reports: VenueReports
}

export class TickVenue implements ClockedVenue {
  starved = -1
  readonly #markets: readonly (TickMarket | undefined)[]
  readonly #line: ReportLine
  readonly #latency: LatencyModel
  readonly #reports: VenueReports
  /** Markets with living orders. */
  readonly #busy: TickMarket[] = []
  /** Children of brackets: what their parents fill makes them larger. */
  readonly #children: WorkingOrder[] = []
  /** Messages on their way, in order of arrival, from `#first` on. */
  readonly #messages: Message[] = []
  #first = 0
  #arrival = Number.POSITIVE_INFINITY
  #lastArrival = Number.NEGATIVE_INFINITY

  constructor(setup: TickVenueSetup) {
    this.#markets = setup.markets
    this.#line = setup.line
    this.#latency = setup.latency
    this.#reports = setup.reports
  }

  get idle(): boolean {
    return this.#busy.length === 0 && this.#arrival === Number.POSITIVE_INFINITY && this.#line.count === 0
  }

  /** An order that was held rests here already. */
  submit(order: WorkingOrder, now: number): void {
    if (order.special.bracket) this.#children.push(order)
    if (order.state === 'held') {
      this.#reports.accepted(order, now)
      this.#send(RELEASE, order, now, 'byStrategy', undefined, true)
    } else this.#send(NEW, order, now, 'byStrategy', undefined, false)
  }

  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    if (reason === 'byStrategy') this.#reports.cancelPending(order, now)
    this.#send(CANCEL, order, now, reason, undefined, reason !== 'byStrategy')
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#send(REPLACE, order, now, 'byStrategy', change, false)
  }

  /** Nothing happens here in instants of bars. */
  work(): void {}

  report(now: number): void {
    this.#line.deliver(now)
    if (this.#children.length > 0) this.#growChildren()
  }

  catchUp(now: number): void {
    for (const market of this.#markets) if (market !== undefined && market.living === 0) market.skipTo(now)
  }

  advance(until: number): number {
    const line = this.#line
    const busy = this.#busy
    if (line.due <= until) return line.due
    // One market alone, and nothing on its way there: row after row.
    if (busy.length === 1) {
      const only = busy[0]
      while (only.next <= until && only.next <= this.#arrival) {
        only.step()
        if (only.living === 0) busy.pop()
        if (line.due <= until) return line.due
        if (only.living === 0) break
      }
      if (only.next > until && this.#arrival > until) return Number.POSITIVE_INFINITY
    }
    for (;;) {
      let market: TickMarket | undefined
      let next = Number.POSITIVE_INFINITY
      for (let k = 0; k < busy.length; k++) {
        const one = busy[k]
        if (one.next < next) {
          next = one.next
          market = one
        } else if (one.starved >= 0) {
          // It may have been fed since.
          one.peek()
          if (one.starved >= 0) {
            this.starved = one.starved
            return Number.NaN
          }
          k--
        }
      }
      if (market !== undefined && next <= this.#arrival) {
        if (next > until) return Number.POSITIVE_INFINITY
        market.step()
        if (market.living === 0) busy.splice(busy.indexOf(market), 1)
      } else {
        if (!(this.#arrival <= until)) return Number.POSITIVE_INFINITY
        if (!this.#arrive()) return Number.NaN
      }
      if (line.due <= until) return line.due
    }
  }

  /** @param atOnce the venue itself does it: no way to go */
  #send(
    kind: number,
    order: WorkingOrder,
    now: number,
    reason: Reason,
    change: OrderChange | undefined,
    atOnce: boolean,
  ): void {
    const messages = this.#messages
    let place = messages.length
    let time = now
    if (atOnce) while (place > this.#first && messages[place - 1].time > now) place--
    else {
      time += this.#latency.order(this.#markets[order.handle]!.lateness)
      // One line keeps its order.
      if (time < this.#lastArrival) time = this.#lastArrival
      this.#lastArrival = time
    }
    messages.splice(place, 0, { kind, time, order, id: order.id, reason, change })
    this.#arrival = messages[this.#first].time
  }

  /** The earliest message arrives. Returns false when its market needs rows first. */
  #arrive(): boolean {
    const message = this.#messages[this.#first]
    const { order, time } = message
    const market = this.#markets[order.handle]!
    if (market.living === 0) {
      if (!market.skipTo(time)) {
        this.starved = market.starved
        return false
      }
    }
    this.#first++
    if (this.#first === this.#messages.length) {
      this.#messages.length = 0
      this.#first = 0
      this.#arrival = Number.POSITIVE_INFINITY
    } else this.#arrival = this.#messages[this.#first].time
    if (order.id !== message.id) return true
    const before = market.living
    if (message.kind === NEW || message.kind === RELEASE) {
      if (order.venueState === 0) market.arrive(order, time, message.kind === RELEASE)
    } else if (message.kind === CANCEL) market.cancel(order, message.reason, time)
    else market.replace(order, message.change!, time)
    if (before === 0 && market.living > 0) this.#busy.push(market)
    else if (before > 0 && market.living === 0) this.#busy.splice(this.#busy.indexOf(market), 1)
    return true
  }

  /** What their parents filled in the meantime may trade now. */
  #growChildren(): void {
    const children = this.#children
    let kept = 0
    for (const order of children) {
      if (!order.living || !order.special.bracket) continue
      children[kept++] = order
      if (order.venueState === 1) order.venueLots = order.lots - order.waitingLots - order.venueFilled
    }
    children.length = kept
  }
}
