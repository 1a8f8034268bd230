/**
 * Skewness, m₃ / m₂^1.5 with biased central moments.
 * Reference: scipy 1.15.3 `scipy.stats.skew(returns)` (bias=True, its default).
 * @returns undefined for fewer than two values and for equal ones
 */
import { centralMoment, dispersion } from '../math/index.ts'

export function skew(returns: Float64Array): number | undefined {
  if (dispersion(returns) === undefined) return undefined
  return centralMoment(returns, 3)! / centralMoment(returns, 2)! ** 1.5
}
