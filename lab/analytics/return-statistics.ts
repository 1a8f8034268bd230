/**
 * Everything that a series of returns says about itself, alone or beside a benchmark. Fractions, never percent.
 * What needs a year is absent while nobody knows how many periods make one.
 */
import { alpha } from './alpha.ts'
import { best } from './best.ts'
import { beta } from './beta.ts'
import { cagr } from './cagr.ts'
import { calmar } from './calmar.ts'
import { downCapture, upCapture } from './capture.ts'
import { conditionalValueAtRisk } from './conditional-value-at-risk.ts'
import { informationRatio } from './information-ratio.ts'
import { kurtosis } from './kurtosis.ts'
import { maxDrawdown } from './max-drawdown.ts'
import { omega } from './omega.ts'
import { wealthFromReturns } from './returns.ts'
import { riskFreePerPeriod } from './risk-free.ts'
import { sharpe } from './sharpe.ts'
import { skew } from './skew.ts'
import { sortino } from './sortino.ts'
import { totalReturn } from './total-return.ts'
import { trackingError } from './tracking-error.ts'
import { valueAtRisk } from './value-at-risk.ts'
import { volatility } from './volatility.ts'
import { worst } from './worst.ts'

export interface ReturnSeries {
  /** Per period, fractions, finite, ≥ −1. */
  readonly returns: Float64Array
  /** Of the same periods. */
  readonly benchmark?: Float64Array
  /** Periods that went by, where the first one's return is missing; else as many as returns. */
  readonly periods?: number
  /** A year, fraction. Default 0. */
  readonly riskFreeRate?: number
  readonly periodsPerYear?: number
  /** Where the deepest drawdown was measured on a finer curve than these returns, 0..1. */
  readonly maxDrawdown?: number
}

export interface ReturnStatistics {
  readonly totalReturn?: number
  readonly cagr?: number
  readonly volatility?: number
  readonly sharpe?: number
  readonly sortino?: number
  readonly calmar?: number
  readonly omega?: number
  /** 0..1 */
  readonly maxDrawdown?: number
  /** 5 % tail, per period; a return, negative for a loss. */
  readonly valueAtRisk?: number
  readonly conditionalValueAtRisk?: number
  readonly skew?: number
  /** Excess. */
  readonly kurtosis?: number
  readonly best?: number
  readonly worst?: number
  readonly benchmarkReturn?: number
  readonly beta?: number
  /** A year. */
  readonly alpha?: number
  /** Per period, as both reference libraries have it. */
  readonly informationRatio?: number
  /** A year. */
  readonly trackingError?: number
  readonly upCapture?: number
  readonly downCapture?: number
}

export function returnStatistics(series: ReturnSeries): ReturnStatistics {
  const { returns, benchmark, periods, riskFreeRate = 0, periodsPerYear } = series
  const year = periodsPerYear === undefined ? undefined : { periodsPerYear }
  const riskFree = riskFreeRate === 0 ? 0 : year && riskFreePerPeriod(riskFreeRate, year.periodsPerYear)
  const growth = year && cagr(returns, { ...year, periods })
  const decline = returns.length === 0 ? undefined : maxDrawdown(wealthFromReturns(returns))
  const depth = series.maxDrawdown ?? decline
  return withoutUndefined({
    totalReturn: totalReturn(returns),
    cagr: growth,
    volatility: year && volatility(returns, year),
    sharpe: year && sharpe(returns, { ...year, riskFree }),
    sortino: year && sortino(returns, { ...year, required: riskFree }),
    calmar: calmar({ cagr: growth, maxDrawdown: depth }),
    omega: riskFree === undefined ? undefined : omega(returns, { threshold: riskFree }),
    maxDrawdown: depth,
    valueAtRisk: valueAtRisk(returns),
    conditionalValueAtRisk: conditionalValueAtRisk(returns),
    skew: skew(returns),
    kurtosis: kurtosis(returns),
    best: best(returns),
    worst: worst(returns),
    benchmarkReturn: benchmark && totalReturn(benchmark),
    beta: benchmark && beta(returns, benchmark),
    alpha: benchmark && year && alpha(returns, benchmark, { ...year, riskFree }),
    informationRatio: benchmark && informationRatio(returns, benchmark),
    trackingError: benchmark && year && trackingError(returns, benchmark, year),
    upCapture: benchmark && year && upCapture(returns, benchmark, year),
    downCapture: benchmark && year && downCapture(returns, benchmark, year),
  })
}

/** What has no value has no key, so that JSON, tables and comparisons agree. */
export function withoutUndefined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T
}
