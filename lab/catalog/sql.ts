/** A DuckDB result as an Arrow table: NULL stays NULL, NaN stays NaN, times are µs UTC. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataType, Table, Vector } from 'apache-arrow'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import { GordonError } from '../core/errors.ts'
import { connectDuckDb, sqlText } from './duckdb.ts'

/**
 * Runs statements one after another on a fresh connection and gives the last one's rows.
 * @param views statements that make the query's datasets visible
 * @param others those of all other datasets, whose files may be damaged: one that fails is left out
 * @throws GordonError SQL
 */
export async function queryArrow(
  views: readonly string[],
  query: string,
  others: readonly string[] = [],
): Promise<Table> {
  const connection = await connectDuckDb()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    for (const view of views) await connection.run(view)
    for (const view of others) await connection.run(view).catch(() => undefined)
    const result = await runWithin(connection, query)
    return await toArrow(result)
  } finally {
    connection.closeSync()
  }
}

/** What a query may hold before it goes on the disk, beside the process's own 90 MB. */
const QUERY_MEMORY = '256MiB'

/**
 * Sorts, groups and joins of more rows than memory should hold go through temporary files. What cannot, a median of
 * everything for one, is run again with DuckDB's own limit, four fifths of the machine.
 */
async function runWithin(connection: DuckDBConnection, query: string): Promise<DuckDBResult> {
  try {
    await connection.run(`SET memory_limit = '${QUERY_MEMORY}'`)
    await connection.run(`SET temp_directory = ${sqlText(join(tmpdir(), `gordon-duckdb-${process.pid}`))}`)
    try {
      return await connection.run(query)
    } catch (cause) {
      if (!/^Out of Memory/.test(String((cause as Error).message))) throw cause
      await connection.run('RESET memory_limit')
      return await connection.run(query)
    }
  } catch (cause) {
    const words = String((cause as Error).message).split('\n')[0]
    throw new GordonError('SQL', `the query failed: ${words}`, { cause })
  }
}

type Kind = 'double' | 'int64' | 'int32' | 'bool' | 'timestamp' | 'date' | 'text'

const KINDS: Readonly<Record<string, Kind>> = {
  DOUBLE: 'double',
  FLOAT: 'double',
  HUGEINT: 'double',
  UHUGEINT: 'double',
  UBIGINT: 'double',
  BIGINT: 'int64',
  UINTEGER: 'int64',
  INTEGER: 'int32',
  SMALLINT: 'int32',
  TINYINT: 'int32',
  USMALLINT: 'int32',
  UTINYINT: 'int32',
  BOOLEAN: 'bool',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
  DATE: 'date',
}

async function toArrow(result: DuckDBResult): Promise<Table> {
  const arrow = await import('apache-arrow')
  const types = result.columnTypes()
  const kinds = types.map((type): Kind => {
    const name = String(type)
    return KINDS[name] ?? (name.startsWith('DECIMAL') ? 'double' : 'text')
  })
  const names = result.deduplicatedColumnNames()
  const chunks = await result.fetchAllChunks()
  const vectors = kinds.map((kind, column) => {
    const zoned = String(types[column]) !== 'TIMESTAMP'
    return toVector(arrow, kind, zoned, columnValues(chunks, column))
  })
  return new arrow.Table(Object.fromEntries(names.map((name, i) => [name, vectors[i]]))) as Table
}

function toVector(
  arrow: typeof import('apache-arrow'),
  kind: Kind,
  zoned: boolean,
  values: readonly unknown[],
): Vector {
  const { bits, nullCount } = validityOf(values)
  const make = (type: DataType, data: unknown): Vector =>
    arrow.makeVector(
      arrow.makeData({ type, length: values.length, nullCount, nullBitmap: bits, data } as never),
    )
  switch (kind) {
    case 'double':
      return make(
        new arrow.Float64(),
        Float64Array.from(values, value => (value === null ? 0 : Number(value))),
      )
    case 'int64':
      return make(
        new arrow.Int64(),
        BigInt64Array.from(values, value => BigInt((value ?? 0) as number | bigint)),
      )
    case 'int32':
      return make(
        new arrow.Int32(),
        Int32Array.from(values, value => Number(value ?? 0)),
      )
    case 'timestamp': {
      const micros = BigInt64Array.from(values, value => (value as { micros: bigint } | null)?.micros ?? 0n)
      return make(new arrow.TimestampMicrosecond(zoned ? 'UTC' : null), micros)
    }
    case 'date':
      return make(
        new arrow.DateDay(),
        Int32Array.from(values, value => (value as { days: number } | null)?.days ?? 0),
      )
    case 'bool':
      return arrow.vectorFromArray(values as (boolean | null)[], new arrow.Bool())
    case 'text':
      return arrow.vectorFromArray(
        values.map(value => (value === null ? null : String(value))),
        new arrow.Utf8(),
      )
  }
}

function columnValues(chunks: readonly DuckDBDataChunk[], column: number): unknown[] {
  const values: unknown[] = []
  for (const chunk of chunks) for (const value of chunk.getColumnValues(column)) values.push(decimal(value))
  return values
}

/** Decimals are objects of an integer and a scale; their text is the number. */
function decimal(value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'scale' in value ? Number(String(value)) : value
}

function validityOf(values: readonly unknown[]): { bits: Uint8Array | undefined; nullCount: number } {
  const rows = values.length
  let nullCount = 0
  let bits: Uint8Array | undefined
  for (let i = 0; i < rows; i++) {
    if (values[i] !== null) continue
    bits ??= new Uint8Array(Math.ceil(rows / 8)).fill(255)
    bits[i >> 3] &= ~(1 << (i & 7))
    nullCount++
  }
  return { bits, nullCount }
}
