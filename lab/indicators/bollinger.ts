/**
 * Bollinger bands: middle is the simple average of `period` values, upper and lower lie `deviations` population
 * standard deviations above and below it (TA-Lib BBANDS with equal deviations and matype 0).
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { Indicator, IndicatorScale, IndicatorSpec } from './indicator.ts'
import { checkPeriod, checkPositive } from './parameters.ts'
import { RollingMoments } from './rolling-moments.ts'
import { smaBatch } from './sma.ts'
import { checkSource, gridOf, type Source, type SourceOptions, splitFactor } from './source.ts'
import { standardDeviationBatch } from './standard-deviation.ts'

export type BollingerOutput = 'middle' | 'upper' | 'lower'

/** `bollinger(20, 2)`: in units of the source; warm after `period` bars. */
export function bollinger(
  period: number,
  deviations = 2,
  { source = 'close' }: SourceOptions = {},
): IndicatorSpec<BollingerOutput> {
  checkPeriod('bollinger', 'period', period, 2)
  checkPositive('bollinger', 'deviations', deviations)
  checkSource('bollinger', source)
  return builtIn({
    key: `bollinger(${period},${deviations},${source})`,
    outputs: ['middle', 'upper', 'lower'],
    warmup: period,
    create: scale => new Bollinger(period, deviations, source, scale),
  })
}

class Bollinger implements Indicator {
  readonly warmup: number
  readonly #deviations: number
  readonly #source: Source
  readonly #moments: RollingMoments

  constructor(period: number, deviations: number, source: Source, scale: IndicatorScale) {
    this.warmup = period
    this.#deviations = deviations
    this.#source = source
    this.#moments = new RollingMoments(period, gridOf(source, scale))
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const [middle, upper, lower] = out
    const moments = this.#moments
    const deviations = this.#deviations
    for (let row = from; row < to; row++) {
      moments.push(values[row])
      const distance = deviations * moments.deviation
      middle[row] = moments.mean
      upper[row] = moments.mean + distance
      lower[row] = moments.mean - distance
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#moments.rescale(splitFactor(this.#source, priceFactor, volumeFactor))
  }
}

/** The plain form. */
export function bollingerBatch(
  values: Float64Array,
  period: number,
  deviations = 2,
): Record<BollingerOutput, Float64Array> {
  checkPositive('bollingerBatch', 'deviations', deviations)
  const middle = smaBatch(values, period)
  const deviation = standardDeviationBatch(values, period)
  return {
    middle,
    upper: middle.map((mean, row) => mean + deviations * deviation[row]),
    lower: middle.map((mean, row) => mean - deviations * deviation[row]),
  }
}
