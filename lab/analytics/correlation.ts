/**
 * Pearson's correlation of two series of returns: covariance / (deviation × deviation).
 * Reference: numpy 1.26.4 `numpy.corrcoef(a, b)[0, 1]`.
 * @param b returns of the same periods
 * @returns −1..1; undefined for fewer than two periods, and where either stood still
 */
import { assert } from '../core/assert.ts'
import { dispersion, mean, sum } from '../math/index.ts'

export function correlation(a: Float64Array, b: Float64Array): number | undefined {
  assert(a.length === b.length, 'correlation needs returns of the same periods')
  if (dispersion(a) === undefined || dispersion(b) === undefined) return undefined
  const [meanA, meanB] = [mean(a)!, mean(b)!]
  const fromA = a.map(value => value - meanA)
  const fromB = b.map(value => value - meanB)
  const squares = Math.sqrt(sum(fromA.map(value => value * value)) * sum(fromB.map(value => value * value)))
  // Rounding may leave a perfect one a hair beyond 1.
  return Math.min(1, Math.max(-1, sum(fromA.map((value, i) => value * fromB[i])) / squares))
}
