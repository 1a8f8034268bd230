/**
 * Highest of the last `period` values (lowest: push their negatives), in constant time per value: a queue of those
 * that may still become the highest, falling from front to back, each with the number of its bar (Lemire 2006).
 */
export class RollingExtreme {
  readonly #period: number
  /** Rings that hold the queue from #front on. */
  readonly #values: Float64Array
  readonly #bars: Float64Array
  #front = 0
  #size = 0
  #bar = 0
  /** Bars until the window is full of finite values. */
  #missing: number

  constructor(period: number) {
    this.#period = period
    this.#values = new Float64Array(period)
    this.#bars = new Float64Array(period)
    this.#missing = period
  }

  /** @returns the highest, NaN until the window is full of finite values */
  push(value: number): number {
    const period = this.#period
    const values = this.#values
    const bars = this.#bars
    const bar = this.#bar++
    if (this.#size > 0 && bars[this.#front] <= bar - period) {
      if (++this.#front === period) this.#front = 0
      this.#size--
    }
    if (!Number.isFinite(value)) {
      this.#missing = period
      return Number.NaN
    }
    let back = this.#front + this.#size
    if (back >= period) back -= period
    while (this.#size > 0) {
      const last = back === 0 ? period - 1 : back - 1
      if (values[last] > value) break
      back = last
      this.#size--
    }
    values[back] = value
    bars[back] = bar
    this.#size++
    if (this.#missing > 0) this.#missing--
    return this.#missing === 0 ? values[this.#front] : Number.NaN
  }

  rescale(factor: number): void {
    for (let place = 0; place < this.#period; place++) this.#values[place] *= factor
  }
}
