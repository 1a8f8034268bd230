/**
 * What the orders of one group (OCO) can do at worst. One fill cancels the others, so that of each side and
 * instrument only the largest counts, in lots and in cash set aside.
 *   buying = max over its buys of what remains; selling alike; reservedCents = max of what each reserved
 *   planned = the same of those that wait for no trigger, buys less sells
 */
import type { WorkingOrder } from '../domain/working-order.ts'

export interface GroupEntry {
  readonly orders: WorkingOrder[]
  buying: number
  selling: number
  /** Signed lots. */
  planned: number
  reservedCents: number
}

export class GroupExposure {
  readonly #entries = new Map<string, GroupEntry>()

  /** The part of an order's group that is in its instrument. */
  entry(order: WorkingOrder): GroupEntry {
    const key = `${order.handle} ${order.special.group}`
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { orders: [], buying: 0, selling: 0, planned: 0, reservedCents: 0 }
      this.#entries.set(key, entry)
    }
    return entry
  }

  /** Works the entry out anew after a member came, changed or went. */
  update(entry: GroupEntry, order: WorkingOrder): void {
    const { orders } = entry
    const place = orders.indexOf(order)
    if (order.counted && place < 0) orders.push(order)
    else if (!order.counted && place >= 0) orders.splice(place, 1)
    let plannedBuys = 0
    let plannedSells = 0
    entry.buying = entry.selling = entry.reservedCents = 0
    for (const { sign, special, conditional, remainingLots, reservedCents } of orders) {
      if (!special.reduceOnly) {
        if (sign > 0) entry.buying = Math.max(entry.buying, remainingLots)
        else entry.selling = Math.max(entry.selling, remainingLots)
      }
      if (!conditional && sign > 0) plannedBuys = Math.max(plannedBuys, remainingLots)
      if (!conditional && sign < 0) plannedSells = Math.max(plannedSells, remainingLots)
      entry.reservedCents = Math.max(entry.reservedCents, reservedCents)
    }
    entry.planned = plannedBuys - plannedSells
    if (orders.length === 0) this.#entries.delete(`${order.handle} ${order.special.group}`)
  }
}
