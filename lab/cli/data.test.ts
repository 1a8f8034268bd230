import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataCheck } from './data-check.ts'
import { dataList, dataShow, dataSql } from './data.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-command-'))
const store = join(folder, 'store')
const file = join(folder, 'spy.csv')
const sample = fileURLToPath(new URL('../../data/sample', import.meta.url))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  writeFileSync(
    file,
    'day;o;h;l;last;vol\n09.07.2012;10;12;9;11;100\n10.07.2012;11;12;9;11;\n11.07.2012;11;10;12;11;100\n',
  )
})

const flags = {
  store,
  venue: 'ARCX',
  symbol: 'SPY',
  columns: 'time=day,close=last',
  timeFormat: 'dd.MM.yyyy',
  onIssue: 'drop',
}

test('ingest tells what it did and how it understood the file', async () => {
  const text = await ingestCommand(file, flags)
  expect(
    text
      .replace(/snapshot-1-[0-9a-f]{16}/, 'SNAPSHOT')
      .replaceAll(folder, 'FOLDER')
      .split('\n'),
  ).toEqual([
    '2 raw bars of 1d went into spy in FOLDER/store (SNAPSHOT).',
    '  ARCX:SPY  2 bars, 2012-07-09 to 2012-07-10',
    '  times in column day are read as dates as dd.MM.yyyy',
    '  the interval is 1d, measured on the first rows',
    "  a row stands for a session of calendar XNYS: its bar is known at the session's close",
    '1 rows were left out:',
    '  missingVolume 1: spy.csv line 3, column vol: volume is empty',
    '  highBelowLow 1: spy.csv line 4, column h: high 10 is below low 12',
  ])
  expect(await ingestCommand(file, flags)).toMatch(
    /holds these very rows already \(snapshot-1-[0-9a-f]{16}\): nothing to do\.$/,
  )
  const json = JSON.parse(await ingestCommand(file, { ...flags, dataset: 'again', json: true }))
  expect(json).toMatchObject({ dataset: 'again', rows: 2, dropped: 1, unchanged: false })
})

test('ingest of a store takes its datasets; wrong flags are one sentence', async () => {
  expect(await ingestCommand(sample, { store })).toContain(
    `us-daily/raw and us-daily/total-return came from ${sample}`,
  )
  expect(await ingestCommand(sample, { store })).toContain('already')
  const check = (path: string, options: object, message: string) =>
    expect(ingestCommand(path, { store, ...options })).rejects.toThrow(message)
  await check(
    file,
    {},
    `${file} does not say where its instruments trade: give --venue, for example --venue XNAS`,
  )
  await check(
    file,
    { venue: 'X', kind: 'ticks' },
    '--kind ticks is not known: choose bars or trades or quotes or book or funding or custom or actions or instruments',
  )
  await check(file, { venue: 'X', format: 'xls' }, '--format xls is not known: choose csv or parquet or ')
  await check(file, { venue: 'X', stamp: 'mid' }, '--stamp mid is not known: choose open or close')
  await check(file, { venue: 'X', onIssue: 'skip' }, '--on-issue skip is not known: choose refuse or drop')
  await check(
    file,
    { venue: 'X', adjustment: 'all' },
    '--adjustment all is not known: choose raw or split or total-return',
  )
})

test('trades are told from bars, and the guess is told', async () => {
  const trades = join(folder, 'btc.csv')
  writeFileSync(trades, 'time,price,qty,side\n1704153600000,42000.5,1,buy\n1704153600001,42000,2,sell\n')
  const text = await ingestCommand(trades, { store, venue: 'COINBASE', symbol: 'BTC-USD' })
  expect(
    text
      .replace(/snapshot-\d+-[0-9a-f]{16}/, 'SNAPSHOT')
      .replaceAll(folder, 'FOLDER')
      .split('\n'),
  ).toEqual([
    'FOLDER/btc.csv is read as trades-csv (columns time, price, qty).',
    '2 trades went into btc in FOLDER/store (SNAPSHOT).',
    '  COINBASE:BTC-USD  2 trades, 2024-01-02 to 2024-01-02',
    '  times in column time are read as epoch milliseconds',
    '  there is no time of receipt: a trade is known when it happens',
  ])
  expect(await ingestCommand(trades, { store, venue: 'COINBASE', symbol: 'BTC-USD' })).toMatch(
    /^btc in .*store holds these very rows already \(snapshot-\d+-[0-9a-f]{16}\): nothing to do\.$/,
  )
  const json = JSON.parse(await ingestCommand(trades, { store, venue: 'X', dataset: 'two', json: true }))
  expect(json).toMatchObject({ format: 'trades-csv', datasets: [{ id: 'two', kind: 'trades', rows: 2 }] })
  expect(await dataShow('btc', { store })).toMatch(/^btc: 2 trades, snapshot-/)
  expect((await dataList({ store })).split('\n').find(line => line.startsWith('btc'))).toMatch(
    /^btc +trades +raw/,
  )
  expect(await dataCheck('btc', { store })).toContain('btc is whole: 1 files')
  await expect(ingestCommand(trades, { store, venue: 'X', kind: 'bars' })).rejects.toMatchObject({
    code: 'COLUMN_MISSING',
  })
})

test('list, show and check, in words and as JSON', async () => {
  await ingestCommand(sample, { store })
  const words = (await dataList({ store })).split('\n')
  expect(words[0]).toBe(
    'dataset                interval  prices        instruments  rows  from        to          in SQL',
  )
  expect(words).toContain(
    'us-daily/total-return  1d        total-return            3  9810  2000-03-01  2013-03-01  us_daily_total_return',
  )
  const list = JSON.parse(await dataList({ store, json: true }))
  expect(list.datasets.map(({ id }: { id: string }) => id)).toContain('us-daily/raw')
  expect(await dataShow('us-daily/raw', { store })).toContain(
    'XNAS:AAPL   3270  2000-03-01  2013-03-01  1/10000  1/1  USD',
  )
  expect(JSON.parse(await dataShow('us-daily/raw', { store, json: true })).instruments).toHaveLength(3)
  expect(JSON.parse(await dataCheck('spy', { store, json: true }))).toMatchObject({
    whole: true,
    issues: [{}, {}],
  })
})

test('check looks at the rows: a table, an exit code, a page, everything as JSON', async () => {
  await ingestCommand(sample, { store })
  const text = await dataCheck('us-daily/raw', { store })
  const [whole, places] = text.split('\n')
  expect(whole).toMatch(
    /^us-daily\/raw is whole: 43 files have the bytes that snapshot-\d+-[0-9a-f]{16} names\.$/,
  )
  expect(places).toBe('10 places in 9810 rows of 3 streams may be wrong:')
  // Apple's splits of data/SOURCES.md, its volume when it fell by half in September 2000, its low of 6 May 2010.
  expect(text).toContain(
    'suspect   unlistedSplit       2  flag    XNAS:AAPL 2000-06-21T20:00:00Z: 101.25 becomes 50.5 overnight, as in a 2:1 split, and no corporate action says so',
  )
  expect(text).toContain('XNAS:AAPL 2010-05-06T20:00:00Z: low 199.25 is')
  expect(process.exitCode).toBeUndefined()

  await dataCheck('us-daily/raw', { store, policy: 'unlistedSplit=refuse' })
  expect(process.exitCode).toBe(1)
  process.exitCode = undefined
  await expect(dataCheck('us-daily/raw', { store, policy: 'splits=refuse' })).rejects.toMatchObject({
    code: 'BAD_POLICY',
  })

  const html = join(folder, 'pages', 'us-daily.html')
  expect(await dataCheck('us-daily/raw', { store, html })).toMatch(/\nThe page is .*us-daily\.html\.$/)
  expect(readFileSync(html, 'utf8')).toContain(
    'aria-label="2008: 253 sessions whole, 0 in part, 0 without a row"',
  )

  const { quality } = JSON.parse(await dataCheck('us-daily/raw', { store, json: true }))
  expect(quality.rows).toBe(9810)
  expect(
    quality.streams.map(({ name, places }: { name: string; places: number }) => `${name} ${places}`),
  ).toEqual(['XNAS:AAPL 7', 'XNAS:MSFT 3', 'XNYS:IBM 0'])
  expect(quality.findings).toHaveLength(10)
  expect(await dataCheck('us-daily/total-return', { store })).toContain('us-daily/total-return is whole')
})

test('rows that lack are told, and a damaged file before all else', async () => {
  const file = join(folder, 'holes.csv')
  const days = ['2012-07-02', '2012-07-03', '2012-07-05', '2012-07-06', '2012-07-11', '2012-07-12']
  writeFileSync(
    file,
    ['time,open,high,low,close,volume', ...days.map(day => `${day},10,12,9,11,100`)].join('\n'),
  )
  const own = join(folder, 'damaged')
  await ingestCommand(file, { store: own, venue: 'XNYS', symbol: 'HOLE', interval: '1d' })
  const text = await dataCheck('holes', { store: own })
  expect(text).toContain('there is no bar of 2 sessions, 2012-07-09 to 2012-07-10')
  expect(text).not.toContain('2012-07-04')

  const { instruments } = JSON.parse(await dataShow('holes', { store: own, json: true }))
  writeFileSync(join(own, instruments[0].files[0].path), 'PAR1')
  expect(await dataCheck('holes', { store: own })).toMatch(
    /^holes is damaged \(CHECKSUM_MISMATCH\): restore these files from a copy.*\n.*parquet has 4 bytes and should have \d+$/,
  )
  expect(process.exitCode).toBe(1)
  process.exitCode = undefined
})

test('sql prints a table, or rows in which NULL, NaN and times are what they are', async () => {
  expect(
    await dataSql('SELECT symbol, count(*) AS bars FROM us_daily_raw GROUP BY 1 ORDER BY 1', { store }),
  ).toBe(['symbol  bars', '------  ----', 'AAPL    3270', 'IBM     3270', 'MSFT    3270'].join('\n'))
  const query = "SELECT event_time, volume, 'nan'::DOUBLE AS x, 1::BIGINT AS n FROM spy ORDER BY 1"
  expect(JSON.parse(await dataSql(query, { store, json: true })).rows).toEqual([
    { event_time: '2012-07-09T20:00:00Z', volume: 100, x: 'NaN', n: 1 },
    { event_time: '2012-07-10T20:00:00Z', volume: null, x: 'NaN', n: 1 },
  ])
  expect(await dataSql('SELECT i FROM range(250) t(i)', { store })).toMatch(
    /\n… and 50 rows more; --json prints all$/,
  )
})
