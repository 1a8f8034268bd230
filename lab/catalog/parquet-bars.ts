/** Bars in the store's own Parquet: written a partition at a time, read back whole or in batches. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBInstance, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import type { BarSeries } from '../domain/bar.ts'
import { connectDuckDb, createInstance, sqlParquet } from './duckdb.ts'
import type { BarColumnsBuilder } from './ingest/bar-columns.ts'
import { BAR_SCHEMA } from './manifest.ts'
import { sliceSeries, type Window } from './series.ts'
import type { SessionPrices } from './splits.ts'
import {
  readDoubles,
  readIntegers,
  writeDoubles,
  writeIntegers,
  writeNulls,
  writeSmall,
} from './raw-columns.ts'

const CHUNK_ROWS = 2048
/** Rows that go through one table before it is made anew. */
const TABLE_ROWS = 500_000

/** Writes Parquet files through one connection; close it when done. */
export class ParquetBarsWriter {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #create: (rows: number) => DuckDBDataChunk
  #rowsSince = 0

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    create: (rows: number) => DuckDBDataChunk,
  ) {
    this.#instance = instance
    this.#connection = connection
    this.#create = create
  }

  static async open(): Promise<ParquetBarsWriter> {
    const { BIGINT, DOUBLE, DuckDBDataChunk, INTEGER, SMALLINT } = await import('@duckdb/node-api')
    // An instance of its own, closed with all that it holds.
    const instance = await createInstance()
    const connection = await instance.connect()
    const types = BAR_SCHEMA.map(([, type]) =>
      type === 'DOUBLE' ? DOUBLE : type === 'INTEGER' ? INTEGER : type === 'SMALLINT' ? SMALLINT : BIGINT,
    )
    return new ParquetBarsWriter(instance, connection, rows => DuckDBDataChunk.create(types, rows))
  }

  /** Writes rows [from, to), numbered from `sequence`; a file that could not be finished is removed. */
  async write(
    path: string,
    bars: BarColumnsBuilder,
    from: number,
    to: number,
    sequence: number,
  ): Promise<void> {
    await this.#clearTable()
    this.#rowsSince += to - from
    const appender = await this.#connection.createAppender('incoming')
    const numbers = Int32Array.from({ length: to - from }, (_, i) => sequence + i)
    // One full chunk serves again and again: fresh ones are 160 KB each outside the heap, and pile up unseen.
    const full = to - from >= CHUNK_ROWS ? this.#create(CHUNK_ROWS) : undefined
    for (let at = from; at < to; at += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, to - at)
      const chunk = full !== undefined && rows === CHUNK_ROWS ? full : this.#create(rows)
      fillChunk(chunk, bars, at, numbers, at - from)
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const selected = BAR_SCHEMA.map(([name, type]) =>
      type === 'TIMESTAMPTZ' ? `make_timestamptz(${name}) AS ${name}` : name,
    )
    const target = `'${path.replaceAll("'", "''")}'`
    try {
      await this.#connection.run(
        `COPY (SELECT ${selected.join(', ')} FROM incoming) TO ${target} (FORMAT parquet, COMPRESSION zstd)`,
      )
    } catch (cause) {
      await rm(path, { force: true })
      throw cause
    }
  }

  /** Rows removed from a table are not given back while it lives: small files share one, large ones do not. */
  async #clearTable(): Promise<void> {
    if (this.#rowsSince > 0 && this.#rowsSince < TABLE_ROWS) {
      await this.#connection.run('TRUNCATE incoming')
      return
    }
    const columns = BAR_SCHEMA.map(([name, type]) => `${name} ${type === 'TIMESTAMPTZ' ? 'BIGINT' : type}`)
    await this.#connection.run(`CREATE OR REPLACE TABLE incoming (${columns.join(', ')})`)
    this.#rowsSince = 0
  }

  close(): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}

function fillChunk(
  chunk: DuckDBDataChunk,
  bars: BarColumnsBuilder,
  from: number,
  numbers: Int32Array,
  firstNumber: number,
): void {
  const rows = chunk.rowCount
  writeIntegers(chunk, 0, bars.eventTime, from)
  const known = bars.hasNanos ? roundedUp(bars, from, rows) : bars.eventTime.subarray(from, from + rows)
  writeIntegers(chunk, 1, known, 0)
  if (!bars.hasSessions) writeNulls(chunk, 2)
  else writeIntegers(chunk, 2, bars.sessionClose, from)
  writeDoubles(chunk, 3, bars.open, from)
  writeDoubles(chunk, 4, bars.high, from)
  writeDoubles(chunk, 5, bars.low, from)
  writeDoubles(chunk, 6, bars.close, from)
  writeDoubles(chunk, 7, bars.volume, from, bars.volumeMissing)
  writeSmall(chunk, 8, numbers, firstNumber)
  writeSmall(chunk, 9, bars.nanos, from)
}

/** A time between two µs is known at the later one. */
function roundedUp(bars: BarColumnsBuilder, from: number, rows: number): Float64Array {
  const known = bars.eventTime.slice(from, from + rows)
  for (let i = 0; i < rows; i++) if (bars.nanos[from + i] > 0) known[i]++
  return known
}

function whereClause(window: Window): string {
  const limits: string[] = []
  if (window.from > Number.NEGATIVE_INFINITY) limits.push(`event_time >= make_timestamptz(${window.from})`)
  if (window.to < Number.POSITIVE_INFINITY) limits.push(`event_time <= make_timestamptz(${window.to})`)
  return limits.length === 0 ? '' : ` WHERE ${limits.join(' AND ')}`
}

/** Rows of the files inside a window. */
export async function countBars(
  connection: DuckDBConnection,
  paths: readonly string[],
  window: Window,
): Promise<number> {
  const counted = await connection.runAndReadAll(
    `SELECT count(*) FROM ${sqlParquet(paths)}${whereClause(window)}`,
  )
  return Number(counted.getRows()[0][0])
}

/** First opens and last closes per session, computed by DuckDB for files that are not held. */
export async function readSessionPrices(
  connection: DuckDBConnection,
  paths: readonly string[],
  window: Window,
): Promise<SessionPrices> {
  const result = await connection.run(
    `SELECT epoch_us(session_close), arg_min(open, event_time), arg_max(close, event_time) FROM ${sqlParquet(paths)}` +
      `${whereClause(window)} GROUP BY session_close ORDER BY session_close`,
  )
  const chunks = await result.fetchAllChunks()
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  const prices = {
    sessionClose: new Float64Array(rows),
    open: new Float64Array(rows),
    close: new Float64Array(rows),
  }
  let at = 0
  for (const chunk of chunks) {
    readIntegers(chunk, 0, prices.sessionClose, at)
    readDoubles(chunk, 1, prices.open, at)
    readDoubles(chunk, 2, prices.close, at)
    at += chunk.rowCount
  }
  return prices
}

/** Bars of one instrument, in batches, from files in order of time. Never holds more than a batch. */
export class BarReader {
  readonly #paths: readonly string[]
  readonly #window: Window
  readonly #sessions: boolean
  #connection: DuckDBConnection | undefined
  #result: DuckDBResult | undefined
  #chunk: DuckDBDataChunk | undefined
  #left: BarSeries | undefined
  #ended = false

  /** @param sessions whether the column of session closes is filled */
  constructor(store: string, files: readonly { readonly path: string }[], window: Window, sessions: boolean) {
    this.#paths = files.map(({ path }) => join(store, path))
    this.#window = window
    this.#sessions = sessions
  }

  get paths(): readonly string[] {
    return this.#paths
  }

  /** The next rows, at most so many; undefined at the end. */
  async next(rows: number): Promise<BarSeries | undefined> {
    const batch = this.#left ?? (await this.#fill(rows))
    if (batch === undefined || batch.length <= rows) {
      this.#left = undefined
      return batch
    }
    this.#left = sliceSeries(batch, rows, batch.length)
    return sliceSeries(batch, 0, rows)
  }

  async #fill(rows: number): Promise<BarSeries | undefined> {
    if (this.#ended) return undefined
    if (this.#paths.length === 0) return this.#end()
    const columns = new SeriesColumns(rows, this.#sessions)
    const result = (this.#result ??= await this.#start())
    while (columns.length < rows) {
      const chunk = this.#chunk ?? (await result.fetchChunk())
      this.#chunk = undefined
      if (chunk === null || chunk === undefined || chunk.rowCount === 0) {
        this.#end()
        break
      }
      if (columns.length + chunk.rowCount > rows && columns.length > 0) {
        this.#chunk = chunk
        break
      }
      columns.take(chunk)
    }
    return columns.length === 0 ? undefined : columns.series()
  }

  #end(): undefined {
    this.#ended = true
    this.#connection?.closeSync()
    this.#connection = undefined
    this.#result = undefined
    return undefined
  }

  async #start(): Promise<DuckDBResult> {
    this.#connection = await connectDuckDb()
    const names = ['event_time', 'receive_time', 'open', 'high', 'low', 'close', 'volume']
    if (this.#sessions) names.push('session_close')
    const sql = names.map(name => (/time|session/.test(name) ? `epoch_us(${name})` : name)).join(', ')
    return this.#connection.stream(
      `SELECT ${sql} FROM ${sqlParquet(this.#paths)}${whereClause(this.#window)}`,
    )
  }
}

/** Columns of a batch while they are filled. */
class SeriesColumns {
  length = 0
  readonly #eventTime: Float64Array
  readonly #receiveTime: Float64Array
  readonly #sessionClose: Float64Array | undefined
  readonly #prices: readonly Float64Array[]

  constructor(rows: number, sessions: boolean) {
    // A chunk that is larger than a small batch is handed over whole.
    const capacity = Math.max(rows, CHUNK_ROWS)
    this.#eventTime = new Float64Array(capacity)
    this.#receiveTime = new Float64Array(capacity)
    this.#sessionClose = sessions ? new Float64Array(capacity) : undefined
    this.#prices = Array.from({ length: 5 }, () => new Float64Array(capacity))
  }

  take(chunk: DuckDBDataChunk): void {
    const at = this.length
    readIntegers(chunk, 0, this.#eventTime, at)
    readIntegers(chunk, 1, this.#receiveTime, at)
    for (let i = 0; i < 5; i++) readDoubles(chunk, 2 + i, this.#prices[i], at)
    if (this.#sessionClose !== undefined) readIntegers(chunk, 7, this.#sessionClose, at)
    this.length = at + chunk.rowCount
  }

  series(): BarSeries {
    const rows = this.length
    const [open, high, low, close, volume] = this.#prices.map(column => column.subarray(0, rows))
    const eventTime = this.#eventTime.subarray(0, rows)
    const receiveTime = this.#receiveTime.subarray(0, rows)
    const sessionClose = this.#sessionClose?.subarray(0, rows)
    return { length: rows, eventTime, receiveTime, sessionClose, open, high, low, close, volume }
  }
}
