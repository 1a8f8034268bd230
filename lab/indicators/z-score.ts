/**
 * Rolling z-score: (value − mean) / deviation of the last `period` values, this one included, with the
 * population's deviation. NaN where the window does not vary: there is no distance to measure in.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { Indicator, IndicatorScale, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { RollingMoments } from './rolling-moments.ts'
import { smaBatch } from './sma.ts'
import { checkSource, gridOf, type Source, type SourceOptions, splitFactor } from './source.ts'
import { standardDeviationBatch } from './standard-deviation.ts'

/** `zScore(20)`: in deviations; warm after `period` bars. */
export function zScore(period: number, { source = 'close' }: SourceOptions = {}): IndicatorSpec {
  checkPeriod('zScore', 'period', period, 2)
  checkSource('zScore', source)
  return builtIn({
    key: `zScore(${period},${source})`,
    outputs: ['value'],
    warmup: period,
    create: scale => new ZScore(period, source, scale),
  })
}

class ZScore implements Indicator {
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
      const value = values[row]
      moments.push(value)
      column[row] = moments.deviation > 0 ? (value - moments.mean) / moments.deviation : Number.NaN
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#moments.rescale(splitFactor(this.#source, priceFactor, volumeFactor))
  }
}

/** The plain form. */
export function zScoreBatch(values: Float64Array, period: number): Float64Array {
  checkPeriod('zScoreBatch', 'period', period, 2)
  const mean = smaBatch(values, period)
  const deviation = standardDeviationBatch(values, period)
  return values.map((value, row) => (deviation[row] > 0 ? (value - mean[row]) / deviation[row] : Number.NaN))
}
