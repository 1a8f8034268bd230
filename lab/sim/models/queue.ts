/**
 * Where a resting order stands in its level's queue: `queueAhead` is the size before it, units; below zero it is
 * what has traded beyond those, and fills it.
 */
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

function reachedLots(ahead: number, lotsPerUnit: number): number {
  const lots = ahead * lotsPerUnit
  return Math.round(lots) < 0 ? Math.floor(-lots) : 0
}
