/**
 * Columns of one stream as an Arrow IPC file, so that a run starts at the speed of the disk and imports neither
 * DuckDB (0.1 s) nor apache-arrow (0.09 s). The file is plain Arrow and any tool reads it; beside it stands where in
 * it each column's numbers begin, found once by apache-arrow itself, so that reading is a read into shared memory and
 * a view per column. The key is the hash of the Parquet files' hashes; the bytes are held to checksums on every read,
 * the places in them to a hash, and the whole folder may be deleted.
 *
 * A checksum is CRC-32 of each piece: it finds every change of up to 32 bits in a row and misses one in four milliard
 * of others, at 5 GB/s where SHA-256 does 1.8 and would take longer than the disk. Nobody is to be kept from forging
 * a cache: whoever can write there can write the store.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { join } from 'node:path'
import { textDigest } from '../core/digest.ts'
import { writeLosable } from './durable.ts'

const CACHE_FORMAT = 5
/** Bytes of a piece; while one is checked others are read. */
const PIECE_BYTES = 1 << 22
const PIECES_AT_ONCE = 3

/** Columns of a series by name; `receiveTime` is `eventTime` itself where the two are equal. */
export type SeriesColumns = Readonly<Record<string, Float64Array>>

interface Places {
  readonly format: number
  readonly rows: number
  readonly bytes: number
  /** CRC-32 of each piece of the Arrow file: a cache that was damaged is made again, not believed. */
  readonly checksums: readonly number[]
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
    const [text, digest] = (await readFile(`${base}.json`, 'utf8')).split('\n')
    if (textDigest(text) !== digest) return undefined
    places = JSON.parse(text) as Places
    const handle = await open(`${base}.arrow`, 'r')
    try {
      const { size } = await handle.stat()
      if (places.format !== CACHE_FORMAT || size !== places.bytes) return undefined
      const shared = new SharedArrayBuffer(size)
      if (!(await readPieces(handle, new Uint8Array(shared), places.checksums))) return undefined
      return viewColumns(shared, places)
    } finally {
      await handle.close()
    }
  } catch {
    // A cache that cannot be read is no error: it is made again.
    return undefined
  }
}

/** Fills the bytes from a file; false where it has not those that were written. */
async function readPieces(
  file: FileHandle,
  bytes: Uint8Array,
  checksums: readonly number[],
): Promise<boolean> {
  let next = 0
  let sound = true
  const readNext = async (): Promise<void> => {
    while (sound && next < checksums.length) {
      const piece = next++
      const at = piece * PIECE_BYTES
      const into = bytes.subarray(at, at + PIECE_BYTES)
      const { bytesRead } = await file.read(into, 0, into.length, at)
      if (bytesRead !== into.length || crc32(into) !== checksums[piece]) sound = false
    }
  }
  await Promise.all(Array.from({ length: PIECES_AT_ONCE }, readNext))
  return sound
}

function checksumsOf(bytes: Uint8Array): number[] {
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, k) => k * PIECE_BYTES)
  return pieces.map(at => crc32(bytes.subarray(at, at + PIECE_BYTES)))
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
    checksums: checksumsOf(bytes),
    columns,
  }
  if (!Object.values(columns).every(at => at % 8 === 0)) return
  const text = JSON.stringify(places)
  try {
    await writeLosable(join(store, 'cache', `${key}.arrow`), bytes)
    await writeLosable(join(store, 'cache', `${key}.json`), `${text}\n${textDigest(text)}\n`)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM' && code !== 'ENOSPC' && code !== 'EFBIG')
      throw cause
  }
}
