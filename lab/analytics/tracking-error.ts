/**
 * Tracking error, annual: sample standard deviation of (return − benchmark) × √periodsPerYear.
 * Reference: empyrical-reloaded 0.5.12
 * `empyrical.annual_volatility(returns - benchmark, annualization=periodsPerYear)`.
 * @param benchmark returns of the same periods
 * @returns a year, fraction; undefined for fewer than two periods
 */
import { assert } from '../core/assert.ts'
import { volatility } from './volatility.ts'

export function trackingError(
  returns: Float64Array,
  benchmark: Float64Array,
  options: { periodsPerYear: number },
): number | undefined {
  assert(
    returns.length === benchmark.length,
    'tracking error needs returns and benchmark of the same periods',
  )
  return volatility(
    returns.map((value, i) => value - benchmark[i]),
    options,
  )
}
