/**
 * A continuous series without jumps whose newest prices are those of the market, and whose past is rewritten at every
 * roll: a row of contract k is moved by all later rolls,
 *
 *     difference   price + Σ (toPrice − fromPrice)
 *     ratio        price × Π (toPrice / fromPrice)
 *
 * What this gives for 2015 was not known in 2015: levels are not those that traded (differences may go below zero),
 * and a rule that looks at levels sees rolls of the future in them. Differences keep profits of one contract, ratios
 * keep returns. The rolls are known when the unadjusted series is done, so this is a second pass over it, row by row.
 */
import type { ContinuousSeries, Roll } from './continuous-futures.ts'
import { gapOf, ratioOf } from './continuous-futures.ts'
import type { Deriver } from './deriver.ts'

export class BackAdjustment implements Deriver<ContinuousSeries, ContinuousSeries> {
  /** Label of what it gives, for datasets and reports: these prices were not known at their times. */
  readonly label: 'back-adjusted by difference' | 'back-adjusted by ratio'
  /** By contract: what its prices are multiplied by, then moved by. */
  readonly #factors: Float64Array
  readonly #offsets: Float64Array

  /**
   * @param rolls all of them, of a ContinuousFutures with `adjust: 'none'` that has seen every row
   * @throws DERIVE_ROLL
   */
  constructor(rolls: readonly Roll[], by: 'difference' | 'ratio') {
    this.label = `back-adjusted by ${by}`
    const contracts = rolls.reduce((most, roll) => Math.max(most, roll.places[1] + 1), 1)
    this.#factors = new Float64Array(contracts).fill(1)
    this.#offsets = new Float64Array(contracts)
    for (const roll of rolls)
      for (let contract = 0; contract <= roll.places[0]; contract++) {
        if (by === 'difference') this.#offsets[contract] += gapOf(roll)
        else this.#factors[contract] *= ratioOf(roll)
      }
  }

  add(series: ContinuousSeries): ContinuousSeries {
    const moved = (prices: Float64Array) =>
      prices.map((price, row) => {
        const contract = series.contract[row]
        // A series that never rolled is of one contract, whichever it is.
        return contract < this.#factors.length
          ? price * this.#factors[contract] + this.#offsets[contract]
          : price
      })
    const { open, high, low, close } = series
    return { ...series, open: moved(open), high: moved(high), low: moved(low), close: moved(close) }
  }

  /** Nothing is held back. */
  end(): ContinuousSeries {
    const none = new Float64Array(0)
    return {
      ...{ length: 0, eventTime: none, receiveTime: none, contract: none },
      ...{ open: none, high: none, low: none, close: none, volume: none },
    }
  }
}
