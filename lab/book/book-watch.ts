/**
 * What is wrong with a stream of book and trade events, counted and never thrown: dirty data is data. The feed
 * calls it; what to do about a count (report, refuse the file, fetch a snapshot) is decided above.
 */
import type { Micros } from '../core/time.ts'
import type { BookFault, OrderBook } from './order-book.ts'
import { BOOK_FAULTS } from './order-book.ts'

export class BookWatch {
  /** Levels refused for their price or size. */
  badPrices = 0
  badSizes = 0
  /** Messages after which the book was locked, or crossed. */
  locked = 0
  crossed = 0
  /** Trades at prices strictly beyond the best bid and ask that the book had. */
  tradesOutside = 0
  /** Events stamped earlier than the one before. */
  clockBackwards = 0
  /** Messages that were missing, by the feed's own numbers. */
  gaps = 0
  private time = Number.NEGATIVE_INFINITY

  /** What `set` answered, of one level: only bad input counts, a message may pass through a crossed book. */
  level(fault: BookFault): void {
    if (fault === BOOK_FAULTS.badPrice) this.badPrices++
    else if (fault === BOOK_FAULTS.badSize) this.badSizes++
  }

  /** A message has been applied whole. */
  message(book: OrderBook): void {
    const state = book.state
    if (state === BOOK_FAULTS.locked) this.locked++
    else if (state === BOOK_FAULTS.crossed) this.crossed++
  }

  /** A trade, before the book tells of it. An empty side bounds nothing. */
  trade(book: OrderBook, ticks: number): void {
    if (ticks < book.bestBidTicks || ticks > book.bestAskTicks) this.tradesOutside++
  }

  /** The stamp of any event; equal stamps are in order. */
  clock(time: Micros): void {
    if (time < this.time) this.clockBackwards++
    this.time = time
  }
}
