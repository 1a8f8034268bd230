/**
 * Hawkes arrivals against Hawkes 1971: mean, variance and covariance of counts, and the time change that makes any
 * point process a Poisson process (Brown et al. 2002, Neural Computation 14; scipy.stats 1.15.3 kstest).
 */
import { describe, expect, it } from 'vitest'
import { python } from '../testing/python.ts'
import { hawkes } from './index.ts'
import { average, holdWithin4 } from './test-moments.ts'

/** p value of Kolmogorov and Smirnov's test for an exponential with mean 1. */
async function exponentialChance(values: ArrayLike<number>): Promise<number> {
  return (await python(
    `
import json, sys
from scipy import stats
print(json.dumps(float(stats.kstest(json.load(sys.stdin), 'expon').pvalue)))`,
    Array.from(values),
  )) as number
}

/** Counts of one type in windows of equal length. */
function counts({ time }: { time: Float64Array }, seconds: number, window: number): Float64Array {
  const found = new Float64Array(Math.floor(seconds / window))
  for (const at of time) if (at < found.length * window) found[Math.floor(at / window)]++
  return found
}

describe('one type, μ = 0.8, α = 1.2, β = 2: a branching ratio of 0.6', () => {
  const [mu, alpha, beta, seconds] = [0.8, 1.2, 2, 200_000]
  const arrivals = hawkes({ seed: 1, seconds, baseline: [mu], excitation: { jump: [[alpha]], decay: beta } })
  const mean = mu / (1 - alpha / beta)
  const slowness = beta - alpha
  // Covariance density of arrivals u apart (Hawkes 1971, equation 13), without its decay.
  const density = (mean * alpha * (2 * beta - alpha)) / (2 * slowness)
  const faded = (window: number) => 1 - Math.exp(-slowness * window)
  const variance = (window: number) =>
    mean * window + 2 * density * (window / slowness - faded(window) / slowness ** 2)

  it('has the mean intensity μ / (1 − α/β)', () => {
    // Less what is missing at first, as it starts with no past.
    const theory = mean * seconds + ((mu - mean) * faded(seconds)) / slowness
    holdWithin4('count', arrivals.length, theory, Math.sqrt(variance(seconds)))
  })

  it.each([1, 10, 200])('has the variance of counts in %i s', window => {
    const found = counts(arrivals, seconds, window)
    const centre = average(found)
    const squares = found.map(count => (count - centre) ** 2)
    const [spread, theory] = [average(squares), variance(window)]
    // Its standard error needs eighth moments of the process: it is the sample's, with neighbours' dependence.
    const fourth = average(squares, square => (square - spread) ** 2)
    let together = 1
    for (let lag = 1; lag * window < 50; lag++)
      together +=
        (2 * average(squares.subarray(lag).map((s, k) => (s - spread) * (squares[k] - spread)))) / fourth
    holdWithin4('variance', spread, theory, Math.sqrt((fourth * together) / found.length))
  })

  it('says its branching ratio: 1 − √(mean / variance) in long windows', () => {
    // Hardiman and Bouchaud 2014, Physical Review E 90; by the delta method, from the variance's standard error.
    const found = counts(arrivals, seconds, 500)
    const centre = average(found)
    const spread = average(found, count => (count - centre) ** 2)
    const exact = 1 - Math.sqrt((mean * 500) / variance(500))
    holdWithin4(
      'ratio',
      1 - Math.sqrt(centre / spread),
      exact,
      (0.5 * (1 - exact) * Math.SQRT2) / Math.sqrt(400),
    )
    expect(Math.abs(exact - alpha / beta)).toBeLessThan(0.002)
  })

  it('has the covariance of neighbouring windows', () => {
    const found = counts(arrivals, seconds, 2)
    const centre = average(found)
    const products = found.subarray(1).map((count, k) => (count - centre) * (found[k] - centre))
    const theory = (density * faded(2) ** 2) / slowness ** 2
    const spread = average(products, product => (product - theory) ** 2)
    let together = 1
    for (let lag = 1; lag < 12; lag++)
      together +=
        (2 * average(products.subarray(lag).map((p, k) => (p - theory) * (products[k] - theory)))) / spread
    holdWithin4('covariance', average(products), theory, Math.sqrt((spread * together) / products.length))
  })

  it('is a Poisson process in the time of its own intensity', async () => {
    let excited = 0
    let before = 0
    const steps = arrivals.time.subarray(0, 50_000).map(time => {
      const wait = time - before
      const kept = Math.exp(-beta * wait)
      const passed = mu * wait + (excited * (1 - kept)) / beta
      excited = excited * kept + alpha
      before = time
      return passed
    })
    expect(await exponentialChance(steps)).toBeGreaterThan(0.001)
    const plain = arrivals.time.subarray(1, 50_000).map((time, k) => (time - arrivals.time[k]) * mean)
    expect(await exponentialChance(plain)).toBeLessThan(1e-9)
  })
})

describe('three types that excite each other', () => {
  const baseline = [0.5, 0.2, 0]
  const jump = [
    [0.4, 0.6, 0],
    [0.9, 0.1, 0.3],
    [0, 1.5, 0.2],
  ]
  const [decay, seconds] = [3, 100_000]
  const arrivals = hawkes({ seed: 2, seconds, baseline, excitation: { jump, decay } })

  it('have the mean intensities (I − α/β)⁻¹ μ, by numpy', async () => {
    // Their counts' covariance is T R diag(λ) Rᵀ with R = (I − α/β)⁻¹ (Bacry and others 2013, SPA 123(7)).
    const [means, errors] = (await python(
      `
import json, sys, numpy as np
mu, jump, decay, seconds = json.load(sys.stdin)
R = np.linalg.inv(np.eye(3) - np.array(jump) / decay)
means = R @ np.array(mu)
print(json.dumps([means.tolist(), np.sqrt(np.diag(R @ np.diag(means) @ R.T) / seconds).tolist()]))`,
      [baseline, jump, decay, seconds],
    )) as [number[], number[]]
    means.forEach((mean, type) => {
      const count = arrivals.type.filter(one => one === type).length
      holdWithin4(`type ${type}`, count / seconds, mean, errors[type])
    })
  })

  it('each in the time of its own intensity is a Poisson process', async () => {
    const excited = [0, 0, 0]
    const passed = [0, 0, 0]
    const steps: number[][] = [[], [], []]
    let before = 0
    for (let k = 0; k < 60_000; k++) {
      const wait = arrivals.time[k] - before
      const kept = Math.exp(-decay * wait)
      before = arrivals.time[k]
      const type = arrivals.type[k]
      for (let i = 0; i < 3; i++) {
        passed[i] += baseline[i] * wait + (excited[i] * (1 - kept)) / decay
        excited[i] = excited[i] * kept + jump[i][type]
      }
      steps[type].push(passed[type])
      passed[type] = 0
    }
    for (const own of steps) expect(await exponentialChance(own)).toBeGreaterThan(0.001)
  })
})

it('the same seed gives the same arrivals, another others', () => {
  const terms = { seconds: 100, baseline: [1], excitation: { jump: [[0.5]], decay: 1 } }
  expect(hawkes({ ...terms, seed: 1 })).toEqual(hawkes({ ...terms, seed: 1 }))
  expect(hawkes({ ...terms, seed: 1 }).time[0]).not.toBe(hawkes({ ...terms, seed: 2 }).time[0])
  expect(hawkes({ ...terms, seed: 2 }).dataset.id).toBe('synthetic:hawkes:2')
})

it.each([
  [[[2]], 'a ratio of 1'],
  [
    [
      [0.1, 2.5],
      [1.7, 0.1],
    ],
    'a cycle above 1, though no type excites itself much',
  ],
])('refuses %j: %s', jump => {
  const make = () =>
    hawkes({ seed: 1, seconds: 1, baseline: jump.map(() => 1), excitation: { jump, decay: 2 } })
  expect(make).toThrow(
    'Synthetic market hawkes has a branching ratio of 1 or more: each arrival brings about another, for ever; make its jumps smaller or its decay faster.',
  )
})
