/**
 * Average true range (Wilder 1978): the true range max(high, last close) − min(low, last close), smoothed by
 * 1/period and begun with the simple mean of the first `period` ranges (TA-Lib ATR). In price units.
 * A bar without high, low or close begins it anew.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { finiteRuns } from './finite-runs.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { barsToForget, checkSeed, type Seed, type SeedOptions, seedKey } from './warm-up.ts'

/** `atr(14)`: warm after 388 bars; with `{ seed: 'ta-lib' }` after 15, the first of which has no range. */
export function atr(period: number, { seed = 'forgotten' }: SeedOptions = {}): IndicatorSpec {
  checkPeriod('atr', 'period', period)
  checkSeed('atr', seed)
  const warmup = atrWarmup(period, seed)
  return builtIn({
    key: `atr(${period}${seedKey(seed)})`,
    outputs: ['value'],
    warmup,
    create: () => new Atr(period, warmup),
  })
}

function atrWarmup(period: number, seed: Seed): number {
  return period + 1 + (seed === 'ta-lib' ? 0 : barsToForget(1 / period))
}

export function trueRange(high: number, low: number, lastClose: number): number {
  return Math.max(high, lastClose) - Math.min(low, lastClose)
}

class Atr implements Indicator {
  readonly warmup: number
  readonly #period: number
  /** Bars since the series began, or since one was missing. */
  #count = 0
  #lastClose = 0
  /** Sum up to `period` ranges, the average from there on. */
  #range = 0

  constructor(period: number, warmup: number) {
    this.warmup = warmup
    this.#period = period
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const { high, low, close } = columns
    const column = out[0]
    for (let row = from; row < to; row++) {
      this.#add(high[row], low[row], close[row])
      column[row] = this.#count >= this.warmup ? this.#range : Number.NaN
    }
  }

  rescale(priceFactor: number): void {
    this.#lastClose *= priceFactor
    this.#range *= priceFactor
  }

  #add(high: number, low: number, close: number): void {
    if (!Number.isFinite(high - low) || !Number.isFinite(close)) {
      this.#count = this.#range = 0
      return
    }
    const period = this.#period
    const count = ++this.#count
    if (count > 1) {
      const kept = count > period + 1 ? period - 1 : 1
      const divisor = count > period ? period : 1
      this.#range = (this.#range * kept + trueRange(high, low, this.#lastClose)) / divisor
    }
    this.#lastClose = close
  }
}

/** The plain form. NaN before the warm-up that `seed` asks for, and again after a missing bar. */
export function atrBatch(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
  { seed = 'forgotten' }: SeedOptions = {},
): Float64Array {
  checkPeriod('atrBatch', 'period', period)
  checkSeed('atrBatch', seed)
  const out = new Float64Array(close.length).fill(Number.NaN)
  const warmup = atrWarmup(period, seed)
  for (const [from, to] of finiteRuns(high, low, close)) {
    let average = 0
    for (let row = from + 1; row < to; row++) {
      const last = close[row - 1]
      const range = Math.max(high[row] - low[row], Math.abs(high[row] - last), Math.abs(low[row] - last))
      average += (range - average) / Math.min(row - from, period)
      if (row - from + 1 >= warmup) out[row] = average
    }
  }
  return out
}
