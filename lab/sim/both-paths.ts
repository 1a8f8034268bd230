/**
 * A run twice over bars that do not say whether a stop or a target came first: once with stops first, once with
 * targets first. The truth need not lie between the two: after the first bar they hold other positions and
 * other money. What lies between them is what the bars leave open.
 */
import type { RunStatistics } from '../analytics/index.ts'
import type { Run } from './run.ts'
import type { Ambiguity } from './venue/ambiguity.ts'

export interface PathFigures {
  readonly endEquity: number
  readonly totalReturn: number
  readonly cagr?: number
  readonly sharpe?: number
  readonly maxDrawdown?: number
  readonly winRate?: number
  readonly trades: number
  /** Bars that were decided by the setting. */
  readonly ambiguousBars: number
  readonly digest: string
}

export type BothPaths = Readonly<Record<Ambiguity, PathFigures>>

/** @param statistics of the run, `runStatistics` */
export function pathFigures(run: Run, statistics: RunStatistics): PathFigures {
  const { pessimistic, optimistic } = run.ambiguousBars
  return {
    endEquity: run.endEquity,
    totalReturn: run.endEquity / run.startEquity - 1,
    cagr: statistics.cagr,
    sharpe: statistics.sharpe,
    maxDrawdown: statistics.maxDrawdown,
    winRate: statistics.winRate,
    trades: run.trades.length,
    ambiguousBars: pessimistic + optimistic,
    digest: run.digest,
  }
}
