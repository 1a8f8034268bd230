/**
 * What the parts of one instrument's market at the venue share: its book, what it saw last, and how orders there
 * fill and end. Prices and quantities that an order has here are its `venue…` fields: the account learns of them by
 * reports, which take their time.
 */
import type { BookSide, OrderBook } from '../../book/order-book.ts'
import { OrderQueueBook } from '../../book/order-queue-book.ts'
import type { Calendar } from '../../domain/calendar/calendar.ts'
import type { Reason } from '../../domain/order.ts'
import type { VenueReports } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { FeedBook } from '../../engine/feed-book.ts'
import type { TickWindow } from '../../engine/tick-window.ts'
import type { Tradable } from '../../strategy/context.ts'
import type { OrderQueue } from '../models/queue.ts'

/** Of `venueState`; 0 is on its way. */
export const HERE = 1
export const OVER = 2
export const HELD = 3

export interface TickMarketSetup {
  readonly instrument: Tradable
  /** In the order in which rows of one time are taken: quotes, trades, book. */
  readonly windows: readonly TickWindow[]
  readonly queue: OrderQueue
  /** What happens here is told at the time at which it happens. */
  readonly reports: VenueReports
  /** False: what fills, fills whole, at the best price. */
  readonly partialFills: boolean
  /** What we take from the book stays taken until the feed sets that level again. */
  readonly consume: boolean
  /** Without a book: whether a trade at a limit's own price fills it, as far as its size goes. */
  readonly limitFill: 'through' | 'touch'
  readonly calendar: Calendar
  /** Lots held once every fill that has happened is known. */
  readonly position: (order: WorkingOrder) => number
  /** Price paid for taking from trades alone: a slippage model's. */
  readonly slipped: (price: number, sign: 1 | -1, lots: number) => number
}

export class TickFloor {
  readonly setup: TickMarketSetup
  readonly orders = new OrderQueueBook()
  /** The feed's, as long as it is the same; then its own. */
  book: OrderBook = this.orders.levels
  /** Shared with the strategy's side. */
  shared: FeedBook | undefined
  /** Rows that are in its own book from the beginning. */
  parted = 0
  readonly scale: number
  readonly lotsPerUnit: number
  readonly hasDepth: boolean
  readonly hasTrades: boolean
  readonly hasQuotes: boolean
  /** Orders here that have not ended. */
  living = 0
  /** The book is known: from its first level, or after lost messages from the next snapshot. */
  known = true
  /** The feed tells of every order (L3). */
  exact = false
  lastTrade = Number.NaN
  lastTradeAt = Number.NEGATIVE_INFINITY
  /** Latency of the newest row, µs. */
  feed = 0
  /**
   * Time of the newest row, or of what ended since: never backwards. Doubles that change with every row are public:
   * V8 stores them in place, and makes an object of each value where the name is private (#).
   */
  clock = Number.NEGATIVE_INFINITY
  /** When the next order ends by its time, or comes to life. */
  nextEnd = Number.POSITIVE_INFINITY

  constructor(setup: TickMarketSetup) {
    const { instrument, windows } = setup
    this.setup = setup
    this.scale = instrument.ticksPerUnit
    this.lotsPerUnit = instrument.lotsPerUnit
    this.hasDepth = windows.some(window => window.kind !== 'trades')
    this.hasTrades = windows.some(window => window.kind === 'trades')
    this.hasQuotes = windows.some(window => window.kind === 'quotes')
    const shared = windows.find(window => window.kind === 'book')?.book
    if (shared === undefined || this.hasQuotes) return
    this.shared = shared
    this.book = shared.book
    shared.onPart = () => this.part()
  }

  /** Keeps a book of its own from here on. */
  part(): void {
    const { shared } = this
    if (shared === undefined) return
    this.shared = undefined
    this.parted = shared.taken
    this.orders.levels.become(shared.book)
    this.book = this.orders.levels
    shared.onPart = undefined
  }

  /** What we took is gone from the book until the feed sets that level again. */
  leave(side: BookSide, ticks: number, size: number): void {
    this.part()
    this.book.set(side, ticks, size)
  }

  /** Fills what the account can pay for of `wanted` lots; what it cannot ends. */
  fill(
    order: WorkingOrder,
    wanted: number,
    price: number,
    slippage: number,
    maker: boolean,
    now: number,
  ): void {
    const lots = this.setup.reports.payableLots(order, wanted, price, maker)
    let reason: Reason = 'insufficientCash'
    if (lots < wanted && order.special.reduceOnly && lots === this.#room(order))
      reason = 'reduceOnlyWouldIncrease'
    if (lots > 0) {
      order.venueLots -= lots
      order.venueFilled += lots
      if (order.venueLots === 0 && order.venueWaiting === 0) this.end(order)
      this.setup.reports.filled(order, lots, price, slippage, now, maker)
    }
    if (lots < wanted && order.venueState === HERE) this.cut(order, reason, now)
  }

  /** Lots by which it may bring the position nearer to zero. */
  #room(order: WorkingOrder): number {
    return Math.max(0, -order.sign * this.setup.position(order))
  }

  /** Ends it before it is filled whole. */
  cut(order: WorkingOrder, reason: Reason, now: number): void {
    this.end(order)
    this.setup.reports.canceled(order, reason, now)
  }

  end(order: WorkingOrder): void {
    if (order.venueState === OVER) return
    if (order.venueState === HERE) this.living--
    order.venueState = OVER
    order.venueLots = 0
  }

  /** Something ends, or comes to life, at that time. */
  endAt(time: number): void {
    if (time < this.nextEnd) this.nextEnd = time
  }

  /** Whole lots of a size in units. */
  toLots(size: number): number {
    return Math.floor(size * this.lotsPerUnit + 1e-9)
  }
}

/** Forgets what is over, in order of time. */
export function tidied(orders: WorkingOrder[]): void {
  let kept = 0
  for (let i = 0; i < orders.length; i++) if (orders[i].venueState === HERE) orders[kept++] = orders[i]
  orders.length = kept
}
