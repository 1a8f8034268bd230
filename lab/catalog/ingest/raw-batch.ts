/** Rows as a file gives them: numbers in columns, times not yet resolved, NULL told apart from NaN. */

/** The file holds nothing there: SQL NULL, an empty CSV field. The value is NaN. */
export const MISSING = 1
/** The file holds a text that is no number; the value is NaN. */
export const UNREADABLE = 2

export interface RawColumn {
  /** Name in the file, for messages. */
  readonly name: string
  readonly values: Float64Array
  /** 0, MISSING or UNREADABLE per row; undefined when all rows are 0. A NaN with flag 0 is a NaN of the file. */
  readonly flags?: Uint8Array
  /** The text of an UNREADABLE row. */
  readonly text?: (row: number) => string
}

export type RawTimes =
  /** Texts, to be parsed. */
  | { readonly kind: 'text'; readonly name: string; readonly text: readonly (string | undefined)[] }
  /** Numbers already in µs: UTC instants, wall times written as if UTC, or midnights that stand for dates. */
  | {
      readonly kind: 'instant' | 'wall' | 'date'
      readonly name: string
      readonly micros: Float64Array
      /** Nanoseconds beyond the µs, 0–999. */
      readonly nanos?: Uint16Array
      readonly missing?: Uint8Array
    }

export interface RawBatch {
  readonly rows: number
  /** Number of a row in its file, for messages: a line of a text, a row of a table. */
  readonly rowNumber: (row: number) => number
  readonly time: RawTimes
  readonly open: RawColumn
  readonly high: RawColumn
  readonly low: RawColumn
  readonly close: RawColumn
  readonly volume?: RawColumn
  readonly adjustedClose?: RawColumn
  readonly symbol?: readonly (string | undefined)[]
  /** Rows that are no rows, e.g. with too few fields: what is wrong, by row. */
  readonly broken?: ReadonlyMap<number, string>
}

/** An opened file of bars. */
export interface RawTable {
  /** As in messages. */
  readonly file: string
  readonly rowWord: 'line' | 'row'
  readonly columns: readonly string[]
  readonly notes: readonly string[]
  /** Rows in all, where the file says so. */
  readonly rows?: number
  /** A batch and its arrays are valid until the next is asked for. */
  batches(): AsyncIterable<RawBatch>
}
