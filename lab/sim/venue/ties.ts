/** Which orders depend on each other: groups, children of a parent, orders that only reduce a position. */
import type { WorkingOrder } from '../../domain/working-order.ts'

export class Ties {
  readonly #groups = new Map<string, WorkingOrder[]>()
  readonly #children = new Map<number, WorkingOrder[]>()
  readonly #reducers: WorkingOrder[] = []
  /** Orders in any of them. */
  readonly #tied = new Set<WorkingOrder>()

  /** There are some. */
  get any(): boolean {
    return this.#tied.size > 0
  }

  /** @param as what it is to be told of: as a child by its parent, as a reducer by its position; by its group always */
  add(order: WorkingOrder, as: { readonly child: boolean; readonly reducer: boolean }): void {
    this.#tied.add(order)
    const group = groupOf(order)
    if (group !== '') listed(this.#groups, group).push(order)
    if (as.child) listed(this.#children, order.special.parent).push(order)
    if (as.reducer) this.#reducers.push(order)
  }

  /** The others of its group. Copies, as of all lists here, since what is done to one order may end others of them. */
  others(order: WorkingOrder): WorkingOrder[] {
    const group = groupOf(order)
    return group === '' ? [] : (this.#groups.get(group) ?? []).filter(other => other !== order)
  }

  children(order: WorkingOrder): WorkingOrder[] {
    return [...(this.#children.get(order.id) ?? [])]
  }

  /** Of the position that an order's fill moves. */
  reducers(order: WorkingOrder): WorkingOrder[] {
    return this.#reducers.filter(
      reducer => reducer.strategy === order.strategy && reducer.handle === order.handle,
    )
  }

  /** An order that has ended is in no list any more: its object will serve another. */
  forget(order: WorkingOrder): void {
    if (!this.#tied.delete(order)) return
    const group = groupOf(order)
    if (group !== '') struck(this.#groups, group, order)
    if (order.special.parent !== 0) struck(this.#children, order.special.parent, order)
    const place = this.#reducers.indexOf(order)
    if (place >= 0) this.#reducers.splice(place, 1)
  }
}

/** Names of groups are each strategy's own; '' for none. */
export function groupOf(order: WorkingOrder): string {
  const { group } = order.special
  return group === '' || order.strategy === 0 ? group : `${order.strategy}\n${group}`
}

export function listed<Key, Item>(lists: Map<Key, Item[]>, key: Key): Item[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

function struck<Key>(lists: Map<Key, WorkingOrder[]>, key: Key, order: WorkingOrder): void {
  const list = lists.get(key)
  if (list === undefined) return
  const place = list.indexOf(order)
  if (place >= 0) list.splice(place, 1)
  if (list.length === 0) lists.delete(key)
}
