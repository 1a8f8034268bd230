/**
 * An order book at any cadence: its best levels as they were known at each whole multiple of it, in columns, and from
 * those as a book stream of snapshots (`snapshotRows`), which a run replays as any other.
 *
 *     rows   ─●──●●────●──────────●──●─       what was received by the tick of the cadence, itself included, is in it
 *     every  ──┼─────┼─────┼─────┼─────┼      a tick without news shows the same book again, or is left out
 *
 * Time is the receive time (what one knew), as it never runs back; `clock: 'event'` goes by the venue's and is received
 * with the latest row in it. Rows that a feed lost (`gap`) make the book unknown: one row says so (`known` 0, prices
 * NaN), and there are no more until a snapshot of the feed. Books of single orders (L3) are shown by level.
 */
import { OrderQueueBook } from '../book/order-queue-book.ts'
import { type BookSide, BOOK_FAULTS, OrderBook } from '../book/order-book.ts'
import { GordonError } from '../core/errors.ts'
import { isoTime, type Micros } from '../core/time.ts'
import { BOOK_ACTIONS, type BookSeries, type EventColumns } from '../domain/market-events.ts'
import type { Deriver } from './deriver.ts'
import { GrowingRows } from './growing-rows.ts'
import { badRow, requireInterval, requireWhole } from './terms.ts'

export interface BookSnapshotTerms {
  /** Levels of each side. */
  readonly levels: number
  /** `100ms` is not an interval: whole seconds as text (`1s`, `1m`), or any whole number of µs. */
  readonly every: string | Micros
  /** Of the instrument: prices are put on its grid. */
  readonly ticksPerUnit: number
  /** Default `receive`. */
  readonly clock?: 'receive' | 'event'
  /** Ticks of the cadence by which nothing came: shown again (`repeat`, the default), or left out. */
  readonly unchanged?: 'repeat' | 'leaveOut'
}

/** One row per tick of the cadence; eventTime is the tick. The arrays have one column per level, the best first. */
export interface BookSnapshotSeries extends EventColumns {
  /** 0 where the feed had lost rows. */
  readonly known: Float64Array
  /** NaN, with size 0, where there are fewer levels. */
  readonly bidPrice: readonly Float64Array[]
  readonly bidSize: readonly Float64Array[]
  readonly askPrice: readonly Float64Array[]
  readonly askSize: readonly Float64Array[]
}

/** Snapshots that one row may bring: a feed that was silent for so long has ended, or its clock jumped. */
const MOST_AT_ONCE = 10_000_000

type State = 'empty' | 'known' | 'lost'

/**
 * `end` gives the snapshot at the first tick of the cadence at or after the last row.
 * @example
 * const top = whole(new BookSnapshots({ levels: 10, every: '1s', ticksPerUnit: 100 }), book)
 */
export class BookSnapshots implements Deriver<BookSeries, BookSnapshotSeries> {
  /** Rows that a snapshot already given should have had, by the event clock; they are in the next one. */
  late = 0
  /** Snapshots of a book whose best bid was not below its best ask: shown as it was. */
  crossed = 0
  /** Orders of an L3 feed that came twice, or changed without having come: not in the book. */
  orderFaults = 0
  readonly #terms: BookSnapshotTerms
  readonly #every: Micros
  readonly #byEvent: boolean
  readonly #repeats: boolean
  #book = new OrderBook()
  /** Of single orders, made when the first comes. */
  #orders: OrderQueueBook | undefined
  #state: State = 'empty'
  /** That the book is lost has been said. */
  #told = false
  #changed = false
  /** The next tick of the cadence: what is at or before it belongs to it. */
  #next = Number.NaN
  #received = Number.NEGATIVE_INFINITY
  #row = 0
  readonly #rows: GrowingRows<string>
  readonly #names: Record<'bidPrice' | 'bidSize' | 'askPrice' | 'askSize', readonly string[]>

  /** @throws DERIVE_TERMS, DERIVE_INTERVAL */
  constructor(terms: BookSnapshotTerms) {
    requireWhole('levels', terms.levels, 1)
    requireWhole('ticksPerUnit', terms.ticksPerUnit, 1)
    if (typeof terms.every === 'number') requireWhole('every', terms.every, 1)
    this.#every = typeof terms.every === 'number' ? terms.every : requireInterval('every', terms.every)
    this.#terms = terms
    this.#byEvent = terms.clock === 'event'
    this.#repeats = terms.unchanged !== 'leaveOut'
    const named = (name: string) => Array.from({ length: terms.levels }, (_, level) => `${name}${level}`)
    this.#names = {
      bidPrice: named('bidPrice'),
      bidSize: named('bidSize'),
      askPrice: named('askPrice'),
      askSize: named('askSize'),
    }
    this.#rows = new GrowingRows(['eventTime', 'receiveTime', 'known', ...Object.values(this.#names).flat()])
  }

  /** @throws DERIVE_ROW, DERIVE_TOO_MANY */
  add(rows: BookSeries): BookSnapshotSeries {
    const clock = this.#byEvent ? rows.eventTime : rows.receiveTime
    for (let i = 0; i < rows.length; i++) {
      const time = clock[i]
      if (!(time <= this.#next)) this.#pass(time)
      else if (time <= this.#next - this.#every) this.late++
      if (rows.receiveTime[i] > this.#received) this.#received = rows.receiveTime[i]
      this.#apply(rows, i)
      this.#changed = true
      this.#row++
    }
    return this.#taken()
  }

  end(): BookSnapshotSeries {
    if (this.#state !== 'empty' && this.#changed) this.#give(this.#next)
    return this.#taken()
  }

  /** Gives what is due before `time`, and finds its own tick of the cadence. */
  #pass(time: Micros): void {
    const next = Math.ceil(time / this.#every) * this.#every
    if (this.#state !== 'empty') {
      const [first, every] = [this.#next, this.#every]
      if (this.#repeats && this.#state === 'known' && (next - first) / every > MOST_AT_ONCE) {
        throw new GordonError(
          'DERIVE_TOO_MANY',
          `The book is silent from ${isoTime(first)} to ${isoTime(time)}, for more than ${MOST_AT_ONCE} snapshots: ` +
            "leave unchanged ones out (unchanged: 'leaveOut'), or take fewer.",
        )
      }
      for (let tick = first; tick < next; tick += every) {
        this.#give(tick)
        if (!this.#repeats || this.#state === 'lost') break
      }
    }
    this.#next = next
  }

  #apply(rows: BookSeries, i: number): void {
    const action = rows.action[i]
    if (action === BOOK_ACTIONS.gap || action === BOOK_ACTIONS.clear) {
      this.#book.clear()
      this.#orders?.clear()
      this.#state = action === BOOK_ACTIONS.gap ? 'lost' : 'known'
      this.#told = false
    }
    // Changes of a lost book say nothing until a snapshot; a stream that never had one begins with levels.
    if (this.#state === 'lost') return
    this.#state = 'known'
    const price = rows.price[i]
    if (action >= BOOK_ACTIONS.add) {
      this.#order(rows, i)
      return
    }
    if (action === BOOK_ACTIONS.clear && Number.isNaN(price)) return
    const side: BookSide = rows.side[i] > 0 ? 1 : -1
    this.#require(this.#book.set(side, this.#ticks(price), rows.size[i]), rows, i)
  }

  #order(rows: BookSeries, i: number): void {
    if (this.#orders === undefined) {
      this.#orders = new OrderQueueBook()
      // What stood by level still does.
      this.#orders.levels.become(this.#book)
      this.#book = this.#orders.levels
    }
    const { action, side, price, size } = rows
    const id = rows.order?.[i]
    if (id === undefined || Number.isNaN(id))
      throw badRow('book', this.#row, 'changes an order and names none')
    const { add, change } = BOOK_ACTIONS
    const fault =
      action[i] === add
        ? this.#orders.add(id, side[i] > 0 ? 1 : -1, this.#ticks(price[i]), size[i])
        : action[i] === change
          ? this.#orders.change(id, this.#ticks(price[i]), size[i])
          : this.#orders.remove(id)
    if (fault > BOOK_FAULTS.crossed) this.orderFaults++
    else this.#require(fault, rows, i)
  }

  #ticks(price: number): number {
    const { ticksPerUnit } = this.#terms
    const ticks = Math.round(price * ticksPerUnit)
    if (ticks / ticksPerUnit === price) return ticks
    throw badRow('book', this.#row, `has price ${price}, off the grid of ${ticksPerUnit} ticks a unit`)
  }

  #require(fault: number, rows: BookSeries, i: number): void {
    if (fault === BOOK_FAULTS.badPrice || fault === BOOK_FAULTS.badSize)
      throw badRow('book', this.#row, `has price ${rows.price[i]} and size ${rows.size[i]}`)
  }

  #give(tick: Micros): void {
    this.#changed = false
    const known = this.#state === 'known'
    if (!known) {
      if (this.#told) return
      this.#told = true
    }
    const at = this.#rows.next()
    const { columns } = this.#rows
    columns.eventTime[at] = tick
    columns.receiveTime[at] = this.#byEvent ? Math.max(tick, this.#received) : tick
    columns.known[at] = known ? 1 : 0
    if (known && this.#book.state !== BOOK_FAULTS.none) this.crossed++
    this.#side(1, known, this.#names.bidPrice, this.#names.bidSize, at)
    this.#side(-1, known, this.#names.askPrice, this.#names.askSize, at)
  }

  #side(
    side: BookSide,
    known: boolean,
    prices: readonly string[],
    sizes: readonly string[],
    at: number,
  ): void {
    const { columns } = this.#rows
    let ticks = known ? this.#book.bestTicks(side) : Number.NaN
    for (let level = 0; level < prices.length; level++) {
      columns[prices[level]][at] = ticks / this.#terms.ticksPerUnit
      columns[sizes[level]][at] = Number.isNaN(ticks) ? 0 : this.#book.size(side, ticks)
      if (!Number.isNaN(ticks)) ticks = this.#book.nextTicks(side, ticks)
    }
  }

  #taken(): BookSnapshotSeries {
    const rows = this.#rows.take()
    const { bidPrice, bidSize, askPrice, askSize } = this.#names
    const list = (names: readonly string[]) => names.map(name => rows[name] as Float64Array)
    return {
      length: rows.length,
      eventTime: rows.eventTime,
      receiveTime: rows.receiveTime,
      known: rows.known,
      bidPrice: list(bidPrice),
      bidSize: list(bidSize),
      askPrice: list(askPrice),
      askSize: list(askSize),
    }
  }
}

/**
 * Snapshots as a book stream: a `clear` with the first level and a `set` for each of the others, bids before asks and
 * the best first; a `gap` where the book was not known. Levels beyond those that were asked for are not there.
 */
export function snapshotRows(snapshots: BookSnapshotSeries): BookSeries {
  const { length, known, bidPrice, bidSize, askPrice, askSize } = snapshots
  const rows = new GrowingRows(['eventTime', 'receiveTime', 'action', 'side', 'price', 'size'])
  const put = (row: number, action: number, side: number, price: number, size: number): void => {
    const at = rows.next()
    const { columns } = rows
    columns.eventTime[at] = snapshots.eventTime[row]
    columns.receiveTime[at] = snapshots.receiveTime[row]
    columns.action[at] = action
    columns.side[at] = side
    columns.price[at] = price
    columns.size[at] = size
  }
  for (let row = 0; row < length; row++) {
    if (known[row] === 0) {
      put(row, BOOK_ACTIONS.gap, 1, Number.NaN, Number.NaN)
      continue
    }
    let action: number = BOOK_ACTIONS.clear
    for (const [side, prices, sizes] of [[1, bidPrice, bidSize] as const, [-1, askPrice, askSize] as const])
      for (let level = 0; level < prices.length && sizes[level][row] > 0; level++) {
        put(row, action, side, prices[level][row], sizes[level][row])
        action = BOOK_ACTIONS.set
      }
    // Nobody offered anything.
    if (action === BOOK_ACTIONS.clear) put(row, action, 1, Number.NaN, Number.NaN)
  }
  return rows.take()
}
