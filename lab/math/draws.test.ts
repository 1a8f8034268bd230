/** Draws held to the quantiles and chances of scipy.stats 1.15.3; factors and distributions to numpy 1.26.4. */
import { beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { python } from '../testing/python.ts'
import {
  chiSquared,
  cholesky,
  exponential,
  gamma,
  poisson,
  stationaryDistribution,
  studentT,
} from './index.ts'

const DRAWS = 200_000
const RANKS = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]

const CONTINUOUS: Record<string, { readonly law: string; readonly draw: (random: Random) => number }> = {
  normal: { law: 'norm()', draw: random => random.normal() },
  exponential: { law: 'expon()', draw: exponential },
  'gamma of 0.4': { law: 'gamma(0.4)', draw: random => gamma(random, 0.4) },
  'gamma of 7.5': { law: 'gamma(7.5)', draw: random => gamma(random, 7.5) },
  'chi-squared of 3': { law: 'chi2(3)', draw: random => chiSquared(random, 3) },
  't of 4': { law: 't(4)', draw: random => studentT(random, 4) },
  't of 2.5': { law: 't(2.5)', draw: random => studentT(random, 2.5) },
}
const MEANS = [0.01, 0.7, 12, 1300]

let reference: { quantiles: number[][]; counts: { from: number; chances: number[] }[] }

beforeAll(async () => {
  const laws = Object.values(CONTINUOUS).map(({ law }) => `stats.${law}`)
  reference = (await python(
    `
import json, sys
from scipy import stats
ranks, means = json.load(sys.stdin)
def counts(mean):
    law = stats.poisson(mean)
    low, high = int(law.ppf(0.001)), int(law.ppf(0.999))
    return dict(chances=[float(law.cdf(k)) for k in range(low, high + 1)]) | {'from': low}
print(json.dumps(dict(
    quantiles=[[float(x) for x in law.ppf(ranks)] for law in [${laws.join(', ')}]],
    counts=[counts(mean) for mean in means])))`,
    [RANKS, MEANS],
  )) as typeof reference
})

/** Standard errors between the share of draws that fell below and the chance to. */
const errors = (below: number, chance: number) =>
  Math.abs(below / DRAWS - chance) / Math.sqrt((chance * (1 - chance)) / DRAWS)

describe('200,000 draws fall below the quantiles of scipy as often as they should, within 4 standard errors', () => {
  it.each(Object.keys(CONTINUOUS))('%s', name => {
    const random = Random.ofChoice(11)
    const values = Float64Array.from({ length: DRAWS }, () => CONTINUOUS[name].draw(random))
    const quantiles = reference.quantiles[Object.keys(CONTINUOUS).indexOf(name)]
    RANKS.forEach((rank, place) => {
      const below = values.filter(value => value <= quantiles[place]).length
      expect(errors(below, rank), `quantile ${rank}`).toBeLessThan(4)
    })
  })

  it.each(MEANS)('Poisson counts of mean %s', mean => {
    const random = Random.ofChoice(5)
    const draws = mean > 100 ? 20_000 : DRAWS
    const values = Float64Array.from({ length: draws }, () => poisson(random, mean))
    const { from, chances } = reference.counts[MEANS.indexOf(mean)]
    chances.forEach((chance, k) => {
      if (chance < 0.0005 || chance > 0.9995) return
      const share = values.filter(value => value <= from + k).length / draws
      expect(
        Math.abs(share - chance) / Math.sqrt((chance * (1 - chance)) / draws),
        `${from + k}`,
      ).toBeLessThan(4)
    })
  })
})

it('a count of mean 0 is 0', () => {
  expect(poisson(new Random(1), 0)).toBe(0)
})

it('a Cholesky factor is numpy’s, and a matrix that is not positive definite has none', async () => {
  const matrix = [
    [4, 12, -16],
    [12, 37, -43],
    [-16, -43, 98],
  ]
  // The textbook's own: Wikipedia, "Cholesky decomposition", and numpy.linalg.cholesky.
  expect(cholesky(matrix)?.map(row => [...row])).toEqual([
    [2, 0, 0],
    [6, 1, 0],
    [-8, 5, 3],
  ])
  const singular = [
    [1, 0.5, 1],
    [0.5, 1, 0.5],
    [1, 0.5, 1],
  ]
  expect(cholesky(singular)).toBeUndefined()
  expect(
    cholesky([
      [1, 2],
      [2, 1],
    ]),
  ).toBeUndefined()
})

it('a stationary distribution is the eigenvector that numpy finds', async () => {
  const transition = [
    [0.9, 0.075, 0.025],
    [0.15, 0.8, 0.05],
    [0.25, 0.25, 0.5],
  ]
  const expected = (await python(
    `
import json, sys, numpy as np
values, vectors = np.linalg.eig(np.array(json.load(sys.stdin)).T)
v = np.real(vectors[:, np.argmin(np.abs(values - 1))])
print(json.dumps((v / v.sum()).tolist()))`,
    transition,
  )) as number[]
  const actual = stationaryDistribution(transition)!
  // Published: Wikipedia, "Markov chain": bull, bear, stagnant are 62.5 %, 31.25 % and 6.25 %.
  ;[0.625, 0.3125, 0.0625].forEach((chance, state) => {
    expect(actual[state]).toBeCloseTo(chance, 14)
    expect(actual[state]).toBeCloseTo(expected[state], 12)
  })
  expect(
    stationaryDistribution([
      [1, 0],
      [0, 1],
    ]),
  ).toBeUndefined()
  expect(
    stationaryDistribution([
      [1, 0],
      [0.5, 0.5],
    ]),
  ).toBeUndefined()
  expect(
    stationaryDistribution([
      [0.5, 0.5],
      [0, 1],
    ]),
  ).toBeUndefined()
})
