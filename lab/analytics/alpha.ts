/**
 * Jensen's alpha, annual and compounding: (1 + mean(r − f − β (b − f)))^periodsPerYear − 1, f risk-free per period.
 * Reference: empyrical-reloaded 0.5.12
 * `empyrical.alpha(returns, benchmark, risk_free=riskFree, annualization=periodsPerYear)`.
 */
import { finite, mean } from '../math/index.ts'
import { beta } from './beta.ts'

/**
 * @param benchmark returns of the same periods
 * @param options.riskFree per period, fraction
 * @returns a year, fraction; undefined where beta is
 */
export function alpha(
  returns: Float64Array,
  benchmark: Float64Array,
  options: { periodsPerYear: number; riskFree?: number },
): number | undefined {
  const slope = beta(returns, benchmark)
  if (slope === undefined) return undefined
  const riskFree = options.riskFree ?? 0
  const perPeriod = mean(returns)! - riskFree - slope * (mean(benchmark)! - riskFree)
  return finite((1 + perPeriod) ** options.periodsPerYear - 1)
}
