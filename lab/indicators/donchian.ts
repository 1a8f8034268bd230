/**
 * Donchian channel: the highest high and the lowest low of the last `period` bars, this one included, and the
 * middle between them (TA-Lib MAX of high, MIN of low, MIDPRICE). A breakout rule compares a close with the
 * channel of the bar before: this bar's own high is already in this one.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { RollingExtreme } from './rolling-extreme.ts'

export type DonchianOutput = 'upper' | 'middle' | 'lower'

/** `donchian(20)`: in price units; warm after `period` bars. */
export function donchian(period: number): IndicatorSpec<DonchianOutput> {
  checkPeriod('donchian', 'period', period)
  return builtIn({
    key: `donchian(${period})`,
    outputs: ['upper', 'middle', 'lower'],
    warmup: period,
    create: () => new Donchian(period),
  })
}

class Donchian implements Indicator {
  readonly warmup: number
  readonly #highest: RollingExtreme
  /** Of the negative lows. */
  readonly #deepest: RollingExtreme

  constructor(period: number) {
    this.warmup = period
    this.#highest = new RollingExtreme(period)
    this.#deepest = new RollingExtreme(period)
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { high, low } = columns
    const [upper, middle, lower] = out
    for (let row = from; row < to; row++) {
      const top = this.#highest.push(high[row])
      const bottom = -this.#deepest.push(-low[row])
      const known = !Number.isNaN(top - bottom)
      upper[row] = known ? top : Number.NaN
      middle[row] = (top + bottom) / 2
      lower[row] = known ? bottom : Number.NaN
    }
  }

  rescale(priceFactor: number): void {
    this.#highest.rescale(priceFactor)
    this.#deepest.rescale(priceFactor)
  }
}

/** The plain form. */
export function donchianBatch(
  high: Float64Array,
  low: Float64Array,
  period: number,
): Record<DonchianOutput, Float64Array> {
  checkPeriod('donchianBatch', 'period', period)
  const upper = new Float64Array(high.length).fill(Number.NaN)
  const lower = new Float64Array(high.length).fill(Number.NaN)
  for (let row = period - 1; row < high.length; row++) {
    // Math.max of a list with NaN is NaN.
    const top = Math.max(...high.subarray(row - period + 1, row + 1))
    const bottom = Math.min(...low.subarray(row - period + 1, row + 1))
    if (!Number.isFinite(top - bottom)) continue
    upper[row] = top
    lower[row] = bottom
  }
  return { upper, middle: upper.map((top, row) => (top + lower[row]) / 2), lower }
}
