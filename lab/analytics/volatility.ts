/**
 * Annual volatility: sample standard deviation of returns (n − 1) × √periodsPerYear.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.annual_volatility(returns, annualization=periodsPerYear)`.
 * @returns a year, fraction; 0 for a flat curve; undefined for fewer than two returns
 */
import { standardDeviation } from '../math/index.ts'

export function volatility(returns: Float64Array, options: { periodsPerYear: number }): number | undefined {
  const deviation = standardDeviation(returns)
  return deviation === undefined ? undefined : deviation * Math.sqrt(options.periodsPerYear)
}
