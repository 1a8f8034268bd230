/**
 * The way back from a venue: reports in the order in which they happened there, each due after its latency and
 * never before the one ahead of it. A ring of columns: nothing is allocated per report. What has to be asked of the
 * account is answered with the fills that are on their way.
 */
import type { Units } from '../../core/decimal.ts'
import type { Reason } from '../../domain/order.ts'
import type {
  AccountReports,
  OrderChange,
  Underway,
  UnderwayReports,
  VenueReports,
} from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { Outlet } from './contingencies.ts'
import type { InFlight } from './in-flight.ts'

const ACCEPTED = 0
const REJECTED = 1
const FILLED = 2
const CANCELED = 3
const EXPIRED = 4
const REPLACED = 5
const RESIZED = 6
const WAITS = 7

export interface ReportLineEnds {
  /** Told of what venues tell. */
  readonly reports: VenueReports
  /** Told of quantities that changed with other orders. */
  readonly account: AccountReports
  /** Told of fills while they are on their way. */
  readonly inFlight: InFlight
  /** µs from the venue back, by handle. */
  readonly latency: (handle: number) => number
}

export class ReportLine implements Outlet, Underway {
  /** When the earliest is due; Infinity when none is on its way. */
  due = Number.POSITIVE_INFINITY
  readonly #reports: VenueReports
  readonly #account: AccountReports
  readonly #inFlight: InFlight
  readonly #latency: (handle: number) => number
  #size = 64
  #head = 0
  #count = 0
  #last = Number.NEGATIVE_INFINITY
  #sent = 0
  /** Children that risk has approved here and the account does not know at work yet. */
  readonly #released: WorkingOrder[] = []
  /** Per strategy, where one of its children is or was. */
  readonly #release: number[] = []
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

  constructor({ reports, account, inFlight, latency }: ReportLineEnds) {
    this.#reports = reports
    this.#account = account
    this.#inFlight = inFlight
    this.#latency = latency
  }

  /** Reports so far, those on their way included. */
  get sent(): number {
    return this.#sent
  }

  get count(): number {
    return this.#count
  }

  /** Fills among those on their way. */
  get fills(): number {
    let fills = 0
    for (let k = 0; k < this.#count; k++) if (this.#kind[(this.#head + k) % this.#size] === FILLED) fills++
    return fills
  }

  /** Reports that the account has had. */
  get heard(): number {
    return this.#sent - this.#count
  }

  /** Number of the report by which a strategy will know its newest child at work; 0 while there was none. */
  release(strategy: number): number {
    return this.#release[strategy] ?? 0
  }

  // ------------------------------------------------------------------ what happens at the venue, when it happens

  accepted(order: WorkingOrder, now: number): void {
    this.#add(ACCEPTED, order, now)
    if (this.#released.length > 0 && this.#released.includes(order))
      this.#release[order.strategy] = this.#sent
  }
  rejected(order: WorkingOrder, reason: Reason, now: number): void {
    this.#reason[this.#add(REJECTED, order, now)] = reason
  }
  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    now: number,
    maker = false,
  ): void {
    const at = this.#add(FILLED, order, now)
    this.#lots[at] = lots
    this.#price[at] = price
    this.#slippage[at] = slippage
    this.#maker[at] = maker ? 1 : 0
    this.#taken[at] = this.#inFlight.enter(order, lots, price, maker, this.#time[at])
  }
  canceled(order: WorkingOrder, reason: Reason, now: number): void {
    this.#reason[this.#add(CANCELED, order, now)] = reason
  }
  expired(order: WorkingOrder, reason: Reason, now: number): void {
    this.#reason[this.#add(EXPIRED, order, now)] = reason
  }
  replaced(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#change[this.#add(REPLACED, order, now)] = change
  }
  /** Its quantity is another, as another order of its group or its parent filled. */
  resized(order: WorkingOrder, lots: number, waitingLots: number, now: number): void {
    const at = this.#add(RESIZED, order, now)
    this.#lots[at] = lots
    this.#price[at] = waitingLots
  }
  /** Its parent has filled, and it waits for fewer lots. */
  waits(order: WorkingOrder, waitingLots: number, now: number): void {
    this.#lots[this.#add(WAITS, order, now)] = waitingLots
  }
  /** Whose cancel is on its way is known before it has come there. */
  cancelPending(order: WorkingOrder, now: number): void {
    this.#reports.cancelPending(order, now)
  }

  // ------------------------------------------------------------------ what the account knows, and what is on its way

  payableLots(order: WorkingOrder, lots: number, price: number, maker?: boolean): number {
    return this.#inFlight.payableLots(order, lots, price, maker)
  }
  positionLots(order: WorkingOrder): number {
    return this.#inFlight.positionLots(order)
  }
  find(id: number): WorkingOrder | undefined {
    return this.#account.find(id)
  }
  /** Risk looks at a child that is to work from now on, with what is on its way to the account. */
  approve(order: WorkingOrder): Reason | undefined {
    const reason = this.#account.approve(order, this)
    if (reason === undefined && !order.special.bracket) {
      this.#released.push(order)
      this.#release[order.strategy] = this.#sent + 1
    }
    return reason
  }
  /** The same for an order that was approved without what has happened here since. */
  approveAgain(order: WorkingOrder): Reason | undefined {
    return this.#account.approve(order, this)
  }

  tell(to: UnderwayReports, strategy: number): void {
    for (const order of this.#released) if (order.strategy === strategy) to.released(order)
    for (let k = 0; k < this.#count; k++) {
      const at = (this.#head + k) % this.#size
      const kind = this.#kind[at]
      const order = this.#order[at]
      if (order.strategy !== strategy) continue
      const lots = this.#lots[at]
      const price = this.#price[at]
      if (kind === FILLED) to.filled(order, lots, price, this.#time[at], this.#maker[at] === 1)
      else if (kind === RESIZED) to.resized(order, lots, price)
      else if (kind === REPLACED) to.replaced(order, this.#change[at]!)
      else if (kind === REJECTED || kind === CANCELED || kind === EXPIRED) to.ended(order)
    }
  }

  // ------------------------------------------------------------------ the other end

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
    if (kind <= EXPIRED && this.#released.length > 0) this.#known(order)
    if (kind === ACCEPTED) reports.accepted(order, now)
    else if (kind === REJECTED) reports.rejected(order, this.#reason[at], now)
    else if (kind === FILLED) this.#handFill(at, order, now)
    else if (kind === CANCELED) reports.canceled(order, this.#reason[at], now)
    else if (kind === EXPIRED) reports.expired(order, this.#reason[at], now)
    else if (kind === REPLACED) reports.replaced(order, this.#change[at]!, now)
    else if (kind === RESIZED) this.#account.resized(order, this.#lots[at], this.#price[at], now)
    else order.waitingLots = this.#lots[at]
  }

  /** The account learns that it works, or that it never did. */
  #known(order: WorkingOrder): void {
    const place = this.#released.indexOf(order)
    if (place >= 0) this.#released.splice(place, 1)
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

  #add(kind: number, order: WorkingOrder, now: number): number {
    if (this.#count === this.#size) this.#grow()
    const at = (this.#head + this.#count) % this.#size
    const due = now + this.#latency(order.handle)
    const time = due > this.#last ? due : this.#last
    this.#last = time
    this.#sent++
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
