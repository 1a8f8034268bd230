/**
 * How long a recursive indicator remembers how it was started. x ← x + α(new − x) leaves the start a weight
 * of (1 − α)^n after n bars; below 1e-12 an earlier start would give the same number for every decision.
 *
 * `seed` says from when values are given: `forgotten` waits for that, `ta-lib` gives them from TA-Lib's first
 * valid row, where the seed (a simple mean) still has all the weight. The numbers themselves are the same.
 */
import { GordonError } from '../core/errors.ts'

export type Seed = 'forgotten' | 'ta-lib'

export interface SeedOptions {
  readonly seed?: Seed
}

const NEGLIGIBLE = 1e-12

/** @throws GordonError INDICATOR_PARAMETER for any other word */
export function checkSeed(indicator: string, seed: Seed): void {
  if (seed === 'forgotten' || seed === 'ta-lib') return
  throw new GordonError(
    'INDICATOR_PARAMETER',
    `${indicator}: seed is ${JSON.stringify(seed)}; it must be "forgotten" or "ta-lib".`,
  )
}

/** What `seed` adds to a spec's key: nothing for the usual one. */
export function seedKey(seed: Seed): string {
  return seed === 'ta-lib' ? ',ta-lib' : ''
}

/** Fewest bars n with (1 − alpha)^n < 1e-12; 0 where alpha is 1 and nothing is remembered. */
export function barsToForget(alpha: number): number {
  return barsToForgetTwice(alpha, 1)
}

/**
 * The same where one average runs over another (MACD's signal, ADX): the seed's weight in the outer one is
 * w ← (1 − outer) w + outer v with v the inner one's (1 − inner)^n; both begin at 1.
 */
export function barsToForgetTwice(inner: number, outer: number): number {
  let innerWeight = 1
  let outerWeight = 1
  let bars = 0
  if (inner === 1 && outer === 1) return 0
  while (innerWeight >= NEGLIGIBLE || outerWeight >= NEGLIGIBLE) {
    innerWeight *= 1 - inner
    outerWeight = (1 - outer) * outerWeight + outer * innerWeight
    bars++
  }
  return bars
}
