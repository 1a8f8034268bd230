/**
 * The raw arrays of DuckDB's vectors are not its public interface. Known bits go both ways here and come back equal,
 * NULL and NaN apart, with checksums that DuckDB computes by itself.
 */
import { BIGINT, DOUBLE, DuckDBDataChunk, INTEGER, SMALLINT, version } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { textDigest } from '../core/digest.ts'
import { withDuckDb } from './duckdb.ts'
import {
  readDoubles,
  readIntegers,
  readNanos,
  writeDoubles,
  writeIntegers,
  writeNulls,
  writeSmall,
} from './raw-columns.ts'

const N = 5000
const CHUNK = 2048

/** Doubles of every kind, by a fixed congruential sequence; every 101st is NaN. */
function known(): Float64Array {
  const values = new Float64Array(N)
  const bits = new Uint32Array(values.buffer)
  let state = 12345
  for (let i = 0; i < bits.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    // Exponents near one, so that sums stay finite.
    bits[i] = i % 2 === 0 ? state : (state & 0x800fffff) | 0x3ff00000
  }
  for (let i = 0; i < N; i += 101) values[i] = Number.NaN
  values[1] = -0
  values[2] = Number.MAX_VALUE
  values[3] = Number.MIN_VALUE
  return values
}

test('this is the version whose memory layout was checked', () => {
  expect(version()).toBe('v1.5.5')
})

test('doubles come back bit for bit; a NaN stays NaN, or becomes NULL where that is asked for', async () => {
  const values = known()
  await withDuckDb(async connection => {
    await connection.run('CREATE TEMP TABLE t (i INTEGER, x DOUBLE, y DOUBLE)')
    const appender = await connection.createAppender('t')
    const numbers = Int32Array.from({ length: N }, (_, i) => i)
    // The last rows have no NaN: a chunk that had NULLs before must forget them.
    const last = N - 1000
    values.fill(1.5, last)
    const types = [INTEGER, DOUBLE, DOUBLE]
    const full = DuckDBDataChunk.create(types, 500)
    let hadNull = false
    for (let at = 0; at < N; at += 500) {
      writeSmall(full, 0, numbers, at)
      writeDoubles(full, 1, values, at)
      writeDoubles(full, 2, values, at)
      hadNull = writeNulls(full, 2, values, at, hadNull)
      expect(hadNull).toBe(at < last)
      appender.appendDataChunk(full)
    }
    appender.closeSync()
    // DuckDB's own view of what arrived: counts, and the exact text of every value, in order.
    const counted = await connection.runAndReadAll(
      'SELECT count(*), count(x), count(*) FILTER (isnan(x)), count(y), count(*) FILTER (isnan(y)) FROM t',
    )
    const nans = values.filter(Number.isNaN).length
    expect(counted.getRows()[0].map(Number)).toEqual([N, N, nans, N - nans, 0])
    const slow = (await connection.runAndReadAll('SELECT x, y FROM t ORDER BY i')).getRows()
    expect(
      slow.every(
        ([x, y], i) =>
          Object.is(x, values[i]) && (Number.isNaN(values[i]) ? y === null : Object.is(y, values[i])),
      ),
    ).toBe(true)

    const result = await connection.stream('SELECT x, y FROM t ORDER BY i')
    const back = new Float64Array(N)
    const mended = new Float64Array(N)
    const missing = new Uint8Array(N)
    let at = 0
    let reported = 0
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      expect(readDoubles(chunk, 0, back, at)).toBe(0)
      reported += readDoubles(chunk, 1, mended, at, missing)
      at += chunk.rowCount
    }
    expect([at, reported]).toEqual([N, nans])
    expect(missing.every((one, i) => (one === 1) === Number.isNaN(values[i]))).toBe(true)
    expect(digestOf(back)).toBe(digestOf(values))
    expect(digestOf(mended)).toBe(digestOf(values))
  })
})

function digestOf(values: Float64Array): string {
  return textDigest([...values].map(value => (Object.is(value, -0) ? '-0' : String(value))).join(' '))
}

test('64-bit integers, negative ones too, come back as they were; nanoseconds are divided exactly', async () => {
  const integers = Float64Array.from({ length: N }, (_, i) => (i - 2500) * 987_654_321_012)
  await withDuckDb(async connection => {
    await connection.run('CREATE TEMP TABLE t (i SMALLINT, x BIGINT, y BIGINT)')
    const appender = await connection.createAppender('t')
    const numbers = Int16Array.from({ length: N }, (_, i) => i)
    const nothing = new Float64Array(CHUNK).fill(Number.NaN)
    for (let at = 0; at < N; at += CHUNK) {
      const chunk = DuckDBDataChunk.create([SMALLINT, BIGINT, BIGINT], Math.min(CHUNK, N - at))
      writeSmall(chunk, 0, numbers, at)
      writeIntegers(chunk, 1, integers, at)
      writeNulls(chunk, 2, nothing, 0, false)
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const exact = (await connection.runAndReadAll('SELECT x, y FROM t ORDER BY i')).getRows()
    expect(exact.every(([x, y], i) => x === BigInt(integers[i]) && y === null)).toBe(true)

    const result = await connection.run('SELECT x, x * 1000 + (abs(x) % 1000) AS ns, y FROM t ORDER BY i')
    const back = new Float64Array(N)
    const micros = new Float64Array(N)
    const nanos = new Uint16Array(N)
    const empty = new Float64Array(N)
    let at = 0
    let nulls = 0
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      readIntegers(chunk, 0, back, at)
      readNanos(chunk, 1, micros, nanos, at)
      nulls += readIntegers(chunk, 2, empty, at)
      at += chunk.rowCount
    }
    expect(back).toEqual(integers)
    expect(micros).toEqual(integers)
    expect(nanos).toEqual(Uint16Array.from(integers, value => Math.abs(value) % 1000))
    expect(nulls).toBe(N)
    expect(empty.every(Number.isNaN)).toBe(true)
  })
})
