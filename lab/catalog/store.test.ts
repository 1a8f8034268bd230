import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { adoptStore } from './adopt.ts'
import { ingestBars } from './ingest/ingest.ts'
import { openBars } from './open-bars.ts'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
let path = ''
beforeEach(async () => {
  path = join(folder, String(count++))
  mkdirSync(path)
  const file = join(path, 'a.csv')
  writeFileSync(
    file,
    'Date,Open,High,Low,Close,Volume\n2012-07-09,10,11,10,11,5\n2012-07-10,11,12,11,12,\n2012-07-12,12,13,12,13,7\n',
  )
  await ingestBars({ store: path, path: file, venue: 'XNYS', symbol: 'A', dataset: 'us/raw' })
  rmSync(file)
})

test('datasets, and what one of them is', async () => {
  const store = await openStore(path)
  expect(store.snapshot).toMatch(/^snapshot-1-[0-9a-f]{16}$/)
  expect(await store.datasets()).toEqual([
    {
      id: 'us/raw',
      kind: 'bars',
      interval: '1d',
      adjustment: 'raw',
      price: 'trade',
      rows: 3,
      first: Date.parse('2012-07-09T20:00:00Z') * 1000,
      last: Date.parse('2012-07-12T20:00:00Z') * 1000,
      instruments: ['XNYS:A'],
      view: 'us_raw',
    },
  ])
  const { instruments } = await store.show('us/raw')
  expect(instruments[0]).toMatchObject({
    symbol: 'A',
    rows: 3,
    dropped: 0,
    sources: [{ name: 'a.csv', bytes: 106 }],
  })
  await expect(store.show('eu')).rejects.toThrow(`the store at ${path} has no dataset "eu": it has us/raw`)
})

test('check finds the sessions without a bar, what ingest found, and every file that was touched', async () => {
  const store = await openStore(path)
  expect(await store.check('us/raw')).toEqual({
    id: 'us/raw',
    whole: true,
    // Its rows, and the sessions that were written down with them.
    files: 2,
    damage: [],
    issues: [
      {
        instrument: 'XNYS:A',
        code: 'missingVolume',
        severity: 'note',
        place: { source: 'a.csv', row: 3, column: 'Volume' },
        count: 1,
        example: 'a.csv line 3, column Volume: volume is empty',
      },
    ],
    missingSessions: [{ instrument: 'XNYS:A', count: 1, dates: ['2012-07-11'] }],
  })
  const [{ path: file, bytes }] = (await store.show('us/raw')).instruments[0].files
  const whole = readFileSync(join(path, file))
  const changed = Buffer.from(whole)
  changed[changed.length >> 1] ^= 1
  const damage = async () => (await store.check('us/raw')).damage
  writeFileSync(join(path, file), changed)
  expect(await damage()).toEqual([`${file} was changed after it was written`])
  writeFileSync(join(path, file), whole.subarray(0, 100))
  expect(await damage()).toEqual([`${file} has 100 bytes and should have ${bytes}`])
  rmSync(join(path, file))
  expect(await damage()).toEqual([`${file} is missing`])
})

test('SQL: NULL is NULL, NaN is NaN, times are UTC, and an error is one sentence', async () => {
  const store = await openStore(path)
  const table = await store.sql(
    'SELECT event_time, volume, close / 0 * 0 AS nan, symbol, year FROM us_raw ORDER BY 1',
  )
  expect(
    table.toArray().map(row => [Number(row.event_time), row.volume, row.nan, row.symbol, Number(row.year)]),
  ).toEqual([
    [Date.parse('2012-07-09T20:00:00Z'), 5, Number.NaN, 'A', 2012],
    [Date.parse('2012-07-10T20:00:00Z'), null, Number.NaN, 'A', 2012],
    [Date.parse('2012-07-12T20:00:00Z'), 7, Number.NaN, 'A', 2012],
  ])
  expect((await store.sql('SELECT * FROM "us/raw"')).numRows).toBe(3)
  const types = await store.sql(
    "SELECT 1::BIGINT b, 2::HUGEINT h, 1.25::DECIMAL(9,2) d, true t, DATE '2012-07-09' AS day, NULL AS nothing, [1, 2] AS list",
  )
  const [row] = types.toArray()
  expect([row.b, row.h, row.d, row.t, Number(row.day), row.nothing, row.list]).toEqual([
    1n,
    2,
    1.25,
    true,
    Date.parse('2012-07-09'),
    null,
    '[1, 2]',
  ])
  await expect(store.sql('SELECT * FROM nowhere')).rejects.toMatchObject({
    code: 'SQL',
    message: 'the query failed: Catalog Error: Table with name nowhere does not exist!',
  })
})

test('a store made by another version is left alone', async () => {
  const message = (what: string) =>
    `${what} has format 3 and this gordon reads formats up to 2: ingest its sources into a new folder, or use the gordon that made it`
  const snapshot = join(path, 'snapshots', 'snapshot-1.json')
  const text = readFileSync(snapshot, 'utf8')
  writeFileSync(snapshot, text.replace('"format":2', '"format":3'))
  await expect(openStore(path)).rejects.toMatchObject({ code: 'STORE_VERSION', message: message(snapshot) })
  writeFileSync(snapshot, text)
  writeFileSync(join(path, 'store.json'), '{"format":3}')
  const code = { code: 'STORE_VERSION', message: message(`the store at ${path}`) }
  await expect(openStore(path)).rejects.toMatchObject(code)
  writeFileSync(join(folder, 'b.csv'), 'Date,Open,High,Low,Close\n2012-07-09,1,2,1,2\n')
  await expect(ingestBars({ store: path, path: join(folder, 'b.csv') })).rejects.toMatchObject(code)
})

test('no store, a damaged one, one for reading only', async () => {
  await expect(openStore(join(folder, 'none'))).rejects.toMatchObject({
    code: 'STORE_NOT_FOUND',
    message: `there is no store at ${join(folder, 'none')}: make one with gordon ingest, for example gordon ingest data/sample`,
  })
  const closed = join(folder, 'closed')
  await adoptStore(path, closed, { readOnly: true })
  const before = readdirSync(closed, { recursive: true })
  const { streams } = await openBars({ store: await openStore(closed) })
  expect(streams[0].rows).toBe(3)
  expect(readdirSync(closed, { recursive: true })).toEqual(before)
  await expect(adoptStore(path, closed)).resolves.toMatchObject({ unchanged: true })
  writeFileSync(join(folder, 'c.csv'), 'Date,Open,High,Low,Close\n2012-07-09,1,2,1,2\n')
  await expect(ingestBars({ store: closed, path: join(folder, 'c.csv') })).rejects.toMatchObject({
    code: 'STORE_READ_ONLY',
    message: `the store at ${closed} is for reading only: ingest into another, for example with --store data/store`,
  })
  const [name] = readdirSync(join(path, 'manifests'))
  const manifest = join(path, 'manifests', name)
  const mend = 'restore it from a copy, or ingest its sources into a new store'
  const text = readFileSync(manifest, 'utf8')
  writeFileSync(manifest, text.replace('"rows":3', '"rows":4'))
  await expect((await openStore(path)).show('us/raw')).rejects.toThrow(
    `${manifest} was changed after it was written: ${mend}`,
  )
  rmSync(manifest)
  await expect((await openStore(path)).show('us/raw')).rejects.toThrow(`${manifest} is missing: ${mend}`)
  const snapshot = join(path, 'snapshots', 'snapshot-1.json')
  writeFileSync(snapshot, readFileSync(snapshot, 'utf8').slice(0, 20))
  await expect(openStore(path)).rejects.toThrow(`${snapshot} is not whole JSON: ${mend}`)
})

test('a store adopted by another is the same, byte for byte and by its snapshot', async () => {
  const into = join(folder, 'into')
  const adopted = await adoptStore(path, into)
  expect(adopted).toEqual({
    datasets: ['us/raw'],
    snapshot: (await openStore(path)).snapshot,
    unchanged: false,
  })
  expect((await (await openStore(into)).check('us/raw')).whole).toBe(true)
})
