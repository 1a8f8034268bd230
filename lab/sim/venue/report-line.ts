/**
 * The way back from a venue: reports in the order in which they happened there, each due after its latency and
 * never before the one ahead of it. A ring of columns: nothing is allocated per report.
 */
import type { Units } from '../../core/decimal.ts'
import type { Reason } from '../../domain/order.ts'
import type { OrderChange, VenueReports } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { InFlight } from './in-flight.ts'

const ACCEPTED = 0
const REJECTED = 1
const FILLED = 2
const CANCELED = 3
const EXPIRED = 4
const REPLACED = 5

export class ReportLine {
  /** When the earliest is due; Infinity when none is on its way. */
  due = Number.POSITIVE_INFINITY
  readonly #reports: VenueReports
  readonly #inFlight: InFlight
  #size = 64
  #head = 0
  #count = 0
  #last = Number.NEGATIVE_INFINITY
  #kind = new Uint8Array(64)
  #time = new Float64Array(64)
  #lots = new Float64Array(64)
  #price = new Float64Array(64)
  #slippage = new Float64Array(64)
  #maker = new Uint8Array(64)
  #taken: Units[] = []
  #order: WorkingOrder[] = []
  #reason: Reason[] = []
  #change: (OrderChange | undefined)[] = []

  /** @param inFlight is told of fills while they are on their way */
  constructor(reports: VenueReports, inFlight: InFlight) {
    this.#reports = reports
    this.#inFlight = inFlight
  }

  get count(): number {
    return this.#count
  }

  accepted(order: WorkingOrder, due: number): void {
    this.#add(ACCEPTED, order, due)
  }
  rejected(order: WorkingOrder, reason: Reason, due: number): void {
    this.#reason[this.#add(REJECTED, order, due)] = reason
  }
  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    maker: boolean,
    due: number,
  ): void {
    const at = this.#add(FILLED, order, due)
    this.#lots[at] = lots
    this.#price[at] = price
    this.#slippage[at] = slippage
    this.#maker[at] = maker ? 1 : 0
    this.#taken[at] = this.#inFlight.enter(order, lots, price, maker, this.#time[at])
  }
  canceled(order: WorkingOrder, reason: Reason, due: number): void {
    this.#reason[this.#add(CANCELED, order, due)] = reason
  }
  expired(order: WorkingOrder, reason: Reason, due: number): void {
    this.#reason[this.#add(EXPIRED, order, due)] = reason
  }
  replaced(order: WorkingOrder, change: OrderChange, due: number): void {
    this.#change[this.#add(REPLACED, order, due)] = change
  }

  /** Hands over all that is due by `now`. */
  deliver(now: number): void {
    while (this.due <= now) {
      const at = this.#head
      this.#head = (at + 1) % this.#size
      this.#count--
      this.due = this.#count > 0 ? this.#time[this.#head] : Number.POSITIVE_INFINITY
      this.#hand(at, this.#time[at])
    }
  }

  #hand(at: number, now: number): void {
    const reports = this.#reports
    const order = this.#order[at]
    const kind = this.#kind[at]
    if (kind === ACCEPTED) reports.accepted(order, now)
    else if (kind === REJECTED) reports.rejected(order, this.#reason[at], now)
    else if (kind === FILLED) this.#handFill(at, order, now)
    else if (kind === CANCELED) reports.canceled(order, this.#reason[at], now)
    else if (kind === EXPIRED) reports.expired(order, this.#reason[at], now)
    else reports.replaced(order, this.#change[at]!, now)
  }

  #handFill(at: number, order: WorkingOrder, now: number): void {
    const lots = this.#lots[at]
    this.#inFlight.leave(order, lots, this.#taken[at])
    // Where a trailing stop stood when it was set off is told with its first fill.
    if (order.triggered && order.trails) {
      order.stopTicks = order.venueStop
      order.limitTicks = order.venueLimit
    }
    this.#reports.filled(order, lots, this.#price[at], this.#slippage[at], now, this.#maker[at] === 1)
  }

  #add(kind: number, order: WorkingOrder, due: number): number {
    if (this.#count === this.#size) this.#grow()
    const at = (this.#head + this.#count) % this.#size
    const time = due > this.#last ? due : this.#last
    this.#last = time
    this.#kind[at] = kind
    this.#time[at] = time
    this.#order[at] = order
    if (this.#count++ === 0) this.due = time
    return at
  }

  #grow(): void {
    const turn = <Column extends { length: number; [place: number]: unknown }>(from: Column, to: Column) => {
      for (let k = 0; k < this.#count; k++) to[k] = from[(this.#head + k) % this.#size]
      return to
    }
    const size = this.#size * 2
    this.#kind = turn(this.#kind, new Uint8Array(size))
    this.#time = turn(this.#time, new Float64Array(size))
    this.#lots = turn(this.#lots, new Float64Array(size))
    this.#price = turn(this.#price, new Float64Array(size))
    this.#slippage = turn(this.#slippage, new Float64Array(size))
    this.#maker = turn(this.#maker, new Uint8Array(size))
    this.#taken = turn(this.#taken, [])
    this.#order = turn(this.#order, [])
    this.#reason = turn(this.#reason, [])
    this.#change = turn(this.#change, [])
    this.#head = 0
    this.#size = size
  }
}
