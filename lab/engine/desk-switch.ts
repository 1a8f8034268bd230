/** Brings each report of the venue to the desk of the strategy whose order it is about. */
import type { Units } from '../core/decimal.ts'
import type { Reason } from '../domain/order.ts'
import type { AccountReports, OrderChange, Underway } from '../domain/ports/venue.ts'
import type { WorkingOrder } from '../domain/working-order.ts'
import type { OrderDesk } from './order-desk.ts'

export class DeskSwitch implements AccountReports {
  readonly #desks: readonly OrderDesk[]

  constructor(desks: readonly OrderDesk[]) {
    this.#desks = desks
  }

  accepted(order: WorkingOrder, now: number): void {
    this.#of(order).accepted(order, now)
  }
  rejected(order: WorkingOrder, reason: Reason, now: number): void {
    this.#of(order).rejected(order, reason, now)
  }
  filled(
    order: WorkingOrder,
    lots: number,
    price: number,
    slippage: number,
    now: number,
    maker?: boolean,
  ): void {
    this.#of(order).filled(order, lots, price, slippage, now, maker)
  }
  canceled(order: WorkingOrder, reason: Reason, now: number): void {
    this.#of(order).canceled(order, reason, now)
  }
  expired(order: WorkingOrder, reason: Reason, now: number): void {
    this.#of(order).expired(order, reason, now)
  }
  cancelPending(order: WorkingOrder, now: number): void {
    this.#of(order).cancelPending(order, now)
  }
  replaced(order: WorkingOrder, change: OrderChange, now: number): void {
    this.#of(order).replaced(order, change, now)
  }
  payableLots(
    order: WorkingOrder,
    lots: number,
    price: number,
    maker?: boolean,
    spent?: Units,
    moved?: number,
  ): number {
    return this.#of(order).payableLots(order, lots, price, maker, spent, moved)
  }
  held(order: WorkingOrder, now: number): void {
    this.#of(order).held(order, now)
  }
  approve(order: WorkingOrder, underway?: Underway): Reason | undefined {
    return this.#of(order).approve(order, underway)
  }
  resized(order: WorkingOrder, lots: number, waitingLots: number, now: number): void {
    this.#of(order).resized(order, lots, waitingLots, now)
  }
  positionLots(order: WorkingOrder): number {
    return this.#of(order).positionLots(order)
  }
  find(id: number): WorkingOrder | undefined {
    return this.#desks[0].find(id)
  }

  #of(order: WorkingOrder): OrderDesk {
    return this.#desks[order.strategy]
  }
}
