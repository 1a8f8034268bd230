/**
 * Mean and population standard deviation of the last `period` values, for standardDeviation, bollinger and zScore.
 *
 * On the grid from the integers Σt and Σt²: the variance is (period · Σt² − (Σt)²) / (period · ticksPerUnit)²,
 * exact up to its square root; squares that leave 53 bits are kept in two doubles. Off it the window is gone through
 * anew, as distances from its oldest value, so that equal values have a deviation of exactly zero. Both depend on
 * the window alone.
 */
import { productError, sumError } from './exact-arithmetic.ts'
import { GridWindow, ticksOf, toTicks } from './grid-window.ts'

export class RollingMoments {
  /** NaN until the window is full of finite values. */
  mean = Number.NaN
  deviation = Number.NaN
  readonly #window: GridWindow
  readonly #divisor: number
  /** Hold while the window is on the grid. */
  #sum = 0
  /** Σt² is their sum; the low one is zero while it fits the high one. */
  #squares = 0
  #squaresLow = 0

  constructor(period: number, perUnit: number) {
    this.#window = new GridWindow(period, perUnit, Math.floor(Number.MAX_SAFE_INTEGER / period))
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
      this.#addProduct(ticks - left, ticks + left)
    } else if (window.offGrid === 0) this.#addUp()
    if (!window.ready) this.mean = this.deviation = Number.NaN
    else if (window.offGrid === 0) this.#fromSums()
    else this.#anew()
  }

  rescale(factor: number): void {
    this.#window.rescale(factor)
    if (this.#window.offGrid === 0) this.#addUp()
  }

  #addProduct(a: number, b: number): void {
    const product = a * b
    const squares = this.#squares
    if (this.#squaresLow === 0 && squares + Math.abs(product) <= Number.MAX_SAFE_INTEGER) {
      this.#squares = squares + product
      return
    }
    const sum = squares + product
    const low = this.#squaresLow + productError(a, b, product) + sumError(squares, product, sum)
    this.#squares = sum + low
    this.#squaresLow = sumError(sum, low, this.#squares)
  }

  #fromSums(): void {
    const { period } = this.#window
    const sum = this.#sum
    const squares = period * this.#squares
    const square = sum * sum
    let variance = squares - square
    if (squares > Number.MAX_SAFE_INTEGER)
      variance +=
        productError(period, this.#squares, squares) -
        productError(sum, sum, square) +
        period * this.#squaresLow
    this.mean = sum / this.#divisor
    this.deviation = Math.sqrt(Math.max(0, variance)) / this.#divisor
  }

  #addUp(): void {
    this.#sum = this.#squares = this.#squaresLow = 0
    this.#window.forEach(value => {
      const ticks = ticksOf(value, this.#window.perUnit)
      this.#sum += ticks
      this.#addProduct(ticks, ticks)
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
