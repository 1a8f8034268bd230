/**
 * Orders for an auction fill at the session's first trade, or its last; without trades they walk the book, as the
 * first message of the session leaves it or as it stands at the close. The calendar says when sessions are.
 */
import type { WorkingOrder } from '../../domain/working-order.ts'
import type { TickWindow } from '../../engine/tick-window.ts'
import { isAtClose, isAtOpen } from './bar-at-hand.ts'
import { HERE, type TickFloor, tidied } from './tick-floor.ts'
import type { TickTaking } from './tick-taking.ts'

/** Orders of these types wait here. */
export function isForAuction(order: WorkingOrder): boolean {
  return isAtOpen(order.type) || isAtClose(order.type)
}

export class TickAuctions {
  readonly orders: WorkingOrder[] = []
  readonly #floor: TickFloor
  readonly #taking: TickTaking
  /** Newest row of a quote or book while orders wait. */
  #depthAt = Number.NEGATIVE_INFINITY

  constructor(floor: TickFloor, taking: TickTaking) {
    this.#floor = floor
    this.#taking = taking
  }

  enter(order: WorkingOrder, now: number): void {
    const { calendar } = this.#floor.setup
    const session = isAtOpen(order.type) ? calendar.nextOpen(now) : calendar.nextClose(now)
    order.session = isAtOpen(order.type) ? session.open : session.close
    order.sessionBefore = now
    this.orders.push(order)
    this.#floor.endAt(session.close)
  }

  /** A row has come: the first of a session opens it, its last trade, or its last book, closes it. */
  watch(window: TickWindow, now: number): void {
    const auctions = this.orders
    if (window.kind !== 'trades') {
      // A message may have more rows: it is looked at when its time is over.
      if (!this.#floor.hasTrades)
        for (const order of auctions) if (order.session <= now) this.#floor.endAt(now)
      this.#depthAt = now
      return
    }
    for (const order of auctions)
      if (order.venueState === HERE && isAtOpen(order.type) && order.session <= now) this.#fill(order, now)
    tidied(auctions)
  }

  /** Its time has come, or its session is over. */
  due(order: WorkingOrder, now: number): void {
    const opens = isAtOpen(order.type)
    const { close } = this.#floor.setup.calendar.nextClose(order.session + (opens ? 1 : 0))
    // Prices that stood when it came are no auction's: nobody can trade at them any more.
    const priced = this.#floor.hasTrades
      ? !opens && this.#floor.lastTradeAt > order.sessionBefore
      : this.#depthAt >= order.session || !opens
    if (opens ? priced : now >= close && priced) this.#fill(order, now)
    else if (now >= close) this.#floor.cut(order, 'missedAuction', now)
    if (order.venueState === HERE) this.#floor.endAt(close)
  }

  /** Fills at the last trade's price, or from the book; what the price or the book does not allow ends. */
  #fill(order: WorkingOrder, now: number): void {
    const limit = order.venueLimit
    if (this.#floor.hasTrades) {
      const price = this.#floor.lastTrade
      const allowed = Number.isNaN(limit) || order.sign * (price * this.#floor.scale - limit) <= 1e-6
      if (allowed) {
        const lots = order.venueLots
        const paid = Number.isNaN(limit) ? this.#floor.setup.slipped(price, order.sign, lots) : price
        this.#floor.fill(order, lots, paid, Math.abs(paid - price), false, now)
      } else this.#floor.cut(order, 'missedAuction', now)
      return
    }
    const best = this.#floor.book.bestTicks(order.sign > 0 ? -1 : 1)
    if (!Number.isNaN(best)) this.#taking.walk(order, best, now)
    if (order.venueState === HERE)
      this.#floor.cut(order, order.venueFilled > 0 ? 'noLiquidity' : 'missedAuction', now)
  }
}
