/** First opens and last closes per session, computed by DuckDB for bars that are not held. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { sqlParquet } from './duckdb.ts'
import { readDoubles, readIntegers } from './raw-columns.ts'
import type { SessionPrices } from './splits.ts'

/** @param where as whereClause gives it */
export async function readSessionPrices(
  connection: DuckDBConnection,
  paths: readonly string[],
  where: string,
): Promise<SessionPrices> {
  const result = await connection.run(
    `SELECT epoch_us(session_close), arg_min(open, event_time), arg_max(close, event_time) FROM ${sqlParquet(paths)}` +
      `${where} GROUP BY session_close ORDER BY session_close`,
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
