/**
 * What a unit of each currency is worth in the account's own, from what is traded in the run. A currency's route
 * is chosen once, the first of these that exists:
 *   1  a pair with the account's currency, either way round (spot or fx with a `base`): its mark or 1 / mark
 *   2  two such pairs through one currency between
 *   3  a rate given by setting, e.g. { USDT: 1 }
 *   4  one pair to a currency whose rate is given
 *   5  as 1, 2 and 4 with perpetuals counted as pairs, whose marks keep near the pair's price; dated futures
 *      never are
 * A pair without a mark yet gives NaN: not known, never 1.
 */
import { scaleUnits, type Units } from '../core/decimal.ts'
import { GordonError } from '../core/errors.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'

export interface RateTerms {
  /** The account's own first. */
  readonly currencies: readonly string[]
  readonly instruments: readonly Instrument[]
  /** Last price per handle; read whenever rates are asked for. */
  readonly mark: Float64Array
  /** Value of one unit in account currency, where no pair tells. */
  readonly fixed?: Readonly<Record<string, number>>
}

interface Leg {
  readonly handle: number
  /** The pair is quoted in the currency that is left. */
  readonly inverse: boolean
}

interface Route {
  readonly legs: readonly Leg[]
  /** Rate given for the currency that the legs lead to; 1 for the account's own. */
  readonly fixed: number
}

type PairKinds = 'pairs' | 'perpetuals too'

export class RateBook {
  /** Per currency, as of the last `refresh`; NaN where not known yet. */
  readonly rate: Float64Array
  readonly #terms: RateTerms
  readonly #routes: readonly Route[]

  /** @throws RATE_MISSING for a currency without a route, RATE_INVALID for a fixed rate that is no price */
  constructor(terms: RateTerms) {
    this.#terms = terms
    for (const [currency, rate] of Object.entries(terms.fixed ?? {}))
      if (!(rate > 0 && rate < Number.POSITIVE_INFINITY))
        throw new GordonError(
          'RATE_INVALID',
          `The rate of ${currency} is set to ${rate}; give what one ${currency} is worth in ${terms.currencies[0]}, a number above zero.`,
        )
    this.#routes = terms.currencies.map((currency, place) =>
      place === 0 ? { legs: [], fixed: 1 } : this.#route(currency),
    )
    this.rate = new Float64Array(terms.currencies.length)
    this.refresh()
  }

  /** Reads the marks. */
  refresh(): void {
    const { rate } = this
    const { mark } = this.#terms
    rate[0] = 1
    for (let currency = 1; currency < rate.length; currency++) {
      const { legs, fixed } = this.#routes[currency]
      let value = fixed
      for (let k = 0; k < legs.length; k++) {
        const price = mark[legs[k].handle]
        // A pair's price at or below zero is no rate.
        if (!(price > 0)) value = Number.NaN
        else if (legs[k].inverse === true) value /= price
        else value *= price
      }
      rate[currency] = value
    }
  }

  /** An amount in account currency at the present marks: exact, rounded once. Undefined while not known. */
  convert(currency: number, units: Units): bigint | undefined {
    const { legs, fixed } = this.#routes[currency]
    const times = fixed === 1 ? [] : [fixed]
    const over: number[] = []
    for (const { handle, inverse } of legs) {
      const price = this.#terms.mark[handle]
      if (!(price > 0)) return undefined
      if (inverse) over.push(price)
      else times.push(price)
    }
    return scaleUnits(units, times, over)
  }

  /** Where a rate comes from, for people: `BTC by X:BTCUSDT, USDT as set to 1`. */
  describe(currency: number): string {
    const { currencies, instruments } = this.#terms
    if (currency === 0) return `${currencies[0]} is the account's currency`
    const { legs, fixed } = this.#routes[currency]
    if (legs.length === 0) return `${currencies[currency]} as set to ${fixed}`
    const names = legs.map(
      ({ handle, inverse }) => `${inverse ? '1 / ' : ''}${instrumentId(instruments[handle])}`,
    )
    const end = fixed !== 1 ? [`as set to ${fixed}`] : []
    return `${currencies[currency]} by ${[...names, ...end].join(' × ')}`
  }

  #route(currency: string): Route {
    const [own] = this.#terms.currencies
    const fixed = this.#terms.fixed ?? {}
    const between = [
      ...new Set(this.#terms.instruments.flatMap(one => [one.currency, one.base ?? one.currency])),
    ].sort()
    for (const kinds of ['pairs', 'perpetuals too'] as const) {
      const pair = this.#leg(currency, own, kinds)
      if (pair !== undefined) return { legs: [pair], fixed: 1 }
      for (const middle of between) {
        const first = this.#leg(currency, middle, kinds)
        const second = this.#leg(middle, own, kinds)
        if (first !== undefined && second !== undefined) return { legs: [first, second], fixed: 1 }
      }
      if (fixed[currency] !== undefined) return { legs: [], fixed: fixed[currency] }
      for (const middle of between) {
        const first = fixed[middle] === undefined ? undefined : this.#leg(currency, middle, kinds)
        if (first !== undefined) return { legs: [first], fixed: fixed[middle] }
      }
    }
    throw new GordonError(
      'RATE_MISSING',
      `The run has no pair that tells what ${currency} is worth in ${own}; add one (an instrument with base) or set its rate: rates: { ${currency}: … }, --rate ${currency}=… on the command line.`,
    )
  }

  #leg(from: string, to: string, kinds: PairKinds): Leg | undefined {
    for (const inverse of [false, true])
      for (const [handle, { kind = 'spot', base, currency }] of this.#terms.instruments.entries()) {
        if (base === undefined || kind === 'future') continue
        if (kinds === 'pairs' && kind !== 'spot' && kind !== 'fx') continue
        if (inverse ? base === to && currency === from : base === from && currency === to)
          return { handle, inverse }
      }
    return undefined
  }
}
