/** Files of an older schema are read with nothing in the columns that they lack, alone and beside newer ones. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { withDuckDb } from './duckdb.ts'
import { fileDigest } from './durable.ts'
import type { ManifestFile } from './manifest.ts'
import { SCHEMAS } from './schema.ts'
import { SeriesReader, seriesColumns } from './series-reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'series-reader-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function file(name: string, schema: number, columns: string): Promise<ManifestFile> {
  await withDuckDb(connection =>
    connection.run(
      `COPY (SELECT make_timestamptz(i) AS event_time, make_timestamptz(i + 1) AS receive_time, ${columns}
       FROM range(${schema * 10}, ${schema * 10 + 2}) t(i)) TO '${join(folder, name)}' (FORMAT parquet)`,
    ),
  )
  const sha256 = await fileDigest(join(folder, name))
  return { path: name, year: 1970, rows: 2, bytes: 0, sha256, schema, source: 0 }
}

test('a column since version 2 is NaN in a file of version 1', async () => {
  const old = await file('old.parquet', 1, 'i * 1.5::DOUBLE AS value')
  const fresh = await file('fresh.parquet', 2, 'i * 1.5::DOUBLE AS value, i::BIGINT AS weight')
  const weight = {
    name: 'weight',
    field: 'weight',
    type: 'whole',
    optional: true,
    since: 2,
    about: '',
  } as const
  const read = async (...files: ManifestFile[]) => {
    const columns = [...seriesColumns('custom', files), weight]
    const window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
    const reader = new SeriesReader({ store: folder, kind: 'custom', files, columns, window, name: 'news' })
    const { name, eventTime, value, ...rest } = (await reader.next(10))!
    return {
      name,
      eventTime: [...eventTime],
      value: [...value],
      weight: [...(rest as never as { weight: number[] }).weight],
    }
  }
  const nan = Number.NaN
  expect(await read(old)).toEqual({
    name: 'news',
    eventTime: [10, 11],
    value: [15, 16.5],
    weight: [nan, nan],
  })
  expect(await read(old, fresh)).toEqual({
    name: 'news',
    eventTime: [10, 11, 20, 21],
    value: [15, 16.5, 30, 31.5],
    weight: [nan, nan, 20, 21],
  })
})

test('every schema has its version, and columns that say since when they are there', () => {
  for (const [kind, schema] of Object.entries(SCHEMAS)) {
    expect(schema.kind).toBe(kind)
    const names = schema.columns.map(({ name }) => name)
    expect(new Set(names).size, kind).toBe(names.length)
    for (const { name, since, optional } of schema.columns) {
      expect(since, name).toBeLessThanOrEqual(schema.version)
      // What came later is missing in older files.
      if (since > 1) expect(optional, name).toBe(true)
    }
  }
})
