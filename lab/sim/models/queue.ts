/**
 * Where a resting order stands in its level's queue: `queueAhead` is the size before it, units; below zero it is
 * what has traded beyond those, and fills it. The estimates themselves are lab/book/queue-position.ts.
 */
import { ProbabilisticQueue, type QueueShape } from '../../book/queue-position.ts'
import type { WorkingOrder } from '../../domain/working-order.ts'

export interface OrderQueue {
  readonly description: string
  readonly terms: unknown
  /** It comes to the end of a level that holds `size`. */
  join(order: WorkingOrder, size: number): void
  /** The level's size goes from `before` to `size`. */
  depth(order: WorkingOrder, before: number, size: number): void
  /** `size` traded at the level. */
  trade(order: WorkingOrder, size: number): void
  /** Whole lots that have reached it. */
  filled(order: WorkingOrder, lotsPerUnit: number): number
}

/** Only trades bring it forward; what is cancelled stood behind it, unless the whole level is smaller than that. */
export function riskAverseQueue(): OrderQueue {
  return {
    description: 'risk-averse: only trades bring an order forward in its queue',
    terms: 'riskAverse',
    join: (order, size) => {
      order.queueAhead = size
    },
    depth: (order, _before, size) => {
      if (size < order.queueAhead) order.queueAhead = size
    },
    trade: (order, size) => {
      order.queueAhead -= size
    },
    filled: (order, lotsPerUnit) => reachedLots(order.queueAhead, lotsPerUnit),
  }
}

/** What is cancelled stood partly before it and partly behind. @param exponent of the power shapes */
export function probabilisticQueue(shape: QueueShape, exponent = 1): OrderQueue {
  const model = new ProbabilisticQueue(shape, exponent)
  return {
    description: `probabilistic (${shape}${shape.startsWith('power') ? `, exponent ${exponent}` : ''}): cancellations bring an order forward by their likely share`,
    terms: { probabilistic: [shape, exponent] },
    join: (order, size) => {
      order.queueAhead = model.join(size)
      order.queueTraded = 0
    },
    depth: (order, before, size) => {
      order.queueAhead = model.onLevel(order.queueAhead, order.queueTraded, before, size)
      order.queueTraded = 0
    },
    trade: (order, size) => {
      order.queueAhead = model.onTrade(order.queueAhead, size)
      order.queueTraded += size
    },
    filled: (order, lotsPerUnit) => reachedLots(order.queueAhead, lotsPerUnit),
  }
}

/** Rounded: a front that is a sum of sizes misses whole lots by its last digits. */
function reachedLots(ahead: number, lotsPerUnit: number): number {
  const lots = Math.round(-ahead * lotsPerUnit)
  return lots > 0 ? lots : 0
}
