/**
 * Rolling standard deviation of the population: √(Σ(x − mean)² / period), divided by period and not period − 1
 * (TA-Lib STDDEV with nbdev 1).
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { Indicator, IndicatorScale, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { RollingMoments } from './rolling-moments.ts'
import { checkSource, gridOf, type Source, type SourceOptions, splitFactor } from './source.ts'

/** `standardDeviation(20)`: in units of the source; warm after `period` bars. */
export function standardDeviation(period: number, { source = 'close' }: SourceOptions = {}): IndicatorSpec {
  checkPeriod('standardDeviation', 'period', period, 2)
  checkSource('standardDeviation', source)
  return builtIn({
    key: `standardDeviation(${period},${source})`,
    outputs: ['value'],
    warmup: period,
    create: scale => new StandardDeviation(period, source, scale),
  })
}

class StandardDeviation implements Indicator {
  readonly warmup: number
  readonly #source: Source
  readonly #moments: RollingMoments

  constructor(period: number, source: Source, scale: IndicatorScale) {
    this.warmup = period
    this.#source = source
    this.#moments = new RollingMoments(period, gridOf(source, scale))
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const column = out[0]
    const moments = this.#moments
    for (let row = from; row < to; row++) {
      moments.push(values[row])
      column[row] = moments.deviation
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#moments.rescale(splitFactor(this.#source, priceFactor, volumeFactor))
  }
}

/** The plain form, in two passes over every window. */
export function standardDeviationBatch(values: Float64Array, period: number): Float64Array {
  checkPeriod('standardDeviationBatch', 'period', period, 2)
  return values.map((_, row) => {
    if (row < period - 1) return Number.NaN
    const window = values.subarray(row - period + 1, row + 1)
    if (window.every(value => value === window[0])) return 0
    const mean = window.reduce((sum, value) => sum + value, 0) / period
    const variance = window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / period
    return Number.isFinite(variance) ? Math.sqrt(variance) : Number.NaN
  })
}
