/**
 * DuckDB, the query engine over Parquet: in memory, one instance per process, loaded when first asked for (its
 * import costs 0.1 s, which a run from the column cache does not pay). Never a database file: those admit one
 * writing process only.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

let instance: Promise<DuckDBInstance> | undefined

/** A connection of its own; the caller closes it. */
export async function connectDuckDb(): Promise<DuckDBConnection> {
  instance ??= createInstance()
  return (await instance).connect()
}

/** An instance for one job; the caller closes it and with it everything that it holds. */
export async function createInstance(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // One thread: rows keep their order at no cost, sums repeat to the last bit, and memory stays flat.
  return DuckDBInstance.create(':memory:', {
    threads: '1',
    autoload_known_extensions: 'false',
    // It tells files apart by their times: of one that was written again within the second it gave the older bytes.
    enable_external_file_cache: 'false',
  })
}

/** Runs work on a connection and closes it. */
export async function withDuckDb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const connection = await connectDuckDb()
  try {
    return await work(connection)
  } finally {
    connection.closeSync()
  }
}

/** `it's` → `'it''s'` */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** `us-daily/raw` → `"us-daily/raw"` */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** `read_parquet([...])` over files in the given order. */
export function sqlParquet(paths: readonly string[], options = ''): string {
  return `read_parquet([${paths.map(sqlText).join(', ')}]${options})`
}
