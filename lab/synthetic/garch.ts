/**
 * GARCH(1,1) (Bollerslev 1986, Journal of Econometrics 31; Student-t innovations: Bollerslev 1987, Review of
 * Economics and Statistics 69). The log return of bar t is
 *
 *   r_t = μ + ε_t,   ε_t = σ_t z_t,   σ²_{t+1} = ω + α ε_t² + β σ²_t,   ω = (1 − α − β) V
 *
 * with z of variance 1, normal or √((ν − 2)/ν) t_ν, and V the variance that it returns to. The recursion is one of
 * bars, as it is when it is fitted. Within a bar the path is a Brownian motion that ends at r_t: with normal
 * innovations its variance is σ²_t; a t is a normal whose variance is σ²_t (ν − 2) / χ²_ν, drawn once a bar.
 */
import { chiSquared } from '../math/index.ts'
import { type MarketTerms, marketOf, type SyntheticMarket } from './market.ts'
import { badTerms, requireNumber } from './terms.ts'

export interface GarchTerms extends MarketTerms {
  /** √V per √year, the volatility in the long run; the first bar starts with it. */
  readonly volatility: number
  /** α, weight of the last squared shock. */
  readonly alpha: number
  /** β, weight of the last variance; α + β below 1. */
  readonly beta: number
  /** ν of Student-t innovations, above 2; absent: normal ones. */
  readonly degrees?: number
  /** Mean log return a year (a t has no mean of its exponential); default 0. */
  readonly drift?: number
}

export interface GarchMarket extends SyntheticMarket {
  /** σ_t of each bar's log return, before annualising: what a forecast of volatility is held to. */
  readonly deviation: Float64Array
}

/**
 * @returns `bars` bars, and the deviation that each was drawn with
 * @throws SYNTHETIC_TERMS where α + β ≥ 1, since such variance returns to nothing
 * @example
 * synthetic.garch({ seed: 7, bars: 1000, volatility: 0.2, alpha: 0.08, beta: 0.9, degrees: 6 })
 */
export function garch(terms: GarchTerms): GarchMarket {
  const { volatility, alpha, beta, degrees, drift = 0 } = terms
  requireNumber('garch', 'volatility', volatility, { above: 0 })
  requireNumber('garch', 'alpha', alpha, { from: 0 })
  requireNumber('garch', 'beta', beta, { from: 0 })
  requireNumber('garch', 'drift', drift)
  if (degrees !== undefined) requireNumber('garch', 'degrees', degrees, { above: 2 })
  if (alpha + beta >= 1)
    throw badTerms('garch', `has alpha + beta = ${alpha + beta}`, 'give two that sum to less than 1')
  let deviation = new Float64Array(0)
  const market = marketOf('garch', terms, ({ bars, barYears, stepsPerBar }, random) => {
    deviation = new Float64Array(bars)
    const longRun = volatility ** 2 * barYears
    const mean = (drift * barYears) / stepsPerBar
    let bar = 0
    let step = stepsPerBar
    let variance = longRun
    let shock = Math.sqrt(longRun)
    let stepDeviation = 0
    return logs => {
      if (step === stepsPerBar) {
        if (bar > 0) variance = (1 - alpha - beta) * longRun + alpha * shock ** 2 + beta * variance
        deviation[bar++] = Math.sqrt(variance)
        const mixed =
          degrees === undefined ? variance : (variance * (degrees - 2)) / chiSquared(random, degrees)
        stepDeviation = Math.sqrt(mixed / stepsPerBar)
        shock = 0
        step = 0
      }
      const part = stepDeviation * random.normal()
      shock += part
      logs[0] += mean + part
      step++
    }
  })
  return { ...market, deviation }
}
