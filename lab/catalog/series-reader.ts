/**
 * Rows of one stream out of the store's Parquet, in order and in batches; never more than a batch is held, nor of a
 * remote store many more bytes than a few files have. Files of an older schema are read with NaN in the columns that
 * they lack.
 */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import type { BarSeries } from '../domain/bar.ts'
import type { TickKind, TickSeries } from '../domain/ports/store.ts'
import { connectDuckDb, sqlParquet, withDuckDb } from './duckdb.ts'
import type { ManifestFile } from './manifest.ts'
import { readDoubles, readIntegers, readSmall } from './raw-columns.ts'
import { type Column, type DataKind, SCHEMAS } from './schema.ts'
import type { Window } from './series.ts'
import { type BroughtFiles, type Storage, type StorePlace, storageOf } from './storage/storage.ts'

/** Kinds whose rows are series. */
export interface SeriesKinds extends TickSeries {
  readonly bars: BarSeries
}
export type SeriesKind = 'bars' | TickKind

const CHUNK_ROWS = 2048
/** What a run has no use for: the order of rows is that of the file. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['sequence', 'event_ns', 'receive_ns', 'venue_sequence'])
/** Columns that a series may be without; all others are there, NaN throughout where a file lacks them. */
const MAY_BE_ABSENT: ReadonlySet<string> = new Set(['session_close', 'order_id'])

/** The columns of a stream's series: without those that no file holds anything in. */
export function seriesColumns(kind: SeriesKind, files: readonly ManifestFile[]): readonly Column[] {
  return SCHEMAS[kind].columns.filter(
    ({ name }) =>
      !BOOKKEEPING.has(name) &&
      !(MAY_BE_ABSENT.has(name) && files.every(({ empty }) => empty?.includes(name) === true)),
  )
}

/**
 * The rows of one stream of a dataset as they lie there, for whoever looks at them.
 * @param options.bookkeeping with sequence, nanoseconds and the venue's own numbers, by their fields in schema.ts
 */
export function readStream<Kind extends SeriesKind>(
  store: { readonly folder: string; readonly storage?: Storage },
  manifest: { readonly kind: DataKind },
  stream: { readonly files: readonly ManifestFile[]; readonly name?: string },
  options: { readonly bookkeeping?: boolean; readonly window?: Window } = {},
): SeriesReader<Kind> {
  const kind = manifest.kind as Kind
  const { files, name } = stream
  const columns = options.bookkeeping === true ? SCHEMAS[kind].columns : seriesColumns(kind, files)
  const { window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY } } = options
  return new SeriesReader({ store: store.storage ?? store.folder, kind, files, columns, window, name })
}

/** Time by which rows are in order, and chosen. */
export function orderColumn(kind: SeriesKind): 'event_time' | 'receive_time' {
  return kind === 'bars' ? 'event_time' : 'receive_time'
}

/** ` WHERE …`, or nothing where the window has no limits. */
export function whereClause(kind: SeriesKind, window: Window): string {
  const time = orderColumn(kind)
  const limits: string[] = []
  if (window.from > Number.NEGATIVE_INFINITY) limits.push(`${time} >= make_timestamptz(${window.from})`)
  if (window.to < Number.POSITIVE_INFINITY) limits.push(`${time} <= make_timestamptz(${window.to})`)
  const { knownAt = Number.POSITIVE_INFINITY } = window
  if (knownAt < Number.POSITIVE_INFINITY)
    limits.push(`receive_time <= make_timestamptz(${Math.floor(knownAt)})`)
  return limits.length === 0 ? '' : ` WHERE ${limits.join(' AND ')}`
}

/** Rows of the files inside a window. @param where from whereClause */
export async function countRows(
  storage: Storage,
  files: readonly ManifestFile[],
  where: string,
): Promise<number> {
  let rows = 0
  for (const group of groupsOf(files)) {
    const brought = await storage.bring(group)
    try {
      const sql = `SELECT count(*) FROM ${sqlParquet(brought.paths)}${where}`
      const counted = await withDuckDb(connection => connection.runAndReadAll(sql))
      rows += Number(counted.getRows()[0][0])
    } finally {
      brought.release()
    }
  }
  return rows
}

/** Bytes of files that are brought at once. */
const GROUP_BYTES = 64e6

/** As many at a time as are not many bytes: they are brought, or held to their hashes, before the first row comes. */
function groupsOf(files: readonly ManifestFile[]): (readonly ManifestFile[])[] {
  const groups: ManifestFile[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    if (bytes + file.bytes > GROUP_BYTES) {
      groups.push([])
      bytes = 0
    }
    groups[groups.length - 1].push(file)
    bytes += file.bytes
  }
  return groups
}

export interface SeriesReaderTerms<Kind extends SeriesKind> {
  readonly store: StorePlace
  readonly kind: Kind
  readonly files: readonly ManifestFile[]
  readonly columns: readonly Column[]
  readonly window: Window
  /** Of a custom series. */
  readonly name?: string
}

export class SeriesReader<Kind extends SeriesKind> {
  readonly #terms: SeriesReaderTerms<Kind>
  readonly #storage: Storage
  readonly #groups: readonly (readonly ManifestFile[])[]
  /** Place of the group that is read next. */
  #at = 0
  /** Newest schema of the group that is read. */
  #newest = 0
  #brought: BroughtFiles | undefined
  #connection: DuckDBConnection | undefined
  #result: DuckDBResult | undefined
  #chunk: DuckDBDataChunk | undefined
  #left: SeriesKinds[Kind] | undefined

  constructor(terms: SeriesReaderTerms<Kind>) {
    this.#terms = terms
    this.#storage = storageOf(terms.store)
    this.#groups = groupsOf(terms.files)
  }

  /** The next rows, at most so many; undefined at the end. The columns belong to the caller. */
  async next(rows: number): Promise<SeriesKinds[Kind] | undefined> {
    const batch = this.#left ?? (await this.#fill(rows))
    if (batch === undefined || batch.length <= rows) {
      this.#left = undefined
      return batch
    }
    this.#left = sliceRows(batch, rows, batch.length)
    return sliceRows(batch, 0, rows)
  }

  async #fill(rows: number): Promise<SeriesKinds[Kind] | undefined> {
    for (;;) {
      if (this.#result === undefined) {
        if (this.#at === this.#groups.length) return undefined
        this.#result = await this.#start(this.#groups[this.#at++])
      }
      const batch = await this.#fillFrom(this.#result, rows)
      if (batch !== undefined) return batch
    }
  }

  /** Undefined when the group has no more rows; a batch ends with it. */
  async #fillFrom(result: DuckDBResult, rows: number): Promise<SeriesKinds[Kind] | undefined> {
    const { columns, name } = this.#terms
    // A chunk that is larger than a small batch is handed over whole.
    const capacity = Math.max(rows, CHUNK_ROWS)
    const newest = this.#newest
    const filled = columns.map(() => new Float64Array(capacity))
    // What none of the files has heard of is not asked for.
    const asked = columns.flatMap((column, i) => (column.since <= newest ? { column, into: filled[i] } : []))
    for (const [i, { since }] of columns.entries()) if (since > newest) filled[i].fill(Number.NaN)
    let length = 0
    while (length < rows) {
      const chunk = this.#chunk ?? (await result.fetchChunk())
      this.#chunk = undefined
      if (chunk === null || chunk === undefined || chunk.rowCount === 0) {
        this.#end()
        break
      }
      if (length + chunk.rowCount > rows && length > 0) {
        this.#chunk = chunk
        break
      }
      for (let i = 0; i < asked.length; i++) readColumn(asked[i].column, chunk, i, asked[i].into, length)
      length += chunk.rowCount
    }
    if (length === 0) return undefined
    return seriesOf<Kind>(
      columns,
      filled.map(column => column.subarray(0, length)),
      length,
      name,
    )
  }

  #end(): void {
    this.#connection?.closeSync()
    this.#connection = undefined
    this.#result = undefined
    this.#brought?.release()
    this.#brought = undefined
  }

  async #start(files: readonly ManifestFile[]): Promise<DuckDBResult> {
    const { kind, columns, window } = this.#terms
    this.#brought = await this.#storage.bring(files)
    this.#connection = await connectDuckDb()
    // Of a hundred streams that are merged each waits with what it has decoded: a megabyte, unless told.
    await this.#connection.run("SET streaming_buffer_size = '64KB'")
    const newest = (this.#newest = newestOf(files))
    // Times as they lie there, µs in 64 bits: epoch_us() of them costs a quarter of all the reading.
    const sql = columns.filter(({ since }) => since <= newest).map(({ name }) => name)
    const mixed = files.some(({ schema }) => schema !== newest)
    const from = sqlParquet(this.#brought.paths, mixed ? ', union_by_name = true' : '')
    return this.#connection.stream(`SELECT ${sql.join(', ')} FROM ${from}${whereClause(kind, window)}`)
  }
}

function newestOf(files: readonly ManifestFile[]): number {
  return Math.max(...files.map(({ schema }) => schema))
}

function readColumn(
  { type }: Column,
  chunk: DuckDBDataChunk,
  place: number,
  out: Float64Array,
  at: number,
): void {
  if (type === 'double') readDoubles(chunk, place, out, at)
  else if (type === 'small' || type === 'count') readSmall(chunk, place, out, at)
  else readIntegers(chunk, place, out, at)
}

/** Columns as a series of the domain. */
export function seriesOf<Kind extends SeriesKind>(
  columns: readonly Column[],
  filled: readonly Float64Array[],
  length: number,
  name: string | undefined,
): SeriesKinds[Kind] {
  const series: Record<string, unknown> = { length }
  if (name !== undefined) series.name = name
  for (let i = 0; i < columns.length; i++) series[columns[i].field] = filled[i]
  return series as unknown as SeriesKinds[Kind]
}

/** Rows [from, to) as views on the same memory. */
export function sliceRows<Series extends SeriesKinds[SeriesKind]>(
  series: Series,
  from: number,
  to: number,
): Series {
  if (from === 0 && to === series.length) return series
  const cut: Record<string, unknown> = { ...series, length: to - from }
  for (const [name, column] of Object.entries(series))
    if (column instanceof Float64Array) cut[name] = column.subarray(from, to)
  return cut as unknown as Series
}
