/**
 * A sum to which values are added and from which they are taken again, kept as two doubles whose exact total
 * is the exact sum (Knuth's two-sum; Dekker 1971). It loses nothing while the largest and smallest values
 * differ by less than about 2^40, so it does not matter by which way a window was reached.
 */
const SPLIT = 2 ** 27 + 1

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
    const taken = sum - high
    this.#low += high - (sum - taken) + (value - taken)
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
    const taken = sum - this.#high
    const rest = this.#high - (sum - taken) + (this.#low - taken)
    const quotient = sum / count
    const scaled = quotient * SPLIT
    const top = scaled - (scaled - quotient)
    // count × top and count × (quotient − top) are exact, so this is what the division left over.
    return quotient + (sum - count * top - count * (quotient - top) + rest) / count
  }
}
