/**
 * A basket of geometric Brownian motions whose shocks are correlated: Z = L z with L Lᵀ the correlation matrix
 * (Glasserman 2004, Monte Carlo Methods in Financial Engineering, 2.3.3 and 3.2.3):
 *
 *   Δ ln S_i = (μ_i − σ_i²/2) dt + σ_i √dt Z_i,   corr(Z_i, Z_j) = ρ_ij
 *
 * Correlation holds at every interval, in calm and in storm; real ones rise in storms.
 */
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { cholesky } from '../math/index.ts'
import { barsOf, type FrameTerms, frameOf } from './bars.ts'
import { chance, type SyntheticInstrument, syntheticDataset, syntheticInstrument } from './label.ts'
import { barColumns, DEFAULT_PRICE, DEFAULT_VOLUME } from './market.ts'
import { badTerms, requireNumber, requireSquare } from './terms.ts'

export interface BasketAsset {
  /** μ a year; default 0. */
  readonly drift?: number
  /** σ per √year. */
  readonly volatility: number
  /** Before the first step; default 100. */
  readonly price?: number
  /** Mean volume of a bar, units; default 100,000. */
  readonly volume?: number
  /** Default symbol: `BASKET-1` and so on. */
  readonly instrument?: SyntheticInstrument
}

export interface BasketTerms extends FrameTerms {
  readonly assets: readonly BasketAsset[]
  /** One row per asset: symmetric, ones on the diagonal, positive definite. */
  readonly correlation: readonly (readonly number[])[]
}

/** For a run: `memoryBars(basket.entries, basket.dataset)`. */
export interface SyntheticBasket {
  /** One per asset, in their order; all have the same times. */
  readonly entries: readonly { readonly instrument: Instrument; readonly series: BarSeries }[]
  readonly dataset: RunDataset
}

const NAME = 'basket'

/**
 * @throws SYNTHETIC_TERMS for a matrix that is no correlation matrix, or not positive definite
 * @example
 * const pair = synthetic.basket({
 *   seed: 7, bars: 1000,
 *   assets: [{ volatility: 0.2 }, { volatility: 0.3 }],
 *   correlation: [[1, 0.8], [0.8, 1]],
 * })
 */
export function basket(terms: BasketTerms): SyntheticBasket {
  const { seed, assets } = terms
  const random = chance(NAME, seed)
  const frame = frameOf(NAME, terms)
  const factor = factorOf(terms)
  const drawn = assets.map(({ volatility, drift = 0, ...asset }, place) => {
    const { price = DEFAULT_PRICE, volume = DEFAULT_VOLUME } = asset
    requireNumber(NAME, `drift of asset ${place + 1}`, drift)
    requireNumber(NAME, `volatility of asset ${place + 1}`, volatility, { from: 0 })
    requireNumber(NAME, `price of asset ${place + 1}`, price, { above: 0 })
    requireNumber(NAME, `volume of asset ${place + 1}`, volume, { above: 0 })
    const instrument = syntheticInstrument(`BASKET-${place + 1}`, asset.instrument)
    return { instrument, price, volume, volumeChance: chance(NAME, seed, place + 1) }
  })
  const means = assets.map(({ drift = 0, volatility }) => (drift - volatility ** 2 / 2) * frame.stepYears)
  const deviations = assets.map(({ volatility }) => volatility * Math.sqrt(frame.stepYears))
  const shocks = new Float64Array(assets.length)
  const series = barsOf(frame, drawn, logs => {
    for (let i = 0; i < shocks.length; i++) shocks[i] = random.normal()
    for (let i = 0; i < shocks.length; i++) {
      let shock = 0
      for (let k = 0; k <= i; k++) shock += factor[i][k] * shocks[k]
      logs[i] += means[i] + deviations[i] * shock
    }
  })
  return {
    entries: drawn.map(({ instrument }, place) => ({ instrument, series: series[place] })),
    dataset: syntheticDataset(NAME, seed, frame.interval, series.flatMap(barColumns)),
  }
}

function factorOf({ assets, correlation }: BasketTerms): readonly Float64Array[] {
  if (assets.length === 0) throw badTerms(NAME, 'has no asset', 'give at least one')
  requireSquare(NAME, 'correlation', correlation, assets.length)
  correlation.forEach((row, i) => {
    row.forEach((value, j) => {
      if (i === j ? value === 1 : value === correlation[j][i] && Math.abs(value) <= 1) return
      throw badTerms(
        NAME,
        `has the correlation ${value} in row ${i + 1}, column ${j + 1}`,
        'give a symmetric matrix of numbers from -1 to 1 with ones on its diagonal',
      )
    })
  })
  const factor = cholesky(correlation)
  if (factor !== undefined) return factor
  throw badTerms(
    NAME,
    'has a correlation matrix that is not positive definite: no market can move so',
    'make its correlations weaker',
  )
}
