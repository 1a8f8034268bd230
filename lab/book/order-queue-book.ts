/**
 * A book of single orders (L3): each level is a queue, first come first served. Reading is by `levels`, an
 * ordinary OrderBook with the total of each level, so that a venue reads L2 and L3 the same way; this class
 * adds who stands where. Sizes in whole lots keep the totals exact. As on most exchanges, an order that shrinks
 * keeps its place, one that grows or changes its price goes to the end of the queue.
 *
 * Every order has an arrival number, which grows; after each call the `changed…` fields say which place in which
 * queue gave up how much, so that own orders can be brought forward (queue-position.ts, exactFront).
 */
import { IdIndex } from './id-index.ts'
import type { BookSide } from './order-book.ts'
import { BOOK_FAULTS, OrderBook } from './order-book.ts'

/** What is wrong with an order event: nothing is changed then. Codes go on from BOOK_FAULTS. */
export const QUEUE_FAULTS = { ...BOOK_FAULTS, duplicateOrder: 5, unknownOrder: 6 } as const
export type QueueFault = (typeof QUEUE_FAULTS)[keyof typeof QUEUE_FAULTS]

const NONE = -1

export class OrderQueueBook {
  readonly levels = new OrderBook()
  /** Side, ticks and arrival of the place that the last call changed, and how much it gave up (0 for an add). */
  changedSide: BookSide = 1
  changedTicks = Number.NaN
  changedArrival = Number.NaN
  changedBy = Number.NaN

  private readonly slotOf = new IdIndex()
  private readonly bidQueues = new IdIndex()
  private readonly askQueues = new IdIndex()
  private arrivals = 0
  // An order's slot, and a queue's: both are taken from free lists threaded through `next`.
  private id = new Float64Array(64)
  private ticks = new Float64Array(64)
  private size = new Float64Array(64)
  private arrival = new Float64Array(64)
  private side = new Int8Array(64)
  private next = new Int32Array(64)
  private previous = new Int32Array(64)
  private used = 0
  private free = NONE
  private first = new Int32Array(64)
  private last = new Int32Array(64)
  private queuesUsed = 0
  private freeQueue = NONE

  /** How many orders rest. */
  get count(): number {
    return this.slotOf.count
  }

  add(id: number, side: BookSide, ticks: number, size: number): QueueFault {
    if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return QUEUE_FAULTS.badSize
    if (!Number.isSafeInteger(ticks)) return QUEUE_FAULTS.badPrice
    if (this.slotOf.get(id) !== NONE) return QUEUE_FAULTS.duplicateOrder
    const slot = this.takeSlot()
    this.slotOf.set(id, slot)
    this.id[slot] = id
    this.side[slot] = side
    this.enqueue(slot, ticks, size)
    this.note(slot, 0)
    return this.levels.set(side, ticks, this.levels.size(side, ticks) + size)
  }

  /** A new size, and perhaps a new price. */
  change(id: number, ticks: number, size: number): QueueFault {
    if (!(size >= 0 && size < Number.POSITIVE_INFINITY)) return QUEUE_FAULTS.badSize
    if (!Number.isSafeInteger(ticks)) return QUEUE_FAULTS.badPrice
    const slot = this.slotOf.get(id)
    if (slot === NONE) return QUEUE_FAULTS.unknownOrder
    if (size === 0) return this.remove(id)
    const side = this.side[slot] as BookSide
    const before = this.size[slot]
    if (ticks === this.ticks[slot] && size <= before) {
      this.size[slot] = size
      this.note(slot, before - size)
      return this.levels.set(side, ticks, this.levels.size(side, ticks) - (before - size))
    }
    this.note(slot, before)
    this.leave(slot)
    this.enqueue(slot, ticks, size)
    return this.levels.set(side, ticks, this.levels.size(side, ticks) + size)
  }

  remove(id: number): QueueFault {
    const slot = this.slotOf.delete(id)
    if (slot === NONE) return QUEUE_FAULTS.unknownOrder
    this.note(slot, this.size[slot])
    const fault = this.leave(slot)
    this.next[slot] = this.free
    this.free = slot
    return fault
  }

  clear(): void {
    this.levels.clear()
    this.slotOf.clear()
    this.bidQueues.clear()
    this.askQueues.clear()
    this.used = 0
    this.free = NONE
    this.queuesUsed = 0
    this.freeQueue = NONE
  }

  /** Id of the order that is first in its level's queue; NaN where there is none. */
  firstAt(side: BookSide, ticks: number): number {
    const queue = this.queues(side).get(ticks)
    return queue === NONE ? Number.NaN : this.id[this.first[queue]]
  }

  /** Id of the order behind; NaN at the end of the queue and for an unknown order. */
  behind(id: number): number {
    const slot = this.slotOf.get(id)
    const next = slot === NONE ? NONE : this.next[slot]
    return next === NONE ? Number.NaN : this.id[next]
  }

  /** NaN for an unknown order. */
  sizeOf(id: number): number {
    const slot = this.slotOf.get(id)
    return slot === NONE ? Number.NaN : this.size[slot]
  }

  ticksOf(id: number): number {
    const slot = this.slotOf.get(id)
    return slot === NONE ? Number.NaN : this.ticks[slot]
  }

  arrivalOf(id: number): number {
    const slot = this.slotOf.get(id)
    return slot === NONE ? Number.NaN : this.arrival[slot]
  }

  /** An arrival number for an order of ours, behind all that rest now. */
  nextArrival(): number {
    return ++this.arrivals
  }

  /** Total size of the orders ahead of one; steps through its queue. NaN for an unknown order. */
  ahead(id: number): number {
    const slot = this.slotOf.get(id)
    if (slot === NONE) return Number.NaN
    let total = 0
    for (let one = this.previous[slot]; one !== NONE; one = this.previous[one]) total += this.size[one]
    return total
  }

  private queues(side: number): IdIndex {
    return side > 0 ? this.bidQueues : this.askQueues
  }

  private note(slot: number, gaveUp: number): void {
    this.changedSide = this.side[slot] as BookSide
    this.changedTicks = this.ticks[slot]
    this.changedArrival = this.arrival[slot]
    this.changedBy = gaveUp
  }

  /** To the end of the queue at `ticks`. */
  private enqueue(slot: number, ticks: number, size: number): void {
    this.ticks[slot] = ticks
    this.size[slot] = size
    this.arrival[slot] = this.nextArrival()
    this.next[slot] = NONE
    const queues = this.queues(this.side[slot])
    let queue = queues.get(ticks)
    if (queue === NONE) {
      queue = this.takeQueue()
      queues.set(ticks, queue)
      this.first[queue] = slot
      this.previous[slot] = NONE
    } else {
      this.next[this.last[queue]] = slot
      this.previous[slot] = this.last[queue]
    }
    this.last[queue] = slot
  }

  /** Out of its queue, its size off the level. An empty queue leaves exactly nothing. */
  private leave(slot: number): QueueFault {
    const side = this.side[slot] as BookSide
    const ticks = this.ticks[slot]
    const queues = this.queues(side)
    const queue = queues.get(ticks)
    const [before, after] = [this.previous[slot], this.next[slot]]
    if (before === NONE) this.first[queue] = after
    else this.next[before] = after
    if (after === NONE) this.last[queue] = before
    else this.previous[after] = before
    if (before !== NONE || after !== NONE)
      return this.levels.set(side, ticks, Math.max(0, this.levels.size(side, ticks) - this.size[slot]))
    queues.delete(ticks)
    this.first[queue] = this.freeQueue
    this.freeQueue = queue
    return this.levels.set(side, ticks, 0)
  }

  private takeSlot(): number {
    if (this.free !== NONE) {
      const slot = this.free
      this.free = this.next[slot]
      return slot
    }
    if (this.used === this.id.length) {
      this.id = grown(this.id)
      this.ticks = grown(this.ticks)
      this.size = grown(this.size)
      this.arrival = grown(this.arrival)
      this.side = grown(this.side)
      this.next = grown(this.next)
      this.previous = grown(this.previous)
    }
    return this.used++
  }

  private takeQueue(): number {
    if (this.freeQueue !== NONE) {
      const queue = this.freeQueue
      this.freeQueue = this.first[queue]
      return queue
    }
    if (this.queuesUsed === this.first.length) {
      this.first = grown(this.first)
      this.last = grown(this.last)
    }
    return this.queuesUsed++
  }
}

function grown<T extends Float64Array | Int32Array | Int8Array>(array: T): T {
  const twice = new (array.constructor as new (length: number) => T)(array.length * 2)
  twice.set(array)
  return twice
}
