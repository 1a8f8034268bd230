/**
 * Merton's jump diffusion (Merton 1976, Journal of Financial Economics 3): a geometric Brownian motion whose log
 * price also jumps by N(γ, δ²) at the times of a Poisson process of λ a year, exactly in law for any step:
 *
 *   Δ ln S = (μ − σ²/2 − λ k) dt + σ √dt Z + Σ_{i ≤ N} J_i,   N ~ Poisson(λ dt),   J_i ~ N(γ, δ²)
 *
 * k = e^(γ + δ²/2) − 1 is what a jump is expected to add, so that E S(t) = S(0) e^(μ t) with jumps or without.
 */
import { poisson } from '../math/index.ts'
import { type MarketTerms, marketOf, type SyntheticMarket } from './market.ts'
import { requireNumber } from './terms.ts'

export interface JumpDiffusionTerms extends MarketTerms {
  /** μ a year, jumps included; default 0. */
  readonly drift?: number
  /** σ per √year, between jumps. */
  readonly volatility: number
  /** λ. */
  readonly jumpsPerYear: number
  /** γ, mean of a jump of the log price: −0.05 falls by about 5 %; default 0. */
  readonly jumpMean?: number
  /** δ, standard deviation of a jump of the log price. */
  readonly jumpVolatility: number
}

/**
 * @returns `bars` bars; over T years the cumulants of log returns are those of the normal plus λ T times the raw
 *   moments of a jump: variance (σ² + λ (γ² + δ²)) T
 * @throws SYNTHETIC_TERMS, SYNTHETIC_PRICE
 * @example
 * synthetic.jumpDiffusion({ seed: 7, bars: 1000, volatility: 0.15, jumpsPerYear: 6, jumpVolatility: 0.04 })
 */
export function jumpDiffusion(terms: JumpDiffusionTerms): SyntheticMarket {
  const { drift = 0, volatility, jumpsPerYear, jumpMean = 0, jumpVolatility } = terms
  const name = 'jump-diffusion'
  requireNumber(name, 'drift', drift)
  requireNumber(name, 'volatility', volatility, { from: 0 })
  requireNumber(name, 'jumpsPerYear', jumpsPerYear, { from: 0 })
  requireNumber(name, 'jumpMean', jumpMean)
  requireNumber(name, 'jumpVolatility', jumpVolatility, { from: 0 })
  const expected = Math.expm1(jumpMean + jumpVolatility ** 2 / 2)
  return marketOf(name, terms, ({ stepYears }, random) => {
    const mean = (drift - volatility ** 2 / 2 - jumpsPerYear * expected) * stepYears
    const deviation = volatility * Math.sqrt(stepYears)
    return logs => {
      logs[0] += mean + deviation * random.normal()
      for (let jumps = poisson(random, jumpsPerYear * stepYears); jumps > 0; jumps--)
        logs[0] += jumpMean + jumpVolatility * random.normal()
    }
  })
}
