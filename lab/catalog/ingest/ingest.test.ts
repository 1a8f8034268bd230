import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isoTime } from '../../core/time.ts'
import type { BarSeries } from '../../domain/bar.ts'
import { withDuckDb } from '../duckdb.ts'
import { fileBars } from '../file-bars.ts'
import { openBars } from '../open-bars.ts'
import { openStore } from '../store.ts'
import { type IngestRequest, ingestBars } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'ingest-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function write(text: string, name = 'a.csv'): string {
  const work = join(folder, String(count++))
  mkdirSync(work)
  writeFileSync(join(work, name), text)
  return join(work, name)
}

const HEADER = 'Date,Open,High,Low,Close,Volume\n'
const bars = (...times: string[]): string => HEADER + times.map(time => `${time},10,11,10,11,5\n`).join('')

/** Event times of a text, through the store and through the plain file alike. */
async function eventTimes(text: string, options: Partial<IngestRequest>): Promise<string[]> {
  const path = write(text)
  const store = join(folder, `store-${count}`)
  await ingestBars({ store, path, symbol: 'A', ...options })
  const stored = (await openBars({ store: await openStore(store) })).streams[0].series!
  const plain = (await fileBars(path, { symbol: 'A', ...options })).streams[0].series!
  const texts = (series: BarSeries) => [...series.eventTime].map(isoTime)
  expect(texts(plain)).toEqual(texts(stored))
  expect(plain.sessionClose && [...plain.sessionClose]).toEqual(
    stored.sessionClose && [...stored.sessionClose],
  )
  return texts(stored)
}

test('a date is its session: known at the close, in summer, in winter and on an early close', async () => {
  const dates = ['2012-11-02', '2012-11-05', '2012-11-23', '2012-11-26']
  const closes = [
    '2012-11-02T20:00:00Z',
    '2012-11-05T21:00:00Z',
    '2012-11-23T18:00:00Z',
    '2012-11-26T21:00:00Z',
  ]
  expect(await eventTimes(bars(...dates), { venue: 'XNYS' })).toEqual(closes)
  // The same days as other programs write them.
  const compact = dates.map(date => date.replaceAll('-', ''))
  expect(await eventTimes(bars(...compact), { venue: 'XNAS' })).toEqual(closes)
  const midnights = dates.map(date => `${date} 00:00:00`)
  expect(await eventTimes(bars(...midnights), { venue: 'XNYS' })).toEqual(closes)
  const epochs = dates.map(date => String(Date.parse(date)))
  expect(await eventTimes(bars(...epochs), { venue: 'XNYS' })).toEqual(closes)
  // Stamped at 09:30 New York, as some vendors do: 13:30 or 14:30 UTC.
  const opens = [
    '2012-11-02T13:30:00Z',
    '2012-11-05T14:30:00Z',
    '2012-11-23T14:30:00Z',
    '2012-11-26T14:30:00Z',
  ]
  expect(await eventTimes(bars(...opens), { venue: 'XNYS', interval: '1d' })).toEqual(closes)
})

test('around the clock a date ends at midnight UTC, and a week with its last day', async () => {
  expect(await eventTimes(bars('2020-02-28', '2020-02-29'), { venue: 'BINANCE' })).toEqual([
    '2020-02-29T00:00:00Z',
    '2020-03-01T00:00:00Z',
  ])
  const weeks = bars('2012-07-02', '2012-07-09')
  expect(await eventTimes(weeks, { venue: 'XNYS', stamp: 'open' })).toEqual([
    '2012-07-06T20:00:00Z',
    '2012-07-13T20:00:00Z',
  ])
  expect(await eventTimes(bars('2012-07-08', '2012-07-15'), { venue: 'XNYS', stamp: 'close' })).toEqual([
    '2012-07-06T20:00:00Z',
    '2012-07-13T20:00:00Z',
  ])
})

test('an intraday time is the close unless it is said, or named, to be the opening', async () => {
  const times = bars('2012-07-09 09:31', '2012-07-09 09:32')
  expect(await eventTimes(times, { venue: 'XNYS' })).toEqual(['2012-07-09T13:31:00Z', '2012-07-09T13:32:00Z'])
  expect(await eventTimes(times, { venue: 'XNYS', stamp: 'open' })).toEqual([
    '2012-07-09T13:32:00Z',
    '2012-07-09T13:33:00Z',
  ])
  const named = times.replace('Date', 'open_time')
  expect(await eventTimes(named, { venue: 'XNYS' })).toEqual(['2012-07-09T13:32:00Z', '2012-07-09T13:33:00Z'])
  expect(await eventTimes(times, { venue: 'OTC', timezone: 'Asia/Tokyo' })).toEqual([
    '2012-07-09T00:31:00Z',
    '2012-07-09T00:32:00Z',
  ])
})

test('what was understood is told', async () => {
  const path = write(bars('1341826260', '1341826320'))
  const { notes } = await ingestBars({ store: join(folder, 'told'), path, venue: 'OTC', symbol: 'A' })
  expect(notes).toEqual([
    'times in column Date are read as epoch seconds',
    'the interval is 1m, measured on the first rows',
    "a time names its bar's close; pass --stamp open if it does not",
  ])
})

test('bars before the opening or after the close are kept and told; a bar at the opening hints at the stamp', async () => {
  const path = write(bars('2012-07-09 09:30', '2012-07-09 09:31', '2012-07-09 16:01'))
  const result = await ingestBars({ store: join(folder, 'hours'), path, venue: 'XNYS', symbol: 'A' })
  expect(result).toMatchObject({ rows: 3, dropped: 0 })
  expect(result.issues.map(({ row, text }) => [row, text])).toEqual([
    [2, "2012-07-09T13:30:00Z is the opening of a session: if times name a bar's opening, pass --stamp open"],
    [4, "2012-07-09T20:01:00Z is outside the session's hours in calendar XNYS"],
  ])
})

test('nanoseconds: known at the µs after, in order of the nanoseconds, the rest kept', async () => {
  const times = ['1341826260000000100', '1341826260000000900', '1341826320000000000']
  const path = write(bars(...times))
  const store = join(folder, 'nanos')
  await ingestBars({ store, path, venue: 'OTC', symbol: 'A', interval: '1m' })
  const opened = await openStore(store)
  const { series } = (await openBars({ store: opened })).streams[0]
  expect([...series!.eventTime]).toEqual([1341826260000000, 1341826260000000, 1341826320000000])
  expect([...series!.receiveTime]).toEqual([1341826260000001, 1341826260000001, 1341826320000000])
  const rows = (await opened.sql('SELECT sequence, event_ns FROM a ORDER BY sequence')).toArray()
  expect(rows.map(row => [row.sequence, row.event_ns])).toEqual([
    [0, 100],
    [1, 900],
    [2, 0],
  ])
})

test('unsorted rows are put in order when asked', async () => {
  expect(
    await eventTimes(bars('2012-07-10', '2012-07-11', '2012-07-09'), { venue: 'XNYS', sort: true }),
  ).toEqual(['2012-07-09T20:00:00Z', '2012-07-10T20:00:00Z', '2012-07-11T20:00:00Z'])
})

test('a file of many symbols, mixed, and a folder with one each, give the same instruments', async () => {
  const mixed = write(
    'Ticker,Date,Open,High,Low,Close,Volume\n' +
      ['2012-12-28', '2012-12-31', '2013-01-02']
        .flatMap(date => [`B,${date},1,2,1,2,5\n`, `A,${date},3,4,3,4,6\n`])
        .join(''),
    'mixed.csv',
  )
  const store = join(folder, 'many')
  const result = await ingestBars({ store, path: mixed, venue: 'XNYS' })
  expect(result.instruments.map(({ id, rows }) => [id, rows])).toEqual([
    ['XNYS:B', 3],
    ['XNYS:A', 3],
  ])
  const work = join(folder, 'each')
  mkdirSync(work)
  writeFileSync(
    join(work, 'B.csv'),
    HEADER + '2012-12-28,1,2,1,2,5\n2012-12-31,1,2,1,2,5\n2013-01-02,1,2,1,2,5\n',
  )
  writeFileSync(
    join(work, 'A.csv'),
    HEADER + '2012-12-28,3,4,3,4,6\n2012-12-31,3,4,3,4,6\n2013-01-02,3,4,3,4,6\n',
  )
  writeFileSync(join(work, 'README.md'), 'not a table')
  await ingestBars({ store, path: work, venue: 'XNYS' })
  const opened = await openStore(store)
  const hashes = async (id: string) =>
    (await opened.show(id)).instruments.map(one => [
      one.symbol,
      one.files.map(({ year, sha256 }) => [year, sha256]),
    ])
  // Equal rows have equal bytes, wherever they came from; each year is a file.
  expect(await hashes('each')).toEqual(await hashes('mixed'))
  expect(
    (await opened.show('each')).instruments[0].files.map(({ path }) => path.replace(/[0-9a-f]{16}/, '#')),
  ).toEqual([
    'datasets/each/kind=bars/venue=XNYS/symbol=A/interval=1d/year=2012/#.parquet',
    'datasets/each/kind=bars/venue=XNYS/symbol=A/interval=1d/year=2013/#.parquet',
  ])
  const one = await ingestBars({ store, path: mixed, venue: 'XNYS', symbol: 'A', dataset: 'one' })
  expect(one.instruments.map(({ id }) => id)).toEqual(['XNYS:A'])
})

test('the same again is nothing to do; other rows for the same instrument need a word', async () => {
  const store = join(folder, 'again')
  const first = write(bars('2012-07-09', '2012-07-10'))
  const request = { store, path: first, venue: 'XNYS', symbol: 'A', dataset: 'd' }
  const { snapshot } = await ingestBars(request)
  expect(await ingestBars({ ...request, now: 1 })).toMatchObject({ snapshot, unchanged: true, rows: 0 })
  const second = write(bars('2012-07-09', '2012-07-10', '2012-07-11'))
  await expect(ingestBars({ ...request, path: second })).rejects.toMatchObject({
    code: 'INSTRUMENT_EXISTS',
    message:
      'XNYS:A is already in dataset d with 2 bars from 2012-07-09 to 2012-07-10: pass --replace to put these in their place',
  })
  expect((await openStore(store)).snapshot).toBe(snapshot)
  const replaced = await ingestBars({ ...request, path: second, replace: true })
  expect(replaced.instruments).toMatchObject([{ rows: 3 }])
  // What the older snapshot named is still there to be read.
  const before = await openBars({ store: await openStore(store, { snapshot }) })
  expect(before.streams[0].rows).toBe(2)
  await expect(
    ingestBars({ ...request, path: second, symbol: 'B', adjustment: 'split' }),
  ).rejects.toMatchObject({
    code: 'DATASET_DIFFERS',
    message:
      'dataset d holds raw bars of 1d and these are split bars of 1d: choose another id with --dataset',
  })
})

test('a folder with two files for one instrument, two intervals, or no table', async () => {
  const work = join(folder, 'twice')
  mkdirSync(work)
  await expect(ingestBars({ store: join(folder, 'tw'), path: work })).rejects.toThrow(
    `${work} holds no .csv, .csv.gz, .parquet, .arrow or .json file: name another folder`,
  )
  writeFileSync(join(work, 'A.csv'), bars('2012-07-09'))
  writeFileSync(join(work, 'A.txt'), bars('2012-07-10'))
  await expect(ingestBars({ store: join(folder, 'tw'), path: work, venue: 'XNYS' })).rejects.toThrow(
    'XNYS:A is in A.csv and in A.txt: leave one of them out, or give them different symbols',
  )
  writeFileSync(join(work, 'B.csv'), bars('2012-07-09 10:00', '2012-07-09 10:01'))
  rmSync(join(work, 'A.txt'))
  await expect(ingestBars({ store: join(folder, 'tw'), path: work, venue: 'XNYS' })).rejects.toThrow(
    'B.csv has bars of 1m and A.csv of 1d: ingest them into two datasets',
  )
  expect(readdirSync(join(folder, 'tw', 'incoming'))).toEqual([])
  expect(existsSync(join(folder, 'tw', 'datasets'))).toBe(false)
})

test('Parquet times: zoned, plain, nanoseconds, dates, epochs and texts mean the same', async () => {
  const column = async (sql: string): Promise<string[]> => {
    const path = join(folder, `p${count++}.parquet`)
    await withDuckDb(connection =>
      connection.run(
        `COPY (SELECT ${sql} AS time, 10.0 AS open, 11 AS high, 10::FLOAT AS low, 11::DECIMAL(9,2) AS close FROM range(2) t(i)) TO '${path}' (FORMAT parquet)`,
      ),
    )
    const { series } = (await fileBars(path, { venue: 'XNYS' })).streams[0]
    return [...series!.eventTime].map(isoTime)
  }
  const expected = ['2012-07-09T20:00:00Z', '2012-07-10T20:00:00Z']
  const day = "(DATE '2012-07-09' + i::INTEGER)"
  for (const sql of [
    day,
    `${day}::TIMESTAMP`,
    `${day}::TIMESTAMP_NS`,
    `(${day}::VARCHAR || ' 20:00:00+00')::TIMESTAMPTZ`,
    `epoch_ms(${day}::TIMESTAMP)`,
    `epoch_ns(${day}::TIMESTAMP)`,
    `epoch(${day}::TIMESTAMP)`,
    `${day}::VARCHAR`,
    `strftime(${day}, '%Y%m%d')::INTEGER`,
  ]) {
    expect(await column(sql), sql).toEqual(expected)
  }
})

test('total-return prices are open, high, low, close times adjusted close / close', async () => {
  const path = write(
    'Date,Open,High,Low,Close,Volume,Adj Close\n2012-07-09,10,12,9,11,100,5.5\n2012-07-10,10,12,9,12,100,4\n',
  )
  const store = join(folder, 'adjusted')
  const result = await ingestBars({ store, path, venue: 'XNYS', symbol: 'A', adjustment: 'total-return' })
  expect(result.notes).toContain(
    'prices are multiplied by adjusted close / close of their row and rounded to 1e-9',
  )
  const source = await openBars({ store: await openStore(store) })
  expect(source.datasets[0].adjustment).toBe('total-return')
  expect(source.instruments[0].ticksPerUnit).toBe(1e9)
  const { open, high, low, close } = source.streams[0].series!
  // By hand: × 0.5, and × 1/3 rounded to 1e-9.
  expect([open, high, low, close].map(column => [...column])).toEqual([
    [5, 3.333333333],
    [6, 4],
    [4.5, 3],
    [5.5, 4],
  ])
})

test('the grid is the coarsest power of ten from cents that holds every price, or what was said', async () => {
  const grid = async (close: string, options: Partial<IngestRequest> = {}) => {
    const path = write(`${HEADER}2012-07-09,1,9000,1,${close},5\n`)
    const { instruments } = await fileBars(path, { venue: 'XNYS', ...options })
    return [instruments[0].ticksPerUnit, instruments[0].lotsPerUnit]
  }
  expect(await grid('2')).toEqual([100, 1])
  expect(await grid('2.25')).toEqual([100, 1])
  expect(await grid('2.125')).toEqual([1000, 1])
  expect(await grid('2.00000001')).toEqual([1e8, 1])
  expect(await grid('2.25', { tick: '0.25', lot: 0.001 })).toEqual([4, 1000])
  const fraction = write(`${HEADER}2012-07-09,1,2,1,2,5.25\n`)
  expect((await fileBars(fraction)).instruments[0].lotsPerUnit).toBe(1e8)
})
