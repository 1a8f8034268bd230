/**
 * Information ratio per period: mean / sample standard deviation of (return − benchmark). Not annual, as in both
 * libraries; times √periodsPerYear it is the annual one.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.excess_sharpe(returns, benchmark)`.
 * @param benchmark returns of the same periods
 * @returns undefined for fewer than two periods, and where the benchmark was merely copied
 */
import { assert } from '../core/assert.ts'
import { dispersion, mean } from '../math/index.ts'

export function informationRatio(returns: Float64Array, benchmark: Float64Array): number | undefined {
  assert(
    returns.length === benchmark.length,
    'information ratio needs returns and benchmark of the same periods',
  )
  const active = returns.map((value, i) => value - benchmark[i])
  const deviation = dispersion(active)
  return deviation === undefined ? undefined : mean(active)! / deviation
}
