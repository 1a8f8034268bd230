/**
 * Rows of a book, of its single orders (L3), or of quotes change the book at the venue, and orders there meet it as it
 * is then: those that rest first, then those that take, then those that wait for a price.
 */
import { TAPE } from '../../book/order-book.ts'
import { QUEUE_FAULTS } from '../../book/order-queue-book.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { FeedBook } from '../../engine/feed-book.ts'
import type { TickWindow } from '../../engine/tick-window.ts'
import type { TickFloor } from './tick-floor.ts'
import type { TickResting } from './tick-resting.ts'
import type { TickTaking } from './tick-taking.ts'
import type { TickTriggers } from './tick-triggers.ts'

export class TickBook {
  readonly #floor: TickFloor
  readonly #resting: TickResting
  readonly #taking: TickTaking
  readonly #triggers: TickTriggers
  readonly #scale: number
  /** The quote as the feed last said it: what we took comes back when it says another. */
  #bid = Number.NaN
  #ask = Number.NaN
  #bidSize = Number.NaN
  #askSize = Number.NaN

  constructor(floor: TickFloor, resting: TickResting, taking: TickTaking, triggers: TickTriggers) {
    this.#floor = floor
    this.#resting = resting
    this.#taking = taking
    this.#triggers = triggers
    this.#scale = floor.scale
  }

  level(window: TickWindow, row: number): void {
    const action = window.d[row]
    const { shared } = this.#floor
    if (shared !== undefined) {
      if (action < BOOK_ACTIONS.add) {
        this.#sharedLevel(shared, window, row)
        return
      }
      this.#floor.part()
    }
    if (window.gone + row < this.#floor.parted) {
      this.#pass(action)
      return
    }
    if (action !== BOOK_ACTIONS.set) {
      if (action === BOOK_ACTIONS.gap || action === BOOK_ACTIONS.clear) {
        this.#floor.known = action === BOOK_ACTIONS.clear
        this.#floor.orders.clear()
        if (this.#floor.known === false || Number.isNaN(window.a[row])) return
      } else {
        if (this.#floor.known === true) this.#orderRow(window, row, action, this.#floor.clock)
        return
      }
    } else if (this.#floor.known === false) return
    const side = window.c[row] > 0 ? 1 : -1
    const ticks = Math.round(window.a[row] * this.#scale)
    const size = window.b[row]
    const { book } = this.#floor
    const watched = this.#floor.living > 0
    const before = watched ? book.size(side, ticks) : 0
    book.set(side, ticks, size)
    // Most changes concern nobody, and doubles handed to a call are objects.
    if (watched && (this.#resting.concerns(side, ticks) || this.#awaited()))
      this.#levelChanged(side, ticks, before, size, this.#floor.clock)
  }

  /** The same where the book is the feed's. */
  #sharedLevel(shared: FeedBook, window: TickWindow, row: number): void {
    const action = window.d[row]
    // The strategy knows the row already, so that no order of its was here.
    if (window.gone + row < shared.taken) {
      this.#pass(action)
      return
    }
    shared.lead(row)
    const at = shared.at(row)
    if (action !== BOOK_ACTIONS.set) this.#pass(action)
    const ticks = shared.tape[at + TAPE.ticks]
    if (this.#floor.living === 0 || this.#floor.known === false || Number.isNaN(ticks)) return
    const side = window.c[row] > 0 ? 1 : -1
    if (this.#resting.concerns(side, ticks) || this.#awaited())
      this.#levelChanged(side, ticks, shared.tape[at + TAPE.before], window.b[row], this.#floor.clock)
  }

  /** A row that is in the book already. */
  #pass(action: number): void {
    if (action === BOOK_ACTIONS.gap || action === BOOK_ACTIONS.clear)
      this.#floor.known = action === BOOK_ACTIONS.clear
  }

  /** Somebody waits for the book. */
  #awaited(): boolean {
    return this.#taking.takers.length > 0 || this.#triggers.waiting.length > 0
  }

  /** One order of an L3 feed comes, changes or goes. */
  #orderRow(window: TickWindow, row: number, action: number, now: number): void {
    const orders = this.#floor.orders
    if (this.#floor.exact === false) this.#resting.beExact()
    const id = window.e[row]
    const ticks = Math.round(window.a[row] * this.#scale)
    const side = window.c[row] > 0 ? 1 : -1
    const before = this.#floor.book.size(side, ticks)
    const fault =
      action === BOOK_ACTIONS.add
        ? orders.add(id, side, ticks, window.b[row])
        : action === BOOK_ACTIONS.change
          ? orders.change(id, ticks, window.b[row])
          : orders.remove(id)
    if (fault === QUEUE_FAULTS.duplicateOrder || fault === QUEUE_FAULTS.unknownOrder) return
    // Of a level that we have taken from, less is left than the feed takes away.
    if (fault === QUEUE_FAULTS.badSize) this.#floor.book.set(orders.changedSide, orders.changedTicks, 0)
    if (this.#floor.living === 0) return
    const { changedSide, changedTicks, changedArrival, changedBy } = orders
    if (changedBy > 0) this.#resting.movedUp(changedSide, changedTicks, changedArrival, changedBy)
    if (action !== BOOK_ACTIONS.remove)
      this.#resting.stands(side, ticks, this.#floor.book.size(side, ticks) - before, now)
    this.#looked(now)
  }

  quote(window: TickWindow, row: number, now: number): void {
    const book = this.#floor.book
    const bid = Math.round(window.a[row] * this.#scale)
    const ask = Math.round(window.b[row] * this.#scale)
    const { bestBidTicks, bestAskTicks } = book
    // Only the best is known: what stood there is gone when the best is another.
    if (bestBidTicks !== bid && !Number.isNaN(bestBidTicks)) book.clearSide(1)
    if (bestAskTicks !== ask && !Number.isNaN(bestAskTicks)) book.clearSide(-1)
    const bidSize = window.c[row]
    const askSize = window.d[row]
    const sameBid = bid === this.#bid && bidSize === this.#bidSize
    const sameAsk = ask === this.#ask && askSize === this.#askSize
    this.#bid = bid
    this.#ask = ask
    this.#bidSize = bidSize
    this.#askSize = askSize
    if (!Number.isNaN(bid) && !sameBid) this.#setBest(1, bid, bidSize, now)
    if (!Number.isNaN(ask) && !sameAsk) this.#setBest(-1, ask, askSize, now)
  }

  #setBest(side: 1 | -1, ticks: number, size: number, now: number): void {
    const before = this.#floor.book.size(side, ticks)
    this.#floor.book.set(side, ticks, size)
    if (this.#floor.living > 0) this.#levelChanged(side, ticks, before, size, now)
  }

  #levelChanged(side: 1 | -1, ticks: number, before: number, size: number, now: number): void {
    this.#resting.changed(side, ticks, before, size, now)
    this.#looked(now)
  }

  /** The book has changed: who waits for it looks at it. */
  #looked(now: number): void {
    if (this.#taking.takers.length > 0) this.#taking.takeAll(now)
    if (this.#triggers.waiting.length > 0 && !this.#floor.hasTrades) this.#triggers.trigger(now)
  }
}
