/**
 * Stops and touches wait for the last trade, or where there are no trades for the other side's best. Set off, they
 * are live when the rows of that time are over, as what a trade took is told in a row of its own.
 */
import type { WorkingOrder } from '../../domain/working-order.ts'
import { isTouch } from './bar-at-hand.ts'
import { HERE, type TickFloor } from './tick-floor.ts'

export class TickTriggers {
  readonly waiting: WorkingOrder[] = []
  /** Set off in the rows of this time. */
  readonly fired: WorkingOrder[] = []
  readonly #floor: TickFloor

  constructor(floor: TickFloor) {
    this.#floor = floor
  }

  /** An order comes to wait here. */
  enter(order: WorkingOrder, now: number): void {
    this.#follow(order)
    this.waiting.push(order)
    if (this.#isTriggered(order)) this.trigger(now)
  }

  /** The price that sets stops off: the last trade, else the best that the order would take. */
  #seen(order: WorkingOrder): number {
    if (this.#floor.hasTrades) return this.#floor.lastTrade
    return this.#floor.book.bestTicks(order.sign > 0 ? -1 : 1) / this.#floor.scale
  }

  #isTriggered(order: WorkingOrder): boolean {
    const price = this.#seen(order)
    const trigger = order.venueStop / this.#floor.scale
    return order.sign > 0 !== isTouch(order.type) ? price >= trigger : price <= trigger
  }

  /** A trailing stop follows the market while it moves its way, never back. */
  #follow(order: WorkingOrder): void {
    const { trailTicks, trailRate, limitOffsetTicks } = order.special
    if (!order.trails) return
    const seen = this.#seen(order) * this.#floor.scale
    if (Number.isNaN(seen)) return
    const distance = Number.isNaN(trailTicks) ? seen * trailRate : trailTicks
    const stop = Math.round(order.sign > 0 ? seen + distance : seen - distance)
    if (Number.isNaN(order.venueStop) || (order.sign > 0 ? stop < order.venueStop : stop > order.venueStop)) {
      order.venueStop = stop
      if (!Number.isNaN(limitOffsetTicks)) order.venueLimit = stop + order.sign * limitOffsetTicks
    }
  }

  trigger(now: number): void {
    const waiting = this.waiting
    for (let i = 0; i < waiting.length; i++) {
      const order = waiting[i]
      if (order.venueState !== HERE || order.triggered) continue
      if (this.#isTriggered(order)) {
        order.triggered = true
        this.fired.push(order)
        this.#floor.endAt(now)
      } else this.#follow(order)
    }
    let kept = 0
    for (let i = 0; i < waiting.length; i++)
      if (waiting[i].venueState === HERE && !waiting[i].triggered) waiting[kept++] = waiting[i]
    waiting.length = kept
  }
}
