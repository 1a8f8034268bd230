/**
 * Excess kurtosis, m₄ / m₂² − 3 with biased central moments: 0 for a normal distribution.
 * Reference: scipy 1.15.3 `scipy.stats.kurtosis(returns)` (fisher=True, bias=True, its defaults).
 * @returns undefined for fewer than two values and for equal ones
 */
import { centralMoment, dispersion } from '../math/index.ts'

export function kurtosis(returns: Float64Array): number | undefined {
  if (dispersion(returns) === undefined) return undefined
  return centralMoment(returns, 4)! / centralMoment(returns, 2)! ** 2 - 3
}
