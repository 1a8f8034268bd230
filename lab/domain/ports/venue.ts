/**
 * Where orders go. In backtest and paper the simulated venue stands behind this port, in live a connector's;
 * the engine cannot tell.
 */
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
  submit(order: WorkingOrder, now: Micros): void
  cancel(order: WorkingOrder, now: Micros, reason: Reason): void
  replace(order: WorkingOrder, change: OrderChange, now: Micros): void
  /** Works older orders against the events of the instant; `active` lists the handles that have one. */
  work(active: Uint32Array, count: number, now: Micros): void
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
  replaced(order: WorkingOrder, change: OrderChange, now: Micros): void
  /** The largest number of lots, up to `lots`, that the account can pay for at this price. */
  payableLots(order: WorkingOrder, lots: number, price: number, maker?: boolean): number
}
