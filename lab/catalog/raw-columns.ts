/**
 * Columns out of and into DuckDB at the speed of memory: a chunk's vectors give their raw arrays, which are copied
 * as a whole; per-value accessors cost five times as much (2 against 10 million rows a second).
 *
 * The arrays are not part of DuckDB's public interface. So its version is pinned exactly, this is the only file that
 * touches them, and its test sends known bits, NULL and NaN among them, both ways. After writing, a vector must be
 * flushed: without it wrong data are stored and nothing complains.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api'

interface RawVector {
  readonly items: Float64Array | BigInt64Array | Int32Array | Int16Array
  readonly validity: RawValidity
  flush(): void
}

interface RawValidity {
  /** One bit per row, 1 where there is a value; null when all rows have one. */
  readonly data: BigUint64Array | null
  readonly offset: number
  setItemValid(row: number, valid: boolean): void
}

function rawVector(chunk: DuckDBDataChunk, column: number): RawVector {
  return chunk.getColumnVector(column) as unknown as RawVector
}

/** Copies a DOUBLE column into `out` at `at`; NULL becomes NaN, and its row in `missing` becomes 1. */
export function readDoubles(
  chunk: DuckDBDataChunk,
  column: number,
  out: Float64Array,
  at: number,
  missing?: Uint8Array,
): number {
  const vector = rawVector(chunk, column)
  out.set(vector.items as Float64Array, at)
  return markMissing(vector.validity, chunk.rowCount, out, at, missing)
}

/**
 * Copies a column of 64-bit integers (BIGINT, TIMESTAMP) that doubles hold exactly, such as µs.
 * Two 32-bit halves per value: a bigint per row would cost ten times as much.
 */
export function readIntegers(
  chunk: DuckDBDataChunk,
  column: number,
  out: Float64Array,
  at: number,
  missing?: Uint8Array,
): number {
  const vector = rawVector(chunk, column)
  const halves = halvesOf(vector.items as BigInt64Array)
  for (let row = 0, n = chunk.rowCount; row < n; row++) {
    out[at + row] = halves[2 * row + 1] * 4294967296 + (halves[2 * row] >>> 0)
  }
  return markMissing(vector.validity, chunk.rowCount, out, at, missing)
}

/** Copies an INTEGER or SMALLINT column. */
export function readSmall(
  chunk: DuckDBDataChunk,
  column: number,
  out: Float64Array,
  at: number,
  missing?: Uint8Array,
): number {
  const vector = rawVector(chunk, column)
  out.set(vector.items as Int32Array | Int16Array, at)
  return markMissing(vector.validity, chunk.rowCount, out, at, missing)
}

/** Copies a column of 64-bit nanoseconds as µs rounded down, and what is left of each as 0–999. */
export function readNanos(
  chunk: DuckDBDataChunk,
  column: number,
  out: Float64Array,
  nanos: Uint16Array,
  at: number,
  missing?: Uint8Array,
): number {
  const vector = rawVector(chunk, column)
  const halves = halvesOf(vector.items as BigInt64Array)
  for (let row = 0, n = chunk.rowCount; row < n; row++) {
    // Long division by 1000 in base 2³²: every step is exact in a double.
    const high = halves[2 * row + 1]
    const quotient = Math.floor(high / 1000)
    const rest = (high - quotient * 1000) * 4294967296 + (halves[2 * row] >>> 0)
    const low = Math.floor(rest / 1000)
    out[at + row] = quotient * 4294967296 + low
    nanos[at + row] = rest - low * 1000
  }
  return markMissing(vector.validity, chunk.rowCount, out, at, missing)
}

function halvesOf(items: BigInt64Array): Int32Array {
  return new Int32Array(items.buffer, items.byteOffset, items.length * 2)
}

function markMissing(
  validity: RawValidity,
  rows: number,
  out: Float64Array,
  at: number,
  missing: Uint8Array | undefined,
): number {
  const { data, offset } = validity
  if (data === null) return 0
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length * 2)
  let count = 0
  for (let row = 0; row < rows; row++) {
    const bit = offset + row
    if ((words[bit >>> 5] >>> (bit & 31)) & 1) continue
    out[at + row] = Number.NaN
    if (missing !== undefined) missing[at + row] = 1
    count++
  }
  return count
}

/** Fills a DOUBLE column from rows [from, from + chunk.rowCount); NaN stays NaN. */
export function writeDoubles(
  chunk: DuckDBDataChunk,
  column: number,
  values: Float64Array,
  from: number,
): void {
  const vector = rawVector(chunk, column)
  ;(vector.items as Float64Array).set(values.subarray(from, from + chunk.rowCount))
  vector.flush()
}

/** Fills a column of 64-bit integers (BIGINT, TIMESTAMP) from whole numbers below 2⁵³. */
export function writeIntegers(
  chunk: DuckDBDataChunk,
  column: number,
  values: Float64Array,
  from: number,
): void {
  const vector = rawVector(chunk, column)
  const halves = halvesOf(vector.items as BigInt64Array)
  for (let row = 0, n = chunk.rowCount; row < n; row++) {
    const value = values[from + row]
    const high = Math.floor(value / 4294967296)
    halves[2 * row + 1] = high
    halves[2 * row] = value - high * 4294967296
  }
  vector.flush()
}

/**
 * Makes NULL what is NaN among rows [from, from + chunk.rowCount) of a column that was just filled.
 * @param before whether the chunk, filled before, has a NULL in this column
 * @returns whether it has one now
 */
export function writeNulls(
  chunk: DuckDBDataChunk,
  column: number,
  values: Float64Array,
  from: number,
  before: boolean,
): boolean {
  const rows = chunk.rowCount
  let some = false
  for (let row = 0; row < rows && !some; row++) some = Number.isNaN(values[from + row])
  // A bit costs fifty times a double: they are touched only where there is a NULL, or was one.
  if (!some && !before) return false
  const vector = rawVector(chunk, column)
  for (let row = 0; row < rows; row++) vector.validity.setItemValid(row, !Number.isNaN(values[from + row]))
  vector.flush()
  return some
}

/** Fills an INTEGER or SMALLINT column. */
export function writeSmall(
  chunk: DuckDBDataChunk,
  column: number,
  values: ArrayLike<number>,
  from: number,
): void {
  const vector = rawVector(chunk, column)
  const items = vector.items as Int32Array
  for (let row = 0, n = chunk.rowCount; row < n; row++) items[row] = values[from + row]
  vector.flush()
}
