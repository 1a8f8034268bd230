/**
 * Orders that take: a market order, or a limit that reaches the other side's best, walks the book level by level, and
 * what it took is gone until the feed says otherwise (`consume`). Where there are trades alone it fills at the next.
 */
import type { WorkingOrder } from '../../domain/working-order.ts'
import { HERE, type TickFloor, tidied } from './tick-floor.ts'
import type { TickResting } from './tick-resting.ts'

export class TickTaking {
  /** Take as soon as there is something to take. */
  readonly takers: WorkingOrder[] = []
  readonly #floor: TickFloor
  readonly #resting: TickResting

  constructor(floor: TickFloor, resting: TickResting) {
    this.#floor = floor
    this.#resting = resting
  }

  /** An order that is live: it takes what it may, and what is left rests or ends. */
  offer(order: WorkingOrder, now: number): void {
    const limited = !Number.isNaN(order.venueLimit)
    if (!this.#floor.hasDepth) {
      if (!limited) this.takers.push(order)
      else this.#offerToTrades(order, now)
      return
    }
    if (!this.#floor.known) {
      this.#floor.cut(order, 'bookUnknown', now)
      return
    }
    const best = this.#floor.book.bestTicks(order.sign > 0 ? -1 : 1)
    const takes =
      !Number.isNaN(best) &&
      (!limited || (order.sign > 0 ? order.venueLimit >= best : order.venueLimit <= best))
    if (takes && order.special.postOnly) {
      this.#floor.cut(order, 'postOnlyWouldTake', now)
      return
    }
    if (order.timeInForce === 'FOK' && !this.#coversAll(order, best)) {
      this.#floor.cut(order, 'fillOrKill', now)
      return
    }
    if (takes) this.walk(order, best, now)
    if (order.venueState !== HERE) return
    if (order.timeInForce === 'IOC') this.#floor.cut(order, 'immediateOrCancel', now)
    else if (limited) this.#resting.rest(order)
    else if (this.#floor.hasQuotes) this.takers.push(order)
    else this.#floor.cut(order, 'noLiquidity', now)
  }

  /** Takes level after level from the other side, as far as its limit goes. */
  walk(order: WorkingOrder, best: number, now: number): void {
    const { partialFills, consume } = this.#floor.setup
    const side = order.sign > 0 ? -1 : 1
    const touch = best / this.#floor.scale
    for (let ticks = best; order.venueState === HERE && order.venueLots > 0; ) {
      if (Number.isNaN(ticks)) return
      if (
        !Number.isNaN(order.venueLimit) &&
        (order.sign > 0 ? ticks > order.venueLimit : ticks < order.venueLimit)
      )
        return
      const size = this.#floor.book.size(side, ticks)
      const lots = partialFills ? Math.min(order.venueLots, this.#floor.toLots(size)) : order.venueLots
      const price = ticks / this.#floor.scale
      const level = ticks
      ticks = this.#floor.book.nextTicks(side, ticks)
      if (lots <= 0) continue
      this.#floor.fill(order, lots, price, Math.abs(price - touch), false, now)
      if (consume) this.#floor.leave(side, level, Math.max(0, size - lots / this.#floor.lotsPerUnit))
    }
  }

  #coversAll(order: WorkingOrder, best: number): boolean {
    if (Number.isNaN(best)) return false
    const limit = Number.isNaN(order.venueLimit) ? order.sign * Number.POSITIVE_INFINITY : order.venueLimit
    if (order.sign > 0 ? best > limit : best < limit) return false
    if (!this.#floor.setup.partialFills) return true
    const side = order.sign > 0 ? -1 : 1
    let lots = 0
    for (
      let ticks = best;
      lots < order.venueLots && (order.sign > 0 ? ticks <= limit : ticks >= limit);
      ticks = this.#floor.book.nextTicks(side, ticks)
    )
      lots += this.#floor.toLots(this.#floor.book.size(side, ticks))
    return lots >= order.venueLots
  }

  /** A limit order where only trades are seen: the last one tells whether it would have taken. */
  #offerToTrades(order: WorkingOrder, now: number): void {
    const reaches =
      order.sign > 0
        ? order.venueLimit / this.#floor.scale > this.#floor.lastTrade
        : order.venueLimit / this.#floor.scale < this.#floor.lastTrade
    if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
      if (!reaches)
        this.#floor.cut(order, order.timeInForce === 'IOC' ? 'immediateOrCancel' : 'fillOrKill', now)
      else this.takers.push(order)
    } else if (reaches && !order.special.postOnly) this.takers.push(order)
    else this.#resting.rest(order)
  }

  /** Orders that take, where there are trades alone, fill at the next one. */
  takeTrade(price: number, now: number): void {
    const takers = this.takers
    for (let i = 0; i < takers.length; i++) {
      const order = takers[i]
      if (order.venueState !== HERE) continue
      const limit = order.venueLimit / this.#floor.scale
      if (!Number.isNaN(limit) && (order.sign > 0 ? price > limit : price < limit)) {
        if (order.timeInForce === 'FOK') this.#floor.cut(order, 'fillOrKill', now)
        else if (order.timeInForce === 'IOC') this.#floor.cut(order, 'immediateOrCancel', now)
        else this.#resting.rest(order)
        continue
      }
      const slipped = this.#floor.setup.slipped(price, order.sign, order.venueLots)
      const paid = Number.isNaN(limit) || order.sign * (slipped - limit) <= 0 ? slipped : limit
      this.#floor.fill(order, order.venueLots, paid, Math.abs(paid - price), false, now)
    }
    takers.length = 0
  }

  /** What found too little to take goes on taking. */
  takeAll(now: number): void {
    const takers = this.takers
    for (let i = 0; i < takers.length; i++) {
      const best = this.#floor.book.bestTicks(takers[i].sign > 0 ? -1 : 1)
      if (takers[i].venueState === HERE && !Number.isNaN(best)) this.walk(takers[i], best, now)
    }
    tidied(takers)
  }
}
