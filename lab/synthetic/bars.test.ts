/** What every market of bars keeps: its grid, its times, its label, its seed; and what it refuses. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, isoTime } from '../core/time.ts'
import { instrumentId } from '../domain/instrument.ts'
import { basket, garch, gbm, jumpDiffusion, ornsteinUhlenbeck, regimeSwitching } from './index.ts'
import type { MarketTerms, SyntheticMarket } from './index.ts'
import { average, FINE, holdWithin4 } from './test-moments.ts'

const MARKETS: Record<string, (terms: MarketTerms) => SyntheticMarket> = {
  gbm: terms => gbm({ ...terms, volatility: 0.4 }),
  'jump-diffusion': terms =>
    jumpDiffusion({ ...terms, volatility: 0.2, jumpsPerYear: 20, jumpMean: -0.01, jumpVolatility: 0.05 }),
  garch: terms => garch({ ...terms, volatility: 0.4, alpha: 0.1, beta: 0.85, degrees: 4 }),
  'ornstein-uhlenbeck': terms => ornsteinUhlenbeck({ ...terms, reversion: 10, volatility: 0.5 }),
  'regime-switching': terms =>
    regimeSwitching({
      ...terms,
      regimes: [{ volatility: 0.1 }, { drift: -0.2, volatility: 0.6 }],
      transition: [
        [0.9, 0.1],
        [0.3, 0.7],
      ],
    }),
  basket: ({ price, volume, instrument, ...frame }) => {
    const asset = { volatility: 0.3, price, volume, instrument }
    const made = basket({
      ...frame,
      assets: [asset, { volatility: 0.2 }],
      correlation: [
        [1, 0.5],
        [0.5, 1],
      ],
    })
    return { ...made.entries[0], dataset: made.dataset }
  },
}

describe.each(Object.entries(MARKETS))('%s', (name, make) => {
  const terms = { seed: 42, bars: 500, instrument: { ticksPerUnit: 20, lotsPerUnit: 10 } }
  const { instrument, series, dataset } = make(terms)

  it('quotes on its grid, opens where it closed, and has its extremes around both', () => {
    for (let bar = 0; bar < series.length; bar++) {
      const [open, high, low, close] = [series.open, series.high, series.low, series.close].map(c => c[bar])
      for (const price of [open, high, low, close]) expect(Math.round(price * 20) / 20).toBe(price)
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close))
      expect(low).toBeLessThanOrEqual(Math.min(open, close))
      expect(open).toBe(bar === 0 ? 100 : series.close[bar - 1])
      const volume = series.volume[bar]
      expect(Math.round(volume * 10) / 10).toBe(volume)
      expect(volume).toBeGreaterThan(0)
    }
  })

  it('closes a bar every interval and knows it then', () => {
    expect(series.length).toBe(500)
    expect(isoTime(series.eventTime[0])).toBe('2020-01-02T00:00:00Z')
    expect(series.eventTime[499] - series.eventTime[0]).toBe(499 * DAY)
    expect(series.receiveTime).toBe(series.eventTime)
    const hourly = make({ ...terms, bars: 3, interval: '4h', start: 1e15 })
    expect([...hourly.series.eventTime]).toEqual([1, 2, 3].map(k => 1e15 + 4 * k * HOUR))
    expect(hourly.dataset.interval).toBe('4h')
  })

  it('says that it is synthetic, whatever is asked', () => {
    const renamed = make({ ...terms, instrument: { symbol: 'AAPL', ...({ venue: 'XNAS' } as object) } })
    expect(instrumentId(renamed.instrument)).toBe('SYNTHETIC:AAPL')
    expect(instrument.venue).toBe('SYNTHETIC')
    expect(dataset.id).toBe(`synthetic:${name}:42`)
    expect(dataset.snapshot).toMatch(new RegExp(`^synthetic:${name}:42:[0-9a-f]{16}$`))
  })

  it('is the same for the same seed and another for another, and other volumes move no price', () => {
    expect(make(terms).dataset).toEqual(dataset)
    expect(make({ ...terms, seed: 43 }).dataset.snapshot.slice(-16)).not.toBe(dataset.snapshot.slice(-16))
    const thin = make({ ...terms, volume: 3 })
    expect(thin.series.close).toEqual(series.close)
    expect(thin.series.volume).not.toEqual(series.volume)
  })
})

it('the range of a bar is that of a Brownian motion seen at its steps', () => {
  // Feller 1951: the range of a Brownian motion is √(8/π) σ on average, its variance (4 ln 2 − 8/π) σ²; of n steps
  // 2 × 0.5826 σ/√n less (Broadie, Glasserman and Kou 1997, the constant −ζ(1/2)/√2π).
  const [bars, steps] = [5000, 256]
  const terms = { seed: 8, bars, stepsPerBar: steps, interval: '1m', instrument: FINE }
  // Drift that leaves the log price with none.
  const { series } = gbm({ ...terms, volatility: 0.3, drift: 0.045 })
  const sigma = 0.3 / Math.sqrt(365 * 24 * 60)
  const ranges = series.high.map((high, bar) => Math.log(high / series.low[bar]) / sigma)
  const theory = Math.sqrt(8 / Math.PI) - (2 * 0.5826) / Math.sqrt(steps)
  holdWithin4('range', average(ranges), theory, Math.sqrt((4 * Math.LN2 - 8 / Math.PI) / bars))
})

it('volumes have the mean that was asked for', () => {
  const { series } = gbm({
    seed: 9,
    bars: 20_000,
    stepsPerBar: 1,
    interval: '1m',
    volatility: 0.1,
    volume: 5000,
  })
  // Variance of a lognormal: (e^(s²) − 1) mean².
  const error = 5000 * Math.sqrt(Math.expm1(0.09) / 20_000)
  holdWithin4('volume', average(series.volume), 5000, error)
})

describe('refused in one sentence', () => {
  const ok = { seed: 1, bars: 10 }
  const cases: [string, () => unknown, string][] = [
    [
      'a seed that is no whole number',
      () => gbm({ ...ok, seed: 0.5, volatility: 0.1 }),
      'gbm has seed 0.5; give a whole number of at least 0 and below 4294967296.',
    ],
    [
      'no bars',
      () => garch({ ...ok, bars: -1, volatility: 0.1, alpha: 0.1, beta: 0.1 }),
      'garch has bars -1; give a whole number of at least 1.',
    ],
    [
      'an unknown interval',
      () => gbm({ ...ok, interval: 'daily', volatility: 0.1 }),
      "gbm has the interval 'daily'; give one such as 1m, 1h or 1d.",
    ],
    [
      'a volatility below zero',
      () => gbm({ ...ok, volatility: -1 }),
      'gbm has volatility -1; give a finite number of at least 0.',
    ],
    [
      'NaN',
      () => gbm({ ...ok, volatility: 0.1, drift: Number.NaN }),
      'gbm has drift NaN; give a finite number.',
    ],
    [
      'variance that never returns',
      () => garch({ ...ok, volatility: 0.2, alpha: 0.25, beta: 0.75 }),
      'garch has alpha + beta = 1; give two that sum to less than 1.',
    ],
    [
      'a t without variance',
      () => garch({ ...ok, volatility: 0.2, alpha: 0.1, beta: 0.7, degrees: 2 }),
      'garch has degrees 2; give a finite number above 2.',
    ],
    [
      'a matrix that is not positive definite',
      () =>
        pair([
          [1, 1],
          [1, 1],
        ]),
      'basket has a correlation matrix that is not positive definite: no market can move so; make its correlations weaker.',
    ],
    [
      'a matrix that is not symmetric',
      () =>
        pair([
          [1, 0.5],
          [0.4, 1],
        ]),
      'basket has the correlation 0.5 in row 1, column 2; give a symmetric matrix of numbers from -1 to 1 with ones on its diagonal.',
    ],
    [
      'a matrix of another size',
      () => pair([[1]]),
      'basket has a correlation matrix of 1 rows of 1 numbers; give 2 rows of 2 finite numbers.',
    ],
    [
      'chances that do not sum to 1',
      () =>
        regimes([
          [0.9, 0.2],
          [0.5, 0.5],
        ]),
      'regime-switching has the chances 0.9, 0.2 in row 0 of its transition matrix; give numbers of at least 0 that sum to 1.',
    ],
    [
      'regimes that are never left',
      () =>
        regimes([
          [1, 0],
          [0.5, 0.5],
        ]),
      'regime-switching has a transition matrix that does not lead from every regime to every other; name the `first` regime.',
    ],
  ]
  const pair = (correlation: number[][]) =>
    basket({ ...ok, assets: [{ volatility: 0.1 }, { volatility: 0.1 }], correlation })
  const regimes = (transition: number[][]) =>
    regimeSwitching({ ...ok, regimes: [{ volatility: 0.1 }, { volatility: 0.2 }], transition })

  it.each(cases)('%s', (_, act, sentence) => {
    expect(act).toThrow(
      expect.objectContaining({ code: 'SYNTHETIC_TERMS', message: `Synthetic market ${sentence}` }),
    )
  })

  it('a price that its grid cannot quote', () => {
    const sunk = () => gbm({ seed: 1, bars: 1000, drift: -20, volatility: 0.1 })
    expect(sunk).toThrow(
      /^Synthetic market gbm takes SYNTHETIC:GBM to a price of 0\.00\d+ in bar \d+, which is off a grid of 100 ticks a unit; choose a calmer process, another price or another grid\.$/,
    )
  })
})
