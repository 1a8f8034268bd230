/**
 * Relative strength index (Wilder, New Concepts in Technical Trading Systems, 1978): 100 · gain / (gain + loss),
 * with gain and loss the averages of rises and falls, smoothed by 1/period and begun with the simple mean of
 * the first `period` changes (TA-Lib RSI).
 *
 * A price that has never moved has no strength: NaN where TA-Lib says 0, which would read as oversold. So it is
 * after so many unchanged bars that every earlier move weighs less than 1e-12.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { finiteRuns } from './finite-runs.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { checkSource, type Source, type SourceOptions, splitFactor } from './source.ts'
import { barsToForget, checkSeed, type Seed, type SeedOptions, seedKey } from './warm-up.ts'

/** `rsi(14)`: 0..100, warm after 388 bars; with `{ seed: 'ta-lib' }` after 15. */
export function rsi(
  period: number,
  { source = 'close', seed = 'forgotten' }: SourceOptions & SeedOptions = {},
): IndicatorSpec {
  checkPeriod('rsi', 'period', period, 2)
  checkSource('rsi', source)
  checkSeed('rsi', seed)
  const warmup = rsiWarmup(period, seed)
  return builtIn({
    key: `rsi(${period},${source}${seedKey(seed)})`,
    outputs: ['value'],
    warmup,
    create: () => new Rsi(period, source, warmup),
  })
}

function rsiWarmup(period: number, seed: Seed): number {
  return period + 1 + (seed === 'ta-lib' ? 0 : barsToForget(1 / period))
}

class Rsi implements Indicator {
  readonly warmup: number
  readonly #period: number
  readonly #source: Source
  readonly #memory: number
  /** Values since the series began, or since one was missing. */
  #count = 0
  /** Unchanged bars since the last move. */
  #still = 0
  #previous = 0
  /** Sums up to `period` changes, averages from there on. */
  #gain = 0
  #loss = 0

  constructor(period: number, source: Source, warmup: number) {
    this.warmup = warmup
    this.#period = period
    this.#source = source
    this.#memory = barsToForget(1 / period)
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const column = out[0]
    for (let row = from; row < to; row++) {
      this.#add(values[row])
      const total = this.#gain + this.#loss
      column[row] = this.#count >= this.warmup && total > 0 ? 100 * (this.#gain / total) : Number.NaN
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    const factor = splitFactor(this.#source, priceFactor, volumeFactor)
    this.#previous *= factor
    this.#gain *= factor
    this.#loss *= factor
  }

  #add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#count = this.#still = this.#gain = this.#loss = 0
      return
    }
    const period = this.#period
    const count = ++this.#count
    const change = count === 1 ? 0 : value - this.#previous
    this.#previous = value
    // The first `period` changes are added up, the last of them makes the sum a mean, the rest are smoothed in.
    const kept = count > period + 1 ? period - 1 : 1
    const divisor = count > period ? period : 1
    this.#gain = (this.#gain * kept + (change > 0 ? change : 0)) / divisor
    this.#loss = (this.#loss * kept + (change < 0 ? -change : 0)) / divisor
    if (change !== 0) this.#still = 0
    else if (++this.#still >= this.#memory) this.#gain = this.#loss = 0
  }
}

/** The plain form. NaN before the warm-up that `seed` asks for, after a missing value, and where nothing moved. */
export function rsiBatch(
  values: Float64Array,
  period: number,
  { seed = 'forgotten' }: SeedOptions = {},
): Float64Array {
  checkPeriod('rsiBatch', 'period', period, 2)
  checkSeed('rsiBatch', seed)
  const out = new Float64Array(values.length).fill(Number.NaN)
  const warmup = rsiWarmup(period, seed)
  const memory = barsToForget(1 / period)
  for (const [from, to] of finiteRuns(values)) {
    let gain = 0
    let loss = 0
    let lastMove = from
    for (let row = from + 1; row < to; row++) {
      const change = values[row] - values[row - 1]
      const bars = row - from
      const kept = bars <= period ? (bars - 1) / bars : (period - 1) / period
      gain = gain * kept + Math.max(change, 0) * (1 - kept)
      loss = loss * kept + Math.max(-change, 0) * (1 - kept)
      if (change !== 0) lastMove = row
      const moved = lastMove > from && row - lastMove < memory
      if (!moved) gain = loss = 0
      if (bars + 1 >= warmup && moved) out[row] = 100 - 100 / (1 + gain / loss)
    }
  }
  return out
}
