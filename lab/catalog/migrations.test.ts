/**
 * A store that an older gordon wrote stays readable, and writable, as it lies there. fixtures/store-format-1 was made
 * by the code of commit 6e191d8 from two small CSV files:
 *
 *   us/daily, XNYS:A             2012-12-28 10 11 10 11 5; 2012-12-31 11 12 11 12 and no volume; 2013-01-02 12 13.125 12 13 7
 *   minutes, BINANCE:B/USDT      1341826260000000100 ns 1 2 1 2 0.5; 1341826320000000000 ns 2 3 2 3 1.5
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { isoTime } from '../core/time.ts'
import { adoptStore } from './adopt.ts'
import { ingestBars } from './ingest/ingest.ts'
import { type Manifest, readManifest, writeManifest } from './manifest.ts'
import { openBars } from './open-bars.ts'
import { publish } from './snapshot.ts'
import { openStore } from './store.ts'

const OLD = fileURLToPath(new URL('fixtures/store-format-1', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function copy(name: string): string {
  const path = join(folder, name)
  cpSync(OLD, path, { recursive: true })
  return path
}

test('rows, manifests and checks of format 1 read as those of today', async () => {
  const store = await openStore(copy('read'))
  // The very snapshot that the older gordon published.
  expect(store.snapshot).toBe('snapshot-1-9d53d2b172ff065f')
  expect(await store.check('us/daily')).toMatchObject({
    whole: true,
    files: 2,
    issues: [
      {
        instrument: 'XNYS:A',
        code: 'missingVolume',
        severity: 'note',
        place: { source: 'a.csv' },
        count: 1,
        example: 'a.csv line 3, column Volume: volume is empty',
      },
    ],
  })
  const { instruments } = await store.show('us/daily')
  expect(instruments[0].sources).toMatchObject([{ name: 'a.csv', bytes: 110 }])
  for (const memoryRows of [undefined, 0]) {
    const daily = await openBars({ store, datasets: ['us/daily'], memoryRows })
    const bars = (await daily.streams[0].next(10))!
    expect([...bars.eventTime].map(isoTime)).toEqual([
      '2012-12-28T21:00:00Z',
      '2012-12-31T21:00:00Z',
      '2013-01-02T21:00:00Z',
    ])
    expect([...bars.high]).toEqual([11, 12, 13.125])
    expect([...bars.volume]).toEqual([5, Number.NaN, 7])
    const later = await openBars({ store, datasets: ['us/daily'], memoryRows, from: '2013-01-01' })
    expect([...(await later.streams[0].next(10))!.close]).toEqual([13])
  }
  const minutes = await openBars({ store, datasets: ['minutes'] })
  expect(minutes.instruments).toEqual([
    {
      venue: 'BINANCE',
      symbol: 'B/USDT',
      ticksPerUnit: 100,
      lotsPerUnit: 1e8,
      currency: 'USDT',
      calendar: '24/7',
    },
  ])
  expect([...minutes.streams[0].series!.receiveTime]).toEqual([1341826260000001, 1341826320000000])
  expect((await store.sql('SELECT sum(close) AS s, count(volume) AS v FROM us_daily')).toArray()[0].s).toBe(
    36,
  )
})

test('today’s ingest adds to it, and what lay there keeps its bytes', async () => {
  const path = copy('write')
  const before = (readdirSync(path, { recursive: true }) as string[]).filter(name =>
    /\.(parquet|json)$/.test(name),
  )
  const bytes = new Map(before.map(name => [name, readFileSync(join(path, name))]))
  const file = join(folder, 'later.csv')
  writeFileSync(file, 'Date,Open,High,Low,Close,Volume\n2013-01-03,13,14,13,14,8\n')
  await ingestBars({ store: path, path: file, venue: 'XNYS', symbol: 'A', dataset: 'us/daily', append: true })
  for (const [name, old] of bytes) expect(readFileSync(join(path, name)).equals(old), name).toBe(true)
  const store = await openStore(path)
  const { series } = (await openBars({ store, datasets: ['us/daily'] })).streams[0]
  expect([...series!.close]).toEqual([11, 12, 13, 14])
  expect((await store.check('us/daily')).whole).toBe(true)
  const rows = (await store.sql('SELECT sequence FROM us_daily ORDER BY event_time')).toArray()
  expect(rows.map(row => row.sequence)).toEqual([0, 1, 2, 3])
  // The older snapshot still names what it named.
  const older = await openStore(path, { snapshot: '1' })
  expect((await openBars({ store: older, datasets: ['us/daily'] })).streams[0].rows).toBe(3)
})

test('a file that it holds is held: read again, nothing is left to do', async () => {
  const path = copy('again')
  const file = join(folder, 'b.csv')
  writeFileSync(
    file,
    'time,open,high,low,close,volume\n1341826260000000100,1,2,1,2,0.5\n1341826320000000000,2,3,2,3,1.5\n',
  )
  const request = { store: path, path: file, venue: 'BINANCE', symbol: 'B/USDT', dataset: 'minutes' }
  const again = await ingestBars({ ...request, interval: '1m', currency: 'USDT' })
  expect(again).toMatchObject({ unchanged: true, rows: 0, snapshot: 'snapshot-1-9d53d2b172ff065f' })
})

test('an old store can be adopted', async () => {
  const into = join(folder, 'adopted')
  const { snapshot } = await adoptStore(OLD, into)
  expect(snapshot).toBe((await openStore(OLD)).snapshot)
  expect((await (await openStore(into)).check('minutes')).whole).toBe(true)
})

test('what a newer gordon wrote in a schema of its own is refused, and the older snapshot is still read', async () => {
  const path = copy('newer')
  const [name] = Object.values(
    (JSON.parse(readFileSync(join(path, 'snapshots/snapshot-1.json'), 'utf8')) as { datasets: object })
      .datasets,
  ) as string[]
  const known = await readManifest(path, name)
  const [first, ...others] = known.instruments
  const cases = [
    [
      { ...known, kind: 'weather' },
      'holds weather of minutes in version 1 of their schema and this gordon does not know that kind',
    ],
    [
      { ...known, schema: 99 },
      'holds bars of minutes in version 99 of their schema and this gordon reads it up to version 1',
    ],
    [
      { ...known, instruments: [{ ...first, files: [{ ...first.files[0], schema: 7 }] }, ...others] },
      'holds bars of minutes in version 7 of their schema and this gordon reads it up to version 1',
    ],
  ] as const
  for (const [manifest, words] of cases) {
    const made = await writeManifest(path, manifest as Manifest)
    const { n } = await publish(path, async datasets => ({ ...datasets, minutes: made }))
    const store = await openStore(path)
    for (const work of [store.show('minutes'), store.datasets(), openBars({ store, datasets: ['minutes'] })])
      await expect(work).rejects.toMatchObject({
        code: 'STORE_VERSION',
        message: `${path}/manifests/${made}.json ${words}: use the gordon that made it, or a newer one`,
      })
    const older = await openStore(path, { snapshot: '1' })
    expect((await older.show('minutes')).rows).toBe(2)
    expect(n).toBeGreaterThan(1)
  }
})
