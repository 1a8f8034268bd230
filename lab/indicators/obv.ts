/**
 * On-balance volume (Granville 1963): the volume of bars that closed higher, less that of bars that closed
 * lower, begun with the first bar's own volume (TA-Lib OBV). In units of volume.
 *
 * Its level depends on where the series begins; its changes do not. The sum is exact. A bar without close or volume
 * has no value and is passed over.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { CompensatedSum } from './compensated-sum.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'

export function obv(): IndicatorSpec {
  return builtIn({ key: 'obv()', outputs: ['value'], warmup: 1, create: () => new Obv() })
}

class Obv implements Indicator {
  readonly warmup = 1
  readonly #balance = new CompensatedSum()
  /** NaN before the first bar. */
  #lastClose = Number.NaN

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { close, volume } = columns
    const column = out[0]
    for (let row = from; row < to; row++) {
      const price = close[row]
      const traded = volume[row]
      if (Number.isFinite(price) && Number.isFinite(traded)) {
        const last = this.#lastClose
        // `last` is NaN for the first bar only, which counts as a rise.
        if (price < last) this.#balance.add(-traded)
        else if (price !== last) this.#balance.add(traded)
        this.#lastClose = price
        column[row] = this.#balance.value()
      } else column[row] = Number.NaN
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#lastClose *= priceFactor
    this.#balance.scale(volumeFactor)
  }
}

/** The plain form. */
export function obvBatch(close: Float64Array, volume: Float64Array): Float64Array {
  let balance = 0
  let last: number | undefined
  return close.map((price, row) => {
    if (!Number.isFinite(price) || !Number.isFinite(volume[row])) return Number.NaN
    balance += (last === undefined ? 1 : Math.sign(price - last)) * volume[row]
    last = price
    return balance
  })
}
