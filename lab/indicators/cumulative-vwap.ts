/**
 * Volume-weighted average price since the first bar: Σ typical · volume / Σ volume, typical = (high + low + close) / 3.
 * It is anchored there, so that an earlier start is another average; `vwap` has a window. NaN until something
 * traded. A bar with a missing value has none, and is passed over.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { CompensatedSum } from './compensated-sum.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'

export function cumulativeVwap(): IndicatorSpec {
  return builtIn({
    key: 'cumulativeVwap()',
    outputs: ['value'],
    warmup: 1,
    create: () => new CumulativeVwap(),
  })
}

class CumulativeVwap implements Indicator {
  readonly warmup = 1
  /** Of (high + low + close) · volume. */
  readonly #turnover = new CompensatedSum()
  readonly #volume = new CompensatedSum()

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { high, low, close, volume } = columns
    const column = out[0]
    for (let row = from; row < to; row++) {
      const turnover = (high[row] + low[row] + close[row]) * volume[row]
      if (Number.isFinite(turnover)) {
        this.#turnover.add(turnover)
        this.#volume.add(volume[row])
        const traded = this.#volume.value()
        column[row] = traded > 0 ? this.#turnover.value() / (3 * traded) : Number.NaN
      } else column[row] = Number.NaN
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#turnover.scale(priceFactor * volumeFactor)
    this.#volume.scale(volumeFactor)
  }
}

/** The plain form. */
export function cumulativeVwapBatch(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
): Float64Array {
  let turnover = 0
  let total = 0
  return close.map((price, row) => {
    const typical = (high[row] + low[row] + price) / 3
    if (!Number.isFinite(typical * volume[row])) return Number.NaN
    turnover += typical * volume[row]
    total += volume[row]
    return total > 0 ? turnover / total : Number.NaN
  })
}
