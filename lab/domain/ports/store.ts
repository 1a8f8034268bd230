/**
 * What a run reads bars from: a store's datasets or a plain file, behind one shape. Rows are in order of time and
 * already checked; times are resolved to µs UTC, so nothing downstream asks a time zone anything.
 */
import type { BarSeries } from '../bar.ts'
import type { Calendar } from '../calendar/calendar.ts'
import type { BookSeries, CustomSeries, FundingSeries, QuoteSeries, TradeSeries } from '../market-events.ts'
import type { Instrument } from '../instrument.ts'
import type { RunDataset } from '../run-result.ts'

export interface BarSource {
  readonly datasets: readonly RunDataset[]
  /** In canonical order (compareInstruments), each once. */
  readonly instruments: readonly Instrument[]
  /** Bar interval per instrument, same order: `1d`, `1m`. */
  readonly intervals: readonly string[]
  /** One per instrument, same order. */
  readonly streams: readonly BarStream[]
  /** What a reader should know of how the input was understood, e.g. the detected unit of its times. */
  readonly notes: readonly string[]
  /** Calendars as they are written in the snapshot, which go before the project's own. */
  readonly calendars?: readonly Calendar[]
}

export interface BarStream {
  /** Bars in all, known before the first is read. */
  readonly rows: number
  /**
   * The whole series, in SharedArrayBuffers, when the source fits `memoryRows` (4 million rows in total unless
   * said otherwise); else undefined, and `next` is the only way.
   */
  readonly series?: BarSeries
  /**
   * Bars that were published again with other values, in the order in which that became known (receiveTime): the
   * rows of the stream are what was published first.
   */
  readonly corrections?: BarSeries
  /**
   * The next up to `rows` rows, in order; undefined at the end. Holds one batch at most and hands it over: the
   * columns belong to the caller.
   */
  next(rows: number): Promise<BarSeries | undefined>
}

export interface TickSeries {
  readonly quotes: QuoteSeries
  readonly trades: TradeSeries
  readonly book: BookSeries
  readonly funding: FundingSeries
  readonly custom: CustomSeries
}
export type TickKind = keyof TickSeries

/** Events that are no bars: what a run reads beside, or instead of, a BarSource. */
export interface TickSource {
  readonly datasets: readonly RunDataset[]
  /** In any order, each once; `streams` point into it. */
  readonly instruments: readonly Instrument[]
  readonly streams: readonly TickStream[]
  readonly notes: readonly string[]
  /** As a BarSource's. */
  readonly calendars?: readonly Calendar[]
}

export interface TickStream<Kind extends TickKind = TickKind> {
  readonly kind: Kind
  /** Place of its instrument in the source's list. */
  readonly instrument: number
  /** Of a custom series: `news`. */
  readonly name?: string
  /** Events in all, known before the first is read. */
  readonly rows: number
  readonly series?: TickSeries[Kind]
  /** The next up to `rows` events, in order of receiveTime; undefined at the end. */
  next(rows: number): Promise<TickSeries[Kind] | undefined>
}
