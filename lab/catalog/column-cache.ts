/**
 * Columns of one stream as an Arrow IPC file, so that a run starts at the speed of the disk and imports neither
 * DuckDB (0.1 s) nor apache-arrow (0.09 s). The file is plain Arrow and any tool reads it; beside it stands where in
 * it each column's numbers begin, found once by apache-arrow itself, so that reading is one read into shared
 * memory and a view per column. The key is the hash of the Parquet files' hashes, the bytes are held to their own
 * hash on every read, and the whole folder may be deleted.
 */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesDigest, textDigest } from '../core/digest.ts'
import { writeLosable } from './durable.ts'
import { readJson } from './layout.ts'

const CACHE_FORMAT = 3

/** Columns of a series by name; `receiveTime` is `eventTime` itself where the two are equal. */
export type SeriesColumns = Readonly<Record<string, Float64Array>>

interface Places {
  readonly format: number
  readonly rows: number
  readonly bytes: number
  /** Of the Arrow file: a cache that was damaged is made again, not believed. */
  readonly sha256: string
  /** Byte at which a column's doubles begin. */
  readonly columns: Readonly<Record<string, number>>
}

/** The key of a stream's columns, from the hashes of its Parquet files in order. */
export function cacheKey(fileHashes: readonly string[]): string {
  return textDigest(`${CACHE_FORMAT}\n${fileHashes.join('\n')}`).slice(0, 32)
}

/** The cached columns in shared memory, or undefined where there are none. */
export async function readCache(store: string, key: string): Promise<SeriesColumns | undefined> {
  const base = join(store, 'cache', key)
  let places: Places
  try {
    places = readJson<Places>(await readFile(`${base}.json`, 'utf8'), `${base}.json`)
    const handle = await open(`${base}.arrow`, 'r')
    try {
      const { size } = await handle.stat()
      if (places.format !== CACHE_FORMAT || size !== places.bytes) return undefined
      const shared = new SharedArrayBuffer(size)
      const { bytesRead } = await handle.read(new Uint8Array(shared), 0, size, 0)
      if (bytesRead !== size || bytesDigest(new Uint8Array(shared)) !== places.sha256) return undefined
      return viewColumns(shared, places)
    } finally {
      await handle.close()
    }
  } catch {
    // A cache that cannot be read is no error: it is made again.
    return undefined
  }
}

function viewColumns(shared: SharedArrayBuffer, places: Places): SeriesColumns {
  const columns: Record<string, Float64Array> = {}
  for (const [name, at] of Object.entries(places.columns))
    columns[name] = new Float64Array(shared, at, places.rows)
  columns.receiveTime ??= columns.eventTime
  return columns
}

/** Leaves the columns for the next run; a store that cannot be written to simply has no cache. */
export async function writeCache(store: string, key: string, series: SeriesColumns): Promise<void> {
  const { Float64, Field, makeData, RecordBatch, Schema, Struct, Table, tableFromIPC, tableToIPC } =
    await import('apache-arrow')
  const present = Object.keys(series).filter(
    name => !(name === 'receiveTime' && series.receiveTime === series.eventTime),
  )
  const { length } = series.eventTime
  const fields = present.map(name => Field.new(name, new Float64(), false))
  const children = present.map(name =>
    makeData({ type: new Float64(), length, nullCount: 0, data: series[name] }),
  )
  const schema = new Schema(fields)
  const struct = makeData({ type: new Struct(fields), length, nullCount: 0, children })
  const bytes = tableToIPC(new Table(schema, [new RecordBatch(schema, struct)]), 'file')
  const [batch] = tableFromIPC(bytes).batches
  const columns = Object.fromEntries(
    present.map((name, i) => {
      const { values } = batch.data.children[i] as unknown as { values: Float64Array }
      return [name, values.byteOffset - bytes.byteOffset]
    }),
  )
  const places: Places = {
    format: CACHE_FORMAT,
    rows: length,
    bytes: bytes.byteLength,
    sha256: bytesDigest(bytes),
    columns,
  }
  if (!Object.values(columns).every(at => at % 8 === 0)) return
  try {
    await writeLosable(join(store, 'cache', `${key}.arrow`), bytes)
    await writeLosable(join(store, 'cache', `${key}.json`), JSON.stringify(places) + '\n')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM' && code !== 'ENOSPC' && code !== 'EFBIG')
      throw cause
  }
}
