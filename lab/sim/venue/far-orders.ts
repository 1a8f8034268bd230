/**
 * Limit orders that rest and that bars are far from. They wait here by price, a heap for each side of each
 * instrument, and cost a bar nothing until one comes near: a million of them slow no bar down.
 *
 * An entry is dead once its order has left: it is passed over when it comes up, and swept out when the dead are many.
 */
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'

interface Entry {
  /** Ticks from the market's side: the least is reached first. */
  readonly key: number
  readonly order: WorkingOrder
  /** Objects of ended orders begin again as others: the id tells. */
  readonly id: number
}

/** Dead entries that are let be. */
const SPARE = 64

/** A limit order that rests and that nothing but its price, or a command, can bring to anything. */
export function canBeFar(order: WorkingOrder): boolean {
  return (
    order.rests &&
    order.type === 'limit' &&
    order.timeInForce === 'GTC' &&
    order.special === PLAIN_TERMS &&
    order.state !== 'cancelPending' &&
    order.barsAway === 0
  )
}

export class FarOrders {
  /** Orders that wait here. */
  count = 0
  #entries = 0
  /** By handle × 2, buys first; made when they are needed. */
  readonly #heaps: (Entry[] | undefined)[]

  /** @param handles number of instruments */
  constructor(handles: number) {
    this.#heaps = new Array<Entry[] | undefined>(2 * handles).fill(undefined)
  }

  add(order: WorkingOrder): void {
    const place = 2 * order.handle + (order.sign > 0 ? 0 : 1)
    let heap = this.#heaps[place]
    if (heap === undefined) this.#heaps[place] = heap = []
    order.far = true
    this.count++
    this.#entries++
    raise(heap, { key: keyOf(order), order, id: order.id })
  }

  /** It goes elsewhere, or has ended. */
  leave(order: WorkingOrder): void {
    order.far = false
    this.count--
    if (this.#entries > 2 * this.count + SPARE) this.#sweep()
  }

  /** Moves what a bar between these prices, in ticks, may reach to `near`; returns how many. */
  reached(handle: number, low: number, high: number, near: WorkingOrder[]): number {
    const before = near.length
    // A tick to spare: prices of bars need not lie on the grid. What is not known reaches all.
    this.#pop(this.#heaps[2 * handle], -low + 1, near)
    this.#pop(this.#heaps[2 * handle + 1], high + 1, near)
    return near.length - before
  }

  #pop(heap: Entry[] | undefined, until: number, near: WorkingOrder[]): void {
    while (heap !== undefined && heap.length > 0 && !(heap[0].key > until)) {
      const { order, id, key } = sink(heap)
      this.#entries--
      if (!order.far || order.id !== id || keyOf(order) !== key) continue
      order.far = false
      this.count--
      near.push(order)
    }
  }

  #sweep(): void {
    this.#entries = 0
    this.#heaps.forEach((heap, place) => {
      if (heap === undefined) return
      const kept: Entry[] = []
      for (const entry of heap)
        if (entry.order.far && entry.order.id === entry.id && keyOf(entry.order) === entry.key)
          raise(kept, entry)
      this.#heaps[place] = kept
      this.#entries += kept.length
    })
  }
}

function keyOf(order: WorkingOrder): number {
  return order.sign > 0 ? -order.limitTicks : order.limitTicks
}

/** Puts an entry into a heap. */
function raise(heap: Entry[], entry: Entry): void {
  let place = heap.length
  heap.push(entry)
  while (place > 0) {
    const parent = (place - 1) >> 1
    if (heap[parent].key <= entry.key) break
    heap[place] = heap[parent]
    place = parent
  }
  heap[place] = entry
}

/** Takes the first entry out of a heap that has some. */
function sink(heap: Entry[]): Entry {
  const first = heap[0]
  const last = heap.pop()!
  const { length } = heap
  if (length === 0) return first
  let place = 0
  for (;;) {
    let child = 2 * place + 1
    if (child >= length) break
    if (child + 1 < length && heap[child + 1].key < heap[child].key) child++
    if (heap[child].key >= last.key) break
    heap[place] = heap[child]
    place = child
  }
  heap[place] = last
  return first
}
