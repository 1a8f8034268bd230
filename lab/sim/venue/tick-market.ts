/**
 * One instrument's market at the venue: its trades, quotes and book happen at their event times, and orders that
 * have arrived meet them. models/tick-fills.md has the rules with their examples.
 *
 *   tick-floor      what the parts share, and how orders fill and end there
 *   tick-book       rows of books and quotes
 *   tick-orders     orders come, change, go, and end by their time
 *   tick-taking     who takes walks the book, or fills at the next trade where there are trades alone
 *   tick-resting    who rests waits in its level's queue
 *   tick-triggers   stops and touches wait for a price
 *   tick-auctions   orders for a session's first price, or its last
 */
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { Reason } from '../../domain/order.ts'
import type { OrderChange } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { TickWindow } from '../../engine/tick-window.ts'
import { TickAuctions } from './tick-auctions.ts'
import { TickBook } from './tick-book.ts'
import { TickFloor, type TickMarketSetup } from './tick-floor.ts'
import { TickOrders } from './tick-orders.ts'
import { TickResting } from './tick-resting.ts'
import { TickTaking } from './tick-taking.ts'
import { TickTriggers } from './tick-triggers.ts'

export class TickMarket {
  /** When the next row or end of an order is; Infinity at the end, NaN when `starved` must be loaded first. */
  next = Number.POSITIVE_INFINITY
  starved = -1
  /** Orders that are over stand where they stood. */
  struck = false
  readonly #floor: TickFloor
  readonly #resting: TickResting
  readonly #taking: TickTaking
  readonly #triggers: TickTriggers
  readonly #auctions: TickAuctions
  readonly #book: TickBook
  readonly #orders: TickOrders
  readonly #windows: readonly TickWindow[]
  /** The only one, or the only one that has not ended. */
  #alone: TickWindow | undefined
  #which: TickWindow | undefined

  constructor(setup: TickMarketSetup) {
    const floor = new TickFloor(setup)
    this.#floor = floor
    this.#resting = new TickResting(floor)
    this.#taking = new TickTaking(floor, this.#resting)
    this.#triggers = new TickTriggers(floor)
    this.#auctions = new TickAuctions(floor, this.#taking)
    this.#book = new TickBook(floor, this.#resting, this.#taking, this.#triggers)
    this.#orders = new TickOrders(floor, {
      resting: this.#resting,
      taking: this.#taking,
      triggers: this.#triggers,
      auctions: this.#auctions,
    })
    this.#windows = setup.windows
    this.#alone = setup.windows.length === 1 ? setup.windows[0] : undefined
  }

  /** Orders here that have not ended. */
  get living(): number {
    return this.#floor.living
  }

  /** How late the newest row was at the strategy, µs. */
  get feed(): number {
    return this.#floor.feed
  }

  /** How late the newest event that the strategy knows of came to it, µs. */
  get lateness(): number {
    let newest = Number.NEGATIVE_INFINITY
    let late = 0
    for (const { cursor, eventTime, receiveTime } of this.#windows)
      if (cursor >= 0 && receiveTime[cursor] >= newest) {
        newest = receiveTime[cursor]
        late = newest - eventTime[cursor]
      }
    return late
  }

  /** Looks for the next row. */
  peek(): void {
    let least = this.#floor.nextEnd
    this.#which = undefined
    this.starved = -1
    const windows = this.#windows
    if (this.#alone !== undefined) {
      const window = this.#alone
      const row = window.head
      if (row < window.end) {
        const time = window.eventTime[row]
        // What ends at a time may still meet that time's rows.
        if (time <= least) {
          least = time < this.#floor.clock ? this.#floor.clock : time
          this.#which = window
        }
      } else if (window.more === true) this.starved = window.stream
      this.next = this.starved >= 0 ? Number.NaN : least
      return
    }
    let going = 0
    for (let k = 0; k < windows.length; k++) {
      const window = windows[k]
      if (window.head < window.end || window.more === true) {
        going++
        this.#alone = window
      }
      if (window.head < window.end) {
        let time = window.eventTime[window.head]
        if (time < this.#floor.clock) time = this.#floor.clock
        if (time < least || (time === least && this.#which === undefined)) {
          least = time
          this.#which = window
        }
      } else if (window.more === true) this.starved = window.stream
    }
    if (going !== 1) this.#alone = undefined
    this.next = this.starved >= 0 ? Number.NaN : least
  }

  /** Takes the next row, or ends what expires then. */
  step(): void {
    const window = this.#which
    this.#floor.clock = this.next
    if (window === undefined) this.#orders.expire(this.next)
    else {
      this.#take(window, window.head++)
      if (this.#auctions.orders.length > 0) this.#auctions.watch(window, this.next)
    }
    this.peek()
  }

  /** Rows up to `time`, where no order is there to meet them. Returns false when rows must be loaded first. */
  skipTo(time: number): boolean {
    this.#floor.nextEnd = Number.POSITIVE_INFINITY
    if (this.#alone !== undefined) this.#skipAlone(this.#alone, time)
    for (;;) {
      this.peek()
      if (this.starved >= 0) return false
      if (!(this.next <= time)) return true
      const window = this.#which!
      this.#floor.clock = this.next
      this.#take(window, window.head++)
    }
  }

  /** The same for the rows held of the only stream, as far as they are plain levels or trades. */
  #skipAlone(window: TickWindow, time: number): void {
    const { kind, end, head, eventTime, a, b, c, d } = window
    if (kind === 'quotes') return
    const { book, parted, scale, shared } = this.#floor
    const isBook = kind === 'book'
    if (isBook && this.#floor.known === false) return
    let row = head
    let clock = this.#floor.clock
    for (; row < end; row++) {
      const at = eventTime[row]
      if (!((at > clock ? at : clock) <= time)) break
      if (isBook) {
        if (d[row] !== BOOK_ACTIONS.set) break
        const at = window.gone + row
        if (shared !== undefined) {
          if (at === shared.taken) shared.lead(row)
        } else if (at >= parted) book.set(c[row] > 0 ? 1 : -1, Math.round(a[row] * scale), b[row])
      }
      if (at > clock) clock = at
    }
    if (row === head) return
    window.head = row
    this.#floor.clock = clock
    this.#floor.feed = window.receiveTime[row - 1] - eventTime[row - 1]
    if (isBook) return
    this.#floor.lastTrade = a[row - 1]
    this.#floor.lastTradeAt = clock
  }

  /** A row happens, at the time of the floor's clock. */
  #take(window: TickWindow, row: number): void {
    this.#floor.feed = window.receiveTime[row] - window.eventTime[row]
    if (window.kind === 'book') this.#book.level(window, row)
    else if (window.kind === 'trades') this.#trade(window, row)
    else this.#book.quote(window, row, this.#floor.clock)
  }

  #trade(window: TickWindow, row: number): void {
    const price = window.a[row]
    const now = this.#floor.clock
    this.#floor.lastTrade = price
    this.#floor.lastTradeAt = now
    if (this.#floor.living === 0) return
    const ticks = Math.round(price * this.#floor.scale)
    this.#resting.traded(ticks, window.b[row], window.c[row], now)
    if (this.#taking.takers.length > 0 && !this.#floor.hasDepth) this.#taking.takeTrade(price, now)
    if (this.#triggers.waiting.length > 0) this.#triggers.trigger(now)
  }

  /** A new order has come. @param known the account has it as accepted already */
  arrive(order: WorkingOrder, now: number, known: boolean): void {
    this.#orders.arrive(order, now, known)
    this.#heed()
  }

  cancel(order: WorkingOrder, reason: Reason, now: number): void {
    this.#orders.cancel(order, reason, now)
  }

  /** The same for an order that ends with another's fill, wherever that fill has got to. */
  strike(order: WorkingOrder, reason: Reason, now: number): void {
    this.#orders.strike(order, reason, now)
    this.struck = true
  }

  /** Forgets orders that were struck. */
  tidy(): void {
    this.#orders.tidy()
    this.struck = false
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#orders.replace(order, change, now)
    this.#heed()
  }

  /** An order that has just come may end before the next row. */
  #heed(): void {
    const { nextEnd } = this.#floor
    if (!(nextEnd < this.next)) return
    this.next = nextEnd
    this.#which = undefined
  }
}
