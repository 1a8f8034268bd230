/**
 * Everything that the report asks of lab/analytics, in one place: the report itself computes no statistic.
 */
import {
  type MonthlyRow,
  monthlyReturns,
  returnsFromEquity,
  riskFreePerPeriod,
  rollingSharpe,
  rollingVolatility,
  type RunStatistics,
  sampleCurve,
  worstDrawdowns,
  type YearlyRow,
  yearlyReturns,
} from '../analytics/index.ts'
import type { RunResult } from '../domain/run-result.ts'
import { analyseMembers, curveStatistics, type Members } from './members.ts'
import type { Benchmark, ReportInput } from './report-input.ts'

/** The statistics that are numbers. */
export type StatisticKey = {
  [K in keyof RunStatistics]-?: RunStatistics[K] extends number | undefined ? K : never
}[keyof RunStatistics]

export interface YearRow extends YearlyRow {
  /** Closed in that year. */
  readonly trades: number
}

export interface DrawdownRow {
  /** As a fraction of the peak, 0..1. */
  readonly depth: number
  readonly peakTime: number
  readonly troughTime: number
  readonly recoveryTime: number | undefined
  /** Last instant under water. */
  readonly endTime: number
}

export interface Rolling {
  /** Returns in a window. */
  readonly window: number
  readonly time: Float64Array
  /** NaN where undefined. */
  readonly sharpe: Float64Array
  readonly volatility: Float64Array
}

export interface Analysis {
  readonly statistics: RunStatistics
  readonly benchmark:
    | (Benchmark & { readonly statistics: Readonly<Partial<Record<StatisticKey, number>>> })
    | undefined
  /** None where equity was not positive throughout. */
  readonly months: readonly MonthlyRow[]
  readonly years: readonly YearRow[]
  readonly drawdowns: readonly DrawdownRow[]
  /** Absent while nobody knows how many periods make a year. */
  readonly rolling: Rolling | undefined
  /** Where the run has several strategies. */
  readonly members: Members | undefined
}

const WORST_DRAWDOWNS = 10
/** Months of six make a window that tells one half-year from another. */
const WINDOW_YEARS = 0.5
const SHORTEST_WINDOW = 20

export function analyse({ result, statistics, benchmark }: ReportInput): Analysis {
  const { time, equity } = result.curve
  const isSolvent = equity.every(value => value > 0)
  return {
    statistics,
    benchmark: benchmark && {
      ...benchmark,
      statistics: curveStatistics(time, benchmark.equity, statistics),
    },
    months: isSolvent ? monthlyReturns(sampleCurve({ time, equity })) : [],
    years: isSolvent ? years(result, benchmark) : [],
    drawdowns: worstDrawdowns(equity, WORST_DRAWDOWNS).map(({ depth, peak, trough, recovery }) => ({
      depth,
      peakTime: time[peak],
      troughTime: time[trough],
      recoveryTime: recovery === undefined ? undefined : time[recovery],
      endTime: time[recovery ?? time.length - 1],
    })),
    rolling: isSolvent ? rolling(result, statistics) : undefined,
    members: analyseMembers(result, statistics),
  }
}

function years(result: RunResult, benchmark: Benchmark | undefined): YearRow[] {
  const { time, equity } = result.curve
  const isPriced = benchmark?.equity.every(value => value > 0) ?? false
  const closed = new Map<number, number>()
  for (const { exitTime } of result.trades) {
    const year = new Date((exitTime - 1) / 1000).getUTCFullYear()
    closed.set(year, (closed.get(year) ?? 0) + 1)
  }
  return yearlyReturns({ time, equity, benchmark: isPriced ? benchmark!.equity : undefined }).map(row => ({
    ...row,
    trades: closed.get(row.year) ?? 0,
  }))
}

/** Over half a year, or over a quarter of a run that is shorter than two. */
function rolling(result: RunResult, { periodsPerYear, riskFreeRate }: RunStatistics): Rolling | undefined {
  if (periodsPerYear === undefined) return undefined
  const samples = sampleCurve(result.curve)
  const returns = returnsFromEquity(samples.equity)
  const window = Math.max(
    SHORTEST_WINDOW,
    Math.min(Math.round(periodsPerYear * WINDOW_YEARS), Math.floor(returns.length / 4)),
  )
  const riskFree = riskFreePerPeriod(riskFreeRate, periodsPerYear)
  return {
    window,
    time: samples.time.subarray(1),
    sharpe: column(rollingSharpe(returns, { window, periodsPerYear, riskFree })),
    volatility: column(rollingVolatility(returns, { window, periodsPerYear })),
  }
}

function column(values: readonly (number | undefined)[]): Float64Array {
  return Float64Array.from(values, value => value ?? Number.NaN)
}
