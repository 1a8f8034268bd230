/**
 * Sharpe ratio, annual: (arithmetic mean of returns − risk-free per period) / sample standard deviation (n − 1)
 * × √periodsPerYear. Sharpe, The Sharpe Ratio, J. Portfolio Management 21 (1994).
 * Reference: empyrical-reloaded 0.5.12
 * `empyrical.sharpe_ratio(returns, risk_free=riskFree, annualization=periodsPerYear)`.
 */
import { dispersion, mean } from '../math/index.ts'

/**
 * @param options.riskFree per period, fraction
 * @returns undefined for fewer than two returns and for a flat curve
 */
export function sharpe(
  returns: Float64Array,
  options: { periodsPerYear: number; riskFree?: number },
): number | undefined {
  const deviation = dispersion(returns)
  if (deviation === undefined) return undefined
  return ((mean(returns)! - (options.riskFree ?? 0)) / deviation) * Math.sqrt(options.periodsPerYear)
}
