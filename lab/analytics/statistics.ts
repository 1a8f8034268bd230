/**
 * The summary of a run, as the terminal, the report and JSON show it.
 *
 * Ratios come from returns per sample (sampling.ts: a curve finer than a day is read once per session). Drawdown,
 * exposure and mean equity come from every row of the curve, so nothing within the day is hidden; calmar divides by
 * that drawdown. Win rate, profit factor, expectancy, payoff and SQN are of closed trades, never of periods.
 */
import type { ClosedTrade } from '../domain/closed-trade.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { EquityColumns } from '../domain/run-result.ts'
import { isoDate, isoTime } from '../core/time.ts'
import { mean } from '../math/index.ts'
import { drawdownDates, type DrawdownDates } from './drawdown-dates.ts'
import { worstDrawdowns } from './drawdowns.ts'
import { exposure } from './exposure.ts'
import { detectFrequency } from './frequency.ts'
import { maxDrawdown } from './max-drawdown.ts'
import { returnStatistics, type ReturnStatistics, withoutUndefined } from './return-statistics.ts'
import { returnsFromEquity } from './returns.ts'
import { at, sampleCurve, type Samples } from './sampling.ts'
import { tradeStatistics, type TradeStatistics } from './trade-statistics.ts'
import { turnover } from './turnover.ts'

export interface RunStatisticsInput {
  readonly curve: EquityColumns
  readonly trades: readonly ClosedTrade[]
  readonly fills: readonly FillRecord[]
  /** What the same money would have become, or any multiple of it; same rows as the curve. */
  readonly benchmark?: Float64Array
  /** A year, fraction. Default 0. */
  readonly riskFreeRate?: number
  /** Of the samples (see `sampling`); detected from their times when absent. */
  readonly periodsPerYear?: number
  /** Close of each row's session, µs UTC; without it a session is a UTC day. */
  readonly sessionClose?: Float64Array
}

export interface RunStatistics extends ReturnStatistics, DrawdownDates, TradeStatistics {
  /** Share of rows with a position, 0..1. */
  readonly exposure?: number
  /** Mean of gross exposure / equity over all rows; above 1 with leverage. */
  readonly averageGrossExposure?: number
  /** Σ traded notional of both sides / mean equity, a year. */
  readonly turnover?: number
  /** What the returns are of: each row of the curve, or the last of each session. */
  readonly sampling: 'bar' | 'session'
  /** Returns that the ratios are computed from. */
  readonly periods: number
  readonly periodsPerYear?: number
  /** `given`, the rule by which it was detected, or why it could not be. */
  readonly frequency: string
  readonly riskFreeRate: number
  /** What keeps statistics from being defined, in a sentence. */
  readonly statisticsNote?: string
}

export function runStatistics(input: RunStatisticsInput): RunStatistics {
  const { curve, trades, fills, riskFreeRate = 0 } = input
  const samples = sampleCurve({ time: curve.time, equity: curve.equity, sessionClose: input.sessionClose })
  const frequency = frequencyOf(samples, input.periodsPerYear)
  const { periodsPerYear } = frequency
  const meanEquity = mean(curve.equity) ?? 0
  const isSolvent = curve.equity.every(value => value > 0)
  const benchmark = input.benchmark && at(input.benchmark, samples.rows)
  const isPriced = benchmark?.every(value => value > 0) ?? false
  const periods = Math.max(0, samples.rows.length - 1)
  const ofReturns = isSolvent
    ? returnStatistics({
        returns: returnsFromEquity(samples.equity),
        benchmark: benchmark && isPriced ? returnsFromEquity(benchmark) : undefined,
        riskFreeRate,
        periodsPerYear,
        maxDrawdown: periods === 0 ? undefined : maxDrawdown(curve.equity),
      })
    : afterRuin(curve.equity)
  return withoutUndefined({
    ...ofReturns,
    ...drawdownDates(worstDrawdowns(curve.equity, 1)[0], {
      last: curve.time.length - 1,
      time: row => curve.time[row],
      // A row closes its day: one at midnight is the day before.
      label: row => (samples.sampling === 'bar' ? isoDate(curve.time[row] - 1) : isoTime(curve.time[row])),
    }),
    ...tradeStatistics(trades),
    exposure: exposure(curve.grossExposure),
    averageGrossExposure: isSolvent
      ? mean(curve.grossExposure.map((value, row) => value / curve.equity[row]))
      : undefined,
    turnover:
      periodsPerYear === undefined
        ? undefined
        : turnover({ fills, meanEquity, years: periods / periodsPerYear }),
    sampling: samples.sampling,
    periods,
    periodsPerYear,
    frequency: frequency.text,
    riskFreeRate,
    statisticsNote: !isSolvent
      ? ruinNote(curve)
      : benchmark && !isPriced
        ? 'the benchmark has no positive value at some sample, so nothing is compared with it'
        : undefined,
  })
}

function frequencyOf(samples: Samples, given?: number): { periodsPerYear?: number; text: string } {
  if (given !== undefined) return { periodsPerYear: given, text: 'given' }
  // The base sample of a day with bars is no day of its own; one microsecond puts a midnight close into its day.
  const days = samples.sampling === 'session' ? samples.time.subarray(1) : samples.time
  const found = detectFrequency(days.map(time => time - 1))
  return found.kind === 'detected'
    ? { periodsPerYear: found.periodsPerYear, text: found.rule }
    : { text: `unclear: ${found.why}` }
}

/** Equity at or below zero has no compounding returns; what is left is what was won or lost. */
function afterRuin(equity: Float64Array): ReturnStatistics {
  if (!(equity[0] > 0)) return {}
  return withoutUndefined({
    totalReturn: equity[equity.length - 1] / equity[0] - 1,
    maxDrawdown: maxDrawdown(equity),
  })
}

function ruinNote(curve: EquityColumns): string {
  const row = curve.equity.findIndex(value => !(value > 0))
  return `equity was ${curve.equity[row]} at ${isoTime(curve.time[row])}, so there are no returns to judge from then on`
}
