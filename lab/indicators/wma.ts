/**
 * Weighted moving average: weights 1, 2 … period from the oldest to the newest value, over their sum
 * period (period + 1) / 2 (TA-Lib WMA).
 *
 * On the grid each bar adds period × newest and takes the sum of the window before it away, in integers. Off the
 * grid the window is added up anew, oldest first. Either way the average depends on its window alone.
 */
import { builtIn } from './built-in.ts'
import type { BarColumns } from '../domain/bar.ts'
import { GridWindow, ticksOf, toTicks } from './grid-window.ts'
import type { Indicator, IndicatorScale, IndicatorSpec } from './indicator.ts'
import { checkPeriod } from './parameters.ts'
import { checkSource, gridOf, type Source, type SourceOptions, splitFactor } from './source.ts'

export function wma(period: number, { source = 'close' }: SourceOptions = {}): IndicatorSpec {
  checkPeriod('wma', 'period', period)
  checkSource('wma', source)
  return builtIn({
    key: `wma(${period},${source})`,
    outputs: ['value'],
    warmup: period,
    create: scale => new Wma(period, source, scale),
  })
}

class Wma implements Indicator {
  readonly warmup: number
  readonly #source: Source
  readonly #window: GridWindow
  readonly #weights: number
  /** Of ticks, and of ticks times weight; hold while the window is on the grid. */
  #sum = 0
  #weighted = 0

  constructor(period: number, source: Source, scale: IndicatorScale) {
    this.warmup = period
    this.#source = source
    this.#weights = (period * (period + 1)) / 2
    const limit = Math.floor(Number.MAX_SAFE_INTEGER / (this.#weights + period))
    this.#window = new GridWindow(period, gridOf(source, scale), limit)
  }

  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void {
    const values = columns[this.#source]
    const column = out[0]
    const window = this.#window
    const { period, perUnit, limit } = window
    const divisor = this.#weights * perUnit
    for (let row = from; row < to; row++) {
      const value = values[row]
      const ticks = toTicks(value, perUnit)
      const wasOffGrid = window.offGrid > 0
      const oldest = window.push(value)
      if (!wasOffGrid && Math.abs(ticks) <= limit) {
        this.#weighted += period * ticks - this.#sum
        this.#sum += ticks - ticksOf(oldest, perUnit)
      } else if (window.offGrid === 0) this.#addUp()
      if (!window.ready) column[row] = Number.NaN
      else column[row] = window.offGrid === 0 ? this.#weighted / divisor : this.#anew()
    }
  }

  rescale(priceFactor: number, volumeFactor: number): void {
    this.#window.rescale(splitFactor(this.#source, priceFactor, volumeFactor))
    if (this.#window.offGrid === 0) this.#addUp()
  }

  #addUp(): void {
    this.#sum = 0
    this.#weighted = 0
    this.#window.forEach((value, place) => {
      const ticks = ticksOf(value, this.#window.perUnit)
      this.#sum += ticks
      this.#weighted += ticks * (place + 1)
    })
  }

  /** From the oldest value's distance to the others, so that equal values average to themselves. */
  #anew(): number {
    const { period, head, values } = this.#window
    const base = values[head]
    let weighted = 0
    for (let place = head, weight = 1; weight <= period; weight++) {
      weighted += (values[place] - base) * weight
      if (++place === period) place = 0
    }
    return base + weighted / this.#weights
  }
}

/** The plain form: every window weighted anew; NaN before the first full one and around missing values. */
export function wmaBatch(values: Float64Array, period: number): Float64Array {
  checkPeriod('wmaBatch', 'period', period)
  return values.map((_, row) => {
    let weighted = 0
    let weights = 0
    for (let age = 0; age < period; age++) {
      weighted += (period - age) * (values[row - age] ?? Number.NaN)
      weights += period - age
    }
    return Number.isFinite(weighted) ? weighted / weights : Number.NaN
  })
}
