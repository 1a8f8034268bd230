/**
 * Sortino ratio, annual: (mean of returns − required) / √(mean of min(return − required, 0)²) × √periodsPerYear.
 * The downside deviation divides by all periods, not by the losing ones. Sortino and Price (1994).
 * Reference: empyrical-reloaded 0.5.12
 * `empyrical.sortino_ratio(returns, required_return=required, annualization=periodsPerYear)`.
 */
import { mean } from '../math/index.ts'

/**
 * @param options.required least acceptable return per period, fraction; here always the risk-free one
 * @returns undefined for fewer than two returns, and where none fell short
 */
export function sortino(
  returns: Float64Array,
  options: { periodsPerYear: number; required?: number },
): number | undefined {
  const required = options.required ?? 0
  if (returns.length < 2) return undefined
  const shortfall = Math.sqrt(mean(returns.map(value => Math.min(value - required, 0) ** 2))!)
  if (!(shortfall > 0)) return undefined
  return ((mean(returns)! - required) / shortfall) * Math.sqrt(options.periodsPerYear)
}
