/**
 * Draws from seeded chance beyond the uniform and the normal. Each is exact in law, none looks anything up:
 *   exponential  −ln U
 *   Poisson      uniforms are multiplied until they fall below e^−mean (Knuth, TAOCP 2, 3.4.1), in pieces of 500
 *   gamma        Marsaglia and Tsang 2000, ACM Transactions on Mathematical Software 26(3); below shape 1 with
 *                its U^(1/shape)
 *   Student's t  a normal over √(χ²ν / ν), χ²ν being twice a gamma of ν/2
 */
import type { Random } from '../core/random.ts'

/** Largest mean whose e^−mean is far from underflow. */
const PIECE = 500

/** Exponential with mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.uniform())
}

/** A count with that mean; takes about mean + 1 uniforms. @param mean 0 or above, finite */
export function poisson(random: Random, mean: number): number {
  let count = 0
  for (let rest = mean; rest > 0; rest -= PIECE) {
    const floor = Math.exp(-Math.min(rest, PIECE))
    for (let product = 1 - random.uniform(); product > floor; product *= 1 - random.uniform()) count++
  }
  return count
}

/** Gamma with scale 1: mean and variance are `shape`. @param shape above 0 */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    if (Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Chi-squared. @param degrees of freedom, above 0, not only whole */
export function chiSquared(random: Random, degrees: number): number {
  return 2 * gamma(random, degrees / 2)
}

/** Student's t: variance degrees / (degrees − 2) above 2, none below. @param degrees of freedom, above 0 */
export function studentT(random: Random, degrees: number): number {
  return random.normal() / Math.sqrt(chiSquared(random, degrees) / degrees)
}
