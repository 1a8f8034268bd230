/**
 * Parquet of any kind of rows as texts, by DuckDB: what parquet-table.ts reads in columns where it is bars. Instants
 * become ISO times with a Z, times without a zone without one.
 */
import { GordonError } from '../../core/errors.ts'
import { connectDuckDb, sqlName, sqlParquet } from '../duckdb.ts'
import { nestedNotes } from './arrow-rows.ts'
import type { Delimited } from './csv.ts'
import { checkMagic } from './parquet-table.ts'
import { rowsOfTexts } from './text-rows.ts'

/** @throws GordonError NOT_A_TABLE; NO_ROWS while it is read */
export async function openParquetRows(path: string, file: string): Promise<Delimited> {
  const types = await parquetColumns(path, file)
  const isNested = (name: string): boolean => NESTED.test(types.get(name)!)
  const columns = [...types.keys()].filter(name => !isNested(name))
  const select = columns.map(name => `${textSql(sqlName(name), types.get(name)!)} AS ${sqlName(name)}`)
  return {
    rowWord: 'row',
    columns,
    notes: nestedNotes([...types.keys()].filter(isNested)),
    async *pieces() {
      const connection = await connectDuckDb()
      let seen = 0
      try {
        const result = await connection.stream(`SELECT ${select.join(', ')} FROM ${sqlParquet([path])}`)
        for (;;) {
          const chunk = await result.fetchChunk()
          if (chunk === null || chunk.rowCount === 0) break
          const values = columns.map((_, i) => chunk.getColumnValues(i))
          const texts = Array.from({ length: chunk.rowCount }, (_, row) =>
            values.map(column => (column[row] === null ? '' : String(column[row]))),
          )
          yield rowsOfTexts(texts, seen, columns.length)
          seen += chunk.rowCount
        }
      } catch (cause) {
        if (cause instanceof GordonError) throw cause
        throw new GordonError('NOT_A_TABLE', `${file} is not a whole Parquet file: fetch it again`, { cause })
      } finally {
        connection.closeSync()
      }
      if (seen === 0) throw new GordonError('NO_ROWS', `${file} has no rows: there is nothing to read`)
    },
  }
}

/** Types of its columns by name. @throws GordonError NOT_A_TABLE */
export async function parquetColumns(path: string, file: string): Promise<ReadonlyMap<string, string>> {
  await checkMagic(path, file)
  const connection = await connectDuckDb()
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${sqlParquet([path])}`)
    return new Map(described.getRows().map(([name, type]) => [String(name), String(type)]))
  } catch (cause) {
    throw new GordonError('NOT_A_TABLE', `${file} is not a whole Parquet file: fetch it again`, { cause })
  } finally {
    connection.closeSync()
  }
}

const NESTED = /^(STRUCT|MAP|UNION)|\[\d*\]$/

function textSql(column: string, type: string): string {
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return `strftime(make_timestamp(epoch_us(${column})), '%Y-%m-%dT%H:%M:%S.%fZ')`
  if (type === 'TIMESTAMP_NS') return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%n')`
  if (/^TIMESTAMP/.test(type)) return `strftime(${column}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%f')`
  if (type === 'BLOB') return `decode(${column})`
  return `CAST(${column} AS VARCHAR)`
}
