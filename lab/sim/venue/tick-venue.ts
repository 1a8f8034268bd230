/**
 * The simulated venue on ticks: one market per instrument, orders on their way there, reports on their way back.
 * Its clock is the venue's: rows happen at their event times, an order arrives its latency after it was sent, and
 * an order that arrives at the time of a row finds that row already happened.
 */
import type { Reason } from '../../domain/order.ts'
import type { ClockedVenue, OrderChange } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { LatencyModel } from '../models/latency.ts'
import type { ReportLine } from './report-line.ts'
import type { TickMarket } from './tick-market.ts'

const NEW = 0
const CANCEL = 1
const REPLACE = 2

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
}

export class TickVenue implements ClockedVenue {
  starved = -1
  readonly #markets: readonly (TickMarket | undefined)[]
  readonly #line: ReportLine
  readonly #latency: LatencyModel
  /** Markets with living orders. */
  readonly #busy: TickMarket[] = []
  /** Messages on their way, in order of arrival, from `#first` on. */
  readonly #messages: Message[] = []
  #first = 0
  #arrival = Number.POSITIVE_INFINITY
  #lastArrival = Number.NEGATIVE_INFINITY

  constructor(setup: TickVenueSetup) {
    this.#markets = setup.markets
    this.#line = setup.line
    this.#latency = setup.latency
  }

  get idle(): boolean {
    return this.#busy.length === 0 && this.#arrival === Number.POSITIVE_INFINITY && this.#line.count === 0
  }

  submit(order: WorkingOrder, now: number): void {
    this.#send(NEW, order, now, 'byStrategy', undefined)
  }

  cancel(order: WorkingOrder, now: number, reason: Reason): void {
    this.#send(CANCEL, order, now, reason, undefined)
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#send(REPLACE, order, now, 'byStrategy', change)
  }

  /** Nothing happens here in instants of bars. */
  work(): void {}

  report(now: number): void {
    this.#line.deliver(now)
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

  #send(
    kind: number,
    order: WorkingOrder,
    now: number,
    reason: Reason,
    change: OrderChange | undefined,
  ): void {
    const way = this.#latency.order(this.#markets[order.handle]!.feed)
    // One line keeps its order.
    const time = now + way > this.#lastArrival ? now + way : this.#lastArrival
    this.#lastArrival = time
    if (this.#arrival === Number.POSITIVE_INFINITY) this.#arrival = time
    this.#messages.push({ kind, time, order, id: order.id, reason, change })
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
    if (message.kind === NEW) market.arrive(order, time)
    else if (message.kind === CANCEL) market.cancel(order, message.reason, time)
    else market.replace(order, message.change!, time)
    if (before === 0 && market.living > 0) this.#busy.push(market)
    else if (before > 0 && market.living === 0) this.#busy.splice(this.#busy.indexOf(market), 1)
    return true
  }
}
