/** Rows before and after are read by DuckDB from the Parquet files themselves, in their order. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { spawn } from 'node:child_process'
import { HOUR } from '../../core/time.ts'
import { withDuckDb } from '../duckdb.ts'
import { ingestBars } from '../ingest/ingest.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openIncoming } from '../incoming.ts'
import { partsOf } from '../manifest.ts'
import { openBars } from '../open-bars.ts'
import { placeOf } from '../sources/place.ts'
import type { SourceAdapter } from '../sources/source.ts'
import { TRADES_CSV } from '../sources/trades-csv.ts'
import { openStore } from '../store.ts'
import { compactDataset } from './compact.ts'
import { retainSnapshots } from './retain.ts'

const folder = mkdtempSync(join(tmpdir(), 'upkeep-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let store = ''
let count = 0
beforeEach(() => {
  store = join(folder, `store-${count++}`)
})

/** `parts` files of `rows` trades each, one second apart, the last ones of 2023 and the first of 2024 among them. */
async function appendTrades(parts: number, rows: number, dataset = 'btc'): Promise<void> {
  for (let part = 0; part < parts; part++) {
    const path = join(folder, `${dataset}-${part}.csv`)
    const lines = Array.from({ length: rows }, (_, i) => {
      const k = part * rows + i
      const time = Date.UTC(2024, 0, 1) + (k - (parts * rows) / 2) * 1000
      return `${time},${(100 + (k % 7) / 10).toFixed(1)},${1 + (k % 3)},${k % 2 === 0 ? 'buy' : 'sell'}`
    })
    writeFileSync(path, `time,price,qty,side\n${lines.join('\n')}\n`)
    await ingestSource({
      ...{ store, dataset, adapter: TRADES_CSV, mode: 'append', venue: 'X', symbol: 'BTC' },
      place: await placeOf(path),
    })
  }
}

/** Every column of every row, as DuckDB reads them one file after the other. */
async function rowsOf(snapshot: string, id: string): Promise<string> {
  const manifest = await (await openStore(store, { snapshot })).show(id)
  const rows: unknown[] = []
  await withDuckDb(async connection => {
    for (const { path } of partsOf(manifest).flatMap(part => part.files)) {
      const read = await connection.runAndReadAll(
        `SELECT * FROM read_parquet('${join(store, path)}', hive_partitioning = false)`,
      )
      rows.push(...read.getRowsJson())
    }
  })
  return JSON.stringify(rows)
}

const parquets = () =>
  (readdirSync(store, { recursive: true }) as string[]).filter(name => name.endsWith('.parquet')).sort()
const newest = async () => (await openStore(store)).snapshot
const later = (hours: number) => Date.now() * 1000 + hours * HOUR

test('forty small files become one a year, row for row, and the old snapshot keeps its own', async () => {
  await appendTrades(40, 25)
  const before = await newest()
  const rows = await rowsOf(before, 'btc')
  const done = await compactDataset(store, 'btc')
  expect(done).toMatchObject({ rows: 1000, before: { files: 40 }, after: { files: 2 }, unchanged: false })
  // Joined as they were written: twenty headers less, and no column longer.
  expect(done.after.bytes).toBeLessThan(done.before.bytes / 8)
  expect(await newest()).toBe(done.snapshot)
  expect(await rowsOf(done.snapshot, 'btc')).toBe(rows)
  expect(await rowsOf(before, 'btc')).toBe(rows)
  const [stream] = (await (await openStore(store)).show('btc')).instruments
  expect(stream.sources.length).toBe(40)
  expect(stream.files.map(({ from, rows: held, year }) => [year, held, from?.length])).toEqual([
    [2023, 500, 20],
    [2024, 500, 20],
  ])
  expect(stream.files[1].from?.[0]).toEqual({ source: 20, rows: 25 })
  expect(await (await openStore(store)).check('btc')).toMatchObject({ whole: true, files: 2 })
  // Nothing is left to join, and what is appended next comes after.
  expect(await compactDataset(store, 'btc')).toMatchObject({ unchanged: true, snapshot: done.snapshot })
  const last = join(folder, 'last.csv')
  writeFileSync(last, `time,price,qty,side\n${Date.UTC(2024, 6, 1)},100.1,1,buy\n`)
  await ingestSource({
    ...{ store, dataset: 'btc', adapter: TRADES_CSV, mode: 'append', venue: 'X', symbol: 'BTC' },
    place: await placeOf(last),
  })
  const numbers = (await (await openStore(store)).sql('SELECT sequence FROM btc')).getChildAt(0)!
  expect(Array.from(numbers, Number)).toEqual(Array.from({ length: 1001 }, (_, i) => i))
})

test('files stay below the size of a file, and those that are half full stay as they are', async () => {
  await appendTrades(10, 30)
  const rows = await rowsOf(await newest(), 'btc')
  // 150 rows a year: 30 + 30 + 30 fit into 100, and another 30 do not.
  const done = await compactDataset(store, 'btc', { fileRows: 100 })
  const [{ files }] = (await (await openStore(store)).show('btc')).instruments
  expect(files.map(file => file.rows)).toEqual([90, 60, 90, 60])
  expect(await rowsOf(done.snapshot, 'btc')).toBe(rows)
  expect(await compactDataset(store, 'btc', { fileRows: 100 })).toMatchObject({ unchanged: true })
})

test('a table of actions is joined too, and what it says stays', async () => {
  const adapter: SourceAdapter = {
    name: 'made',
    kinds: ['actions'],
    about: 'one split',
    guess: () => ({ confidence: 0, because: '' }),
    async *read() {
      const action = { kind: 'split' as const, instrument: 'X:A', time: 5, ratio: 2 }
      yield { kind: 'actions' as const, rows: [{ action, receiveTime: 3 }] }
    },
  }
  for (const name of ['a', 'b', 'c']) {
    const path = join(folder, `${name}.txt`)
    writeFileSync(path, name)
    await ingestSource({
      ...{ store, dataset: 'told', adapter, mode: 'append' },
      place: await placeOf(path),
    })
  }
  const rows = await rowsOf(await newest(), 'told')
  const done = await compactDataset(store, 'told')
  expect(done).toMatchObject({ rows: 3, before: { files: 3 }, after: { files: 1 } })
  expect(await rowsOf(done.snapshot, 'told')).toBe(rows)
})

test('a writer that appends while files are joined keeps its rows, and so do those joined', async () => {
  await appendTrades(12, 25)
  const rows = await rowsOf(await newest(), 'btc')
  const path = join(folder, 'meanwhile.csv')
  writeFileSync(path, `time,price,qty,side\n${Date.UTC(2024, 6, 1)},100.1,1,buy\n`)
  const place = await placeOf(path)
  const [, done] = await Promise.all([
    ingestSource({
      ...{ store, dataset: 'btc', adapter: TRADES_CSV, mode: 'append', venue: 'X', symbol: 'BTC', place },
    }),
    compactDataset(store, 'btc'),
  ])
  expect(done.unchanged).toBe(false)
  const after = JSON.parse(await rowsOf(await newest(), 'btc')) as unknown[]
  expect(after.length).toBe(301)
  expect(JSON.stringify(after.slice(0, 300))).toBe(rows)
})

test('retention takes what only old snapshots name, and not a row of those that stay', async () => {
  await appendTrades(20, 25)
  await compactDataset(store, 'btc')
  const path = join(folder, 'A.csv')
  writeFileSync(path, 'Date,Open,High,Low,Close,Volume\n2012-07-09,1,2,1,2,5\n2012-07-10,2,3,2,3,6\n')
  await ingestBars({ store, path, venue: 'XNYS', symbol: 'A', dataset: 'bars', now: 1.7e15 })
  const kept = await newest()
  await openBars({ store: await openStore(store) })
  const before = await Promise.all(['btc', 'bars'].map(id => rowsOf(kept, id)))
  // Of trades 21 and a joined one, of bars one and its sessions.
  expect(parquets().length).toBe(24)
  const plan = await retainSnapshots(store, { keep: 2, grace: 0, now: later(1), dryRun: true })
  expect(parquets().length).toBe(24)
  const done = await retainSnapshots(store, { keep: 2, grace: 0, now: later(1) })
  expect({ ...plan, waiting: 0 }).toEqual(done)
  // Twenty manifests and twenty files that the joined ones took the place of.
  expect(done).toMatchObject({ removed: { length: 20 }, kept: { length: 2 }, waiting: 0, files: 40 })
  expect(parquets().length).toBe(4)
  expect(await Promise.all(['btc', 'bars'].map(id => rowsOf(kept, id)))).toEqual(before)
  const opened = await openStore(store)
  expect(opened.snapshot).toBe(kept)
  for (const id of ['btc', 'bars']) expect((await opened.check(id)).whole).toBe(true)
  // What is known of the reading of a source that is named, and the caches of a stream and of sessions that are, stay.
  expect(readdirSync(join(store, 'readings')).length).toBe(1)
  expect(readdirSync(join(store, 'cache')).length).toBe(3)
  expect(readdirSync(join(store, 'incoming'))).toEqual([])
  await expect(openStore(store, { snapshot: '3' })).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
  expect(await retainSnapshots(store, { keep: 2, grace: 0, now: later(1) })).toMatchObject({
    removed: [],
    files: 0,
    bytes: 0,
  })
  // Numbers go on where they were.
  await appendTrades(1, 5, 'other')
  expect(await newest()).toMatch(/^snapshot-23-/)
})

test('within its grace nothing goes: neither an overtaken snapshot nor a file that nothing names yet', async () => {
  await appendTrades(6, 25)
  const reader = await openStore(store)
  await compactDataset(store, 'btc')
  const nameless = join(
    store,
    'datasets/btc/kind=trades/venue=X/symbol=BTC/year=2024/0123456789abcdef.parquet',
  )
  writeFileSync(nameless, 'an ingest is about to name it')
  // The bytes are old, the name is not.
  utimesSync(nameless, 1e9, 1e9)
  const debris = join(store, 'incoming/ingest-dead')
  mkdirSync(debris, { recursive: true })
  writeFileSync(join(debris, '0.parquet'), 'half a file')
  const soon = await retainSnapshots(store, { keep: 1, grace: HOUR, now: later(0.5) })
  expect(soon).toMatchObject({ removed: [], waiting: 6, files: 0 })
  expect((await reader.check('btc')).whole).toBe(true)
  expect(existsSync(debris)).toBe(true)
  const done = await retainSnapshots(store, { keep: 1, grace: HOUR, now: later(1.1) })
  expect(done).toMatchObject({ removed: { length: 6 }, waiting: 0 })
  expect(existsSync(nameless)).toBe(false)
  expect(existsSync(debris)).toBe(false)
  expect((await (await openStore(store)).check('btc')).whole).toBe(true)
})

test('what cannot be kept up is told in one sentence, and nothing is taken away', async () => {
  await expect(compactDataset(store, 'btc')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' })
  await appendTrades(2, 5)
  await expect(compactDataset(store, 'none')).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' })
  await expect(retainSnapshots(store, { keep: 0, grace: 0, now: later(1) })).rejects.toMatchObject({
    code: 'BAD_KEEP',
  })
  const [manifest] = readdirSync(join(store, 'manifests'))
  rmSync(join(store, 'manifests', manifest))
  await expect(retainSnapshots(store, { keep: 2, grace: 0, now: later(1) })).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
  })
  expect(parquets().length).toBe(2)
})

test('what came since a writer began stays whatever the grace, and what a dead one left goes at once', async () => {
  await appendTrades(2, 25)
  // A writer that has put its file in place and not named it yet: this process, which runs.
  const own = await openIncoming(store, 'ingest')
  const parts = 'datasets/btc/kind=trades/venue=X/symbol=BTC/year=2024'
  const placed = join(store, parts, '00000000000000ff.parquet')
  writeFileSync(placed, 'soon named')
  const terms = { keep: 1, grace: 0, now: later(1) }
  await retainSnapshots(store, terms)
  expect([existsSync(own), existsSync(placed)]).toEqual([true, true])
  // Another one of this machine, which ended without a word.
  const child = spawn('node', ['-e', ''])
  await new Promise(resolve => child.once('close', resolve))
  const dead = own.replace(`-${process.pid}-`, `-${child.pid}-`)
  cpSync(own, dead, { recursive: true })
  writeFileSync(join(dead, '0.parquet'), 'half a file')
  await appendTrades(1, 5, 'other')
  expect([existsSync(own), existsSync(dead)]).toEqual([true, false])
  rmSync(own, { recursive: true })
  expect(await retainSnapshots(store, terms)).toMatchObject({ files: 1, bytes: 10 })
  expect(existsSync(placed)).toBe(false)
  // Manifests and notes that had no name yet, and a header.
  for (const path of ['.9-0.part', 'manifests/.9-1.part', 'snapshots/.9-2.part', 'readings/.9-3.part']) {
    mkdirSync(join(store, path, '..'), { recursive: true })
    writeFileSync(join(store, path), 'x')
  }
  // Times of files are told in ticks of some milliseconds, and what may have come in the same one stays.
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(await retainSnapshots(store, { ...terms, now: later(2) })).toMatchObject({ files: 4, bytes: 4 })
  for (const id of ['btc', 'other']) expect((await (await openStore(store)).check(id)).whole).toBe(true)
})
