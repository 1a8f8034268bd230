/**
 * Rate of change: 100 · (value / value `period` bars ago − 1), in percent (TA-Lib ROC).
 * NaN where the earlier value is zero; TA-Lib says 0 there.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { checkSource, type Source, type SourceOptions, splitFactor } from './source.ts'

/** `roc(10)`: warm after 11 bars. */
export function roc(period: number, { source = 'close' }: SourceOptions = {}): IndicatorSpec {
  checkPeriod('roc', 'period', period)
  checkSource('roc', source)
  return builtIn({
    key: `roc(${period},${source})`,
    outputs: ['value'],
    warmup: period + 1,
    create: () => new Roc(period, source),
  })
}

class Roc implements Indicator {
  readonly warmup: number
  readonly #source: Source
  /** NaN where nothing came yet. */
  readonly #ring: Float64Array
  #head = 0

  constructor(period: number, source: Source) {
    this.warmup = period + 1
    this.#source = source
    this.#ring = new Float64Array(period).fill(Number.NaN)
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const column = out[0]
    const ring = this.#ring
    let head = this.#head
    for (let row = from; row < to; row++) {
      const value = values[row]
      const change = 100 * (value / ring[head] - 1)
      ring[head] = value
      if (++head === ring.length) head = 0
      column[row] = Number.isFinite(change) ? change : Number.NaN
    }
    this.#head = head
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    const factor = splitFactor(this.#source, priceFactor, volumeFactor)
    for (let place = 0; place < this.#ring.length; place++) this.#ring[place] *= factor
  }
}

/** The plain form. */
export function rocBatch(values: Float64Array, period: number): Float64Array {
  checkPeriod('rocBatch', 'period', period)
  return values.map((value, row) => {
    const before = values[row - period]
    return Number.isFinite(before) && before !== 0 && Number.isFinite(value)
      ? ((value - before) / before) * 100
      : Number.NaN
  })
}
