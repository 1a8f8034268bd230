/**
 * The last `period` values, and whether all of them lie on the instrument's grid. While they do, sums over the
 * window are sums of integers: exact, hence equal whatever came before the window. Values that do not (total
 * return prices, prices after a split, volumes beyond 53 bits) are counted until they have left.
 */

/** Adding and subtracting it rounds a double below 2^51 to the nearest integer. */
export const ROUND = 1.5 * 2 ** 52
/** What `price × ticksPerUnit` may be off a whole number by, after the roundings of a product or a short sum. */
export const NOISE = 2 ** -51
const LARGEST = 2 ** 46

/** Value in ticks (or lots); NaN where it is not a whole number of them, or too large to tell. */
export function toTicks(value: number, perUnit: number): number {
  const scaled = value * perUnit
  const ticks = scaled + ROUND - ROUND
  const size = Math.abs(scaled)
  return Math.abs(scaled - ticks) <= size * NOISE && size <= LARGEST ? ticks : Number.NaN
}

/** The same for a value that is known to be on the grid. */
export function ticksOf(value: number, perUnit: number): number {
  return value * perUnit + ROUND - ROUND
}

export class GridWindow {
  readonly period: number
  readonly perUnit: number
  /** Ticks above this might make an integer sum inexact: off the grid. */
  readonly limit: number
  /** A ring: `head` is the oldest value's place, and the next one's. Zero where nothing came yet. */
  readonly values: Float64Array
  head = 0
  /** Bars until the window is full. */
  missing: number
  /** Bars until every value is on the grid. */
  offGrid = 0
  /** Bars until every value is finite. */
  unknown = 0

  constructor(period: number, perUnit: number, limit: number) {
    this.period = period
    this.perUnit = perUnit
    this.limit = Math.min(limit, LARGEST)
    this.values = new Float64Array(period)
    this.missing = period
  }

  /** Full, and of finite values only. */
  get ready(): boolean {
    return this.missing === 0 && this.unknown === 0
  }

  /** Puts the newest value in the oldest one's place; returns the oldest. */
  push(value: number): number {
    const oldest = this.values[this.head]
    this.values[this.head] = value
    if (++this.head === this.period) this.head = 0
    if (this.missing > 0) this.missing--
    if (this.offGrid > 0) this.offGrid--
    if (this.unknown > 0) this.unknown--
    this.#look(value, this.period)
    return oldest
  }

  /** A split. */
  rescale(factor: number): void {
    this.offGrid = 0
    this.unknown = 0
    for (let age = this.period; age >= 1; age--) {
      const place = this.#place(age)
      this.values[place] *= factor
      this.#look(this.values[place], this.period - age + 1)
    }
  }

  /** Calls with every value, oldest first: an order that only depends on the window. Not for the hot path. */
  forEach(visit: (value: number, place: number) => void): void {
    for (let age = this.period; age >= 1; age--) visit(this.values[this.#place(age)], this.period - age)
  }

  #place(age: number): number {
    const place = this.head - age
    return place < 0 ? place + this.period : place
  }

  #look(value: number, bars: number): void {
    if (Math.abs(toTicks(value, this.perUnit)) <= this.limit) return
    this.offGrid = bars
    if (!Number.isFinite(value)) this.unknown = bars
  }
}
