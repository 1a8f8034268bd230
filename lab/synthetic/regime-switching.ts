/**
 * Regimes: a geometric Brownian motion whose drift and volatility are those of a hidden state, which moves between
 * bars as a Markov chain (Hamilton 1989, Econometrica 57(2)):
 *
 *   P(s_{t+1} = j | s_t = i) = p_ij,   r_t | s_t ~ N((μ_s − σ_s²/2) T, σ_s² T)
 *
 * A state lasts 1 / (1 − p_ii) bars on average. In the long run the states take the shares π of π = π P.
 */
import { stationaryDistribution } from '../math/index.ts'
import { type MarketTerms, marketOf, type SyntheticMarket } from './market.ts'
import { badTerms, requireNumber, requireSquare } from './terms.ts'

export interface Regime {
  /** μ a year; default 0. */
  readonly drift?: number
  /** σ per √year. */
  readonly volatility: number
}

export interface RegimeSwitchingTerms extends MarketTerms {
  readonly regimes: readonly Regime[]
  /** One row per regime: the chances to be in each of them in the next bar; each row sums to 1. */
  readonly transition: readonly (readonly number[])[]
  /** Regime of the first bar, from 0; absent: drawn from the chain's stationary distribution. */
  readonly first?: number
}

export interface RegimeMarket extends SyntheticMarket {
  /** Regime of each bar, from 0: what a strategy does not see, and its reader may. */
  readonly regime: Float64Array
}

const NAME = 'regime-switching'

/**
 * @returns `bars` bars, and the regime of each
 * @throws SYNTHETIC_TERMS for rows that are no chances, and where no `first` is given and the chain does not come
 *   from every regime to every other
 * @example
 * synthetic.regimeSwitching({
 *   seed: 7, bars: 1000,
 *   regimes: [{ drift: 0.12, volatility: 0.12 }, { drift: -0.3, volatility: 0.35 }],
 *   transition: [[0.99, 0.01], [0.04, 0.96]],
 * })
 */
export function regimeSwitching(terms: RegimeSwitchingTerms): RegimeMarket {
  const { regimes, transition } = terms
  checkTerms(terms)
  let regime = new Float64Array(0)
  const market = marketOf(NAME, terms, ({ bars, stepYears, stepsPerBar }, random) => {
    regime = new Float64Array(bars)
    const means = regimes.map(({ drift = 0, volatility }) => (drift - volatility ** 2 / 2) * stepYears)
    const deviations = regimes.map(({ volatility }) => volatility * Math.sqrt(stepYears))
    const drawn = (chances: ArrayLike<number>): number => {
      let left = random.uniform()
      let state = 0
      while (state < regimes.length - 1 && left >= chances[state]) left -= chances[state++]
      return state
    }
    let state = terms.first ?? drawn(firstChances(transition))
    let bar = 0
    let step = 0
    return logs => {
      if (step === stepsPerBar) {
        state = drawn(transition[state])
        step = 0
      }
      if (step++ === 0) regime[bar++] = state
      logs[0] += means[state] + deviations[state] * random.normal()
    }
  })
  return { ...market, regime }
}

function checkTerms({ regimes, transition, first }: RegimeSwitchingTerms): void {
  if (regimes.length === 0) throw badTerms(NAME, 'has no regime', 'give at least one')
  regimes.forEach(({ drift = 0, volatility }, state) => {
    requireNumber(NAME, `drift of regime ${state}`, drift)
    requireNumber(NAME, `volatility of regime ${state}`, volatility, { from: 0 })
  })
  requireSquare(NAME, 'transition', transition, regimes.length)
  transition.forEach((row, state) => {
    const total = row.reduce((sum, chance) => sum + chance, 0)
    if (row.some(chance => chance < 0) || Math.abs(total - 1) > 1e-9)
      throw badTerms(
        NAME,
        `has the chances ${row.join(', ')} in row ${state} of its transition matrix`,
        'give numbers of at least 0 that sum to 1',
      )
  })
  if (first !== undefined)
    requireNumber(NAME, 'first', first, { from: 0, below: regimes.length, whole: true })
}

function firstChances(transition: readonly (readonly number[])[]): Float64Array {
  const chances = stationaryDistribution(transition)
  if (chances !== undefined) return chances
  throw badTerms(
    NAME,
    'has a transition matrix that does not lead from every regime to every other',
    'name the `first` regime',
  )
}
