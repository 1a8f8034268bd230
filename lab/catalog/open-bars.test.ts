import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isoTime } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { bundleScript, runChild } from '../testing/child.ts'
import { withDuckDb } from './duckdb.ts'
import { ingestBars } from './ingest/ingest.ts'
import { fileBars } from './file-bars.ts'
import { openBars } from './open-bars.ts'
import { openStore, type Store } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'open-bars-'))
const path = join(folder, 'store')
let store: Store

const MINUTES = 300_000
/** 1-minute bars of 2020 with prices that a formula gives, so that a reader may be checked without the file. */
const cents = (i: number): number => 100_000 + ((i * 7919) % 10_007)
const price = (i: number): number => cents(i) / 100
const minute = (i: number): number => Date.UTC(2020, 5, 1) * 1000 + (i + 1) * 60e6

beforeAll(async () => {
  const lines = ['time,open,high,low,close,volume']
  for (let i = 0; i < MINUTES; i++) {
    const p = price(i)
    lines.push(
      `${minute(i) / 1000},${p},${(cents(i) + 100) / 100},${(cents(i) - 100) / 100},${p},${i % 50 === 0 ? '' : i % 1000}`,
    )
  }
  writeFileSync(join(folder, 'minutes.csv'), lines.join('\n'))
  await ingestBars({ store: path, path: join(folder, 'minutes.csv'), venue: 'BINANCE', symbol: 'BTC/USDT' })
  const daily = (name: string, symbol: string, venue: string, closes: readonly number[]) => {
    const dates = ['2012-07-02', '2012-07-03', '2012-07-05', '2012-07-06', '2012-07-09']
    const text = closes.map((close, i) => `${dates[i]},${close},${close},${close},${close},100`).join('\n')
    writeFileSync(join(folder, name), `Date,Open,High,Low,Close,Volume\n${text}\n`)
    return ingestBars({ store: path, path: join(folder, name), symbol, venue, dataset: 'us' })
  }
  await daily('z.csv', 'Z', 'XNAS', [10, 10, 11, 12, 11])
  await daily('a.csv', 'A', 'XNYS', [20, 21, 22])
  await daily('b.csv', 'B', 'XNAS', [30, 31, 32, 33, 34])
  store = await openStore(path)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function drain(request: Parameters<typeof openBars>[0], rows: number): Promise<BarSeries[]> {
  const { streams } = await openBars(request)
  const batches: BarSeries[] = []
  for (let batch = await streams[0].next(rows); batch !== undefined; batch = await streams[0].next(rows)) {
    batches.push(batch)
  }
  return batches
}

function joined(
  batches: readonly BarSeries[],
  name: 'eventTime' | 'close' | 'volume' | 'high',
): Float64Array {
  const all = new Float64Array(batches.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const batch of batches) {
    all.set(batch[name], at)
    at += batch.length
  }
  return all
}

/** toEqual takes seconds for so many numbers. */
function same(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

test('rows come back as they went in, whole or in batches, from the cache or from Parquet', async () => {
  const expected = Float64Array.from({ length: MINUTES }, (_, i) => price(i))
  const volumes = Float64Array.from({ length: MINUTES }, (_, i) => (i % 50 === 0 ? Number.NaN : i % 1000))
  const source = await openBars({ store, datasets: ['minutes'] })
  expect(source.streams[0].rows).toBe(MINUTES)
  expect(source.instruments).toEqual([
    {
      venue: 'BINANCE',
      symbol: 'BTC/USDT',
      ticksPerUnit: 100,
      lotsPerUnit: 1,
      currency: 'USD',
      calendar: '24/7',
    },
  ])
  expect(source.datasets).toEqual([
    { id: 'minutes', snapshot: store.snapshot, adjustment: 'raw', interval: '1m' },
  ])
  const first = source.streams[0].series!
  const second = (await openBars({ store, datasets: ['minutes'] })).streams[0].series!
  for (const series of [first, second]) {
    expect(same(series.close, expected)).toBe(true)
    // A volume that the file left empty is not known: NaN, never 0.
    expect(same(series.volume, volumes)).toBe(true)
    expect(
      same(
        series.eventTime,
        Float64Array.from(expected, (_, i) => minute(i)),
      ),
    ).toBe(true)
    expect(series.receiveTime).toBe(series.eventTime)
    expect(series.sessionClose).toBeUndefined()
    for (const column of [series.close, series.eventTime])
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer)
  }
  for (const rows of [1000, 2048, 5000, 70_000]) {
    const batches = await drain({ store, datasets: ['minutes'], memoryRows: 0 }, rows)
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(rows)
    expect(same(joined(batches, 'close'), expected)).toBe(true)
    expect(same(joined(batches, 'volume'), volumes)).toBe(true)
  }
  const held = await drain({ store, datasets: ['minutes'] }, 7777)
  expect(same(joined(held, 'close'), expected)).toBe(true)
})

test('in SQL an empty volume is NULL', async () => {
  const table = await store.sql(
    'SELECT count(*) AS n, count(volume) AS v, count(DISTINCT year) AS y FROM minutes',
  )
  const [row] = table.toArray()
  expect([row.n, row.v, row.y].map(Number)).toEqual([MINUTES, MINUTES - MINUTES / 50, 1])
})

test('a stream that is not held keeps no more than a batch', async () => {
  const { streams } = await openBars({ store, datasets: ['minutes'], memoryRows: 100_000 })
  expect(streams[0].series).toBeUndefined()
  expect(streams[0].rows).toBe(MINUTES)
  const batch = (await streams[0].next(512))!
  // Its columns are its own: nothing is overwritten by the batch after it.
  const copy = batch.close.slice()
  await streams[0].next(512)
  expect(batch.close).toEqual(copy)
})

test('windows: dates mean whole days, times are instants, both ends belong to them', async () => {
  const times = async (from?: string, to?: string, memoryRows?: number) => {
    const [first, ...more] = await drain({ store, datasets: ['minutes'], from, to, memoryRows }, 1_000_000)
    const all = joined([first, ...more], 'eventTime')
    return [all.length, isoTime(all[0]), isoTime(all[all.length - 1])]
  }
  for (const memoryRows of [undefined, 0]) {
    // The bar that closes at midnight is the last one of the day before.
    expect(await times('2020-06-10', '2020-06-11', memoryRows)).toEqual([
      2880,
      '2020-06-10T00:01:00Z',
      '2020-06-12T00:00:00Z',
    ])
    expect(await times('2020-06-10T12:00:00Z', '2020-06-10 12:05', memoryRows)).toEqual([
      6,
      '2020-06-10T12:00:00Z',
      '2020-06-10T12:05:00Z',
    ])
    expect(await times('2020-06-10T12:00:00+02:00', '2020-06-10T10:00:00Z', memoryRows)).toEqual([
      1,
      '2020-06-10T10:00:00Z',
      '2020-06-10T10:00:00Z',
    ])
  }
  const us = await openBars({ store, datasets: ['us'], from: '2012-07-03', to: '2012-07-05' })
  expect(us.streams.map(({ rows }) => rows)).toEqual([2, 2, 2])
})

test('instruments stand in canonical order, whatever was asked or ingested first', async () => {
  const { instruments, streams } = await openBars({ store, datasets: ['us'], symbols: ['A', 'XNAS:Z', 'B'] })
  expect(instruments.map(({ venue, symbol }) => `${venue}:${symbol}`)).toEqual(['XNAS:B', 'XNAS:Z', 'XNYS:A'])
  expect(streams.map(({ rows }) => rows)).toEqual([5, 5, 3])
})

test('what is not there is named, and what there is instead', async () => {
  const check = async (request: Partial<Parameters<typeof openBars>[0]>, code: string, message: string) => {
    await expect(openBars({ store, ...request })).rejects.toMatchObject({ code, message })
  }
  await check(
    { datasets: ['eu'] },
    'UNKNOWN_DATASET',
    `the store at ${path} has no dataset "eu": it has minutes, us`,
  )
  await check(
    { datasets: ['us'], symbols: ['A', 'Q'] },
    'UNKNOWN_SYMBOL',
    'us has no instrument Q: it has XNAS:B, XNAS:Z, XNYS:A',
  )
  await check(
    { datasets: ['us'], venue: 'XLON' },
    'UNKNOWN_SYMBOL',
    'us has no instrument of venue XLON: leave --venue out, or name another',
  )
  await check(
    { interval: '5m' },
    'NO_DATASET',
    'no dataset holds 5m bars: there is minutes (1m raw), us (1d raw)',
  )
  await check(
    { datasets: ['us'], from: '2020-01-01' },
    'EMPTY_RANGE',
    'us has no bar of XNAS:B from 2020-01-01: it has them from 2012-07-02 to 2012-07-09',
  )
  await check(
    { datasets: ['minutes'], from: '2020-06-10', to: '2020-06-09' },
    'EMPTY_RANGE',
    '--from 2020-06-10 is after --to 2020-06-09: there is nothing between them',
  )
  await check(
    { datasets: ['us'], from: 'yesterday' },
    'BAD_DATE',
    '--from "yesterday" is no date: write 2008-01-31, or 2008-01-31T15:30:00Z',
  )
})

test('the cache is plain Arrow, is made again when it is gone or cut off, and is not trusted when it is not whole', async () => {
  await openBars({ store, datasets: ['us'], symbols: ['A'] })
  const cache = join(path, 'cache')
  const files = readdirSync(cache).filter(name => name.endsWith('.arrow'))
  const tables = files.map(name => tableFromIPC(readFileSync(join(cache, name))))
  const a = tables.find(table => table.numRows === 3)!
  expect([...a.getChild('close')!.toArray()]).toEqual([20, 21, 22])
  // One bit of the last price: the size is right, the bytes are not.
  for (const name of files) {
    const bytes = readFileSync(join(cache, name))
    bytes[bytes.length >> 1] ^= 1
    writeFileSync(join(cache, name), bytes)
  }
  const mended = await openBars({ store, datasets: ['us'], symbols: ['A'] })
  expect([...mended.streams[0].series!.close]).toEqual([20, 21, 22])
  for (const name of readdirSync(cache))
    writeFileSync(join(cache, name), readFileSync(join(cache, name)).subarray(0, 100))
  const again = await openBars({ store, datasets: ['us'], symbols: ['A'] })
  expect([...again.streams[0].series!.close]).toEqual([20, 21, 22])
  rmSync(cache, { recursive: true })
  const anew = await openBars({ store, datasets: ['us'], symbols: ['A'] })
  expect([...anew.streams[0].series!.close]).toEqual([20, 21, 22])
})

test('a worker reads the same memory', async () => {
  const { series } = (await openBars({ store, datasets: ['minutes'] })).streams[0]
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     parentPort.postMessage(workerData.reduce((sum, value) => sum + value, 0))`,
    { eval: true, workerData: series!.close },
  )
  const sum = await new Promise(resolve => worker.once('message', resolve))
  expect(sum).toBe(series!.close.reduce((total, value) => total + value, 0))
})

test('a run from the cache imports neither DuckDB nor apache-arrow', async () => {
  await openBars({ store, datasets: ['us'] })
  const script = await bundleScript(
    'cold',
    `import { openBars, openStore } from '/lab/catalog/index.ts'
     const store = await openStore(process.argv[2])
     const { streams } = await openBars({ store, datasets: ['us'] })
     console.log(JSON.stringify(streams.map(({ rows }) => rows)))
     // The cache gone, both packages are needed, and are not to be found from here.
     const { rmSync } = await import('node:fs')
     rmSync(process.argv[2] + '/cache', { recursive: true })
     console.log(await openBars({ store, datasets: ['us'] }).catch(error => error.code))`,
    folder,
  )
  const { out, err } = await runChild('node', [script, path])
  rmSync(script)
  expect(err).toBe('')
  expect(out).toBe('[5,5,3]\nERR_MODULE_NOT_FOUND\n')
})

test('memory stays flat: the second half of five million bars, 120 MB of columns, adds less than those', async () => {
  const large = join(folder, 'large.parquet')
  await withDuckDb(connection =>
    connection.run(
      `COPY (SELECT 1262304000000000 + i * 1000000 AS time, 10 + (i % 1000) / 100 AS open, open + 1 AS high, open - 1 AS low, open AS close, i % 100 AS volume
       FROM range(5000000) t(i)) TO '${large}' (FORMAT parquet)`,
    ),
  )
  await ingestBars({ store: path, path: large, venue: 'OTC', symbol: 'L', interval: '1s', stamp: 'close' })
  const script = await bundleScript(
    'stream',
    `import { openBars, openStore } from '/lab/catalog/index.ts'
     const store = await openStore(process.argv[2])
     const { streams } = await openBars({ store, datasets: ['large'] })
     let rows = 0
     let halfway = 0
     for (let batch = await streams[0].next(65536); batch !== undefined; batch = await streams[0].next(65536)) {
       rows += batch.length
       if (rows < 2500000) halfway = process.resourceUsage().maxRSS
     }
     const megabytes = (process.resourceUsage().maxRSS - halfway) / 1024
     console.log(JSON.stringify({ rows, held: streams[0].series !== undefined, megabytes }))`,
  )
  const { out } = await runChild('node', [script, path])
  rmSync(script)
  const { rows, held, megabytes } = JSON.parse(out)
  expect({ rows, held }).toEqual({ rows: 5_000_000, held: false })
  // DuckDB's chunks go when garbage is collected, so some tens are chance.
  expect(megabytes).toBeLessThan(90)
})

test('who has no bar in the range stays beside those who have, so that nobody is picked by hindsight', async () => {
  // A's last session of three is 2012-07-05.
  for (const memoryRows of [undefined, 0]) {
    const late = await openBars({ store, datasets: ['us'], from: '2012-07-06', memoryRows })
    expect(late.instruments.map(({ symbol }) => symbol)).toEqual(['B', 'Z', 'A'])
    expect(late.streams.map(({ rows }) => rows)).toEqual([2, 2, 0])
    expect(await late.streams[2].next(10)).toBeUndefined()
  }
  await expect(openBars({ store, datasets: ['us'], symbols: ['A'], from: '2012-07-06' })).rejects.toThrow(
    'us has no bar of XNYS:A from 2012-07-06: it has them from 2012-07-02 to 2012-07-05',
  )
  const file = join(folder, 'two.csv')
  writeFileSync(
    file,
    'date,symbol,open,high,low,close,volume\n2020-01-01,A,1,1,1,1,1\n2020-01-02,A,1,1,1,1,1\n2020-01-02,B,1,1,1,1,1\n',
  )
  const options = { venue: 'X', interval: '1d', calendar: '24/7' }
  const early = await fileBars(file, { ...options, to: '2020-01-01' })
  expect(early.streams.map(({ rows }) => rows)).toEqual([1, 0])
  await expect(fileBars(file, { ...options, from: '2020-01-03' })).rejects.toThrow(
    'two.csv has no bar of X:A in the range: it has them from 2020-01-01 to 2020-01-02',
  )
})
