/**
 * A sum to which values are added and from which they are taken again, kept as two doubles whose exact total
 * is the exact sum (Knuth's two-sum). It loses nothing while the largest and smallest values differ by less than
 * about 2^40, so it does not matter by which way a window was reached.
 */
import { productError, sumError } from './exact-arithmetic.ts'

export class CompensatedSum {
  #high = 0
  #low = 0

  clear(): void {
    this.#high = 0
    this.#low = 0
  }

  /** `-value` takes it away again. */
  add(value: number): void {
    const high = this.#high
    const sum = high + value
    this.#low += sumError(high, value, sum)
    this.#high = sum
  }

  scale(factor: number): void {
    this.#high *= factor
    this.#low *= factor
  }

  /** The sum, rounded once. */
  value(): number {
    return this.#high + this.#low
  }

  /** Sum / count within half a unit in the last place or so: the mean of equal values is that value. */
  mean(count: number): number {
    const sum = this.#high + this.#low
    const rest = sumError(this.#high, this.#low, sum)
    const mean = sum / count
    const product = mean * count
    // What the division left over, itself divided.
    return mean + (sum - product - productError(mean, count, product) + rest) / count
  }
}
