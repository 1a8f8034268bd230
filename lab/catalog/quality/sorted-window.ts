/**
 * The last n values in order of size, for what is robust: median, median absolute deviation (Hampel 1974, JASA 69),
 * trimmed mean and deviation. A value comes and goes by one search and one move of memory; n is small here.
 */
/** A normal deviation is 1.4826 median absolute deviations, and 1.2533 mean ones. */
const NORMAL_MAD = 1.4826
const NORMAL_MEAN = 1.2533
/** Nine in ten normal values lie within 1.6449 deviations. */
const NORMAL_NINE_TENTHS = 1 / 1.6449

export class SortedWindow {
  readonly capacity: number
  readonly #ring: Float64Array
  readonly #sorted: Float64Array
  #size = 0
  #next = 0
  /** Of what is held now; NaN until it is asked for. */
  #deviation = Number.NaN

  constructor(capacity: number) {
    this.capacity = capacity
    this.#ring = new Float64Array(capacity)
    this.#sorted = new Float64Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  clear(): void {
    this.#deviation = Number.NaN
    this.#size = 0
    this.#next = 0
  }

  /** Numbers only; the oldest leaves a full window. */
  push(value: number): void {
    this.#deviation = Number.NaN
    const sorted = this.#sorted
    // The place of the one that leaves is moved to where the new one belongs.
    let at = this.#size === this.capacity ? this.#place(this.#ring[this.#next]) : this.#size++
    while (at > 0 && sorted[at - 1] > value) {
      sorted[at] = sorted[at - 1]
      at--
    }
    while (at + 1 < this.#size && sorted[at + 1] < value) {
      sorted[at] = sorted[at + 1]
      at++
    }
    sorted[at] = value
    this.#ring[this.#next] = value
    this.#next = this.#next + 1 === this.capacity ? 0 : this.#next + 1
  }

  /** Of an empty window NaN. */
  median(): number {
    const n = this.#size
    if (n === 0) return Number.NaN
    const middle = n >>> 1
    return n % 2 === 1 ? this.#sorted[middle] : (this.#sorted[middle - 1] + this.#sorted[middle]) / 2
  }

  /**
   * Standard deviation as the median of absolute deviations from the median has it, or as their nine-tenths quantile
   * has it where that is more: in quiet markets most steps are nothing and some are a bounce between bid and ask, which
   * is no outlier. As their mean has it where more than nine in ten values are one and the same (Iglewicz and Hoaglin
   * 1993, How to Detect and Handle Outliers).
   */
  deviation(): number {
    if (Number.isNaN(this.#deviation)) this.#deviation = this.#computeDeviation()
    return this.#deviation
  }

  #computeDeviation(): number {
    const centre = this.median()
    const likely = this.#likelyDeviation(centre)
    if (likely > 0) return likely
    let sum = 0
    for (let i = 0; i < this.#size; i++) sum += Math.abs(this.#sorted[i] - centre)
    return this.#size === 0 ? Number.NaN : (NORMAL_MEAN * sum) / this.#size
  }

  /** Walks outwards from the centre, nearest first. */
  #likelyDeviation(centre: number): number {
    const n = this.#size
    if (n === 0) return Number.NaN
    const sorted = this.#sorted
    let high = this.#place(centre)
    let low = high - 1
    let distance = 0
    let median = 0
    // Of a small window no two bad prints, each a step up and one down, may become the measure.
    const last = Math.max(n >>> 1, Math.min(Math.floor(0.9 * n) - 1, n - 5))
    for (let k = 0; k <= last; k++) {
      const below = low >= 0 ? centre - sorted[low] : Number.POSITIVE_INFINITY
      const above = high < n ? sorted[high] - centre : Number.POSITIVE_INFINITY
      if (below < above) {
        distance = below
        low--
      } else {
        distance = above
        high++
      }
      if (k === n >>> 1) median = distance
    }
    return Math.max(NORMAL_MAD * median, NORMAL_NINE_TENTHS * distance)
  }

  /** The value that `n - 1` others are not below; 0 of fewer. */
  fromTop(n: number): number {
    return n > this.#size ? 0 : this.#sorted[this.#size - n]
  }

  /** Standard deviation as the values above the median have it: their four fifths lie within 1.2816 of a normal one's. */
  upperDeviation(): number {
    if (this.#size === 0) return Number.NaN
    return (this.#sorted[Math.floor(0.9 * (this.#size - 1))] - this.median()) / 1.2816
  }

  /** Mean and standard deviation without the smallest and the largest `cut` values each. */
  trimmed(cut: number): { readonly mean: number; readonly deviation: number } {
    const to = this.#size - cut
    const n = to - cut
    let sum = 0
    for (let i = cut; i < to; i++) sum += this.#sorted[i]
    const mean = sum / n
    let squares = 0
    for (let i = cut; i < to; i++) squares += (this.#sorted[i] - mean) ** 2
    return { mean, deviation: Math.sqrt(squares / n) }
  }

  /** Whether a value lies inside what is left when `cut` values are taken off each end. */
  inside(value: number, cut: number): boolean {
    return value >= this.#sorted[cut] && value <= this.#sorted[this.#size - 1 - cut]
  }

  /** First place whose value is not below. */
  #place(value: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sorted[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
