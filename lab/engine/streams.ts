/**
 * What a run replays, in the order in which events of one instant are delivered: funding, quotes, trades, books,
 * bars from fine to coarse, custom series; within each by instrument in canonical order.
 */
import { parseInterval } from '../core/time.ts'
import type { TickKind } from '../domain/ports/store.ts'

export interface BarTerms {
  readonly kind: 'bars'
  readonly handle: number
  /** `1d`, `1m`; '' where nobody knows. */
  readonly interval: string
  /** Its bars fill orders: the finest of an instrument that has no ticks. */
  readonly executes: boolean
  /** The strategy sees it. */
  readonly informs: boolean
}

export interface TickTerms {
  readonly kind: TickKind
  readonly handle: number
  /** Of a custom series. */
  readonly name: string
  readonly executes: boolean
}

export type StreamTerms = BarTerms | TickTerms

const RANK: Readonly<Record<StreamTerms['kind'], number>> = {
  funding: 0,
  quotes: 1,
  trades: 2,
  book: 3,
  bars: 4,
  custom: 5,
}

/** Sorts streams into the order of delivery. */
export function compareStreams(a: StreamTerms, b: StreamTerms): number {
  if (a.kind !== b.kind) return RANK[a.kind] - RANK[b.kind]
  if (a.kind === 'bars' && b.kind === 'bars') {
    const finer = span(a.interval) - span(b.interval)
    if (finer !== 0 && !Number.isNaN(finer)) return finer
  }
  return a.handle - b.handle
}

function span(interval: string): number {
  return parseInterval(interval) ?? Number.POSITIVE_INFINITY
}
