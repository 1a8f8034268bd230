/**
 * The market as the strategy's side knows it: per instrument the book, the best quote and the last trade, as of
 * the events received so far. Books are shared with the venue, which is ahead by the latency of the feed (feed-book.ts).
 *
 * A mark is the middle of the quote where there is one, else the last trade.
 */
import { QUIET, TAPE } from '../book/order-book.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import type { Tradable } from '../strategy/context.ts'
import { FeedBook, LOST } from './feed-book.ts'
import { noOddity, note, type Oddity } from './oddity.ts'
import type { TickWindow } from './tick-window.ts'

export class Market {
  /** Of instruments with a stream of books. */
  readonly books: (FeedBook | undefined)[]
  /** 1 where the book's state is known. */
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
  readonly #bookWindow: (TickWindow | undefined)[] = []
  readonly #ticksPerUnit: Float64Array
  readonly #mark: Float64Array
  readonly #quoted: Uint8Array
  /** 1 where levels began or ended since the best was last read. */
  readonly #stirred: Uint8Array
  readonly #bidNow: Float64Array
  readonly #askNow: Float64Array
  /** Best of the book when it was last read. */
  readonly #bidTicks: Float64Array
  readonly #askTicks: Float64Array

  constructor(instruments: readonly Tradable[], mark: Float64Array) {
    const count = instruments.length
    this.books = instruments.map(() => undefined)
    const none = () => instruments.map(noOddity)
    this.crossed = none()
    this.locked = none()
    this.outside = none()
    this.gaps = none()
    this.orderFaults = none()
    this.trades = new Float64Array(count)
    this.known = new Uint8Array(count)
    this.bid = new Float64Array(count).fill(Number.NaN)
    this.ask = new Float64Array(count).fill(Number.NaN)
    this.bidSize = new Float64Array(count)
    this.askSize = new Float64Array(count)
    this.tradePrice = new Float64Array(count).fill(Number.NaN)
    this.#ticksPerUnit = Float64Array.from(instruments, one => one.ticksPerUnit)
    this.#mark = mark
    this.#quoted = new Uint8Array(count)
    this.#stirred = new Uint8Array(count)
    this.#bidNow = new Float64Array(count)
    this.#askNow = new Float64Array(count)
    this.#bidTicks = new Float64Array(count).fill(Number.NaN)
    this.#askTicks = new Float64Array(count).fill(Number.NaN)
  }

  /** Makes room for what a stream brings. */
  expect(window: TickWindow): void {
    if (window.kind === 'book') {
      window.book = new FeedBook(window, this.#ticksPerUnit[window.handle])
      this.books[window.handle] = window.book
      this.orderFaults[window.handle] = window.book.orderFaults
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

  /** After the last row of a message, which is the newest known: reads the best of the book. */
  settle(handle: number): void {
    if (this.#stirred[handle] === 1) this.#best(handle)
  }

  /** One row of a book, which the venue may have taken in already. */
  level(window: TickWindow, row: number, handle: number): void {
    const book = window.book!
    if (book.taken === window.gone + row) book.take(row)
    if (book.tape[book.at(row) + TAPE.state] !== QUIET) this.#stir(window, row, handle)
  }

  #stir(window: TickWindow, row: number, handle: number): void {
    const { tape } = window.book!
    const at = window.book!.at(row)
    this.known[handle] = tape[at + TAPE.state] === LOST ? 0 : 1
    this.#stirred[handle] = this.known[handle]
    this.#bidNow[handle] = tape[at + TAPE.bid]
    this.#askNow[handle] = tape[at + TAPE.ask]
    if (window.d[row] === BOOK_ACTIONS.gap) this.#lose(window, row, handle)
  }

  #best(handle: number): void {
    this.#stirred[handle] = 0
    const bid = this.#bidNow[handle]
    const ask = this.#askNow[handle]
    if (bid === this.#bidTicks[handle] && ask === this.#askTicks[handle]) return
    this.#bidTicks[handle] = bid
    this.#askTicks[handle] = ask
    if (bid >= ask) this.#oddBook(handle, bid > ask)
    const scale = this.#ticksPerUnit[handle]
    this.bid[handle] = bid / scale
    this.ask[handle] = ask / scale
    this.#middle(handle)
  }

  #lose(window: TickWindow, row: number, handle: number): void {
    note(this.gaps[handle], window.receiveTime[row])
    this.bid[handle] = Number.NaN
    this.ask[handle] = Number.NaN
    this.#bidTicks[handle] = Number.NaN
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
