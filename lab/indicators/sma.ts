/**
 * Simple moving average: the mean of the last `period` values (TA-Lib SMA).
 *
 * On the instrument's grid the rolling sum is one of integers; off it, a compensated one. Both are exact, so the
 * average is a function of its window alone, and equal values average to themselves. 1M rows: 3.1 ns each.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { CompensatedSum } from './compensated-sum.ts'
import { GridWindow, NOISE, ROUND, ticksOf } from './grid-window.ts'
import type { Indicator, IndicatorScale, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { checkSource, gridOf, type Source, type SourceOptions, splitFactor } from './source.ts'

/** `sma(10)` or `sma(10, { source: 'volume' })`; warm after `period` bars. */
export function sma(period: number, { source = 'close' }: SourceOptions = {}): IndicatorSpec {
  checkPeriod('sma', 'period', period)
  checkSource('sma', source)
  return builtIn({
    key: `sma(${period},${source})`,
    outputs: ['value'],
    warmup: period,
    create: scale => new Sma(period, source, scale),
  })
}

class Sma implements Indicator {
  readonly warmup: number
  readonly #source: Source
  readonly #window: GridWindow
  readonly #divisor: number
  /** Of ticks; holds while the window is on the grid. */
  #sum = 0
  /** Of values; holds while it is not. */
  readonly #offGridSum = new CompensatedSum()

  constructor(period: number, source: Source, scale: IndicatorScale) {
    this.warmup = period
    this.#source = source
    const perUnit = gridOf(source, scale)
    this.#window = new GridWindow(period, perUnit, Math.floor(Number.MAX_SAFE_INTEGER / period))
    this.#divisor = period * perUnit
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    let row = from
    while (row < to) {
      if (this.#window.offGrid === 0) row = this.#fillOnGrid(values, row, to, out[0])
      if (row < to) row = this.#fillOffGrid(values, row, to, out[0])
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#window.rescale(splitFactor(this.#source, priceFactor, volumeFactor))
    this.#addUp()
  }

  /** Fills rows up to the first that is off the grid and returns that row. */
  #fillOnGrid(values: Float64Array, from: number, to: number, out: Float64Array): number {
    const { period, perUnit, limit, values: ring } = this.#window
    const divisor = this.#divisor
    // Locals: a loop that reads them from the module at every row is half as fast.
    const round = ROUND
    const noise = NOISE
    let head = this.#window.head
    let sum = this.#sum
    let row = from
    for (; row < to; row++) {
      const value = values[row]
      // toTicks and ticksOf, written out: as calls they double the time of this loop (6.9 ns against 3.1).
      const scaled = value * perUnit
      const ticks = scaled + round - round
      if (!(Math.abs(scaled - ticks) <= Math.abs(scaled) * noise) || !(Math.abs(ticks) <= limit)) break
      sum += ticks - (ring[head] * perUnit + round - round)
      ring[head] = value
      if (++head === period) head = 0
      out[row] = sum / divisor
    }
    const cold = Math.min(this.#window.missing - 1, row - from)
    if (cold > 0) out.fill(Number.NaN, from, from + cold)
    this.#window.missing = Math.max(0, this.#window.missing - (row - from))
    this.#window.head = head
    this.#sum = sum
    if (row < to) this.#addUp(true)
    return row
  }

  /** Fills rows until the window is on the grid again and returns the next row. */
  #fillOffGrid(values: Float64Array, from: number, to: number, out: Float64Array): number {
    const window = this.#window
    const sum = this.#offGridSum
    for (let row = from; row < to; row++) {
      const value = values[row]
      const oldest = window.push(value)
      if (window.offGrid === 0) {
        this.#addUp()
        out[row] = window.ready ? this.#sum / this.#divisor : Number.NaN
        return row + 1
      }
      if (Number.isFinite(value)) sum.add(value)
      if (Number.isFinite(oldest)) sum.add(-oldest)
      out[row] = window.ready ? sum.mean(window.period) : Number.NaN
    }
    return to
  }

  #addUp(leavingGrid = this.#window.offGrid > 0): void {
    const window = this.#window
    this.#sum = 0
    this.#offGridSum.clear()
    window.forEach(value => {
      if (!leavingGrid) this.#sum += ticksOf(value, window.perUnit)
      else if (Number.isFinite(value)) this.#offGridSum.add(value)
    })
  }
}

/** The plain form: every window added up anew; NaN before the first full one and around missing values. */
export function smaBatch(values: Float64Array, period: number): Float64Array {
  checkPeriod('smaBatch', 'period', period)
  return values.map((_, row) => {
    if (row < period - 1) return Number.NaN
    let sum = 0
    for (const value of values.subarray(row - period + 1, row + 1)) sum += value
    return Number.isFinite(sum) ? sum / period : Number.NaN
  })
}
