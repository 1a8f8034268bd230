/** Orders come to a market of ticks, change, are cancelled, and end by their time. */
import type { Reason } from '../../domain/order.ts'
import type { OrderChange } from '../../domain/ports/venue.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'
import { isForAuction, type TickAuctions } from './tick-auctions.ts'
import { HERE, OVER, type TickFloor, tidied } from './tick-floor.ts'
import type { TickResting } from './tick-resting.ts'
import type { TickTaking } from './tick-taking.ts'
import type { TickTriggers } from './tick-triggers.ts'

/** Where an order may be. */
export interface TickPlaces {
  readonly resting: TickResting
  readonly taking: TickTaking
  readonly triggers: TickTriggers
  readonly auctions: TickAuctions
}

export class TickOrders {
  readonly #floor: TickFloor
  readonly #resting: TickResting
  readonly #taking: TickTaking
  readonly #triggers: TickTriggers
  readonly #auctions: TickAuctions
  readonly #lists: readonly WorkingOrder[][]

  constructor(floor: TickFloor, { resting, taking, triggers, auctions }: TickPlaces) {
    this.#floor = floor
    this.#resting = resting
    this.#taking = taking
    this.#triggers = triggers
    this.#auctions = auctions
    this.#lists = [
      resting.bids,
      resting.asks,
      triggers.waiting,
      taking.takers,
      triggers.fired,
      auctions.orders,
    ]
  }

  /** A new order has come. @param known the account has it as accepted already */
  arrive(order: WorkingOrder, now: number, known: boolean): void {
    const { reports } = this.#floor.setup
    order.venueState = HERE
    // Of who was held here, or cut on arrival, they are known.
    if (order.venueLots === 0) haveTerms(order, order.lots, 0)
    this.#floor.living++
    if (order.timeInForce === 'GTD' && !(order.special.goodTill > now)) {
      this.#floor.end(order)
      if (known) reports.expired(order, 'goodTillPassed', now)
      else reports.rejected(order, 'goodTillPassed', now)
      return
    }
    if (!known) reports.accepted(order, now)
    if (isForAuction(order)) {
      this.#auctions.enter(order, now)
      return
    }
    if (order.timeInForce === 'GTD') this.#floor.endAt(order.special.goodTill)
    if (order.timeInForce === 'DAY') {
      order.session = this.#floor.setup.calendar.nextClose(now).close
      this.#floor.endAt(order.session)
    }
    this.#enter(order, now)
  }

  cancel(order: WorkingOrder, reason: Reason, now: number): void {
    if (order.venueState === HERE) this.#remove(order)
    this.strike(order, reason, now)
  }

  /** Ends it, and leaves it where it stands until `tidy`: whoever goes through the lists passes over it. */
  strike(order: WorkingOrder, reason: Reason, now: number): void {
    if (order.venueState === OVER) return
    // Who is on the way is refused, unless the account has it as waiting for another, or as let go.
    const came = order.venueState !== 0 || order.state === 'held' || order.state === 'accepted'
    this.#floor.end(order)
    // On its way here while the order whose fill ends it has filled.
    if (came) this.#floor.setup.reports.canceled(order, reason, now)
    else this.#floor.setup.reports.rejected(order, reason, now)
  }

  /** Forgets all that is over. */
  tidy(): void {
    for (const orders of this.#lists) this.#tidy(orders)
  }

  replace(order: WorkingOrder, change: OrderChange, now: number): void {
    if (order.venueState === OVER) return
    // What has filled on the way counts: nothing is left of an order made smaller than that.
    const left =
      change.lots === undefined ? order.venueLots : change.lots - order.venueFilled - order.venueWaiting
    if (left <= 0 && order.venueWaiting === 0) {
      this.cancel(order, 'byStrategy', now)
      return
    }
    const moved =
      (change.limitTicks !== undefined && change.limitTicks !== order.venueLimit) ||
      (change.stopTicks !== undefined && change.stopTicks !== order.venueStop)
    const keepsPlace = !moved && left <= order.venueLots
    if (change.limitTicks !== undefined) order.venueLimit = change.limitTicks
    if (change.stopTicks !== undefined) order.venueStop = change.stopTicks
    order.venueLots = left
    this.#floor.setup.reports.replaced(order, change, now)
    // Less at the same price keeps its place; more, or another price, goes to the end of the queue.
    if (keepsPlace || isForAuction(order) || order.venueState !== HERE) return
    this.#remove(order)
    this.#enter(order, now)
  }

  /** Puts an order to where it takes, rests or waits. */
  #enter(order: WorkingOrder, now: number): void {
    if ((order.trails || !Number.isNaN(order.venueStop)) && !order.triggered) {
      this.#triggers.enter(order, now)
      return
    }
    this.#taking.offer(order, now)
  }

  /** Orders set off come to life, and those whose time has come end. */
  expire(now: number): void {
    this.#floor.nextEnd = Number.POSITIVE_INFINITY
    const fired = this.#triggers.fired.splice(0)
    for (const order of fired) if (order.venueState === HERE) this.#taking.offer(order, now)
    for (const orders of this.#lists) {
      for (const order of orders) {
        if (order.venueState !== HERE) continue
        if (orders === this.#auctions.orders) {
          this.#auctions.due(order, now)
          continue
        }
        const gtd = order.timeInForce === 'GTD'
        const until = gtd ? order.special.goodTill : order.timeInForce === 'DAY' ? order.session : Number.NaN
        if (until <= now) {
          this.#floor.end(order)
          this.#floor.setup.reports.expired(order, gtd ? 'goodTillPassed' : 'endOfSession', until)
        } else if (!Number.isNaN(until)) this.#floor.endAt(until)
      }
      this.#tidy(orders)
    }
  }

  #tidy(orders: WorkingOrder[]): void {
    if (orders === this.#resting.bids || orders === this.#resting.asks) this.#resting.tidy(orders)
    else tidied(orders)
  }

  #remove(order: WorkingOrder): void {
    if (this.#resting.remove(order)) return
    for (const orders of this.#lists) {
      const place = orders.indexOf(order)
      if (place >= 0) {
        orders.splice(place, 1)
        return
      }
    }
  }
}

/** What the venue knows of an order that has come to it. @param waiting lots that its parent has not filled */
export function haveTerms(order: WorkingOrder, lots: number, waiting: number): void {
  order.venueLots = lots - waiting
  order.venueWaiting = waiting
  order.venueFilled = 0
  order.venueLimit = order.limitTicks
  order.venueStop = order.stopTicks
}
