/**
 * The bar that orders are being worked against, and what its four prices say of an order: whether it is reached,
 * and where. A stop is reached when the market goes to its side of it (buys: up), a touch order's trigger when it
 * comes the other way (buys: down). Why each rule is as it is: models/bar-fills.md.
 */
import type { BarColumns } from '../../domain/bar.ts'
import type { OrderType } from '../../domain/order.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'

export class BarAtHand {
  open = Number.NaN
  high = Number.NaN
  low = Number.NaN
  close = Number.NaN
  volume = Number.NaN

  take(columns: BarColumns, row: number): void {
    this.open = columns.open[row]
    this.high = columns.high[row]
    this.low = columns.low[row]
    this.close = columns.close[row]
    this.volume = columns.volume[row]
  }

  /** Adds to its prices what our own trades have moved the market by. */
  move(by: number): void {
    this.open += by
    this.high += by
    this.low += by
    this.close += by
  }
}

/** Its trigger is reached from above when it buys. */
export function isTouch(type: OrderType): boolean {
  return type === 'marketIfTouched' || type === 'limitIfTouched'
}

/** Once triggered it is a market order. */
export function takesWhenTriggered(type: OrderType): boolean {
  return type === 'stop' || type === 'marketIfTouched' || type === 'trailingStop'
}

export function isAtOpen(type: OrderType): boolean {
  return type === 'marketOnOpen' || type === 'limitOnOpen'
}

export function isAtClose(type: OrderType): boolean {
  return type === 'marketOnClose' || type === 'limitOnClose'
}

/** It waits for its trigger. */
export function awaitsTrigger(order: WorkingOrder): boolean {
  return !order.triggered && !Number.isNaN(order.stopTicks)
}

/** Whether a market at `price` sets off an order whose trigger is `level`. */
export function triggers(order: WorkingOrder, price: number, level: number): boolean {
  return order.sign > 0 !== isTouch(order.type) ? price >= level : price <= level
}

/** The end of the bar on the side that a trigger waits for. */
export function triggerEnd(order: WorkingOrder, bar: BarAtHand): number {
  return order.sign > 0 !== isTouch(order.type) ? bar.high : bar.low
}

/** Whether a market at `price` fills a limit for certain; one that is only equal did where a touch counts. */
export function fillsLimit(order: WorkingOrder, price: number, limit: number, touch: boolean): boolean {
  return (order.sign > 0 ? price < limit : price > limit) || (touch && price === limit)
}

/** Whether a limit allows a price. */
export function allows(order: WorkingOrder, price: number, limit: number): boolean {
  return order.sign > 0 ? price <= limit : price >= limit
}

/** Whether the bar's range, after its open, reaches the order. */
export function reaches(order: WorkingOrder, bar: BarAtHand, scale: number, touch: boolean): boolean {
  if (awaitsTrigger(order)) return triggers(order, triggerEnd(order, bar), order.stopTicks / scale)
  if (Number.isNaN(order.limitTicks) || isAtClose(order.type) || isAtOpen(order.type)) return false
  return fillsLimit(order, order.sign > 0 ? bar.low : bar.high, order.limitTicks / scale, touch)
}
