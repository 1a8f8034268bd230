/**
 * What an indicator is: an incremental calculation over bars, called row by row (live) or window by window
 * (backtest) with bit-equal results. Rows before it is warm are NaN: never a half-warm number.
 */
import type { BarColumns } from '../domain/bar.ts'

/** The grid of an instrument: prices are ticks / ticksPerUnit, so that rolling sums can be sums of integers. */
export interface IndicatorScale {
  readonly ticksPerUnit: number
  readonly lotsPerUnit: number
}

export interface Indicator {
  /** Bars needed so that the first output row is valid: row `warmup - 1` of a fresh series. */
  readonly warmup: number
  /**
   * Reads rows [from, to) of `columns` in order and writes the same rows of each `out` column (NaN until warm).
   * State is kept for the next call, so any chunking of the rows gives equal results; rows before `from` are
   * not read.
   */
  fill(columns: BarColumns, from: number, to: number, out: readonly Float64Array[]): void
  /** A split: all past prices times priceFactor, all past volumes times volumeFactor. */
  rescale(priceFactor: number, volumeFactor: number): void
}

/** What an author writes, e.g. `sma(10)`. Equal keys are equal indicators, so sweeps share them. */
export interface IndicatorSpec<Output extends string = 'value'> {
  /** All that decides the numbers: `sma(10,close)`. */
  readonly key: string
  /** Names of the output columns, in the order of `out`. */
  readonly outputs: readonly Output[]
  readonly warmup: number
  create(scale: IndicatorScale): Indicator
}
