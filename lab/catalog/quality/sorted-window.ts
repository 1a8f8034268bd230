/**
 * The last n values in order of size, for what is robust: median, median absolute deviation (Hampel 1974, JASA 69),
 * trimmed mean and deviation. A value comes and goes by one search and one move of memory; n is small here.
 */
/** A normal deviation is 1.4826 median absolute deviations, and 1.2533 mean ones. */
const NORMAL_MAD = 1.4826
const NORMAL_MEAN = 1.2533

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
   * Standard deviation as the median absolute deviation has it; as the mean absolute deviation has it where more
   * than half of the values are one and the same (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers).
   */
  deviation(): number {
    if (Number.isNaN(this.#deviation)) this.#deviation = this.#computeDeviation()
    return this.#deviation
  }

  #computeDeviation(): number {
    const centre = this.median()
    const middle = NORMAL_MAD * this.#medianDistance(centre)
    if (middle > 0) return middle
    let sum = 0
    for (let i = 0; i < this.#size; i++) sum += Math.abs(this.#sorted[i] - centre)
    return this.#size === 0 ? Number.NaN : (NORMAL_MEAN * sum) / this.#size
  }

  /** Walks outwards from the centre, nearest first. */
  #medianDistance(centre: number): number {
    const n = this.#size
    if (n === 0) return Number.NaN
    const sorted = this.#sorted
    let high = this.#place(centre)
    let low = high - 1
    let distance = 0
    for (let k = 0; k <= n >>> 1; k++) {
      const below = low >= 0 ? centre - sorted[low] : Number.POSITIVE_INFINITY
      const above = high < n ? sorted[high] - centre : Number.POSITIVE_INFINITY
      if (below < above) {
        distance = below
        low--
      } else {
        distance = above
        high++
      }
    }
    return distance
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
