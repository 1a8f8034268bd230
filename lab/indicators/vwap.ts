/**
 * Volume-weighted average price of the last `period` bars: Σ typical · volume / Σ volume, where typical is
 * (high + low + close) / 3, as bars do not tell at which prices their volume traded. A rolling window, not a
 * session's; `cumulativeVwap` runs from the first bar. NaN where the window had no volume.
 *
 * On the grid both sums are of integers; off it (or where they would leave 53 bits) the window is added up anew,
 * oldest first. Either way the value depends on the window alone.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { ticksOf, toTicks } from './grid-window.ts'
import type { Indicator, IndicatorScale, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'

/** `vwap(20)`: in price units; warm after `period` bars. */
export function vwap(period: number): IndicatorSpec {
  checkPeriod('vwap', 'period', period)
  return builtIn({
    key: `vwap(${period})`,
    outputs: ['value'],
    warmup: period,
    create: scale => new Vwap(period, scale),
  })
}

class Vwap implements Indicator {
  readonly warmup: number
  readonly #ticksPerUnit: number
  readonly #lotsPerUnit: number
  /** Most ticks × lots of one bar for which the sums are surely exact. */
  readonly #limit: number
  /** Rings: high + low + close, and volume. NaN price where a bar is not known. */
  readonly #prices: Float64Array
  readonly #volumes: Float64Array
  #head = 0
  #missing: number
  /** Bars until all are on the grid, and until all are known. */
  #offGrid = 0
  #unknown = 0
  /** Σ ticks · lots and Σ lots; hold while the window is on the grid. */
  #turnover = 0
  #lots = 0

  constructor(period: number, { ticksPerUnit, lotsPerUnit }: IndicatorScale) {
    this.warmup = period
    this.#ticksPerUnit = ticksPerUnit
    this.#lotsPerUnit = lotsPerUnit
    this.#limit = Math.floor(Number.MAX_SAFE_INTEGER / period)
    this.#prices = new Float64Array(period)
    this.#volumes = new Float64Array(period)
    this.#missing = period
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { high, low, close, volume } = columns
    const column = out[0]
    for (let row = from; row < to; row++)
      column[row] = this.#push(high[row] + low[row] + close[row], volume[row])
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    const period = this.#prices.length
    this.#offGrid = 0
    this.#unknown = 0
    for (let bars = 1; bars <= period; bars++) {
      const place = (this.#head + bars - 1) % period
      this.#prices[place] *= priceFactor
      this.#volumes[place] *= volumeFactor
      this.#look(this.#prices[place], this.#volumes[place], bars)
    }
    if (this.#offGrid === 0) this.#addUp()
  }

  #push(price: number, volume: number): number {
    const head = this.#head
    const wasOffGrid = this.#offGrid > 0
    const oldPrice = this.#prices[head]
    const oldVolume = this.#volumes[head]
    this.#prices[head] = price
    this.#volumes[head] = volume
    if (++this.#head === this.#prices.length) this.#head = 0
    if (this.#missing > 0) this.#missing--
    if (this.#offGrid > 0) this.#offGrid--
    if (this.#unknown > 0) this.#unknown--
    this.#look(price, volume, this.#prices.length)
    if (this.#offGrid === 0) {
      if (wasOffGrid) this.#addUp()
      else {
        this.#take(price, volume, 1)
        this.#take(oldPrice, oldVolume, -1)
      }
    }
    if (this.#missing > 0 || this.#unknown > 0) return Number.NaN
    if (this.#offGrid > 0) return this.#anew()
    return this.#lots > 0 ? this.#turnover / (this.#lots * 3 * this.#ticksPerUnit) : Number.NaN
  }

  #look(price: number, volume: number, bars: number): void {
    const size = toTicks(price, this.#ticksPerUnit) * toTicks(volume, this.#lotsPerUnit)
    if (Math.abs(size) <= this.#limit) return
    this.#offGrid = bars
    if (!Number.isFinite(price) || !Number.isFinite(volume)) this.#unknown = bars
  }

  #take(price: number, volume: number, sign: number): void {
    const lots = sign * ticksOf(volume, this.#lotsPerUnit)
    this.#turnover += lots * ticksOf(price, this.#ticksPerUnit)
    this.#lots += lots
  }

  #addUp(): void {
    this.#turnover = 0
    this.#lots = 0
    for (let place = 0; place < this.#prices.length; place++)
      this.#take(this.#prices[place], this.#volumes[place], 1)
  }

  #anew(): number {
    const period = this.#prices.length
    let turnover = 0
    let volume = 0
    for (let place = this.#head, left = period; left > 0; left--) {
      turnover += this.#prices[place] * this.#volumes[place]
      volume += this.#volumes[place]
      if (++place === period) place = 0
    }
    return volume > 0 ? turnover / volume / 3 : Number.NaN
  }
}

/** The plain form. */
export function vwapBatch(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
  period: number,
): Float64Array {
  checkPeriod('vwapBatch', 'period', period)
  return close.map((_, row) => {
    let turnover = 0
    let total = 0
    for (let past = row - period + 1; past <= row; past++) {
      turnover += ((high[past] + low[past] + close[past]) / 3) * volume[past]
      total += volume[past]
    }
    return total > 0 && Number.isFinite(turnover) ? turnover / total : Number.NaN
  })
}
