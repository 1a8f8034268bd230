/**
 * Beta against a benchmark: covariance(returns, benchmark) / variance(benchmark). A constant risk-free rate
 * cancels out.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.beta(returns, benchmark)`.
 * @param benchmark returns of the same periods
 * @returns undefined for fewer than two periods, and where the benchmark stood still
 */
import { assert } from '../core/assert.ts'
import { dispersion, mean, sum } from '../math/index.ts'

export function beta(returns: Float64Array, benchmark: Float64Array): number | undefined {
  assert(returns.length === benchmark.length, 'beta needs returns and benchmark of the same periods')
  if (dispersion(benchmark) === undefined) return undefined
  const [ownMean, marketMean] = [mean(returns)!, mean(benchmark)!]
  const market = benchmark.map(value => value - marketMean)
  const covariance = sum(market.map((value, i) => value * (returns[i] - ownMean)))
  return covariance / sum(market.map(value => value * value))
}
