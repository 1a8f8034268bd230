/**
 * Where orders go. In backtest and paper the simulated venue stands behind this port, in live a connector's;
 * the engine cannot tell.
 */
import type { Units } from '../../core/decimal.ts'
import type { Micros } from '../../core/time.ts'
import type { Reason } from '../order.ts'
import type { WorkingOrder } from '../working-order.ts'

/** A change of a working order; what is absent stays. */
export interface OrderChange {
  readonly lots?: number
  readonly limitTicks?: number
  readonly stopTicks?: number
}

export interface Venue {
  /** It holds no order: `work` would do nothing, and need not be called until one is submitted. */
  readonly idle: boolean
  /** An order that was held is released where it rests: it takes no time to get there. */
  submit(order: WorkingOrder, now: Micros): void
  /** `byStrategy` has a way to go; for any other reason the venue itself cancels, at once. */
  cancel(order: WorkingOrder, now: Micros, reason: Reason): void
  replace(order: WorkingOrder, change: OrderChange, now: Micros): void
  /** Works older orders against the events of the instant; `active` lists the handles that have one. */
  work(active: Uint32Array, count: number, now: Micros): void
}

/**
 * A venue whose market goes on between the instants of the strategy: trades, quotes and books happen there at
 * their event times, orders arrive and reports come back after a latency.
 */
export interface ClockedVenue extends Venue {
  /**
   * Lets its market go on to `until`, or to the time at which the earliest report is due, whichever comes first.
   * Returns when that report is due, Infinity when none is until then, NaN when `starved` needs rows first.
   */
  advance(until: Micros): Micros
  /** The stream whose rows ran out. */
  readonly starved: number
  /** Hands over what is due by `now`. */
  report(now: Micros): void
  /** Fills that happened and have not been told. */
  readonly untoldFills: number
  /** Rows received by `now` are about to leave the windows. */
  catchUp(now: Micros): void
}

/** What a venue tells the account. Each call is a fact that has happened. */
export interface VenueReports {
  accepted(order: WorkingOrder, now: Micros): void
  rejected(order: WorkingOrder, reason: Reason, now: Micros): void
  /**
   * @param slippage currency per unit by which the price is worse than the unslipped one
   * @param maker the order rested and was taken; absent: it took
   */
  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    now: Micros,
    maker?: boolean,
  ): void
  canceled(order: WorkingOrder, reason: Reason, now: Micros): void
  expired(order: WorkingOrder, reason: Reason, now: Micros): void
  /** A cancel is on its way; until it arrives the order may fill. */
  cancelPending(order: WorkingOrder, now: Micros): void
  replaced(order: WorkingOrder, change: OrderChange, now: Micros): void
  /**
   * The largest number of lots, up to `lots`, that the account can pay for at this price.
   * @param spent what fills on their way back have cost, ledger units; below zero where they bring more
   * @param moved signed lots of those fills
   */
  payableLots(
    order: WorkingOrder,
    lots: number,
    price: number,
    maker?: boolean,
    spent?: Units,
    moved?: number,
  ): number
}

/** What has happened at a venue and is still on its way to the account. */
export interface Underway {
  /** Tells what is about one strategy's orders, in the order in which it happened. */
  tell(to: UnderwayReports, strategy: number): void
}

export interface UnderwayReports {
  /** A child was approved and set to work. */
  released(order: WorkingOrder): void
  filled(order: WorkingOrder, lots: number, price: number, now: Micros, maker: boolean): void
  /** Refused, cancelled, expired. */
  ended(order: WorkingOrder): void
  resized(order: WorkingOrder, lots: number, waitingLots: number): void
  replaced(order: WorkingOrder, change: OrderChange): void
}

/** What lies between a venue and the account also tells of orders that wait for others, and asks what it needs. */
export interface AccountReports extends VenueReports {
  /** It waits for another order's fill (OTO). */
  held(order: WorkingOrder, now: Micros): void
  /**
   * Asks risk about an order whose time to work has come, or about one approved before, whose limits are then looked
   * at once more.
   * @param underway counts as known; what risk has approved with it counts for the account when it is told `accepted`
   */
  approve(order: WorkingOrder, underway?: Underway): Reason | undefined
  /** Its quantity is another now, as another order of its group or its parent filled; 0 ≤ filled < lots. */
  resized(order: WorkingOrder, lots: number, waitingLots: number, now: Micros): void
  /** Signed lots that its strategy holds of an order's instrument. */
  positionLots(order: WorkingOrder): number
  /** The order with this id, ended or not; what has ended is a copy. */
  find(id: number): WorkingOrder | undefined
}
