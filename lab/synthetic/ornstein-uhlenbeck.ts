/**
 * Ornstein-Uhlenbeck process of the log price (Uhlenbeck and Ornstein 1930, Physical Review 36; as a price:
 * Schwartz 1997, Journal of Finance 52, model 1), in its exact discretisation (Gillespie 1996, Physical Review E 54):
 *
 *   dx = κ (θ − x) dt + σ dW
 *   x(t + dt) = θ + (x(t) − θ) e^(−κ dt) + σ √((1 − e^(−2κ dt)) / 2κ) Z
 *
 * In the long run x is normal around θ with variance σ²/2κ and autocorrelation e^(−κ τ): half of a deviation is gone
 * after ln 2 / κ years. A market that mean reversion earns on by construction.
 */
import { DEFAULT_PRICE, type MarketTerms, marketOf, type SyntheticMarket } from './market.ts'
import { requireNumber } from './terms.ts'

export interface OrnsteinUhlenbeckTerms extends MarketTerms {
  /** κ, per year. */
  readonly reversion: number
  /** σ of the log price, per √year. */
  readonly volatility: number
  /** e^θ, the price that it returns to (its median); default: `price`. */
  readonly level?: number
}

/**
 * @returns `bars` bars that start at `price`, not in the stationary law
 * @throws SYNTHETIC_TERMS, SYNTHETIC_PRICE
 * @example
 * synthetic.ornsteinUhlenbeck({ seed: 7, bars: 1000, reversion: 12, volatility: 0.3 })
 */
export function ornsteinUhlenbeck(terms: OrnsteinUhlenbeckTerms): SyntheticMarket {
  const { reversion, volatility, level = terms.price ?? DEFAULT_PRICE } = terms
  const name = 'ornstein-uhlenbeck'
  requireNumber(name, 'reversion', reversion, { above: 0 })
  requireNumber(name, 'volatility', volatility, { from: 0 })
  requireNumber(name, 'level', level, { above: 0 })
  const centre = Math.log(level)
  return marketOf(name, terms, ({ stepYears }, random) => {
    const kept = Math.exp(-reversion * stepYears)
    const deviation = volatility * Math.sqrt(-Math.expm1(-2 * reversion * stepYears) / (2 * reversion))
    return logs => {
      logs[0] = centre + (logs[0] - centre) * kept + deviation * random.normal()
    }
  })
}
