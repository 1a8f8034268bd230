/**
 * The market as the strategy's side knows it: per instrument the book, the best quote and the last trade, as of
 * the events received so far. The venue keeps books of its own, which are ahead by the latency of the feed.
 *
 * A mark is the middle of the quote where there is one, else the last trade.
 */
import { OrderBook } from '../book/order-book.ts'
import { OrderQueueBook, QUEUE_FAULTS } from '../book/order-queue-book.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import type { Tradable } from '../strategy/context.ts'
import type { TickWindow } from './tick-window.ts'

const LOST = 2

/** Something odd, how often and where first. */
export interface Oddity {
  count: number
  /** When the first was received, µs UTC. */
  time: number
}

export class Market {
  /** Of instruments with a stream of books. */
  readonly books: (OrderBook | undefined)[]
  /** 1 where the book's state is known: from a snapshot or the first level on, until messages are lost (2). */
  readonly known: Uint8Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  readonly bidSize: Float64Array
  readonly askSize: Float64Array
  readonly tradePrice: Float64Array
  /** Per instrument: books and quotes that came to stand crossed or locked, trades outside of them, lost messages. */
  readonly crossed: Oddity[]
  readonly locked: Oddity[]
  readonly outside: Oddity[]
  readonly gaps: Oddity[]
  /** Orders of an L3 book that came twice, or changed without having come. */
  readonly orderFaults: Oddity[]
  readonly trades: Float64Array
  /** Books of single orders (L3), made when the first comes. */
  readonly #queues: (OrderQueueBook | undefined)[]
  readonly #bookWindow: (TickWindow | undefined)[] = []
  readonly #ticksPerUnit: Float64Array
  readonly #mark: Float64Array
  readonly #quoted: Uint8Array
  /** Best of the book when it was last read, so that most changes cost two comparisons. */
  readonly #bidTicks: Float64Array
  readonly #askTicks: Float64Array

  constructor(instruments: readonly Tradable[], mark: Float64Array) {
    const count = instruments.length
    this.books = instruments.map(() => undefined)
    const none = () => instruments.map(() => ({ count: 0, time: Number.NaN }))
    this.crossed = none()
    this.locked = none()
    this.outside = none()
    this.gaps = none()
    this.orderFaults = none()
    this.trades = new Float64Array(count)
    this.#queues = instruments.map(() => undefined)
    this.known = new Uint8Array(count)
    this.bid = new Float64Array(count).fill(Number.NaN)
    this.ask = new Float64Array(count).fill(Number.NaN)
    this.bidSize = new Float64Array(count)
    this.askSize = new Float64Array(count)
    this.tradePrice = new Float64Array(count).fill(Number.NaN)
    this.#ticksPerUnit = Float64Array.from(instruments, one => one.ticksPerUnit)
    this.#mark = mark
    this.#quoted = new Uint8Array(count)
    this.#bidTicks = new Float64Array(count).fill(Number.NaN)
    this.#askTicks = new Float64Array(count).fill(Number.NaN)
  }

  /** Makes room for what a stream brings. */
  expect(window: TickWindow): void {
    if (window.kind === 'book') {
      this.books[window.handle] ??= new OrderBook()
      this.#bookWindow[window.handle] = window
    }
    if (window.kind === 'book' || window.kind === 'quotes') this.#quoted[window.handle] = 1
  }

  /** Takes one row of ticks in. */
  take(window: TickWindow, row: number): void {
    const { handle, kind } = window
    if (kind === 'book') this.level(window, row, handle)
    else if (kind === 'trades') this.trade(window, row, handle)
    else if (kind === 'quotes') {
      this.bid[handle] = window.a[row]
      this.ask[handle] = window.b[row]
      this.bidSize[handle] = window.c[row]
      this.askSize[handle] = window.d[row]
      if (this.bid[handle] === this.ask[handle]) note(this.locked[handle], window.receiveTime[row])
      this.#middle(handle)
    }
  }

  /** One trade. */
  trade(window: TickWindow, row: number, handle: number): void {
    const price = window.a[row]
    this.tradePrice[handle] = price
    if (this.#quoted[handle] === 0) this.#mark[handle] = price
    else {
      this.trades[handle]++
      if (price < this.bid[handle] || price > this.ask[handle])
        note(this.outside[handle], window.receiveTime[row])
    }
  }

  /** After the last row of a message: reads the best of the book. */
  settle(handle: number): void {
    const book = this.books[handle]
    if (book === undefined || this.known[handle] !== 1) return
    const bid = book.bestBidTicks
    const ask = book.bestAskTicks
    if (bid === this.#bidTicks[handle] && ask === this.#askTicks[handle]) return
    this.#bidTicks[handle] = bid
    this.#askTicks[handle] = ask
    if (bid >= ask) this.#oddBook(handle, bid > ask)
    const scale = this.#ticksPerUnit[handle]
    this.bid[handle] = bid / scale
    this.ask[handle] = ask / scale
    this.#middle(handle)
  }

  /** One row of a book. */
  level(window: TickWindow, row: number, handle: number): void {
    const book = this.books[handle]!
    const action = window.d[row]
    if (action === BOOK_ACTIONS.set && this.known[handle] === 1) {
      book.set(
        window.c[row] > 0 ? 1 : -1,
        Math.round(window.a[row] * this.#ticksPerUnit[handle]),
        window.b[row],
      )
      return
    }
    if (action === BOOK_ACTIONS.gap) {
      note(this.gaps[handle], window.receiveTime[row])
      this.known[handle] = LOST
      this.bid[handle] = Number.NaN
      this.ask[handle] = Number.NaN
      this.#bidTicks[handle] = Number.NaN
      this.#clear(handle)
      return
    }
    if (action === BOOK_ACTIONS.clear) {
      this.#clear(handle)
      this.known[handle] = 1
      if (Number.isNaN(window.a[row])) return
    } else if (this.known[handle] !== 1) {
      // Changes of a lost book say nothing until a snapshot; a stream that never had one begins with levels.
      if (this.known[handle] === LOST) return
      this.known[handle] = 1
    }
    if (action >= BOOK_ACTIONS.add) {
      this.#order(window, row, handle)
      return
    }
    book.set(
      window.c[row] > 0 ? 1 : -1,
      Math.round(window.a[row] * this.#ticksPerUnit[handle]),
      window.b[row],
    )
  }

  /** One order of an L3 book comes, changes or goes. */
  #order(window: TickWindow, row: number, handle: number): void {
    let queues = this.#queues[handle]
    if (queues === undefined) {
      queues = new OrderQueueBook()
      this.#queues[handle] = queues
      this.books[handle] = queues.levels
    }
    const action = window.d[row]
    const id = window.e[row]
    const ticks = Math.round(window.a[row] * this.#ticksPerUnit[handle])
    const fault =
      action === BOOK_ACTIONS.add
        ? queues.add(id, window.c[row] > 0 ? 1 : -1, ticks, window.b[row])
        : action === BOOK_ACTIONS.change
          ? queues.change(id, ticks, window.b[row])
          : queues.remove(id)
    if (fault === QUEUE_FAULTS.duplicateOrder || fault === QUEUE_FAULTS.unknownOrder)
      note(this.orderFaults[handle], window.receiveTime[row])
  }

  #clear(handle: number): void {
    this.books[handle]!.clear()
    this.#queues[handle]?.clear()
  }

  #oddBook(handle: number, crossed: boolean): void {
    const window = this.#bookWindow[handle]!
    note((crossed ? this.crossed : this.locked)[handle], window.receiveTime[window.cursor])
  }

  #middle(handle: number): void {
    const middle = (this.bid[handle] + this.ask[handle]) / 2
    if (middle > 0) this.#mark[handle] = middle
  }
}

function note(oddity: Oddity, time: number): void {
  if (oddity.count++ === 0) oddity.time = time
}
