/**
 * The orders that rest in a synthetic market: queues by price, first come first served, and a list of all of them,
 * from which one leaves at random. Prices in ticks, sizes in lots. A file of its own, and not the book of `book/`,
 * so that what is made is checked by what did not make it.
 */
export type Side = 1 | -1

export interface RestingOrder {
  readonly id: number
  readonly side: Side
  readonly ticks: number
  lots: number
  /** Where it stands in the list of all. */
  place: number
}

export interface Level {
  readonly orders: RestingOrder[]
  lots: number
}

export class RestingOrders {
  readonly #bids = new Map<number, Level>()
  readonly #asks = new Map<number, Level>()
  readonly #all: RestingOrder[] = []
  #bestBid = Number.NaN
  #bestAsk = Number.NaN
  #last = 0

  /** How many orders rest. */
  get count(): number {
    return this.#all.length
  }

  /** Ticks of the best price of a side; NaN where nobody is. */
  best(side: Side): number {
    return side > 0 ? this.#bestBid : this.#bestAsk
  }

  /** One of all, by its place in the list. */
  at(place: number): RestingOrder {
    return this.#all[place]
  }

  /** Total size at a price; 0 where nobody is. */
  lotsAt(side: Side, ticks: number): number {
    return this.#levels(side).get(ticks)?.lots ?? 0
  }

  /** Who is first at the best price of a side. */
  first(side: Side): RestingOrder | undefined {
    return this.#levels(side).get(this.best(side))?.orders[0]
  }

  /** Levels of a side, best first. */
  depth(side: Side): (readonly [number, Level])[] {
    return [...this.#levels(side)].sort(([a], [b]) => side * (b - a))
  }

  add(side: Side, ticks: number, lots: number): RestingOrder {
    const order = { id: ++this.#last, side, ticks, lots, place: this.#all.length }
    this.#all.push(order)
    const levels = this.#levels(side)
    const level = levels.get(ticks)
    if (level === undefined) levels.set(ticks, { orders: [order], lots })
    else {
      level.orders.push(order)
      level.lots += lots
    }
    if (!(side * (this.best(side) - ticks) >= 0)) this.#setBest(side, ticks)
    return order
  }

  /** Takes lots off an order, which ends where none are left. */
  take(order: RestingOrder, lots: number): void {
    const levels = this.#levels(order.side)
    const level = levels.get(order.ticks)!
    order.lots -= lots
    level.lots -= lots
    if (order.lots > 0) return
    level.orders.splice(level.orders.indexOf(order), 1)
    const last = this.#all.pop()!
    if (last !== order) {
      this.#all[order.place] = last
      last.place = order.place
    }
    if (level.orders.length > 0) return
    levels.delete(order.ticks)
    if (order.ticks === this.best(order.side)) this.#retreat(order.side, order.ticks)
  }

  #levels(side: Side): Map<number, Level> {
    return side > 0 ? this.#bids : this.#asks
  }

  #retreat(side: Side, from: number): void {
    const levels = this.#levels(side)
    let ticks = levels.size === 0 ? Number.NaN : from - side
    while (levels.size > 0 && !levels.has(ticks)) ticks -= side
    this.#setBest(side, ticks)
  }

  #setBest(side: Side, ticks: number): void {
    if (side > 0) this.#bestBid = ticks
    else this.#bestAsk = ticks
  }
}
