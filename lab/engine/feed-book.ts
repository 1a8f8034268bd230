/**
 * The book that a stream tells of, kept once for its two readers: the venue, which is ahead by the latency of the feed,
 * and the strategy's side. Whoever comes to a row first takes it in; the other finds what it needs in the tape.
 *
 *     rows      ──┬────────────────┬──────────┬─────────────
 *              cursor           taken       end            the book stands at `taken`; the tape has, of each row
 *           strategy's side    the venue's                 from the cursor on, its level, what that held before,
 *                                                          and the bests where they may have changed
 *
 * So the strategy's bests and marks are those of its own row, whatever the venue knows already. Levels behind the best
 * are read in the book itself where both readers stand together, else in a copy that is turned back to the strategy's
 * row and from then on follows it when somebody looks.
 *
 * A venue whose book is no longer the feed's (orders of ours took from it, or single orders stand in it) keeps its own
 * from there on (`onPart`).
 */
import { OrderBook, STIRRED, TAPE } from '../book/order-book.ts'
import { OrderQueueBook, QUEUE_FAULTS } from '../book/order-queue-book.ts'
import { BOOK_ACTIONS } from '../domain/market-events.ts'
import { noOddity, note, type Oddity } from './oddity.ts'
import type { TickWindow } from './tick-window.ts'

/** Of a row: messages were lost, and no snapshot has come since. Else it is QUIET or STIRRED. */
export const LOST = 2

const FIRST_ROWS = 64

export class FeedBook {
  /** As it is after `taken` rows. */
  book = new OrderBook()
  /** Rows taken in so far, those included that have left the window. */
  taken = 0
  /** From a snapshot or the first level on, until messages are lost. */
  private known = false
  private lost = false
  /** Orders of an L3 book that came twice, or changed without having come. */
  readonly orderFaults: Oddity = noOddity()
  /** Before a row that the venue's book must take in its own way. */
  onPart: (() => void) | undefined
  tape = new Float64Array(FIRST_ROWS * TAPE.cells)
  private mask = FIRST_ROWS - 1
  private readonly window: TickWindow
  private readonly ticksPerUnit: number
  /** Of single orders, made when the first comes. */
  private queues: OrderQueueBook | undefined
  /** The book at an earlier row, and how many rows are in it. */
  private late: OrderBook | undefined
  private lateTaken = 0
  private lateLost = false

  constructor(window: TickWindow, ticksPerUnit: number) {
    this.window = window
    this.ticksPerUnit = ticksPerUnit
  }

  /** Place in the tape of a row of the window. */
  at(row: number): number {
    return ((this.window.gone + row) & this.mask) * TAPE.cells
  }

  /** The next row, which the strategy does not know yet. */
  lead(row: number): void {
    const { window } = this
    const known = window.gone + window.cursor
    if (this.taken - known > this.mask) this.grow(known)
    // No copy is turned back beyond a book that was emptied.
    const action = window.d[row]
    if ((action === BOOK_ACTIONS.clear || action === BOOK_ACTIONS.gap) && this.late === undefined)
      this.turnBack()
    this.take(row)
  }

  /** The next row. */
  take(row: number): void {
    const { window, tape } = this
    const at = (this.taken & this.mask) * TAPE.cells
    tape[at + TAPE.ticks] = Math.round(window.a[row] * this.ticksPerUnit)
    if (this.known === true && window.d[row] === BOOK_ACTIONS.set)
      this.book.setRow(window.c, window.b, row, tape, at)
    else this.other(row, at)
    this.taken++
  }

  /** The book as it was after the newest row that the strategy knows. */
  get asKnown(): OrderBook {
    const { window } = this
    const taken = window.gone + window.cursor + 1
    if (taken === this.taken) return this.book
    if (this.late === undefined) this.turnBack()
    else this.follow(taken)
    return this.late!
  }

  /** Rows that both readers have passed are about to leave the window. */
  leaving(): void {
    if (this.late === undefined) return
    const taken = this.window.gone + this.window.cursor + 1
    if (taken === this.taken) this.late = undefined
    else this.follow(taken)
  }

  /** Rows that are no plain change of a level of a known book. */
  private other(row: number, at: number): void {
    const { window, tape } = this
    const action = window.d[row]
    if (action === BOOK_ACTIONS.gap || action === BOOK_ACTIONS.clear) {
      this.lost = action === BOOK_ACTIONS.gap
      this.book.clear()
      this.queues?.clear()
    }
    // Changes of a lost book say nothing until a snapshot; a stream that never had one begins with levels.
    this.known = !this.lost
    if (action >= BOOK_ACTIONS.add && this.known) this.order(row, action)
    else if (this.known && !Number.isNaN(tape[at])) this.book.setRow(window.c, window.b, row, tape, at)
    tape[at + TAPE.state] = this.known ? STIRRED : LOST
    tape[at + TAPE.bid] = this.book.bestBidTicks
    tape[at + TAPE.ask] = this.book.bestAskTicks
  }

  /** One order of an L3 book comes, changes or goes. */
  private order(row: number, action: number): void {
    const { window } = this
    if (this.queues === undefined) {
      this.onPart?.()
      this.queues = new OrderQueueBook()
      this.book = this.queues.levels
    }
    const { queues } = this
    const id = window.e[row]
    const ticks = Math.round(window.a[row] * this.ticksPerUnit)
    const fault =
      action === BOOK_ACTIONS.add
        ? queues.add(id, window.c[row] > 0 ? 1 : -1, ticks, window.b[row])
        : action === BOOK_ACTIONS.change
          ? queues.change(id, ticks, window.b[row])
          : queues.remove(id)
    if (fault === QUEUE_FAULTS.duplicateOrder || fault === QUEUE_FAULTS.unknownOrder)
      note(this.orderFaults, window.receiveTime[row])
  }

  /** Copies the book and undoes in it, newest first, what the strategy does not know yet: changes of levels alone. */
  private turnBack(): void {
    const { window, tape } = this
    const late = new OrderBook()
    late.become(this.book)
    this.lateTaken = window.gone + window.cursor + 1
    this.lateLost = this.lost
    for (let row = this.taken - window.gone - 1; row > window.cursor; row--) {
      const at = this.at(row)
      if (tape[at + TAPE.state] !== LOST)
        late.set(window.c[row] > 0 ? 1 : -1, tape[at + TAPE.ticks], tape[at + TAPE.before])
    }
    this.late = late
  }

  /** Brings the copy forward to the strategy's row. */
  private follow(taken: number): void {
    const { window } = this
    const late = this.late!
    for (; this.lateTaken < taken; this.lateTaken++) {
      const row = this.lateTaken - window.gone
      const action = window.d[row]
      if (action !== BOOK_ACTIONS.set) {
        late.clear()
        this.lateLost = action === BOOK_ACTIONS.gap
      }
      const ticks = Math.round(window.a[row] * this.ticksPerUnit)
      if (!this.lateLost && !Number.isNaN(ticks)) late.set(window.c[row] > 0 ? 1 : -1, ticks, window.b[row])
    }
  }

  /** Twice the tape, from the strategy's row on. */
  private grow(from: number): void {
    const { tape, mask } = this
    this.mask = 2 * mask + 1
    this.tape = new Float64Array(2 * tape.length)
    for (let row = Math.max(from, 0); row < this.taken; row++) {
      const at = (row & mask) * TAPE.cells
      this.tape.set(tape.subarray(at, at + TAPE.cells), (row & this.mask) * TAPE.cells)
    }
  }
}
