/** Sums, moments and quantiles: exact cases by hand, the rest as Python and numpy have them. */
import { expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { python } from '../testing/python.ts'
import { centralMoment, dispersion, mean, quantile, standardDeviation, sum } from './index.ts'

it('a sum keeps what a large term would swallow', () => {
  expect(sum([1e100, 1, -1e100])).toBe(1)
  expect(sum(new Array(10).fill(0.1))).toBe(1)
  expect(sum([])).toBe(0)
})

it('sums are those of math.fsum, quantiles those of numpy.percentile, over seeded values of all sizes', async () => {
  const random = new Random(3)
  const values = Array.from({ length: 999 }, () => random.normal() * 10 ** random.integer(-8, 8))
  const ranks = [0, 0.01, 0.05, 0.25, 0.5, 0.777, 1]
  const reference = (await python(
    `
import json, math, sys, numpy as np
values, ranks = json.load(sys.stdin)
print(json.dumps(dict(sum=math.fsum(values), quantiles=[float(np.percentile(values, 100 * q)) for q in ranks])))`,
    [values, ranks],
  )) as { sum: number; quantiles: number[] }
  expect(Math.abs(sum(values) / reference.sum - 1)).toBeLessThan(1e-15)
  ranks.forEach((q, i) => {
    const expected = reference.quantiles[i]
    expect(Math.abs(quantile(values, q)! - expected), `quantile ${q}`).toBeLessThan(1e-9 * Math.abs(expected))
  })
})

it('the spread of values far from zero does not cancel (NIST StRD NumAcc4: 0.1 around 1e7)', () => {
  const values = [
    10000000.2,
    ...Array.from({ length: 1000 }, (_, i) => 10000000.2 + (i % 2 === 0 ? -0.1 : 0.1)),
  ]
  expect(mean(values)).toBe(10000000.2)
  expect(standardDeviation(values)).toBeCloseTo(0.1, 8)
})

it('what is too short has no moment, and what does not vary no dispersion', () => {
  expect([mean([]), centralMoment([], 2), standardDeviation([1]), quantile([], 0.5)]).toEqual(
    new Array(4).fill(undefined),
  )
  expect(standardDeviation([0.1, 0.1, 0.1])).toBe(0)
  expect(dispersion([0.1, 0.1, 0.1])).toBeUndefined()
  expect(dispersion([0.1, 0.1 + 2 ** -53])).toBeUndefined()
  expect(dispersion([1e-12, -1e-12])).toBeGreaterThan(0)
})
