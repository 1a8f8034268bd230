/**
 * Mean and population standard deviation of the last `period` values, for standardDeviation, bollinger and zScore.
 *
 * On the grid from the integers Σt and Σt²: the variance is (period · Σt² − (Σt)²) / (period · ticksPerUnit)²,
 * exact up to its square root. Off it (or where the squares would leave 53 bits) the window is gone through anew,
 * as distances from its oldest value, so that equal values have a deviation of exactly zero. Both depend on the
 * window alone.
 */
import { GridWindow, ticksOf, toTicks } from './grid-window.ts'

export class RollingMoments {
  /** NaN until the window is full of finite values. */
  mean = Number.NaN
  deviation = Number.NaN
  readonly #window: GridWindow
  readonly #divisor: number
  /** Hold while the window is on the grid. */
  #sum = 0
  #squares = 0

  constructor(period: number, perUnit: number) {
    const limit = Math.floor(Math.sqrt(Number.MAX_SAFE_INTEGER) / period / 2)
    this.#window = new GridWindow(period, perUnit, limit)
    this.#divisor = period * perUnit
  }

  push(value: number): void {
    const window = this.#window
    const ticks = toTicks(value, window.perUnit)
    const wasOffGrid = window.offGrid > 0
    const oldest = window.push(value)
    if (!wasOffGrid && Math.abs(ticks) <= window.limit) {
      const left = ticksOf(oldest, window.perUnit)
      this.#sum += ticks - left
      this.#squares += (ticks - left) * (ticks + left)
    } else if (window.offGrid === 0) this.#addUp()
    if (!window.ready) this.mean = this.deviation = Number.NaN
    else if (window.offGrid === 0) this.#fromSums()
    else this.#anew()
  }

  rescale(factor: number): void {
    this.#window.rescale(factor)
    if (this.#window.offGrid === 0) this.#addUp()
  }

  #fromSums(): void {
    this.mean = this.#sum / this.#divisor
    this.deviation = Math.sqrt(this.#window.period * this.#squares - this.#sum * this.#sum) / this.#divisor
  }

  #addUp(): void {
    this.#sum = 0
    this.#squares = 0
    this.#window.forEach(value => {
      const ticks = ticksOf(value, this.#window.perUnit)
      this.#sum += ticks
      this.#squares += ticks * ticks
    })
  }

  #anew(): void {
    const { period, head, values } = this.#window
    const base = values[head]
    let sum = 0
    let squares = 0
    for (let place = head, left = period; left > 0; left--) {
      const distance = values[place] - base
      sum += distance
      squares += distance * distance
      if (++place === period) place = 0
    }
    this.mean = base + sum / period
    this.deviation = Math.sqrt(Math.max(0, squares - (sum * sum) / period) / period)
  }
}
