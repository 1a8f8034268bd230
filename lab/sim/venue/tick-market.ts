/**
 * One instrument's market at the venue: its trades, quotes and book happen at their event times, and orders that
 * have arrived meet them. models/tick-fills.md has the rules with their examples.
 *
 *   takes    a market order, or a limit that reaches the other side's best, walks the book level by level; what it
 *            took is gone until the feed says otherwise (`consume`)
 *   rests    a limit order waits in its level's queue: trades beyond its price fill it, trades at its price what
 *            is left after those ahead of it, and a best of the other side that reaches it fills it
 *   waits    stops and touches for the last trade, or where there are no trades for the other side's best;
 *            orders for an auction for the session's first trade, or its last
 *
 * Where there are trades alone, orders that take fill at the next trade. Prices and quantities that an order has
 * here are its `venue…` fields: the account learns of them by reports, which take their time.
 */
import type { OrderBook } from '../../book/order-book.ts'
import { OrderQueueBook, QUEUE_FAULTS } from '../../book/order-queue-book.ts'
import type { Calendar } from '../../domain/calendar/calendar.ts'
import { exactQueue, gaveUp, type OrderQueue } from '../models/queue.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { OrderChange, VenueReports } from '../../domain/ports/venue.ts'
import type { Reason } from '../../domain/order.ts'
import { WorkingOrder } from '../../domain/working-order.ts'
import type { TickWindow } from '../../engine/tick-window.ts'
import type { Tradable } from '../../strategy/context.ts'
import { isAtClose, isAtOpen, isTouch } from './bar-at-hand.ts'
import type { ReportLine } from './report-line.ts'

/** Of `venueState`; 0 is on its way. */
const HERE = 1
const OVER = 2

/** Stands where an order was that was cancelled, until the list is tidied: it has no price and no lots. */
const GONE = new WorkingOrder()
GONE.venueState = OVER

export interface TickMarketSetup {
  readonly instrument: Tradable
  /** In the order in which rows of one time are taken: quotes, trades, book. */
  readonly windows: readonly TickWindow[]
  readonly queue: OrderQueue
  readonly line: ReportLine
  readonly reports: VenueReports
  /** False: what fills, fills whole, at the best price. */
  readonly partialFills: boolean
  /** What we take from the book stays taken until the feed sets that level again. */
  readonly consume: boolean
  /** Without a book: whether a trade at a limit's own price fills it, as far as its size goes. */
  readonly limitFill: 'through' | 'touch'
  /** µs from the venue back. */
  readonly reportLatency: (feed: number) => number
  readonly calendar: Calendar
  /** Lots held once every fill that has happened is known. */
  readonly position: () => number
  /** Price paid for taking from trades alone: a slippage model's. */
  readonly slipped: (price: number, sign: 1 | -1, lots: number) => number
}

export class TickMarket {
  /** When the next row or expiry is; Infinity at the end, NaN when `starved` must be loaded first. */
  next = Number.POSITIVE_INFINITY
  starved = -1
  /** Orders here that have not ended. */
  living = 0
  /** The book is known: from its first level, or after lost messages from the next snapshot. */
  known = true
  readonly #setup: TickMarketSetup
  readonly #windows: readonly TickWindow[]
  /** The only one, or the only one that has not ended. */
  #alone: TickWindow | undefined
  readonly #orders = new OrderQueueBook()
  readonly #book: OrderBook = this.#orders.levels
  #queue: OrderQueue
  /** The feed tells of every order (L3). */
  #exact = false
  readonly #line: ReportLine
  readonly #scale: number
  readonly #lotsPerUnit: number
  readonly #hasDepth: boolean
  readonly #hasTrades: boolean
  readonly #quotes: TickWindow | undefined
  /** Limit orders that rest, oldest first. */
  readonly #bids: WorkingOrder[] = []
  readonly #asks: WorkingOrder[] = []
  /** Places in them where nobody stands any more. */
  #goneBids = 0
  #goneAsks = 0
  /** No order of ours bids more, or asks less; ±Infinity when none rests. */
  #ownBid = Number.NEGATIVE_INFINITY
  #ownAsk = Number.POSITIVE_INFINITY
  /** Stops and touches that wait, and orders that take as soon as there is something to take. */
  readonly #waiting: WorkingOrder[] = []
  readonly #takers: WorkingOrder[] = []
  /** Set off: they are live when the rows of that time are over, as what a trade took is told in a row of its own. */
  readonly #fired: WorkingOrder[] = []
  /** Orders for an auction. */
  readonly #auctions: WorkingOrder[] = []
  readonly #lists: readonly WorkingOrder[][] = [
    this.#bids,
    this.#asks,
    this.#waiting,
    this.#takers,
    this.#fired,
    this.#auctions,
  ]
  #which: TickWindow | undefined
  #clock = Number.NEGATIVE_INFINITY
  #nextExpiry = Number.POSITIVE_INFINITY
  #lastTrade = Number.NaN
  #lastTradeAt = Number.NEGATIVE_INFINITY
  /** Newest row of a quote or book while orders wait for an auction. */
  #depthAt = Number.NEGATIVE_INFINITY
  /** The quote as the feed last said it: what we took comes back when it says another. */
  #bid = Number.NaN
  #ask = Number.NaN
  #bidSize = Number.NaN
  #askSize = Number.NaN
  #feed = 0

  constructor(setup: TickMarketSetup) {
    this.#setup = setup
    this.#windows = setup.windows
    this.#alone = setup.windows.length === 1 ? setup.windows[0] : undefined
    this.#queue = setup.queue
    this.#line = setup.line
    this.#scale = setup.instrument.ticksPerUnit
    this.#lotsPerUnit = setup.instrument.lotsPerUnit
    this.#quotes = setup.windows.find(window => window.kind === 'quotes')
    this.#hasDepth = setup.windows.some(window => window.kind !== 'trades')
    this.#hasTrades = setup.windows.some(window => window.kind === 'trades')
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
    let least = this.#nextExpiry
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
          least = time < this.#clock ? this.#clock : time
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
        if (time < this.#clock) time = this.#clock
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
    const now = this.next
    this.#clock = now
    if (window === undefined) this.#expire(now)
    else {
      this.#take(window, window.head++, now)
      if (this.#auctions.length > 0) this.#watchAuctions(window, now)
    }
    this.peek()
  }

  /** Rows up to `time`, where no order is there to meet them. Returns false when rows must be loaded first. */
  skipTo(time: number): boolean {
    this.#nextExpiry = Number.POSITIVE_INFINITY
    if (this.#alone !== undefined) this.#skipAlone(this.#alone, time)
    for (;;) {
      this.peek()
      if (this.starved >= 0) return false
      if (!(this.next <= time)) return true
      const window = this.#which!
      this.#clock = this.next
      this.#take(window, window.head++, this.next)
    }
  }

  /** The same for the rows held of the only stream, as far as they are plain levels or trades. */
  #skipAlone(window: TickWindow, time: number): void {
    const { kind, end, head, eventTime, a, b, c, d } = window
    if (kind === 'quotes') return
    const book = this.#book
    const scale = this.#scale
    const isBook = kind === 'book'
    if (isBook && this.known === false) return
    let row = head
    let clock = this.#clock
    for (; row < end; row++) {
      const at = eventTime[row]
      if (!((at > clock ? at : clock) <= time)) break
      if (isBook) {
        if (d[row] !== BOOK_ACTIONS.set) break
        book.set(c[row] > 0 ? 1 : -1, Math.round(a[row] * scale), b[row])
      }
      if (at > clock) clock = at
    }
    if (row === head) return
    window.head = row
    this.#clock = clock
    this.#feed = window.receiveTime[row - 1] - eventTime[row - 1]
    if (isBook) return
    this.#lastTrade = a[row - 1]
    this.#lastTradeAt = clock
  }

  // ------------------------------------------------------------------ rows

  #take(window: TickWindow, row: number, now: number): void {
    this.#feed = window.receiveTime[row] - window.eventTime[row]
    if (window.kind === 'book') this.#level(window, row, now)
    else if (window.kind === 'trades') this.#trade(window.a[row], window.b[row], window.c[row], now)
    else this.#quote(window, row, now)
  }

  #level(window: TickWindow, row: number, now: number): void {
    const book = this.#book
    const action = window.d[row]
    if (action !== BOOK_ACTIONS.set) {
      if (action === BOOK_ACTIONS.gap || action === BOOK_ACTIONS.clear) {
        this.known = action === BOOK_ACTIONS.clear
        this.#orders.clear()
        if (this.known === false || Number.isNaN(window.a[row])) return
      } else {
        if (this.known === true) this.#orderRow(window, row, action, now)
        return
      }
    } else if (this.known === false) return
    const side = window.c[row] > 0 ? 1 : -1
    const ticks = Math.round(window.a[row] * this.#scale)
    const size = window.b[row]
    const watched = this.living > 0
    const before = watched ? book.size(side, ticks) : 0
    book.set(side, ticks, size)
    if (watched) this.#levelChanged(side, ticks, before, size, now)
  }

  /** One order of an L3 feed comes, changes or goes. */
  #orderRow(window: TickWindow, row: number, action: number, now: number): void {
    const orders = this.#orders
    if (this.#exact === false) {
      this.#exact = true
      this.#queue = exactQueue()
    }
    const id = window.e[row]
    const ticks = Math.round(window.a[row] * this.#scale)
    const side = window.c[row] > 0 ? 1 : -1
    const before = this.#book.size(side, ticks)
    const fault =
      action === BOOK_ACTIONS.add
        ? orders.add(id, side, ticks, window.b[row])
        : action === BOOK_ACTIONS.change
          ? orders.change(id, ticks, window.b[row])
          : orders.remove(id)
    if (fault === QUEUE_FAULTS.duplicateOrder || fault === QUEUE_FAULTS.unknownOrder) return
    // Of a level that we have taken from, less is left than the feed takes away.
    if (fault === QUEUE_FAULTS.badSize) this.#book.set(orders.changedSide, orders.changedTicks, 0)
    if (this.living === 0) return
    const { changedSide, changedTicks, changedArrival, changedBy } = orders
    if (changedBy > 0)
      for (const order of changedSide > 0 ? this.#bids : this.#asks)
        if (order.venueLimit === changedTicks) gaveUp(order, changedArrival, changedBy)
    if (action !== BOOK_ACTIONS.remove) this.#stands(side, ticks, this.#book.size(side, ticks) - before, now)
    this.#looked(now)
  }

  #quote(window: TickWindow, row: number, now: number): void {
    const book = this.#book
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
    const before = this.#book.size(side, ticks)
    this.#book.set(side, ticks, size)
    if (this.living > 0) this.#levelChanged(side, ticks, before, size, now)
  }

  /** A level of the feed's book holds another size now. */
  #levelChanged(side: 1 | -1, ticks: number, before: number, size: number, now: number): void {
    if (side > 0) {
      if (ticks <= this.#ownBid) this.#queueChanged(this.#bids, ticks, before, size)
    } else if (ticks >= this.#ownAsk) this.#queueChanged(this.#asks, ticks, before, size)
    this.#stands(side, ticks, size - before, now)
    this.#looked(now)
  }

  /** More stands at a price: it may reach orders of the other side. */
  #stands(side: 1 | -1, ticks: number, more: number, now: number): void {
    if (!(more > 0)) return
    if (side > 0) {
      if (ticks >= this.#ownAsk) this.#reached(this.#asks, 1, ticks, more, now)
    } else if (ticks <= this.#ownBid) this.#reached(this.#bids, -1, ticks, more, now)
  }

  /** The book has changed: who waits for it looks at it. */
  #looked(now: number): void {
    if (this.#takers.length > 0) this.#takeAll(now)
    if (this.#waiting.length > 0 && !this.#hasTrades) this.#trigger(now)
  }

  #queueChanged(orders: WorkingOrder[], ticks: number, before: number, size: number): void {
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]
      if (order.venueLimit !== ticks) continue
      // Below the best nothing was known of a quote's level: the queue there is what stands when it becomes the best.
      if (order.queueAhead === Number.POSITIVE_INFINITY) order.queueAhead = size
      else this.#queue.depth(order, before, size)
    }
  }

  /** The other side's best has come to the price of orders that rest: they are taken there, as far as it grew. */
  #reached(orders: WorkingOrder[], side: 1 | -1, ticks: number, more: number, now: number): void {
    let left = this.#setup.partialFills ? this.#toLots(more) : Number.POSITIVE_INFINITY
    for (let i = 0; i < orders.length && left > 0; i++) {
      const order = orders[i]
      if (side > 0 ? order.venueLimit > ticks : order.venueLimit < ticks) continue
      const lots = Math.min(order.venueLots, left)
      if (!(lots > 0)) continue
      left -= lots
      this.#fill(order, lots, order.venueLimit / this.#scale, 0, true, now)
    }
    this.#tidy(orders)
  }

  #trade(price: number, size: number, side: number, now: number): void {
    this.#lastTrade = price
    this.#lastTradeAt = now
    if (this.living === 0) return
    const ticks = Math.round(price * this.#scale)
    if (side <= 0 && ticks <= this.#ownBid) this.#tradedAgainst(this.#bids, 1, ticks, size, now)
    if (side >= 0 && ticks >= this.#ownAsk) this.#tradedAgainst(this.#asks, -1, ticks, size, now)
    if (this.#takers.length > 0 && !this.#hasDepth) this.#takeTrade(price, now)
    if (this.#waiting.length > 0) this.#trigger(now)
  }

  /** A trade took from the side on which these orders rest. */
  #tradedAgainst(orders: WorkingOrder[], sign: 1 | -1, ticks: number, size: number, now: number): void {
    let left = this.#toLots(size)
    // What this trade gave to ours at its price: the next of ours there stands behind them.
    let given = 0
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]
      const limit = order.venueLimit
      let lots: number
      if (sign > 0 ? limit > ticks : limit < ticks) lots = order.venueLots
      else if (limit === ticks) lots = this.#lotsOfTrade(order, size, left, given)
      else continue
      if (!(lots > 0)) continue
      if (limit === ticks) given += lots
      left -= Math.min(lots, left)
      this.#fill(order, lots, limit / this.#scale, 0, true, now)
    }
    this.#tidy(orders)
  }

  /** Lots of a trade at its own price that reach an order. @param given lots of it that orders of ours before it got */
  #lotsOfTrade(order: WorkingOrder, size: number, left: number, given: number): number {
    const { partialFills, limitFill } = this.#setup
    if (!this.#hasDepth) {
      if (limitFill === 'through') return 0
      return partialFills ? Math.min(left, order.venueLots) : order.venueLots
    }
    const queue = this.#queue
    queue.trade(order, size)
    if (!partialFills) return queue.filled(order, this.#lotsPerUnit) > 0 ? order.venueLots : 0
    order.queueAhead += given / this.#lotsPerUnit
    const reached = queue.filled(order, this.#lotsPerUnit)
    if (!(reached > 0)) return 0
    order.queueAhead = 0
    const shown = Number.isNaN(order.special.displayLots) ? order.venueLots : order.shownLots
    return Math.min(reached, shown, order.venueLots)
  }

  // ------------------------------------------------------------------ orders

  /** A new order has come. @param known the account has it as accepted already */
  arrive(order: WorkingOrder, now: number, known: boolean): void {
    order.venueState = HERE
    order.venueLots = order.lots - order.waitingLots
    order.venueFilled = 0
    order.venueLimit = order.limitTicks
    order.venueStop = order.stopTicks
    this.living++
    if (order.timeInForce === 'GTD' && !(order.special.goodTill > now)) {
      this.#end(order)
      if (known) this.#line.expired(order, 'goodTillPassed', this.#due(now))
      else this.#line.rejected(order, 'goodTillPassed', this.#due(now))
      return
    }
    if (!known) this.#line.accepted(order, this.#due(now))
    if (isAtOpen(order.type) || isAtClose(order.type)) {
      this.#enterAuction(order, now)
      return
    }
    if (order.timeInForce === 'GTD') this.#expireAt(order.special.goodTill)
    if (order.timeInForce === 'DAY') {
      order.session = this.#setup.calendar.nextClose(now).close
      this.#expireAt(order.session)
    }
    this.#enter(order, now)
  }

  cancel(order: WorkingOrder, reason: Reason, now: number): void {
    if (order.venueState === 0) {
      // On its way here while the order whose fill ends it has filled.
      order.venueState = OVER
      this.#line.rejected(order, reason, this.#due(now))
    }
    if (order.venueState !== HERE) return
    this.#remove(order)
    this.#cut(order, reason, now)
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    if (order.venueState !== HERE) return
    // What has filled on the way counts: nothing is left of an order made smaller than that.
    const left =
      change.lots === undefined ? order.venueLots : change.lots - order.venueFilled - order.waitingLots
    if (left <= 0 && order.waitingLots === 0) {
      this.cancel(order, 'byStrategy', now)
      return
    }
    const moved =
      (change.limitTicks !== undefined && change.limitTicks !== order.venueLimit) ||
      (change.stopTicks !== undefined && change.stopTicks !== order.venueStop)
    const keepsPlace = !moved && left <= order.venueLots
    this.#line.replaced(order, change, this.#due(now))
    if (change.limitTicks !== undefined) order.venueLimit = change.limitTicks
    if (change.stopTicks !== undefined) order.venueStop = change.stopTicks
    order.venueLots = left
    // Less at the same price keeps its place; more, or another price, goes to the end of the queue.
    if (keepsPlace || isAtOpen(order.type) || isAtClose(order.type)) return
    this.#remove(order)
    this.#enter(order, now)
  }

  /** Puts an order to where it takes, rests or waits. */
  #enter(order: WorkingOrder, now: number): void {
    if ((order.trails || !Number.isNaN(order.venueStop)) && !order.triggered) {
      this.#follow(order)
      this.#waiting.push(order)
      if (this.#isTriggered(order)) this.#trigger(now)
      return
    }
    this.#offer(order, now)
  }

  /** An order that is live: it takes what it may, and what is left rests or ends. */
  #offer(order: WorkingOrder, now: number): void {
    const limited = !Number.isNaN(order.venueLimit)
    if (!this.#hasDepth) {
      if (!limited) this.#takers.push(order)
      else this.#offerToTrades(order, now)
      return
    }
    if (!this.known) {
      this.#cut(order, 'bookUnknown', now)
      return
    }
    const best = this.#book.bestTicks(order.sign > 0 ? -1 : 1)
    const takes =
      !Number.isNaN(best) &&
      (!limited || (order.sign > 0 ? order.venueLimit >= best : order.venueLimit <= best))
    if (takes && order.special.postOnly) {
      this.#end(order)
      this.#line.canceled(order, 'postOnlyWouldTake', this.#due(now))
      return
    }
    if (order.timeInForce === 'FOK' && !this.#coversAll(order, best)) {
      this.#cut(order, 'fillOrKill', now)
      return
    }
    if (takes) this.#walk(order, best, now)
    if (order.venueState !== HERE) return
    if (order.timeInForce === 'IOC') this.#cut(order, 'immediateOrCancel', now)
    else if (limited) this.#rest(order)
    else if (this.#quotes !== undefined) this.#takers.push(order)
    else this.#cut(order, 'noLiquidity', now)
  }

  /** Takes level after level from the other side, as far as its limit goes. */
  #walk(order: WorkingOrder, best: number, now: number): void {
    const { partialFills, consume } = this.#setup
    const side = order.sign > 0 ? -1 : 1
    const touch = best / this.#scale
    for (let ticks = best; order.venueState === HERE && order.venueLots > 0; ) {
      if (Number.isNaN(ticks)) return
      if (
        !Number.isNaN(order.venueLimit) &&
        (order.sign > 0 ? ticks > order.venueLimit : ticks < order.venueLimit)
      )
        return
      const size = this.#book.size(side, ticks)
      const lots = partialFills ? Math.min(order.venueLots, this.#toLots(size)) : order.venueLots
      const price = ticks / this.#scale
      const level = ticks
      ticks = this.#book.nextTicks(side, ticks)
      if (lots <= 0) continue
      this.#fill(order, lots, price, Math.abs(price - touch), false, now)
      if (consume) this.#book.set(side, level, Math.max(0, size - lots / this.#lotsPerUnit))
    }
  }

  #coversAll(order: WorkingOrder, best: number): boolean {
    if (Number.isNaN(best)) return false
    const limit = Number.isNaN(order.venueLimit) ? order.sign * Number.POSITIVE_INFINITY : order.venueLimit
    if (order.sign > 0 ? best > limit : best < limit) return false
    if (!this.#setup.partialFills) return true
    const side = order.sign > 0 ? -1 : 1
    let lots = 0
    for (
      let ticks = best;
      lots < order.venueLots && (order.sign > 0 ? ticks <= limit : ticks >= limit);
      ticks = this.#book.nextTicks(side, ticks)
    )
      lots += this.#toLots(this.#book.size(side, ticks))
    return lots >= order.venueLots
  }

  #rest(order: WorkingOrder): void {
    const { displayLots } = order.special
    order.shownLots = Number.isNaN(displayLots) ? order.venueLots : Math.min(displayLots, order.venueLots)
    this.#join(order)
    if (order.sign > 0) {
      order.venuePlace = this.#bids.length
      this.#bids.push(order)
      if (order.venueLimit > this.#ownBid) this.#ownBid = order.venueLimit
    } else {
      order.venuePlace = this.#asks.length
      this.#asks.push(order)
      if (order.venueLimit < this.#ownAsk) this.#ownAsk = order.venueLimit
    }
  }

  /** Goes to the end of its level's queue. */
  #join(order: WorkingOrder): void {
    const size = this.#book.size(order.sign, order.venueLimit)
    this.#queue.join(order, size)
    if (this.#exact) order.queueArrival = this.#orders.nextArrival()
    if (this.#quotes === undefined || size > 0) return
    const best = this.#book.bestTicks(order.sign)
    // A quote does not tell what stands behind the best.
    if (order.sign > 0 ? order.venueLimit < best : order.venueLimit > best)
      order.queueAhead = Number.POSITIVE_INFINITY
  }

  /** A limit order where only trades are seen: the last one tells whether it would have taken. */
  #offerToTrades(order: WorkingOrder, now: number): void {
    const reaches =
      order.sign > 0
        ? order.venueLimit / this.#scale > this.#lastTrade
        : order.venueLimit / this.#scale < this.#lastTrade
    if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
      if (!reaches) this.#cut(order, order.timeInForce === 'IOC' ? 'immediateOrCancel' : 'fillOrKill', now)
      else this.#takers.push(order)
    } else if (reaches && !order.special.postOnly) this.#takers.push(order)
    else this.#rest(order)
  }

  /** Orders that take, where there are trades alone, fill at the next one. */
  #takeTrade(price: number, now: number): void {
    const takers = this.#takers
    for (let i = 0; i < takers.length; i++) {
      const order = takers[i]
      if (order.venueState !== HERE) continue
      const limit = order.venueLimit / this.#scale
      if (!Number.isNaN(limit) && (order.sign > 0 ? price > limit : price < limit)) {
        if (order.timeInForce === 'FOK') this.#cut(order, 'fillOrKill', now)
        else if (order.timeInForce === 'IOC') this.#cut(order, 'immediateOrCancel', now)
        else this.#rest(order)
        continue
      }
      const slipped = this.#setup.slipped(price, order.sign, order.venueLots)
      const paid = Number.isNaN(limit) || order.sign * (slipped - limit) <= 0 ? slipped : limit
      this.#fill(order, order.venueLots, paid, Math.abs(paid - price), false, now)
    }
    takers.length = 0
  }

  /** What found too little to take goes on taking. */
  #takeAll(now: number): void {
    const takers = this.#takers
    for (let i = 0; i < takers.length; i++) {
      const best = this.#book.bestTicks(takers[i].sign > 0 ? -1 : 1)
      if (takers[i].venueState === HERE && !Number.isNaN(best)) this.#walk(takers[i], best, now)
    }
    this.#tidy(takers)
  }

  // ------------------------------------------------------------------ triggers

  /** The price that sets stops off: the last trade, else the best that the order would take. */
  #seen(order: WorkingOrder): number {
    if (this.#hasTrades) return this.#lastTrade
    return this.#book.bestTicks(order.sign > 0 ? -1 : 1) / this.#scale
  }

  #isTriggered(order: WorkingOrder): boolean {
    const price = this.#seen(order)
    const trigger = order.venueStop / this.#scale
    return order.sign > 0 !== isTouch(order.type) ? price >= trigger : price <= trigger
  }

  /** A trailing stop follows the market while it moves its way, never back. */
  #follow(order: WorkingOrder): void {
    const { trailTicks, trailRate, limitOffsetTicks } = order.special
    if (!order.trails) return
    const seen = this.#seen(order) * this.#scale
    if (Number.isNaN(seen)) return
    const distance = Number.isNaN(trailTicks) ? seen * trailRate : trailTicks
    const stop = Math.round(order.sign > 0 ? seen + distance : seen - distance)
    if (Number.isNaN(order.venueStop) || (order.sign > 0 ? stop < order.venueStop : stop > order.venueStop)) {
      order.venueStop = stop
      if (!Number.isNaN(limitOffsetTicks)) order.venueLimit = stop + order.sign * limitOffsetTicks
    }
  }

  #trigger(now: number): void {
    const waiting = this.#waiting
    for (let i = 0; i < waiting.length; i++) {
      const order = waiting[i]
      if (order.venueState !== HERE || order.triggered) continue
      if (this.#isTriggered(order)) {
        order.triggered = true
        this.#fired.push(order)
        this.#expireAt(now)
      } else this.#follow(order)
    }
    let kept = 0
    for (let i = 0; i < waiting.length; i++)
      if (waiting[i].venueState === HERE && !waiting[i].triggered) waiting[kept++] = waiting[i]
    waiting.length = kept
  }

  // ------------------------------------------------------------------ ends

  #fill(
    order: WorkingOrder,
    wanted: number,
    price: number,
    slippage: number,
    maker: boolean,
    now: number,
  ): void {
    const lots = this.#setup.reports.payableLots(order, wanted, price, maker)
    const due = this.#due(now)
    let reason: Reason = 'insufficientCash'
    if (lots < wanted && order.special.reduceOnly && lots === this.#room(order))
      reason = 'reduceOnlyWouldIncrease'
    if (lots > 0) {
      order.venueLots -= lots
      order.venueFilled += lots
      if (maker && !Number.isNaN(order.special.displayLots)) {
        order.shownLots -= lots
        if (order.shownLots <= 0 && order.venueLots > 0) {
          order.shownLots = Math.min(order.special.displayLots, order.venueLots)
          this.#join(order)
        }
      }
      if (order.venueLots === 0 && order.waitingLots === 0) this.#end(order)
      this.#line.filled(order, lots, price, slippage, maker, due)
    }
    if (lots < wanted) this.#cut(order, reason, now)
  }

  /** Lots by which it may bring the position nearer to zero. */
  #room(order: WorkingOrder): number {
    return Math.max(0, -order.sign * this.#setup.position())
  }

  #cut(order: WorkingOrder, reason: Reason, now: number): void {
    this.#end(order)
    this.#line.canceled(order, reason, this.#due(now))
  }

  #end(order: WorkingOrder): void {
    if (order.venueState === OVER) return
    order.venueState = OVER
    this.living--
  }

  #expireAt(time: number): void {
    if (time < this.#nextExpiry) {
      this.#nextExpiry = time
      if (!(time < this.next)) return
      this.next = time
      this.#which = undefined
    }
  }

  #expire(now: number): void {
    this.#nextExpiry = Number.POSITIVE_INFINITY
    const fired = this.#fired.splice(0)
    for (const order of fired) this.#offer(order, now)
    for (const orders of this.#lists) {
      for (const order of orders) {
        if (order.venueState !== HERE) continue
        if (orders === this.#auctions) {
          this.#auctionDue(order, now)
          continue
        }
        const gtd = order.timeInForce === 'GTD'
        const until = gtd ? order.special.goodTill : order.timeInForce === 'DAY' ? order.session : Number.NaN
        if (until <= now) {
          this.#end(order)
          this.#line.expired(order, gtd ? 'goodTillPassed' : 'endOfSession', this.#due(until))
        } else if (!Number.isNaN(until)) this.#expireAt(until)
      }
      this.#tidy(orders)
    }
  }

  // ------------------------------------------------------------------ auctions

  #enterAuction(order: WorkingOrder, now: number): void {
    const { calendar } = this.#setup
    const session = isAtOpen(order.type) ? calendar.nextOpen(now) : calendar.nextClose(now)
    order.session = isAtOpen(order.type) ? session.open : session.close
    order.sessionBefore = now
    this.#auctions.push(order)
    this.#expireAt(session.close)
  }

  /** A row has come: the first of a session opens it, its last trade, or its last book, closes it. */
  #watchAuctions(window: TickWindow, now: number): void {
    const auctions = this.#auctions
    if (window.kind !== 'trades') {
      // A message may have more rows: it is looked at when its time is over.
      if (!this.#hasTrades) for (const order of auctions) if (order.session <= now) this.#expireAt(now)
      this.#depthAt = now
      return
    }
    for (const order of auctions) if (isAtOpen(order.type) && order.session <= now) this.#auction(order, now)
    this.#tidy(auctions)
  }

  /** Its time has come, or its session is over. */
  #auctionDue(order: WorkingOrder, now: number): void {
    const opens = isAtOpen(order.type)
    const { close } = this.#setup.calendar.nextClose(order.session + (opens ? 1 : 0))
    // Prices that stood when it came are no auction's: nobody can trade at them any more.
    const priced = this.#hasTrades
      ? !opens && this.#lastTradeAt > order.sessionBefore
      : this.#depthAt >= order.session || !opens
    if (opens ? priced : now >= close && priced) this.#auction(order, now)
    else if (now >= close) this.#cut(order, 'missedAuction', now)
    if (order.venueState === HERE) this.#expireAt(close)
  }

  /** Fills at the last trade's price, or from the book; what the price or the book does not allow ends. */
  #auction(order: WorkingOrder, now: number): void {
    const limit = order.venueLimit
    if (this.#hasTrades) {
      const price = this.#lastTrade
      const allowed = Number.isNaN(limit) || order.sign * (price * this.#scale - limit) <= 1e-6
      if (allowed) {
        const lots = order.venueLots
        const paid = Number.isNaN(limit) ? this.#setup.slipped(price, order.sign, lots) : price
        this.#fill(order, lots, paid, Math.abs(paid - price), false, now)
      } else this.#cut(order, 'missedAuction', now)
      return
    }
    const best = this.#book.bestTicks(order.sign > 0 ? -1 : 1)
    if (!Number.isNaN(best)) this.#walk(order, best, now)
    if (order.venueState === HERE)
      this.#cut(order, order.venueFilled > 0 ? 'noLiquidity' : 'missedAuction', now)
  }

  #remove(order: WorkingOrder): void {
    if (this.#bids[order.venuePlace] === order) {
      this.#bids[order.venuePlace] = GONE
      if (2 * ++this.#goneBids > this.#bids.length) this.#tidy(this.#bids)
      return
    }
    if (this.#asks[order.venuePlace] === order) {
      this.#asks[order.venuePlace] = GONE
      if (2 * ++this.#goneAsks > this.#asks.length) this.#tidy(this.#asks)
      return
    }
    for (const orders of this.#lists) {
      const place = orders.indexOf(order)
      if (place >= 0) {
        orders.splice(place, 1)
        return
      }
    }
  }

  /** Forgets what is over, in order of time. */
  #tidy(orders: WorkingOrder[]): void {
    let kept = 0
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]
      if (order === GONE || order.venueState !== HERE) continue
      order.venuePlace = kept
      orders[kept++] = order
    }
    if (kept === orders.length) return
    orders.length = kept
    if (orders === this.#bids) this.#goneBids = 0
    else if (orders === this.#asks) this.#goneAsks = 0
    this.#bounds()
  }

  #bounds(): void {
    this.#ownBid = Number.NEGATIVE_INFINITY
    this.#ownAsk = Number.POSITIVE_INFINITY
    for (const { venueLimit } of this.#bids) if (venueLimit > this.#ownBid) this.#ownBid = venueLimit
    for (const { venueLimit } of this.#asks) if (venueLimit < this.#ownAsk) this.#ownAsk = venueLimit
  }

  #due(now: number): number {
    return now + this.#setup.reportLatency(this.#feed)
  }

  #toLots(size: number): number {
    return Math.floor(size * this.#lotsPerUnit + 1e-9)
  }
}
