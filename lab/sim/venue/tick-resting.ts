/**
 * Limit orders that rest wait in their level's queue: trades beyond their price fill them, trades at their price what
 * is left after those ahead of them, and a best of the other side that reaches them fills them.
 */
import { WorkingOrder } from '../../domain/working-order.ts'
import { exactQueue, gaveUp, type OrderQueue } from '../models/queue.ts'
import { HERE, OVER, type TickFloor } from './tick-floor.ts'

/** Stands where an order was that was cancelled, until the list is tidied: it has no price and no lots. */
const GONE = new WorkingOrder()
GONE.venueState = OVER

export class TickResting {
  /** Oldest first. */
  readonly bids: WorkingOrder[] = []
  readonly asks: WorkingOrder[] = []
  /** No order of ours bids more, or asks less; ±Infinity when none rests. */
  ownBid = Number.NEGATIVE_INFINITY
  ownAsk = Number.POSITIVE_INFINITY
  /** Places in the lists where nobody stands any more. */
  #goneBids = 0
  #goneAsks = 0
  readonly #floor: TickFloor
  #queue: OrderQueue

  constructor(floor: TickFloor) {
    this.#floor = floor
    this.#queue = floor.setup.queue
  }

  /** The feed tells of every order from here on: where ours stand is known. */
  beExact(): void {
    this.#floor.exact = true
    this.#queue = exactQueue()
  }

  /** Whether any of ours may stand at a level, or be reached by it: false only where none is. */
  concerns(side: 1 | -1, ticks: number): boolean {
    if (side > 0 ? ticks >= this.ownAsk : ticks <= this.ownBid) return true
    const own = side > 0 ? this.bids : this.asks
    if (own.length === 1) return own[0].venueLimit === ticks
    return side > 0 ? ticks <= this.ownBid : ticks >= this.ownAsk
  }

  /** The feed's level holds another size now. */
  changed(side: 1 | -1, ticks: number, before: number, size: number, now: number): void {
    if (side > 0) {
      if (ticks <= this.ownBid) this.#queueChanged(this.bids, ticks, before, size)
    } else if (ticks >= this.ownAsk) this.#queueChanged(this.asks, ticks, before, size)
    this.stands(side, ticks, size - before, now)
  }

  /** More stands at a price: it may reach orders of the other side. */
  stands(side: 1 | -1, ticks: number, more: number, now: number): void {
    if (!(more > 0)) return
    if (side > 0) {
      if (ticks >= this.ownAsk) this.#reached(this.asks, 1, ticks, more, now)
    } else if (ticks <= this.ownBid) this.#reached(this.bids, -1, ticks, more, now)
  }

  /** A single order of the feed's gave up `by`: ours that stood behind it move up. */
  movedUp(side: number, ticks: number, arrival: number, by: number): void {
    for (const order of side > 0 ? this.bids : this.asks)
      if (order.venueLimit === ticks) gaveUp(order, arrival, by)
  }

  /** @param side who took: buyers above zero, sellers below, zero nobody knows */
  traded(ticks: number, size: number, side: number, now: number): void {
    if (side <= 0 && ticks <= this.ownBid) this.#tradedAgainst(this.bids, 1, ticks, size, now)
    if (side >= 0 && ticks >= this.ownAsk) this.#tradedAgainst(this.asks, -1, ticks, size, now)
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
    let left = this.#floor.setup.partialFills ? this.#floor.toLots(more) : Number.POSITIVE_INFINITY
    for (let i = 0; i < orders.length && left > 0; i++) {
      const order = orders[i]
      if (side > 0 ? order.venueLimit > ticks : order.venueLimit < ticks) continue
      const lots = Math.min(order.venueLots, left)
      if (!(lots > 0)) continue
      left -= lots
      this.#give(order, lots, order.venueLimit / this.#floor.scale, now)
    }
    this.tidy(orders)
  }

  /** A trade took from the side on which these orders rest. */
  #tradedAgainst(orders: WorkingOrder[], sign: 1 | -1, ticks: number, size: number, now: number): void {
    let left = this.#floor.toLots(size)
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
      this.#give(order, lots, limit / this.#floor.scale, now)
    }
    this.tidy(orders)
  }

  /** Lots of a trade at its own price that reach an order. @param given lots of it that orders of ours before it got */
  #lotsOfTrade(order: WorkingOrder, size: number, left: number, given: number): number {
    const { partialFills, limitFill } = this.#floor.setup
    if (!this.#floor.hasDepth) {
      if (limitFill === 'through') return 0
      return partialFills ? Math.min(left, order.venueLots) : order.venueLots
    }
    const queue = this.#queue
    queue.trade(order, size)
    if (!partialFills) return queue.filled(order, this.#floor.lotsPerUnit) > 0 ? order.venueLots : 0
    order.queueAhead += given / this.#floor.lotsPerUnit
    const reached = queue.filled(order, this.#floor.lotsPerUnit)
    if (!(reached > 0)) return 0
    order.queueAhead = 0
    const shown = Number.isNaN(order.special.displayLots) ? order.venueLots : order.shownLots
    return Math.min(reached, shown, order.venueLots)
  }

  /** A limit order comes to rest. */
  rest(order: WorkingOrder): void {
    const { displayLots } = order.special
    order.shownLots = Number.isNaN(displayLots) ? order.venueLots : Math.min(displayLots, order.venueLots)
    this.#join(order)
    if (order.sign > 0) {
      order.venuePlace = this.bids.length
      this.bids.push(order)
      if (order.venueLimit > this.ownBid) this.ownBid = order.venueLimit
    } else {
      order.venuePlace = this.asks.length
      this.asks.push(order)
      if (order.venueLimit < this.ownAsk) this.ownAsk = order.venueLimit
    }
  }

  /** Goes to the end of its level's queue. */
  #join(order: WorkingOrder): void {
    const size = this.#floor.book.size(order.sign, order.venueLimit)
    this.#queue.join(order, size)
    if (this.#floor.exact) order.queueArrival = this.#floor.orders.nextArrival()
    if (!this.#floor.hasQuotes || size > 0) return
    const best = this.#floor.book.bestTicks(order.sign)
    // A quote does not tell what stands behind the best.
    if (order.sign > 0 ? order.venueLimit < best : order.venueLimit > best)
      order.queueAhead = Number.POSITIVE_INFINITY
  }

  /** It is taken; of an iceberg the next part goes to the end of the queue. */
  #give(order: WorkingOrder, lots: number, price: number, now: number): void {
    const before = order.venueLots
    this.#floor.fill(order, lots, price, 0, true, now)
    if (Number.isNaN(order.special.displayLots)) return
    order.shownLots -= before - order.venueLots
    if (order.venueState === HERE && order.shownLots <= 0 && order.venueLots > 0) {
      order.shownLots = Math.min(order.special.displayLots, order.venueLots)
      this.#join(order)
    }
  }

  /** Takes it out, where it rests. A list is closed up when half of its places are empty. */
  remove(order: WorkingOrder): boolean {
    if (this.bids[order.venuePlace] === order) {
      this.bids[order.venuePlace] = GONE
      if (2 * ++this.#goneBids > this.bids.length) this.tidy(this.bids)
      return true
    }
    if (this.asks[order.venuePlace] === order) {
      this.asks[order.venuePlace] = GONE
      if (2 * ++this.#goneAsks > this.asks.length) this.tidy(this.asks)
      return true
    }
    return false
  }

  /** Forgets what is over in one of the lists, in order of time. */
  tidy(orders: WorkingOrder[]): void {
    let kept = 0
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]
      if (order.venueState !== HERE) continue
      order.venuePlace = kept
      orders[kept++] = order
    }
    if (kept === orders.length) return
    orders.length = kept
    if (orders === this.bids) this.#goneBids = 0
    else this.#goneAsks = 0
    this.#bounds()
  }

  #bounds(): void {
    this.ownBid = Number.NEGATIVE_INFINITY
    this.ownAsk = Number.POSITIVE_INFINITY
    for (const { venueLimit } of this.bids) if (venueLimit > this.ownBid) this.ownBid = venueLimit
    for (const { venueLimit } of this.asks) if (venueLimit < this.ownAsk) this.ownAsk = venueLimit
  }
}
