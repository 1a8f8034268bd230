/**
 * Moments, autocorrelations and tails of each process against the closed formulas of its source, within 4 standard
 * errors that theory gives too; laws against scipy.stats 1.15.3 (kstest). Seeds are fixed.
 */
import { describe, expect, it } from 'vitest'
import type { BarSeries } from '../domain/bar.ts'
import { python } from '../testing/python.ts'
import { basket, garch, gbm, jumpDiffusion, ornsteinUhlenbeck, regimeSwitching } from './index.ts'
import { autocorrelation, average, holdWithin4, FINE, logReturns, MINUTES } from './test-moments.ts'

const BARS = 200_000
const FRAME = { bars: BARS, interval: '1m', stepsPerBar: 4, instrument: FINE }

/** p value of Kolmogorov and Smirnov's test of the values against a Python expression for the distribution of x. */
async function chanceOf(values: ArrayLike<number>, distribution: string): Promise<number> {
  return (await python(
    `
import json, sys, math, numpy as np
from scipy import stats
print(json.dumps(float(stats.kstest(np.array(json.load(sys.stdin)), lambda x: ${distribution}).pvalue)))`,
    Array.from(values),
  )) as number
}

describe('geometric Brownian motion', () => {
  const [drift, volatility] = [0.5, 0.4]
  const returns = logReturns(gbm({ ...FRAME, seed: 1, drift, volatility }).series)
  const variance = volatility ** 2 / MINUTES
  const mean = (drift - volatility ** 2 / 2) / MINUTES

  it('has the mean (μ − σ²/2) T and the variance σ² T', () => {
    holdWithin4('mean', average(returns), mean, Math.sqrt(variance / BARS))
    const spread = average(returns, value => (value - mean) ** 2)
    holdWithin4('variance', spread, variance, variance * Math.sqrt(2 / BARS))
  })

  it('is normal: no skew, kurtosis of 3, and so says scipy', async () => {
    const scaled = returns.map(value => (value - mean) / Math.sqrt(variance))
    // Var z³ = 15, Var z⁴ = 105 − 9.
    holdWithin4(
      'third moment',
      average(scaled, z => z ** 3),
      0,
      Math.sqrt(15 / BARS),
    )
    holdWithin4(
      'fourth moment',
      average(scaled, z => z ** 4),
      3,
      Math.sqrt(96 / BARS),
    )
    expect(await chanceOf(scaled.subarray(0, 50_000), 'stats.norm.cdf(x)')).toBeGreaterThan(0.001)
  })

  it('has no memory, neither in returns nor in their squares', () => {
    const squares = returns.map(value => value ** 2)
    for (const lag of [1, 2, 5, 20]) {
      holdWithin4(`lag ${lag}`, autocorrelation(returns, lag), 0, 1 / Math.sqrt(BARS))
      holdWithin4(`squares, lag ${lag}`, autocorrelation(squares, lag), 0, 1 / Math.sqrt(BARS))
    }
  })
})

describe('Merton’s jump diffusion', () => {
  // One bar in twenty jumps, by more than a bar's own deviation: mean 2, deviation 4 against 1 (in 1e-4).
  const terms = {
    drift: 0,
    volatility: 1e-4 * Math.sqrt(MINUTES),
    jumpsPerYear: 0.05 * MINUTES,
    jumpMean: 2e-4,
    jumpVolatility: 4e-4,
  }
  const returns = logReturns(jumpDiffusion({ ...FRAME, seed: 2, ...terms }).series).map(value => value * 1e4)
  const expected = Math.expm1(2e-4 + 8e-8) * 1e4
  const drift = -0.5e-4 - 0.05 * expected
  // Raw moments of N(2, 4²), by E J^n = γ E J^(n−1) + (n − 1) δ² E J^(n−2).
  const jump = [1, 2]
  for (let n = 2; n <= 8; n++) jump.push(2 * jump[n - 1] + (n - 1) * 16 * jump[n - 2])
  // Cumulants of a compound Poisson sum are λ E J^n; the Brownian part adds to the first two.
  const k = jump.map((moment, n) => 0.05 * moment + (n === 1 ? drift : n === 2 ? 1 : 0))
  const fourth = k[4] + 3 * k[2] ** 2
  const eighth =
    k[8] +
    28 * k[6] * k[2] +
    56 * k[5] * k[3] +
    35 * k[4] ** 2 +
    210 * k[4] * k[2] ** 2 +
    280 * k[3] ** 2 * k[2] +
    105 * k[2] ** 4
  const sixth = k[6] + 15 * k[4] * k[2] + 10 * k[3] ** 2 + 15 * k[2] ** 3

  it('has the mean, variance, skew and kurtosis of its cumulants', () => {
    const central = (order: number) => average(returns, value => (value - k[1]) ** order)
    holdWithin4('mean', average(returns), k[1], Math.sqrt(k[2] / BARS))
    holdWithin4('variance', central(2), k[2], Math.sqrt((fourth - k[2] ** 2) / BARS))
    holdWithin4('third', central(3), k[3], Math.sqrt((sixth - k[3] ** 2) / BARS))
    holdWithin4('fourth', central(4), fourth, Math.sqrt((eighth - fourth ** 2) / BARS))
    expect(fourth / k[2] ** 2).toBeGreaterThan(12)
  })

  it('has the distribution of Merton’s mixture of normals over Poisson counts', async () => {
    const mixture = `sum(stats.poisson.pmf(n, 0.05) * stats.norm.cdf(x, ${drift} + 2 * n, math.sqrt(1 + 16 * n)) for n in range(12))`
    expect(await chanceOf(returns.subarray(0, 50_000), mixture)).toBeGreaterThan(0.001)
  })
})

describe('GARCH(1,1)', () => {
  const [alpha, beta] = [0.05, 0.85]
  const terms = { ...FRAME, stepsPerBar: 3, alpha, beta, volatility: 0.3 }
  const longRun = 0.3 ** 2 / MINUTES
  // Bollerslev 1986, section 3; 1988 for the autocorrelation of squares.
  const first = (alpha * (1 - alpha * beta - beta ** 2)) / (1 - 2 * alpha * beta - beta ** 2)
  const kurtosis = (3 * (1 - (alpha + beta) ** 2)) / (1 - (alpha + beta) ** 2 - 2 * alpha ** 2)

  it('returns to its unconditional variance', () => {
    const squares = logReturns(garch({ ...terms, seed: 3 }).series).map(value => value ** 2)
    const clustered = 1 + (2 * first) / (1 - alpha - beta)
    const error = longRun * Math.sqrt(((kurtosis - 1) * clustered) / BARS)
    holdWithin4('variance', average(squares), longRun, error)
  })

  it('has squares that remember as its source says, and returns that do not', () => {
    // Squares have no closed standard error: it is that of 40 independent seeds.
    const lags = [1, 2, 5, 10]
    const samples = Array.from({ length: 40 }, (_, seed) => {
      const returns = logReturns(garch({ ...terms, bars: 20_000, stepsPerBar: 1, seed: 100 + seed }).series)
      const squares = returns.map(value => value ** 2)
      return [...lags.map(lag => autocorrelation(squares, lag, longRun)), autocorrelation(returns, 1)]
    })
    const column = (place: number) => samples.map(sample => sample[place])
    const check = (what: string, values: number[], theory: number) => {
      const centre = average(values)
      const error = Math.sqrt(average(values, value => (value - centre) ** 2) / (values.length - 1))
      holdWithin4(what, centre, theory, error)
      return error
    }
    lags.forEach((lag, place) => {
      const theory = first * (alpha + beta) ** (lag - 1)
      const error = check(`squares, lag ${lag}`, column(place), theory)
      expect(theory / error).toBeGreaterThan(8)
    })
    check('returns', column(lags.length), 0)
  })

  it.each([
    ['normal', undefined, 'stats.norm.cdf(x)'],
    ['t', 5, 'stats.t.cdf(x * math.sqrt(5 / 3), 5)'],
  ] as const)(
    'with %s innovations follows its recursion, and what is left is their law',
    async (_, degrees, law) => {
      const market = garch({ ...terms, bars: 20_000, seed: 4, degrees, drift: 2 })
      const shocks = logReturns(market.series).map(value => value - 2 / MINUTES)
      let variance = longRun
      shocks.forEach((shock, bar) => {
        expect(Math.abs(market.deviation[bar] ** 2 / variance - 1)).toBeLessThan(1e-5)
        variance = (1 - alpha - beta) * longRun + alpha * shock ** 2 + beta * variance
      })
      const left = shocks.map((shock, bar) => shock / market.deviation[bar])
      expect(await chanceOf(left, law)).toBeGreaterThan(0.001)
      const otherLaw = degrees === undefined ? 'stats.t.cdf(x * math.sqrt(5 / 3), 5)' : 'stats.norm.cdf(x)'
      expect(await chanceOf(left, otherLaw)).toBeLessThan(1e-6)
    },
  )
})

describe('Ornstein-Uhlenbeck', () => {
  // A twentieth of a deviation is gone in a bar.
  const reversion = 0.05 * MINUTES
  const volatility = 0.3
  const { series } = ornsteinUhlenbeck({ ...FRAME, seed: 5, reversion, volatility, price: 90, level: 100 })
  const gaps = series.close.map(price => Math.log(price / 100)).subarray(1000)
  const stationary = volatility ** 2 / (2 * reversion)
  const kept = Math.exp(-0.05)

  it('has the mean θ and the variance σ²/2κ in the long run', async () => {
    const n = gaps.length
    const clustered = (1 + kept) / (1 - kept)
    holdWithin4('mean', average(gaps), 0, Math.sqrt((stationary * clustered) / n))
    const error = stationary * Math.sqrt((2 / n) * ((1 + kept ** 2) / (1 - kept ** 2)))
    holdWithin4(
      'variance',
      average(gaps, gap => gap ** 2),
      stationary,
      error,
    )
    // Every hundredth value is as good as independent.
    const apart = gaps.filter((_, bar) => bar % 100 === 0).map(gap => gap / Math.sqrt(stationary))
    expect(await chanceOf(apart, 'stats.norm.cdf(x)')).toBeGreaterThan(0.001)
  })

  it('has shocks of variance σ²/2κ (1 − e^(−2κ dt)) around what is kept', () => {
    const shocks = gaps.subarray(1).map((gap, bar) => gap - kept * gaps[bar])
    const variance = stationary * (1 - kept ** 2)
    const error = variance * Math.sqrt(2 / shocks.length)
    holdWithin4(
      'shocks',
      average(shocks, shock => shock ** 2),
      variance,
      error,
    )
  })

  it.each([1, 10, 40, 100])('has the autocorrelation e^(−κτ) at lag %i', lag => {
    // Bartlett's formula for a first-order autoregression (Box, Jenkins and Reinsel, Time Series Analysis, 2.1.6).
    const square = kept ** 2
    const error = Math.sqrt(
      (((1 + square) * (1 - square ** lag)) / (1 - square) - 2 * lag * square ** lag) / gaps.length,
    )
    holdWithin4(`lag ${lag}`, autocorrelation(gaps, lag, 0), Math.exp(-0.05 * lag), error)
  })

  it('goes from where it starts towards its level', () => {
    // ln 2 / κ is 13.9 bars: after 14, half of ln(90/100) is left on average over 400 seeds.
    const ends = Array.from({ length: 400 }, (_, seed) => {
      const { series } = ornsteinUhlenbeck({
        ...FRAME,
        bars: 14,
        seed,
        reversion,
        volatility,
        price: 90,
        level: 100,
      })
      return Math.log(series.close[13] / 100)
    })
    const error = Math.sqrt((stationary * (1 - Math.exp(-0.1 * 14))) / ends.length)
    holdWithin4('mean', average(ends), Math.log(0.9) * Math.exp(-0.05 * 14), error)
  })
})

describe('regime switching', () => {
  const transition = [
    [0.95, 0.05],
    [0.2, 0.8],
  ]
  const regimes = [
    { drift: 1, volatility: 0.1 },
    { drift: -2, volatility: 0.5 },
  ]
  const { series, regime } = regimeSwitching({ ...FRAME, seed: 6, regimes, transition })
  const returns = logReturns(series)

  it('spends in each state the share of the stationary distribution', () => {
    // π = (0.2, 0.05) / 0.25; the second eigenvalue, 0.95 + 0.8 − 1, is how states remember.
    const calm = average(regime, state => (state === 0 ? 1 : 0))
    holdWithin4('calm', calm, 0.8, Math.sqrt(((0.8 * 0.2) / BARS) * (1.75 / 0.25)))
  })

  it('moves between states as its matrix says', () => {
    let [from, moved] = [0, 0]
    for (let bar = 1; bar < BARS; bar++)
      if (regime[bar - 1] === 0) {
        from++
        if (regime[bar] === 1) moved++
      }
    holdWithin4('0 to 1', moved / from, 0.05, Math.sqrt((0.05 * 0.95) / from))
  })

  it('moves between three states as its matrix says, and spends 62.5, 31.25 and 6.25 % in them', () => {
    // Bull, bear and stagnant markets of Wikipedia's "Markov chain", which states these shares.
    const matrix = [
      [0.9, 0.075, 0.025],
      [0.15, 0.8, 0.05],
      [0.25, 0.25, 0.5],
    ]
    const three = [...regimes, { volatility: 0.2 }]
    const made = regimeSwitching({ ...FRAME, stepsPerBar: 1, seed: 8, regimes: three, transition: matrix })
    const moves = matrix.map(row => row.map(() => 0))
    made.regime.subarray(1).forEach((to, bar) => {
      moves[made.regime[bar]][to]++
    })
    // Shares are remembered by the second eigenvalue, 0.7414 by numpy.linalg.eigvals.
    const second = 0.6 + Math.SQRT2 / 10
    const slow = (1 + second) / (1 - second)
    moves.forEach((row, from) => {
      const visits = row.reduce((a, b) => a + b)
      const share = [0.625, 0.3125, 0.0625][from]
      holdWithin4(`share of ${from}`, visits / BARS, share, Math.sqrt(((share * (1 - share)) / BARS) * slow))
      row.forEach((count, to) => {
        const chance = matrix[from][to]
        holdWithin4(`${from} to ${to}`, count / visits, chance, Math.sqrt((chance * (1 - chance)) / visits))
      })
    })
  })

  it.each([0, 1])('returns of state %i have its mean and variance', state => {
    const own = returns.filter((_, bar) => regime[bar] === state)
    const { drift, volatility } = regimes[state]
    const variance = volatility ** 2 / MINUTES
    const mean = (drift - volatility ** 2 / 2) / MINUTES
    holdWithin4('mean', average(own), mean, Math.sqrt(variance / own.length))
    const spread = average(own, value => (value - mean) ** 2)
    holdWithin4('variance', spread, variance, variance * Math.sqrt(2 / own.length))
  })

  it('starts where it is told, or as often in each state as in the long run', () => {
    const one = { ...FRAME, bars: 1, regimes, transition }
    expect(regimeSwitching({ ...one, seed: 1, first: 1 }).regime[0]).toBe(1)
    const starts = Array.from({ length: 2000 }, (_, seed) => regimeSwitching({ ...one, seed }).regime[0])
    holdWithin4('storm', average(starts), 0.2, Math.sqrt((0.2 * 0.8) / starts.length))
  })
})

describe('a correlated basket', () => {
  const correlation = [
    [1, 0.8, -0.3],
    [0.8, 1, 0.1],
    [-0.3, 0.1, 1],
  ]
  const assets = [0.2, 0.4, 0.1].map(volatility => ({ volatility, instrument: { ticksPerUnit: 1e9 } }))
  const { entries } = basket({ bars: BARS, interval: '1m', stepsPerBar: 2, seed: 7, assets, correlation })
  const scaled = entries.map(({ series }, place) => {
    const { volatility } = assets[place]
    return logReturns(series).map(
      value => (value + volatility ** 2 / 2 / MINUTES) / (volatility / Math.sqrt(MINUTES)),
    )
  })

  it('has the correlations it was given, each asset its own volatility', () => {
    for (let i = 0; i < 3; i++)
      for (let j = 0; j <= i; j++) {
        // Var z_i z_j = 1 + ρ²
        const together = average(scaled[i].map((value, bar) => value * scaled[j][bar]))
        const rho = correlation[i][j]
        holdWithin4(`${i}, ${j}`, together, rho, Math.sqrt((1 + rho ** 2) / BARS))
      }
  })

  it('has no correlation between one’s yesterday and another’s today', () => {
    const lagged = average(scaled[0].subarray(1).map((value, bar) => value * scaled[1][bar]))
    holdWithin4('lagged', lagged, 0, 1 / Math.sqrt(BARS))
  })
})

describe('a year’s log return over 4,000 seeds has the mean of its drift', () => {
  // Bars of 364 days; a minute's mean is lost in its deviation.
  const year = 364 / 365
  const frame = { bars: 1, interval: '52w', stepsPerBar: 2, instrument: FINE }
  const [drift, volatility] = [0.5, 0.4]
  const plain = (drift - volatility ** 2 / 2) * year
  const jumps = { jumpsPerYear: 3, jumpMean: -0.1, jumpVolatility: 0.2 }
  const single = { regimes: [{ drift, volatility }], transition: [[1]] }
  const cases: Record<string, [(seed: number) => BarSeries, number, number]> = {
    gbm: [seed => gbm({ ...frame, seed, drift, volatility }).series, plain, volatility ** 2],
    'jump diffusion': [
      seed => jumpDiffusion({ ...frame, seed, drift, volatility, ...jumps }).series,
      plain + 3 * (-0.1 - Math.expm1(-0.1 + 0.02)) * year,
      volatility ** 2 + 3 * (0.01 + 0.04),
    ],
    garch: [
      seed => garch({ ...frame, seed, drift, volatility, alpha: 0.1, beta: 0.8 }).series,
      drift * year,
      volatility ** 2,
    ],
    regimes: [seed => regimeSwitching({ ...frame, seed, ...single }).series, plain, volatility ** 2],
    basket: [
      seed =>
        basket({ ...frame, seed, assets: [{ drift, volatility }], correlation: [[1]] }).entries[0].series,
      plain,
      volatility ** 2,
    ],
  }

  it.each(Object.entries(cases))('%s', (_, [make, mean, variance]) => {
    const returns = Array.from({ length: 4000 }, (_, seed) => logReturns(make(seed))[0])
    holdWithin4('mean', average(returns), mean, Math.sqrt((variance * year) / 4000))
  })
})
