/**
 * A source of data, behind one small interface: CSV, Parquet, a folder of LEAN's, a recording of a feed are one file
 * each beside this one, and `sources/index.ts` lists them. An adapter turns bytes into rows in columns and tells of
 * what it could not use; it knows nothing of the store. Times leave it as µs UTC, prices and sizes as doubles in
 * units. Rows of one stream (kind, instrument, name) leave it in order of receiveTime.
 */
import type { Adjustment } from '../../domain/bar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { IssueLog } from '../ingest/issues.ts'
import type { ReadingOptions } from '../ingest/reading.ts'
import type { DataKind, KindRows, PriceType, TableKind } from '../schema.ts'

export interface SourceAdapter {
  /** As in `--format`: `trades-csv`. */
  readonly name: string
  readonly kinds: readonly DataKind[]
  /** One line for people: what it reads. */
  readonly about: string
  /** Its data say where their instruments trade; else the caller must. */
  readonly knowsVenue?: true
  /** It reads a folder as a whole; else a folder is its files, one after another in order of their names. */
  readonly readsFolders?: true
  /** Which files of a folder are its own; all of them unless said. */
  takes?(file: string): boolean
  /** Those files in words: `.csv or .parquet`. */
  readonly endings?: string
  /** How surely this is a source of its kind; looks at what it is given and reads no more. */
  guess(place: SourcePlace): Guess
  /**
   * The rows in batches of any size. A batch and its arrays are the adapter's again when the next one is asked for.
   * Rows that cannot be used go to `reading.issues`, each once, and are left out; whether that refuses the file is
   * the caller's business.
   * @throws GordonError where the source as a whole cannot be read
   */
  read(reading: SourceReading): AsyncIterable<SourceBatch>
}

/** A file or a folder before anybody has read it. */
export interface SourcePlace {
  readonly path: string
  /** Its name, without the folder. */
  readonly name: string
  readonly isFolder: boolean
  /** Of a folder: paths of its files relative to it, with `/`, sorted. */
  readonly files: readonly string[]
  /** Links in it that lead to folders, and are not followed. */
  readonly linked: readonly string[]
  /** Of a file: its first 64 KiB, unpacked where it is gzip; of a folder: of its first file. */
  readonly head: Buffer
  /** Names of the columns of a table; of a folder: of its first table. None where it is none, or has no header. */
  readonly columns: readonly string[]
}

/** 0 when it is none; 1 when a magic number or an exact header says so. Ties go to the adapter listed first. */
export interface Guess {
  readonly confidence: number
  /** What gave it away, for people: `columns time, price, size`. */
  readonly because: string
}

export interface SourceReading {
  readonly path: string
  /** What the caller said: columns, venue, symbol, time zone, tick, lot and so forth. */
  readonly options: ReadingOptions
  readonly issues: IssueLog
  /** Tells how the source was understood: `times in column ts are read as epoch milliseconds`. */
  note(text: string): void
}

/** Whose rows these are. What an adapter does not know of the instrument is measured or taken from the options. */
export type SourceInstrument = Pick<Instrument, 'venue' | 'symbol'> & Partial<Instrument>

/** Rows of one stream. */
export type SourceBatch = {
  [Kind in DataKind]: {
    readonly kind: Kind
    readonly rows: KindRows[Kind]
    /** Number of a row in the source, for messages: its line, row or message; absent: its place in the stream. */
    readonly rowNumber?: (row: number) => number
  } & (Kind extends TableKind ? object : { readonly instrument: SourceInstrument }) &
    (Kind extends 'custom' ? { readonly name: string } : object) &
    (Kind extends 'bars'
      ? { readonly interval: string; readonly price?: PriceType; readonly adjustment?: Adjustment }
      : object)
}[DataKind]
