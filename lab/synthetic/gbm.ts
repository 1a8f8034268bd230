/**
 * Geometric Brownian motion (Samuelson 1965, Industrial Management Review 6(2); Black and Scholes 1973), in its
 * exact solution, so that the length of a step changes nothing in law:
 *
 *   dS / S = μ dt + σ dW,   ln S(t + dt) = ln S(t) + (μ − σ²/2) dt + σ √dt Z
 *
 * No clusters of volatility, no jumps, no memory: whatever a strategy earns here beyond μ is luck.
 */
import { type MarketTerms, marketOf, type SyntheticMarket } from './market.ts'
import { requireNumber } from './terms.ts'

export interface GbmTerms extends MarketTerms {
  /** μ a year; default 0: a fair game before costs. */
  readonly drift?: number
  /** σ per √year: 0.2 is 20 % a year. */
  readonly volatility: number
}

/**
 * @returns `bars` bars; log returns of a bar of T years are normal with mean (μ − σ²/2) T and variance σ² T
 * @throws SYNTHETIC_TERMS, SYNTHETIC_PRICE
 * @example
 * const market = synthetic.gbm({ seed: 7, bars: 1000, volatility: 0.2 })
 * await backtest({ strategy, bars: memoryBars([market], market.dataset) })
 */
export function gbm(terms: GbmTerms): SyntheticMarket {
  const { drift = 0, volatility } = terms
  requireNumber('gbm', 'drift', drift)
  requireNumber('gbm', 'volatility', volatility, { from: 0 })
  return marketOf('gbm', terms, ({ stepYears }, random) => {
    const mean = (drift - volatility ** 2 / 2) * stepYears
    const deviation = volatility * Math.sqrt(stepYears)
    return logs => {
      logs[0] += mean + deviation * random.normal()
    }
  })
}
