/** What a manifest says of rows and times, as it was at the instant that a store is asked as of. */
import { sqlName } from './duckdb.ts'
import { type Manifest, partsOf } from './manifest.ts'
import { streamId } from './ingest/merge.ts'
import { orderColumn, type SeriesKind } from './series-reader.ts'
import { isTableKind } from './schema.ts'
import type { Store } from './store.ts'

/** Streams of which nothing was known are not there. */
export async function knownManifest(store: Store, manifest: Manifest): Promise<Manifest> {
  const from = sqlName(manifest.id)
  if (isTableKind(manifest.kind)) {
    const counted = await store.sql(`SELECT count(*)::DOUBLE AS rows FROM ${from}`)
    const rows = counted.getChild('rows')!.get(0) as number
    return { ...manifest, rows, table: { ...manifest.table!, rows } }
  }
  const time = orderColumn(manifest.kind as SeriesKind)
  const name = manifest.kind === 'custom' ? ', name' : ''
  const counted = await store.sql(
    `SELECT venue, symbol${name}, count(*)::DOUBLE AS rows, epoch_us(min(${time}))::DOUBLE AS first, ` +
      `epoch_us(max(${time}))::DOUBLE AS last FROM ${from} GROUP BY ALL`,
  )
  const known = new Map<string, { rows: number; first: number; last: number }>()
  for (const row of counted.toArray() as Record<string, never>[]) {
    const { rows, first, last } = row
    const of =
      name === ''
        ? { venue: row.venue, symbol: row.symbol }
        : { venue: row.venue, symbol: row.symbol, name: row.name }
    known.set(streamId(of), { rows, first, last })
  }
  const instruments = manifest.instruments.flatMap(one => {
    const found = known.get(streamId(one))
    return found === undefined ? [] : [{ ...one, ...found }]
  })
  const shown = { ...manifest, instruments }
  return { ...shown, rows: partsOf(shown).reduce((sum, { rows }) => sum + rows, 0) }
}
