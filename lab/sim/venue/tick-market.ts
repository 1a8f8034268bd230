/**
 * One instrument's market at the venue: its trades, quotes and book happen at their event times, and orders that
 * have arrived meet them. models/tick-fills.md has the rules with their examples.
 *
 *   takes    a market order, or a limit that reaches the other side's best, walks the book level by level; what it
 *            took is gone until the feed says otherwise (`consume`)
 *   rests    a limit order waits in its level's queue: trades beyond its price fill it, trades at its price what
 *            is left after those ahead of it, and a best of the other side that reaches it fills it
 *   waits    stops and touches for the last trade, or where there are no trades for the other side's best
 *
 * Where there are trades alone, orders that take fill at the next trade.
 */
import type { OrderBook } from '../../book/order-book.ts'
import type { OrderQueue } from '../models/queue.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { OrderChange, VenueReports } from '../../domain/ports/venue.ts'
import type { Reason } from '../../domain/order.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { TickWindow } from '../../engine/tick-window.ts'
import type { Tradable } from '../../strategy/context.ts'
import type { ReportLine } from './report-line.ts'

/** Of `venueState`; 0 is on its way. */
const HERE = 1
const OVER = 2

export interface TickMarketSetup {
  readonly instrument: Tradable
  /** In the order in which rows of one time are taken: quotes, trades, book. */
  readonly windows: readonly TickWindow[]
  readonly book: OrderBook
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
  /** Close of the session in which a time lies, or of the next. */
  readonly sessionClose: (time: number) => number
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
  /** The only one. */
  readonly #alone: TickWindow | undefined
  readonly #book: OrderBook
  readonly #queue: OrderQueue
  readonly #line: ReportLine
  readonly #scale: number
  readonly #lotsPerUnit: number
  readonly #hasDepth: boolean
  readonly #hasTrades: boolean
  readonly #quotes: TickWindow | undefined
  /** Limit orders that rest, oldest first. */
  readonly #bids: WorkingOrder[] = []
  readonly #asks: WorkingOrder[] = []
  /** The most that one of ours bids, and the least that one asks; ±Infinity when none rests. */
  #ownBid = Number.NEGATIVE_INFINITY
  #ownAsk = Number.POSITIVE_INFINITY
  /** Stops and touches that wait, and orders that take as soon as there is something to take. */
  readonly #waiting: WorkingOrder[] = []
  readonly #takers: WorkingOrder[] = []
  #which: TickWindow | undefined
  #clock = Number.NEGATIVE_INFINITY
  #nextExpiry = Number.POSITIVE_INFINITY
  #lastTrade = Number.NaN
  #feed = 0

  constructor(setup: TickMarketSetup) {
    this.#setup = setup
    this.#windows = setup.windows
    this.#alone = setup.windows.length === 1 ? setup.windows[0] : undefined
    this.#book = setup.book
    this.#queue = setup.queue
    this.#line = setup.line
    this.#scale = setup.instrument.ticksPerUnit
    this.#lotsPerUnit = setup.instrument.lotsPerUnit
    this.#quotes = setup.windows.find(window => window.kind === 'quotes')
    this.#hasDepth = setup.windows.some(window => window.kind !== 'trades')
    this.#hasTrades = setup.windows.some(window => window.kind === 'trades')
  }

  /** How late the newest event here came to the strategy, µs. */
  get feed(): number {
    return this.#feed
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
        if (time < least) {
          least = time < this.#clock ? this.#clock : time
          this.#which = window
        }
      } else if (window.more === true) this.starved = window.stream
      this.next = this.starved >= 0 ? Number.NaN : least
      return
    }
    for (let k = 0; k < windows.length; k++) {
      const window = windows[k]
      if (window.head < window.end) {
        let time = window.eventTime[window.head]
        if (time < this.#clock) time = this.#clock
        if (time < least) {
          least = time
          this.#which = window
        }
      } else if (window.more === true) this.starved = window.stream
    }
    this.next = this.starved >= 0 ? Number.NaN : least
  }

  /** Takes the next row, or ends what expires then. */
  step(): void {
    const window = this.#which
    const now = this.next
    this.#clock = now
    if (now >= this.#nextExpiry) this.#expire(now)
    if (window !== undefined) this.#take(window, window.head++, now)
    this.peek()
  }

  /** Rows up to `time`, where no order is there to meet them. Returns false when rows must be loaded first. */
  skipTo(time: number): boolean {
    for (;;) {
      this.peek()
      if (this.starved >= 0) return false
      if (!(this.next <= time)) return true
      const window = this.#which!
      this.#clock = this.next
      this.#take(window, window.head++, this.next)
    }
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
    if (action === BOOK_ACTIONS.gap) {
      this.known = false
      book.clear()
      return
    }
    if (action === BOOK_ACTIONS.clear) {
      this.known = true
      book.clear()
      if (Number.isNaN(window.a[row])) return
    } else if (this.known === false) return
    const side = window.c[row] > 0 ? 1 : -1
    const ticks = Math.round(window.a[row] * this.#scale)
    const size = window.b[row]
    const watched = this.living > 0
    const before = watched ? book.size(side, ticks) : 0
    book.set(side, ticks, size)
    if (watched) this.#levelChanged(side, ticks, before, size, now)
  }

  #quote(window: TickWindow, row: number, now: number): void {
    const book = this.#book
    const bid = Math.round(window.a[row] * this.#scale)
    const ask = Math.round(window.b[row] * this.#scale)
    const { bestBidTicks, bestAskTicks } = book
    // Only the best is known: what stood there is gone when the best is another.
    if (bestBidTicks !== bid && !Number.isNaN(bestBidTicks)) book.clearSide(1)
    if (bestAskTicks !== ask && !Number.isNaN(bestAskTicks)) book.clearSide(-1)
    if (!Number.isNaN(bid)) this.#setBest(1, bid, window.c[row], now)
    if (!Number.isNaN(ask)) this.#setBest(-1, ask, window.d[row], now)
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
      if (size > 0 && ticks >= this.#ownAsk) this.#reached(this.#asks, 1, ticks, now)
    } else {
      if (ticks >= this.#ownAsk) this.#queueChanged(this.#asks, ticks, before, size)
      if (size > 0 && ticks <= this.#ownBid) this.#reached(this.#bids, -1, ticks, now)
    }
    if (this.#takers.length > 0) this.#takeAll(now)
    if (this.#waiting.length > 0 && !this.#hasTrades) this.#trigger(now)
  }

  #queueChanged(orders: WorkingOrder[], ticks: number, before: number, size: number): void {
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]
      if (order.limitTicks !== ticks) continue
      // Below the best nothing was known of a quote's level: the queue there is what stands when it becomes the best.
      if (order.queueAhead === Number.POSITIVE_INFINITY) order.queueAhead = size
      else this.#queue.depth(order, before, size)
    }
  }

  /** The other side's best has come to the price of orders that rest: they are taken there. */
  #reached(orders: WorkingOrder[], side: 1 | -1, ticks: number, now: number): void {
    let left = this.#setup.partialFills
      ? this.#toLots(this.#book.size(side, ticks))
      : Number.POSITIVE_INFINITY
    for (let i = 0; i < orders.length && left > 0; i++) {
      const order = orders[i]
      if (side > 0 ? order.limitTicks > ticks : order.limitTicks < ticks) continue
      const lots = Math.min(order.venueLots, left)
      left -= lots
      this.#fill(order, lots, order.limitTicks / this.#scale, 0, true, now)
    }
    this.#tidy(orders)
  }

  #trade(price: number, size: number, side: number, now: number): void {
    this.#lastTrade = price
    if (this.living === 0) return
    const ticks = Math.round(price * this.#scale)
    if (side <= 0 && ticks <= this.#ownBid) this.#tradedAgainst(this.#bids, 1, ticks, size, now)
    if (side >= 0 && ticks >= this.#ownAsk) this.#tradedAgainst(this.#asks, -1, ticks, size, now)
    if (this.#takers.length > 0 && !this.#hasDepth) this.#takeTrade(price, now)
    if (this.#waiting.length > 0) this.#trigger(now)
  }

  /** A trade took from the side on which these orders rest. */
  #tradedAgainst(orders: WorkingOrder[], sign: 1 | -1, ticks: number, size: number, now: number): void {
    const { partialFills, limitFill } = this.#setup
    let left = this.#toLots(size)
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]
      const beyond = sign > 0 ? order.limitTicks > ticks : order.limitTicks < ticks
      if (beyond) this.#fill(order, order.venueLots, order.limitTicks / this.#scale, 0, true, now)
      else if (order.limitTicks === ticks) {
        let lots: number
        if (!this.#hasDepth) lots = limitFill === 'touch' ? left : 0
        else {
          this.#queue.trade(order, size)
          lots = this.#queue.filled(order, this.#lotsPerUnit)
        }
        if (partialFills) lots = Math.min(lots, left, order.venueLots)
        else if (lots > 0) lots = order.venueLots
        if (!(lots > 0)) continue
        left -= lots
        if (partialFills) order.queueAhead += lots / this.#lotsPerUnit
        this.#fill(order, lots, order.limitTicks / this.#scale, 0, true, now)
      }
    }
    this.#tidy(orders)
  }

  // ------------------------------------------------------------------ orders

  /** A new order has come. */
  arrive(order: WorkingOrder, now: number): void {
    order.venueState = HERE
    order.venueLots = order.lots
    this.living++
    const { goodTill } = order.special
    if (order.timeInForce === 'GTD') this.#expireAt(goodTill)
    if (order.timeInForce === 'DAY') {
      order.session = this.#setup.sessionClose(now)
      this.#expireAt(order.session)
    }
    this.#line.accepted(order, this.#due(now))
    this.#enter(order, now)
  }

  cancel(order: WorkingOrder, reason: Reason, now: number): void {
    if (order.venueState !== HERE) return
    this.#remove(order)
    this.#end(order)
    this.#line.canceled(order, reason, this.#due(now))
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    if (order.venueState !== HERE) return
    const lots = change.lots ?? order.lots
    // What has filled on the way counts: nothing is left of an order made smaller than that.
    const left = order.venueLots + (lots - order.lots)
    const moved = change.limitTicks !== undefined && change.limitTicks !== order.limitTicks
    const smaller = !moved && change.stopTicks === undefined && left <= order.venueLots
    this.#line.replaced(order, change, this.#due(now))
    if (left <= 0) {
      this.#remove(order)
      this.#end(order)
      this.#line.canceled(order, 'byStrategy', this.#due(now))
      return
    }
    order.lots = lots
    if (change.limitTicks !== undefined) order.limitTicks = change.limitTicks
    if (change.stopTicks !== undefined) order.stopTicks = change.stopTicks
    order.venueLots = left
    // Less at the same price keeps its place; more, or another price, goes to the end of the queue.
    if (smaller) return
    this.#remove(order)
    this.#enter(order, now)
  }

  /** Puts an order to where it takes, rests or waits. */
  #enter(order: WorkingOrder, now: number): void {
    const trails = !Number.isNaN(order.special.trailTicks) || !Number.isNaN(order.special.trailRate)
    if ((trails || !Number.isNaN(order.stopTicks)) && !order.triggered) {
      this.#follow(order)
      this.#waiting.push(order)
      if (this.#isTriggered(order)) this.#trigger(now)
      return
    }
    this.#offer(order, now)
  }

  /** An order that is live: it takes what it may, and what is left rests or ends. */
  #offer(order: WorkingOrder, now: number): void {
    const limited = !Number.isNaN(order.limitTicks)
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
      (!limited || (order.sign > 0 ? order.limitTicks >= best : order.limitTicks <= best))
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
        !Number.isNaN(order.limitTicks) &&
        (order.sign > 0 ? ticks > order.limitTicks : ticks < order.limitTicks)
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
    const limit = Number.isNaN(order.limitTicks) ? order.sign * Number.POSITIVE_INFINITY : order.limitTicks
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
      this.#bids.push(order)
      if (order.limitTicks > this.#ownBid) this.#ownBid = order.limitTicks
    } else {
      this.#asks.push(order)
      if (order.limitTicks < this.#ownAsk) this.#ownAsk = order.limitTicks
    }
  }

  /** Goes to the end of its level's queue. */
  #join(order: WorkingOrder): void {
    const size = this.#book.size(order.sign, order.limitTicks)
    this.#queue.join(order, size)
    if (this.#quotes === undefined || size > 0) return
    const best = this.#book.bestTicks(order.sign)
    // A quote does not tell what stands behind the best.
    if (order.sign > 0 ? order.limitTicks < best : order.limitTicks > best)
      order.queueAhead = Number.POSITIVE_INFINITY
  }

  /** A limit order where only trades are seen: it cannot know whether it takes. */
  #offerToTrades(order: WorkingOrder, now: number): void {
    const reaches =
      order.sign > 0
        ? order.limitTicks / this.#scale > this.#lastTrade
        : order.limitTicks / this.#scale < this.#lastTrade
    if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
      if (!reaches) this.#cut(order, order.timeInForce === 'IOC' ? 'immediateOrCancel' : 'fillOrKill', now)
      else this.#takers.push(order)
    } else this.#rest(order)
  }

  /** Orders that take, where there are trades alone, fill at the next one. */
  #takeTrade(price: number, now: number): void {
    const takers = this.#takers
    for (let i = 0; i < takers.length; i++) {
      const order = takers[i]
      if (order.venueState !== HERE) continue
      const limit = order.limitTicks / this.#scale
      if (!Number.isNaN(limit) && (order.sign > 0 ? price > limit : price < limit)) {
        this.#cut(order, order.timeInForce === 'FOK' ? 'fillOrKill' : 'immediateOrCancel', now)
        continue
      }
      const paid = this.#setup.slipped(price, order.sign, order.venueLots)
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
    const trigger = order.stopTicks / this.#scale
    const touches = order.type === 'marketIfTouched' || order.type === 'limitIfTouched'
    return order.sign > 0 !== touches ? price >= trigger : price <= trigger
  }

  /** A trailing stop follows the market while it moves its way, never back. */
  #follow(order: WorkingOrder): void {
    const { trailTicks, trailRate, limitOffsetTicks } = order.special
    if (Number.isNaN(trailTicks) && Number.isNaN(trailRate)) return
    const seen = this.#seen(order) * this.#scale
    if (Number.isNaN(seen)) return
    const distance = Number.isNaN(trailTicks) ? seen * trailRate : trailTicks
    const stop = Math.round(order.sign > 0 ? seen + distance : seen - distance)
    if (Number.isNaN(order.stopTicks) || (order.sign > 0 ? stop < order.stopTicks : stop > order.stopTicks)) {
      order.stopTicks = stop
      if (!Number.isNaN(limitOffsetTicks)) order.limitTicks = stop + order.sign * limitOffsetTicks
    }
  }

  #trigger(now: number): void {
    const waiting = this.#waiting
    for (let i = 0; i < waiting.length; i++) {
      const order = waiting[i]
      if (order.venueState !== HERE || order.triggered) continue
      if (this.#isTriggered(order)) {
        order.triggered = true
        this.#offer(order, now)
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
    if (lots > 0) {
      order.venueLots -= lots
      if (maker && !Number.isNaN(order.special.displayLots)) {
        order.shownLots -= lots
        if (order.shownLots <= 0 && order.venueLots > 0) {
          order.shownLots = Math.min(order.special.displayLots, order.venueLots)
          this.#join(order)
        }
      }
      if (order.venueLots === 0) this.#end(order)
      this.#line.filled(order, lots, price, slippage, maker, due)
    }
    if (lots < wanted) {
      this.#end(order)
      this.#line.canceled(order, 'insufficientCash', due)
    }
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
    for (const orders of [this.#bids, this.#asks, this.#waiting, this.#takers]) {
      for (const order of orders) {
        if (order.venueState !== HERE) continue
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

  #remove(order: WorkingOrder): void {
    for (const orders of [this.#bids, this.#asks, this.#waiting, this.#takers]) {
      const place = orders.indexOf(order)
      if (place >= 0) {
        orders.splice(place, 1)
        this.#bounds()
        return
      }
    }
  }

  /** Forgets what is over, in order of time. */
  #tidy(orders: WorkingOrder[]): void {
    let kept = 0
    for (let i = 0; i < orders.length; i++) if (orders[i].venueState === HERE) orders[kept++] = orders[i]
    if (kept === orders.length) return
    orders.length = kept
    this.#bounds()
  }

  #bounds(): void {
    this.#ownBid = Number.NEGATIVE_INFINITY
    this.#ownAsk = Number.POSITIVE_INFINITY
    for (const { limitTicks } of this.#bids) if (limitTicks > this.#ownBid) this.#ownBid = limitTicks
    for (const { limitTicks } of this.#asks) if (limitTicks < this.#ownAsk) this.#ownAsk = limitTicks
  }

  #due(now: number): number {
    return now + this.#setup.reportLatency(this.#feed)
  }

  #toLots(size: number): number {
    return Math.floor(size * this.#lotsPerUnit + 1e-9)
  }
}
