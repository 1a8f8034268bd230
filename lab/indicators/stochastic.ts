/**
 * Slow stochastic (Lane): fast %K = 100 · (close − lowest low) / (highest high − lowest low) over `fastK` bars;
 * k is its simple average over `slowK` bars, d that of k over `slowD` (TA-Lib STOCH with simple averages).
 *
 * NaN while any of those bars had no range to be in; TA-Lib says 0 there, which would read as oversold. The two
 * short averages are added up anew, oldest first, so that they depend on their window alone.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { RollingExtreme } from './rolling-extreme.ts'

export type StochasticOutput = 'k' | 'd'

/** `stochastic(14, 3, 3)`: 0..100; warm after fastK + slowK + slowD − 2 bars. */
export function stochastic(fastK = 14, slowK = 3, slowD = 3): IndicatorSpec<StochasticOutput> {
  checkPeriods('stochastic', fastK, slowK, slowD)
  return builtIn({
    key: `stochastic(${fastK},${slowK},${slowD})`,
    outputs: ['k', 'd'],
    warmup: fastK + slowK + slowD - 2,
    create: () => new Stochastic(fastK, slowK, slowD),
  })
}

function checkPeriods(indicator: string, fastK: number, slowK: number, slowD: number): void {
  checkPeriod(indicator, 'fastK', fastK)
  checkPeriod(indicator, 'slowK', slowK)
  checkPeriod(indicator, 'slowD', slowD)
}

class Stochastic implements Indicator {
  readonly warmup: number
  readonly #highest: RollingExtreme
  /** Of the negative lows. */
  readonly #deepest: RollingExtreme
  readonly #k: ShortMean
  readonly #d: ShortMean
  /** Bars until warm. */
  #missing: number

  constructor(fastK: number, slowK: number, slowD: number) {
    this.warmup = fastK + slowK + slowD - 2
    this.#highest = new RollingExtreme(fastK)
    this.#deepest = new RollingExtreme(fastK)
    this.#k = new ShortMean(slowK)
    this.#d = new ShortMean(slowD)
    this.#missing = this.warmup
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { high, low, close } = columns
    const [k, d] = out
    for (let row = from; row < to; row++) {
      const top = this.#highest.push(high[row])
      const bottom = -this.#deepest.push(-low[row])
      const range = top - bottom
      const slow = this.#k.push(range > 0 ? 100 * ((close[row] - bottom) / range) : Number.NaN)
      if (this.#missing > 0) this.#missing--
      k[row] = this.#missing === 0 ? slow : Number.NaN
      d[row] = this.#d.push(slow)
    }
  }

  /** Percentages know no price; only the highs and lows do. */
  rescale(priceFactor: number): void {
    this.#highest.rescale(priceFactor)
    this.#deepest.rescale(priceFactor)
  }
}

/** Mean of the last few values; NaN while one of them is. */
class ShortMean {
  readonly #values: Float64Array
  #head = 0

  constructor(period: number) {
    this.#values = new Float64Array(period).fill(Number.NaN)
  }

  push(value: number): number {
    const values = this.#values
    values[this.#head] = value
    if (++this.#head === values.length) this.#head = 0
    let sum = 0
    for (let place = this.#head; place < values.length; place++) sum += values[place]
    for (let place = 0; place < this.#head; place++) sum += values[place]
    return sum / values.length
  }
}

/** The plain form. */
export function stochasticBatch(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  fastK = 14,
  slowK = 3,
  slowD = 3,
): Record<StochasticOutput, Float64Array> {
  checkPeriods('stochasticBatch', fastK, slowK, slowD)
  const fast = close.map((price, row) => {
    if (row < fastK - 1) return Number.NaN
    const top = Math.max(...high.subarray(row - fastK + 1, row + 1))
    const bottom = Math.min(...low.subarray(row - fastK + 1, row + 1))
    return top > bottom ? (100 * (price - bottom)) / (top - bottom) : Number.NaN
  })
  const slow = meanOfLast(fast, slowK)
  const warmup = fastK + slowK + slowD - 2
  return { k: slow.map((value, row) => (row < warmup - 1 ? Number.NaN : value)), d: meanOfLast(slow, slowD) }
}

function meanOfLast(values: Float64Array, period: number): Float64Array {
  return values.map((_, row) => {
    if (row < period - 1) return Number.NaN
    return values.subarray(row - period + 1, row + 1).reduce((sum, value) => sum + value, 0) / period
  })
}
