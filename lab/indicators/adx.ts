/**
 * Average directional index (Wilder 1978). Per bar: +DM is the rise of the high, −DM the fall of the low,
 * whichever is larger and above zero; TR the true range. Each is smoothed as s ← s − s/period + new, begun with
 * the sum of the first period − 1.
 *   +DI = 100 · +DM / TR, −DI = 100 · −DM / TR, DX = 100 · |+DI − −DI| / (+DI + −DI)
 * ADX is DX smoothed by 1/period, begun with the simple mean of `period` of them (TA-Lib ADX, PLUS_DI, MINUS_DI).
 *
 * Whether a rise equals a fall is asked of the doubles, as TA-Lib does. Without range DI is 0, and a bar without direction leaves ADX as it is (0 while it begins), as in TA-Lib. All
 * three are warm together. Directional sums below 1e-12 of the true range are what is left of rounding: none.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { trueRange } from './atr.ts'
import { finiteRuns } from './finite-runs.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { barsToForgetTwice, checkSeed, type Seed, type SeedOptions, seedKey } from './warm-up.ts'

export type AdxOutput = 'adx' | 'plusDi' | 'minusDi'

/** `adx(14)`: 0..100 each. */
export function adx(period: number, { seed = 'forgotten' }: SeedOptions = {}): IndicatorSpec<AdxOutput> {
  checkPeriod('adx', 'period', period, 2)
  checkSeed('adx', seed)
  const warmup = adxWarmup(period, seed)
  return builtIn({
    key: `adx(${period}${seedKey(seed)})`,
    outputs: ['adx', 'plusDi', 'minusDi'],
    warmup,
    create: () => new Adx(period, warmup),
  })
}

function adxWarmup(period: number, seed: Seed): number {
  return 2 * period + (seed === 'ta-lib' ? 0 : barsToForgetTwice(1 / period, 1 / period))
}

class Adx implements Indicator {
  readonly warmup: number
  readonly #period: number
  /** Bars since the series began, or since one was missing. */
  #count = 0
  #lastHigh = 0
  #lastLow = 0
  #lastClose = 0
  #plus = 0
  #minus = 0
  #range = 0
  /** Sum of `period` DX, the average from there on. */
  #adx = 0

  constructor(period: number, warmup: number) {
    this.warmup = warmup
    this.#period = period
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { high, low, close } = columns
    const [adx, plusDi, minusDi] = out
    for (let row = from; row < to; row++) {
      this.#add(high[row], low[row], close[row])
      const warm = this.#count >= this.warmup
      const moved = this.#range > 0
      adx[row] = warm ? this.#adx : Number.NaN
      plusDi[row] = warm ? (moved ? 100 * (this.#plus / this.#range) : 0) : Number.NaN
      minusDi[row] = warm ? (moved ? 100 * (this.#minus / this.#range) : 0) : Number.NaN
    }
  }

  rescale(priceFactor: number): void {
    this.#lastHigh *= priceFactor
    this.#lastLow *= priceFactor
    this.#lastClose *= priceFactor
    this.#plus *= priceFactor
    this.#minus *= priceFactor
    this.#range *= priceFactor
  }

  #add(high: number, low: number, close: number): void {
    if (!Number.isFinite(high - low) || !Number.isFinite(close)) {
      this.#count = this.#plus = this.#minus = this.#range = this.#adx = 0
      return
    }
    const period = this.#period
    const count = ++this.#count
    if (count > 1) {
      const rise = high - this.#lastHigh
      const fall = this.#lastLow - low
      const kept = count > period ? 1 - 1 / period : 1
      this.#plus = this.#plus * kept + (rise > fall && rise > 0 ? rise : 0)
      this.#minus = this.#minus * kept + (fall > rise && fall > 0 ? fall : 0)
      this.#range = this.#range * kept + trueRange(high, low, this.#lastClose)
    }
    this.#lastHigh = high
    this.#lastLow = low
    this.#lastClose = close
    if (count > period) this.#smooth(count)
  }

  #smooth(count: number): void {
    const period = this.#period
    const direction = this.#plus + this.#minus
    const begun = count > 2 * period
    if (direction > this.#range * 1e-12) {
      const dx = 100 * (Math.abs(this.#plus - this.#minus) / direction)
      this.#adx = begun ? (this.#adx * (period - 1) + dx) / period : this.#adx + dx
    }
    if (count === 2 * period) this.#adx /= period
  }
}

/** The plain form, column by column. NaN before the warm-up that `seed` asks for, and after a missing bar. */
export function adxBatch(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
  { seed = 'forgotten' }: SeedOptions = {},
): Record<AdxOutput, Float64Array> {
  checkPeriod('adxBatch', 'period', period, 2)
  checkSeed('adxBatch', seed)
  const warmup = adxWarmup(period, seed)
  const column = () => new Float64Array(close.length).fill(Number.NaN)
  const out = { adx: column(), plusDi: column(), minusDi: column() }
  for (const [from, to] of finiteRuns(high, low, close)) {
    const rows = Array.from({ length: to - from }, (_, row) => from + row)
    const rises = rows.slice(1).map(row => high[row] - high[row - 1])
    const falls = rows.slice(1).map(row => low[row - 1] - low[row])
    const plus = wilderSums(
      rises.map((rise, i) => (rise > falls[i] && rise > 0 ? rise : 0)),
      period,
    )
    const minus = wilderSums(
      falls.map((fall, i) => (fall > rises[i] && fall > 0 ? fall : 0)),
      period,
    )
    const range = wilderSums(
      rows.slice(1).map(row => trueRange(high[row], low[row], close[row - 1])),
      period,
    )
    // Index i of these lists is bar i + 1 of the run; directional lines begin with bar `period`.
    const first: number[] = []
    let average = 0
    for (let i = period - 1; i < range.length; i++) {
      const plusDi = range[i] > 0 ? (100 * plus[i]) / range[i] : 0
      const minusDi = range[i] > 0 ? (100 * minus[i]) / range[i] : 0
      const moved = plusDi + minusDi > 1e-10
      const dx = moved ? (100 * Math.abs(plusDi - minusDi)) / (plusDi + minusDi) : undefined
      if (first.length < period) {
        first.push(dx ?? 0)
        average = first.reduce((sum, value) => sum + value, 0) / period
      } else average += ((dx ?? average) - average) / period
      if (i + 2 < warmup) continue
      out.adx[from + i + 1] = average
      out.plusDi[from + i + 1] = plusDi
      out.minusDi[from + i + 1] = minusDi
    }
  }
  return out
}

/** Wilder's running total: the first period − 1 values added up, then total − total / period + value. */
function wilderSums(values: readonly number[], period: number): number[] {
  let total = 0
  return values.map((value, i) => (total = i < period - 1 ? total + value : total - total / period + value))
}
