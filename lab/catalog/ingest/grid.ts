/**
 * The price grid of an instrument, found on its prices: the coarsest power of ten, cents or finer, on which every
 * one of them lies to the last bit. Indicators then sum integers, and orders have a grid.
 */
import { GordonError } from '../../core/errors.ts'

export const ADJUSTED_TICKS_PER_UNIT = 1e9

const CENTS = 2
const FINEST = 9
const POWERS = Array.from({ length: FINEST + 1 }, (_, digits) => 10 ** digits)

export class GridFinder {
  #digits = CENTS
  #largest = 0
  #coarse = false

  /** One price; finite and positive. */
  see(price: number): void {
    if (price > this.#largest) this.#largest = price
    while (this.#digits < FINEST) {
      const power = POWERS[this.#digits]
      if (Math.round(price * power) / power === price) return
      this.#digits++
    }
    const power = POWERS[FINEST]
    if (Math.round(price * power) / power !== price) this.#coarse = true
  }

  /** The first n prices of a column; where there is none it is NaN. */
  seeAll(prices: Float64Array, n: number): void {
    for (let i = 0; i < n; ) {
      const power = POWERS[this.#digits]
      let largest = this.#largest
      for (; i < n; i++) {
        const price = prices[i]
        if (price > largest) largest = price
        // floor(x + ½) is Math.round for positive numbers, in one instruction.
        if (Math.floor(price * power + 0.5) / power !== price) break
      }
      this.#largest = largest
      // The price that left the grid widens it; the loop goes on with the next.
      if (i >= n) return
      if (!Number.isNaN(prices[i])) this.see(prices[i])
      i++
    }
  }

  /** Ticks per unit, at most so many that every price's ticks are exact in a double. */
  get ticksPerUnit(): number {
    let digits = this.#digits
    while (digits > 0 && this.#largest * POWERS[digits] > Number.MAX_SAFE_INTEGER) digits--
    return POWERS[digits]
  }

  /** True when some price has more digits than the finest grid holds. */
  get offGrid(): boolean {
    return this.#coarse || this.ticksPerUnit < POWERS[this.#digits]
  }
}

/**
 * `0.01` → 100
 * @throws GordonError BAD_GRID unless 1 / step is a whole number
 */
export function perUnit(flag: '--tick' | '--lot', given: number | string): number {
  const step = Number(given)
  const count = Math.round(1 / step)
  if (!(step > 0) || !Number.isFinite(count) || count < 1 || Math.abs(count * step - 1) > 1e-9) {
    throw new GordonError(
      'BAD_GRID',
      `${flag} ${given} does not divide one unit: give 1 or a fraction of it such as 0.01 or 0.25`,
    )
  }
  return count
}
