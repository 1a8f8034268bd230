/**
 * Exponential moving average: x ← x + 2/(period + 1) · (value − x), begun with the simple mean of the first
 * `period` values (TA-Lib EMA). Warm when that beginning has a weight below 1e-12: `ema(20)` after 297 bars;
 * with `{ seed: 'ta-lib' }` from bar 20 on. A missing value begins it anew.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { finiteRuns } from './finite-runs.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { checkSource, type Source, type SourceOptions, splitFactor } from './source.ts'
import { barsToForget, checkSeed, type Seed, type SeedOptions, seedKey } from './warm-up.ts'

export function ema(
  period: number,
  { source = 'close', seed = 'forgotten' }: SourceOptions & SeedOptions = {},
): IndicatorSpec {
  checkPeriod('ema', 'period', period)
  checkSource('ema', source)
  checkSeed('ema', seed)
  const warmup = emaWarmup(period, seed)
  return builtIn({
    key: `ema(${period},${source}${seedKey(seed)})`,
    outputs: ['value'],
    warmup,
    create: () => new Ema(period, source, warmup),
  })
}

function emaWarmup(period: number, seed: Seed): number {
  return seed === 'ta-lib' ? period : period + barsToForget(2 / (period + 1))
}

class Ema implements Indicator {
  readonly warmup: number
  readonly #period: number
  readonly #source: Source
  readonly #alpha: number
  /** Values since the series began, or since one was missing; stands still while warm. */
  #count = 0
  /** Their sum up to `period`, the average from there on. */
  #average = 0

  constructor(period: number, source: Source, warmup: number) {
    this.warmup = warmup
    this.#period = period
    this.#source = source
    this.#alpha = 2 / (period + 1)
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const column = out[0]
    let row = from
    while (row < to) {
      if (this.#count >= this.warmup) row = this.#fillWarm(values, row, to, column)
      if (row < to) {
        this.#add(values[row])
        column[row++] = this.#count >= this.warmup ? this.#average : Number.NaN
      }
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#average *= splitFactor(this.#source, priceFactor, volumeFactor)
  }

  /** Fills rows up to the first missing value and returns that row. */
  #fillWarm(values: Float64Array, from: number, to: number, out: Float64Array): number {
    const alpha = this.#alpha
    let average = this.#average
    let row = from
    for (; row < to; row++) {
      const next = average + (values[row] - average) * alpha
      // Of an average that is finite, only a missing value makes this false.
      if (!(next - next === 0)) break
      average = next
      out[row] = next
    }
    this.#average = average
    return row
  }

  #add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#count = 0
      this.#average = 0
      return
    }
    this.#count++
    if (this.#count > this.#period) this.#average += (value - this.#average) * this.#alpha
    else this.#average += value
    if (this.#count === this.#period) this.#average /= this.#period
  }
}

/** The plain form. NaN before the warm-up that `seed` asks for, and again after a missing value. */
export function emaBatch(
  values: Float64Array,
  period: number,
  { seed = 'forgotten' }: SeedOptions = {},
): Float64Array {
  checkPeriod('emaBatch', 'period', period)
  checkSeed('emaBatch', seed)
  const out = new Float64Array(values.length).fill(Number.NaN)
  const warmup = emaWarmup(period, seed)
  for (const [from, to] of finiteRuns(values)) {
    if (to - from < period) continue
    let average = values.subarray(from, from + period).reduce((sum, value) => sum + value, 0) / period
    for (let row = from + period - 1; row < to; row++) {
      if (row > from + period - 1) average = average + (2 / (period + 1)) * (values[row] - average)
      if (row - from + 1 >= warmup) out[row] = average
    }
  }
  return out
}
