/**
 * Moving average convergence/divergence (Appel): macd = fast EMA − slow EMA, signal = EMA of macd,
 * histogram = macd − signal. Begun as TA-Lib MACD does: both averages on the bar `slow`, each with the simple mean
 * of the values up to it, and the signal with the simple mean of the first macd values.
 *
 * All three are warm together, when what was begun with weighs less than 1e-12 in the signal.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { GordonError } from '../core/errors.ts'
import { emaBatch } from './ema.ts'
import { finiteRuns } from './finite-runs.ts'
import type { Indicator, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { checkSource, type Source, type SourceOptions, splitFactor } from './source.ts'
import { barsToForgetTwice, checkSeed, type Seed, type SeedOptions, seedKey } from './warm-up.ts'

export type MacdOutput = 'macd' | 'signal' | 'histogram'

interface Periods {
  readonly fast: number
  readonly slow: number
  readonly signal: number
}

/** `macd(12, 26, 9)`: in price units. */
export function macd(
  fast = 12,
  slow = 26,
  signal = 9,
  { source = 'close', seed = 'forgotten' }: SourceOptions & SeedOptions = {},
): IndicatorSpec<MacdOutput> {
  const periods = { fast, slow, signal }
  checkPeriods('macd', periods)
  checkSource('macd', source)
  checkSeed('macd', seed)
  const warmup = macdWarmup(periods, seed)
  return builtIn({
    key: `macd(${fast},${slow},${signal},${source}${seedKey(seed)})`,
    outputs: ['macd', 'signal', 'histogram'],
    warmup,
    create: () => new Macd(periods, source, warmup),
  })
}

function checkPeriods(indicator: string, { fast, slow, signal }: Periods): void {
  checkPeriod(indicator, 'fast', fast)
  checkPeriod(indicator, 'slow', slow)
  checkPeriod(indicator, 'signal', signal)
  if (fast < slow) return
  throw new GordonError(
    'INDICATOR_PARAMETER',
    `${indicator}: fast is ${fast} and slow is ${slow}; fast must be the shorter one.`,
  )
}

function macdWarmup({ slow, signal }: Periods, seed: Seed): number {
  const first = slow + signal - 1
  return seed === 'ta-lib' ? first : first + barsToForgetTwice(2 / (slow + 1), 2 / (signal + 1))
}

class Macd implements Indicator {
  readonly warmup: number
  readonly #periods: Periods
  readonly #source: Source
  /** Values since the series began, or since one was missing. */
  #count = 0
  /** Sums until begun, averages from there on. */
  #fast = 0
  #slow = 0
  #signal = 0

  constructor(periods: Periods, source: Source, warmup: number) {
    this.warmup = warmup
    this.#periods = periods
    this.#source = source
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const [line, signal, histogram] = out
    for (let row = from; row < to; row++) {
      this.#add(values[row])
      const warm = this.#count >= this.warmup
      line[row] = warm ? this.#fast - this.#slow : Number.NaN
      signal[row] = warm ? this.#signal : Number.NaN
      histogram[row] = warm ? this.#fast - this.#slow - this.#signal : Number.NaN
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    const factor = splitFactor(this.#source, priceFactor, volumeFactor)
    this.#fast *= factor
    this.#slow *= factor
    this.#signal *= factor
  }

  #add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#count = this.#fast = this.#slow = this.#signal = 0
      return
    }
    const { fast, slow, signal } = this.#periods
    const count = ++this.#count
    if (count > slow) {
      this.#fast += (value - this.#fast) * (2 / (fast + 1))
      this.#slow += (value - this.#slow) * (2 / (slow + 1))
    } else {
      if (count > slow - fast) this.#fast += value
      this.#slow += value
      if (count < slow) return
      this.#fast /= fast
      this.#slow /= slow
    }
    const line = this.#fast - this.#slow
    const lines = count - slow + 1
    if (lines > signal) this.#signal += (line - this.#signal) * (2 / (signal + 1))
    else this.#signal += line
    if (lines === signal) this.#signal /= signal
  }
}

/** The plain form, from the averages as columns. NaN before the warm-up that `seed` asks for. */
export function macdBatch(
  values: Float64Array,
  fast = 12,
  slow = 26,
  signal = 9,
  { seed = 'forgotten' }: SeedOptions = {},
): Record<MacdOutput, Float64Array> {
  checkPeriods('macdBatch', { fast, slow, signal })
  checkSeed('macdBatch', seed)
  const warmup = macdWarmup({ fast, slow, signal }, seed)
  const column = () => new Float64Array(values.length).fill(Number.NaN)
  const out = { macd: column(), signal: column(), histogram: column() }
  for (const [from, to] of finiteRuns(values)) {
    const run = values.subarray(from, to)
    const begun = { seed: 'ta-lib' } as const
    // The fast average begins late, so that both have their first value on the same bar.
    const fastLine = emaBatch(run.subarray(slow - fast), fast, begun).subarray(fast - 1)
    const slowLine = emaBatch(run, slow, begun).subarray(slow - 1)
    const line = fastLine.map((value, row) => value - slowLine[row])
    const signalLine = emaBatch(line, signal, begun)
    for (let row = warmup - 1; row < run.length; row++) {
      out.macd[from + row] = line[row - slow + 1]
      out.signal[from + row] = signalLine[row - slow + 1]
      out.histogram[from + row] = line[row - slow + 1] - signalLine[row - slow + 1]
    }
  }
  return out
}
