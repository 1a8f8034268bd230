/** Rows of a book and of its trades as they are made, in the shape of domain/market-events.ts. */
import { BOOK_ACTIONS, type BookSeries, type TradeSeries } from '../domain/market-events.ts'
import type { RestingOrder, RestingOrders, Side } from './resting-orders.ts'

export class FlowRows {
  readonly #byOrder: boolean
  readonly #grid: { readonly ticksPerUnit: number; readonly lotsPerUnit: number }
  readonly #book = { time: rows(), action: rows(), side: rows(), price: rows(), size: rows(), order: rows() }
  readonly #trades = { time: rows(), price: rows(), size: rows(), side: rows() }

  constructor(level: 'L2' | 'L3', grid: { readonly ticksPerUnit: number; readonly lotsPerUnit: number }) {
    this.#byOrder = level === 'L3'
    this.#grid = grid
  }

  /** A `clear` without a price, then all that rests: levels of L2, orders of L3 in order of their queues. */
  snapshot(time: number, resting: RestingOrders): void {
    this.#row(time, BOOK_ACTIONS.clear, 1, Number.NaN, 0, Number.NaN)
    for (const side of [1, -1] as const)
      for (const [ticks, { orders, lots }] of resting.depth(side))
        if (!this.#byOrder) this.#row(time, BOOK_ACTIONS.set, side, ticks, lots, Number.NaN)
        else for (const order of orders) this.#row(time, BOOK_ACTIONS.add, side, ticks, order.lots, order.id)
  }

  /** An order has come, shrunk or gone. */
  changed(
    time: number,
    kind: 'add' | 'change' | 'remove',
    order: RestingOrder,
    resting: RestingOrders,
  ): void {
    const { side, ticks, lots, id } = order
    if (this.#byOrder) this.#row(time, BOOK_ACTIONS[kind], side, ticks, lots, id)
    else this.#row(time, BOOK_ACTIONS.set, side, ticks, resting.lotsAt(side, ticks), Number.NaN)
  }

  trade(time: number, taker: Side, ticks: number, lots: number): void {
    this.#trades.time.push(time)
    this.#trades.price.push(ticks / this.#grid.ticksPerUnit)
    this.#trades.size.push(lots / this.#grid.lotsPerUnit)
    this.#trades.side.push(taker)
  }

  book(): BookSeries {
    const { time, action, side, price, size, order } = this.#book
    const eventTime = Float64Array.from(time)
    return {
      length: time.length,
      eventTime,
      receiveTime: eventTime,
      action: Float64Array.from(action),
      side: Float64Array.from(side),
      price: Float64Array.from(price),
      size: Float64Array.from(size),
      ...(this.#byOrder ? { order: Float64Array.from(order) } : {}),
    }
  }

  trades(): TradeSeries {
    const { time, price, size, side } = this.#trades
    const eventTime = Float64Array.from(time)
    return {
      length: time.length,
      eventTime,
      receiveTime: eventTime,
      price: Float64Array.from(price),
      size: Float64Array.from(size),
      side: Float64Array.from(side),
    }
  }

  #row(time: number, action: number, side: Side, ticks: number, lots: number, order: number): void {
    this.#book.time.push(time)
    this.#book.action.push(action)
    this.#book.side.push(side)
    this.#book.price.push(ticks / this.#grid.ticksPerUnit)
    this.#book.size.push(lots / this.#grid.lotsPerUnit)
    this.#book.order.push(order)
  }
}

function rows(): number[] {
  return []
}
