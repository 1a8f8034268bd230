/**
 * Where a resting order stands in its level's queue: `queueAhead` is the size before it, units; below zero it is
 * what has traded beyond those, and fills it. The estimates themselves are lab/book/queue-position.ts.
 */
import { GordonError } from '../../core/errors.ts'
import {
  exactFront,
  ProbabilisticQueue,
  type QueueShape,
  RiskAverseQueue,
  reached,
} from '../../book/queue-position.ts'
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
  const model = new RiskAverseQueue()
  return {
    description: 'risk-averse: only trades bring an order forward in its queue',
    terms: 'riskAverse',
    join: (order, size) => {
      order.queueAhead = model.join(size)
    },
    depth: (order, before, size) => {
      order.queueAhead = model.onLevel(order.queueAhead, 0, before, size)
    },
    trade: (order, size) => {
      order.queueAhead = model.onTrade(order.queueAhead, size)
    },
    filled: reachedLots,
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
    filled: reachedLots,
  }
}

/**
 * Where the feed tells of every order (L3): known, not estimated. A trade and the changes of the book that follow
 * from it are one event told twice, so that what traded ahead of ours is taken off once.
 */
export function exactQueue(): OrderQueue {
  return {
    description: 'exact: the feed tells of every order',
    terms: 'exact',
    join: (order, size) => {
      order.queueAhead = size
      order.queueTraded = 0
    },
    depth: () => {},
    trade: (order, size) => {
      if (order.queueAhead > 0) order.queueTraded += Math.min(size, order.queueAhead)
      order.queueAhead -= size
    },
    filled: reachedLots,
  }
}

/** An order of the book with this arrival number gave up `size`: in an exact queue, who stood behind it moves up. */
export function gaveUp(order: WorkingOrder, arrival: number, size: number): void {
  if (arrival >= order.queueArrival) return
  const told = Math.min(size, order.queueTraded)
  order.queueTraded -= told
  order.queueAhead = exactFront(order.queueAhead, order.queueArrival, arrival, size - told)
}

const SHAPES: readonly string[] = ['power', 'power2', 'power3', 'log', 'log2']

/** `risk-averse`, `probabilistic:power:3` (`power`, `power2`, `power3` with their exponent, `log`, `log2`), or `power:3`, `log`. */
export function parseQueue(text: string): OrderQueue {
  if (text === 'risk-averse') return riskAverseQueue()
  const [shape, exponent, ...rest] = (
    text.startsWith('probabilistic:') ? text.slice('probabilistic:'.length) : text
  ).split(':')
  const n = exponent === undefined ? 1 : Number(exponent)
  const powered = shape.startsWith('power')
  if (SHAPES.includes(shape) && rest.length === 0 && n > 0 && n < 100 && (powered || exponent === undefined))
    return probabilisticQueue(shape as QueueShape, n)
  throw new GordonError(
    'QUEUE_UNREADABLE',
    `Queue "${text}" is not understood: write risk-averse, probabilistic:power:3 (or power2, power3 with an exponent, log, log2).`,
  )
}

/** Rounded: a front that is a sum of sizes misses whole lots by its last digits. */
function reachedLots(order: WorkingOrder, lotsPerUnit: number): number {
  return Math.round(reached(order.queueAhead, Number.POSITIVE_INFINITY, lotsPerUnit) * lotsPerUnit)
}
