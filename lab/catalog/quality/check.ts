/**
 * What a check of rows is. Each is one idea and one file: it is given the rows of one stream in batches, in their
 * order, keeps what it needs between them (never the rows), and says at the end what it found. `checksOf`
 * (checks.ts) lists which look at which kind of data.
 */
import type { Micros } from '../../core/time.ts'
import type { Adjustment } from '../../domain/bar.ts'
import type { Calendar } from '../../domain/calendar/calendar.ts'
import { type Instrument, instrumentId } from '../../domain/instrument.ts'
import type { SeriesKind } from '../series-reader.ts'
import type { Split, ToldSplit, SessionPrices } from '../splits.ts'
import type { Finding } from './findings.ts'

/** Rows of any kind: the columns of its schema by their names in a series. */
export interface CheckedRows {
  readonly length: number
  readonly eventTime: Float64Array
  readonly receiveTime: Float64Array
  /** The venue's own number of a row, NaN where it has none; absent where nothing has. */
  readonly venueSequence?: Float64Array
}

/** A column by name; undefined where the rows have none. */
export function columnOf(rows: CheckedRows, name: string): Float64Array | undefined {
  return (rows as unknown as Readonly<Record<string, Float64Array | undefined>>)[name]
}

export interface Check<Rows extends CheckedRows = CheckedRows> {
  /** The next rows of the stream; the arrays are the caller's again afterwards. */
  add(rows: Rows): void
  /** Once, after the last rows. */
  end(): readonly Finding[] | Promise<readonly Finding[]>
}

/** Whose rows are looked at, and what is known of them. */
export interface CheckedStream {
  readonly kind: SeriesKind
  readonly instrument: Instrument
  readonly calendar: Calendar
  /** Of a custom series. */
  readonly name?: string
  /** Of bars: how long one is. */
  readonly interval?: Micros
  readonly adjustment?: Adjustment
  /** Splits that are told beside the prices. */
  readonly splits?: readonly ToldSplit[]
  /** Adjusted prices of the same sessions, where there are some: they tell a split from a crash. */
  readonly adjusted?: () => Promise<SessionPrices | undefined>
}

export type { Split }

/** `XNAS:AAPL`, or `XNAS:AAPL news` of a custom series. */
export function streamName({ instrument, name }: CheckedStream): string {
  return name === undefined ? instrumentId(instrument) : `${instrumentId(instrument)} ${name}`
}
