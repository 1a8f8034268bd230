/**
 * Everything that the report asks of lab/analytics, in one place: the report itself computes no statistic.
 */
import { runStatistics, type RunStatistics } from '../analytics/index.ts'
import type { Benchmark, ReportInput } from './report-input.ts'

export interface MonthRow {
  readonly year: number
  /** 1 is January. */
  readonly month: number
  readonly return: number | undefined
}

export interface YearRow {
  readonly year: number
  readonly return: number | undefined
  readonly benchmark: number | undefined
  readonly maxDrawdown: number | undefined
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

export interface Analysis {
  readonly statistics: RunStatistics
  readonly benchmark: (Benchmark & { readonly statistics: RunStatistics }) | undefined
  readonly riskFreeRate: number
  readonly periodsPerYear: number
  readonly months: readonly MonthRow[]
  readonly years: readonly YearRow[]
  readonly drawdowns: readonly DrawdownRow[]
  readonly rolling: {
    readonly window: number
    /** `daily` */
    readonly sample: string
    readonly time: Float64Array
    readonly sharpe: Float64Array
    readonly volatility: Float64Array
  }
}

const WORST_DRAWDOWNS = 10

export function analyse({ result, statistics, benchmark }: ReportInput): Analysis {
  const { curve } = result
  const benchmarkStatistics =
    benchmark === undefined
      ? undefined
      : runStatistics({
          curve: { ...curve, equity: benchmark.equity },
          trades: [],
          fills: [],
          riskFreeRate: statistics.riskFreeRate,
          periodsPerYear: statistics.periodsPerYear,
        })
  return {
    statistics,
    benchmark: benchmark === undefined ? undefined : { ...benchmark, statistics: benchmarkStatistics! },
    riskFreeRate: statistics.riskFreeRate,
    periodsPerYear: statistics.periodsPerYear,
    ...shim(result, benchmark, WORST_DRAWDOWNS),
  }
}
