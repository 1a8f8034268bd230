/**
 * LEAN's own sample folder: rows, first and last as the table in the folder's README counts them, and minutes held to
 * what pandas makes of the same files.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acceptanceData } from '../../testing/acceptance-data.ts'
import { python } from '../../testing/python.ts'
import { sourceRows } from '../../testing/source-rows.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openBars } from '../open-bars.ts'
import { openStore } from '../store.ts'
import { LEAN } from './lean.ts'
import { placeOf } from './place.ts'

const FOLDER = join(acceptanceData(), 'lean')
const iso = (micros: number) => new Date(micros / 1000).toISOString()

/** Rows in all files of the stream, the first start and the last, by the README; bars are known one interval later. */
const EXPECTED: readonly (readonly [stream: string, rows: number, first: string, last: string])[] = [
  ['bars 1h trade BINANCE:BTCUSDT', 120, '2018-05-01T01:00:00.000Z', '2018-05-06T00:00:00.000Z'],
  ['bars 1h trade BITFINEX:BTCUSD', 733, '2013-10-01T01:00:00.000Z', '2013-10-31T22:00:00.000Z'],
  ['bars 1d bid COINBASE:BTCUSD', 976, '2015-04-28T00:00:00.000Z', '2018-01-01T00:00:00.000Z'],
  ['bars 1d trade COINBASE:BTCUSD', 1093, '2014-12-02T00:00:00.000Z', '2018-01-01T00:00:00.000Z'],
  [
    'bars 1m trade COINBASE:BTCUSD',
    1419 + 1400 + 1440 + 1440 + 1007,
    '2016-10-07T00:01:00.000Z',
    '2018-04-04T16:48:00.000Z',
  ],
  ['bars 1m ask COINBASE:BTCUSD', 1438 + 1438 + 1437, '2017-09-03T00:01:00.000Z', '2018-04-04T23:59:00.000Z'],
  ['bars 1m bid COINBASE:ETHUSD', 1437 + 1437 + 1438, '2017-09-03T00:01:00.000Z', '2018-04-04T23:59:00.000Z'],
  [
    'bars 1m trade COINBASE:ETHUSD',
    1440 + 1440 + 1009,
    '2017-09-03T00:01:00.000Z',
    '2018-04-04T16:53:00.000Z',
  ],
  ['bars 1s trade COINBASE:BTCUSD', 4063 + 3453, '2016-10-07T00:00:05.000Z', '2016-10-08T23:59:59.000Z'],
  ['bars 1d ask BINANCEUSDM:ADAUSDT', 6, '2022-12-08T00:00:00.000Z', '2022-12-16T00:00:00.000Z'],
  ['bars 1d trade BINANCEUSDM:ADAUSDT', 9, '2022-12-08T00:00:00.000Z', '2022-12-16T00:00:00.000Z'],
  ['bars 1h bid BINANCEUSDM:ADAUSDT', 24, '2022-12-13T01:00:00.000Z', '2022-12-14T00:00:00.000Z'],
  ['bars 1h trade BINANCEUSDM:ADAUSDT', 24, '2022-12-13T01:00:00.000Z', '2022-12-14T00:00:00.000Z'],
  ['bars 1m bid BINANCEUSDM:ADAUSDT', 1100, '2022-12-13T00:01:00.000Z', '2022-12-14T00:00:00.000Z'],
  ['bars 1m trade BINANCEUSDM:ADAUSDT', 1440, '2022-12-13T00:01:00.000Z', '2022-12-14T00:00:00.000Z'],
  ['funding BINANCEUSDM:ADAUSDT', 1, '2022-12-13T00:00:00.000Z', '2022-12-13T00:00:00.000Z'],
  ['funding BINANCECOINM:BTCUSD', 12, '2020-12-29T00:00:00.000Z', '2022-12-13T16:00:00.000Z'],
  ['bars 1m ask BINANCECOINM:BTCUSD', 1104, '2022-12-13T00:01:00.000Z', '2022-12-14T00:00:00.000Z'],
  ['bars 1m trade BINANCECOINM:BTCUSD', 1439, '2022-12-13T00:01:00.000Z', '2022-12-14T00:00:00.000Z'],
  // 9:15 and 15:40 in Kolkata.
  ['bars 1m trade INDIA:YESBANK', 377 + 376 + 377, '2019-07-09T03:46:00.000Z', '2019-07-11T10:11:00.000Z'],
  // Midnight and 15:59 five hours behind UTC.
  ['bars 1m bid FXCM:EURUSD', 1426 + 958, '2014-05-01T05:01:00.000Z', '2014-05-02T21:00:00.000Z'],
  ['bars 1d bid OANDA:EURUSD', 3429, '2007-01-02T00:00:00.000Z', '2017-12-30T00:00:00.000Z'],
  ['bars 1d ask OANDA:GBPUSD', 3429, '2007-01-02T00:00:00.000Z', '2017-12-30T00:00:00.000Z'],
  ['bars 1h bid OANDA:EURUSD', 68_271, '2007-01-01T22:00:00.000Z', '2017-12-29T22:00:00.000Z'],
  [
    'bars 1m ask OANDA:EURUSD',
    1363 + 1222 + 157 + 1350 + 1389 + 1406,
    '2014-05-01T00:01:00.000Z',
    '2014-05-08T00:00:00.000Z',
  ],
  ['bars 1s bid OANDA:EURUSD', 12_564 + 17_361, '2014-05-01T00:00:01.000Z', '2014-05-02T20:59:59.000Z'],
  ['quotes OANDA:EURUSD', 24_179 + 49_341 + 25_177, '2014-05-01T00:00:00.292Z', '2014-05-05T23:59:59.513Z'],
]

test('every file of the folder, with every row', async () => {
  const { streams, issues, instruments } = await sourceRows(LEAN, FOLDER, { check: true })
  for (const [key, rows, first, last] of EXPECTED) {
    const { eventTime } = streams[key]
    expect([eventTime.length, iso(eventTime[0]), iso(eventTime.at(-1)!)], key).toEqual([rows, first, last])
  }
  // The other side of each file of quotes has as many.
  const sides = new Set(EXPECTED.map(([key]) => key.replace(/ (bid|ask) /, ' either ')))
  expect(new Set(Object.keys(streams).map(key => key.replace(/ (bid|ask) /, ' either ')))).toEqual(sides)
  for (const [key, { eventTime }] of Object.entries(streams))
    if (key.includes(' bid '))
      expect(streams[key.replace(' bid ', ' ask ')].eventTime, key).toEqual(eventTime)
  // Shares of YESBANK go on trading at the closing price: 15:40 to 16:00.
  expect(issues.map(({ code, count }) => [code, count])).toEqual([['outsideSession', 5]])
  expect(instruments['BINANCECOINM:BTCUSD']).toMatchObject({
    kind: 'inverse',
    multiplier: 100,
    settlement: 'BTC',
  })
  expect(instruments['OANDA:EURUSD']).toMatchObject({ kind: 'fx', ticksPerUnit: 100_000, base: 'EUR' })
})

test('minutes are those that pandas reads', async () => {
  const read = `
import json, sys, pandas as pd
path, zone, date, columns, scale = json.load(sys.stdin)
d = pd.read_csv(path, header=None, names=['ms'] + columns)
start = (pd.Timestamp(date) + pd.to_timedelta(d.ms, unit='ms')).dt.tz_localize(zone)
close = (start + pd.Timedelta(minutes=1)).dt.tz_convert('UTC')
print(json.dumps({'time': [t.value // 1000 for t in close], **{c: (d[c] / scale).tolist() for c in columns}}))`
  const ohlc = ['open', 'high', 'low', 'close']
  const quotes = ['bid', 'ask'].flatMap(side => [...ohlc, 'size'].map(name => `${side} ${name}`))
  for (const [file, date, zone, columns, scale, id] of [
    ['forex/fxcm/minute/eurusd/20140502_quote.csv', '2014-05-02', 'Etc/GMT+5', quotes, 1, 'FXCM:EURUSD'],
    ['forex/oanda/minute/eurusd/20140504_quote.csv', '2014-05-04', 'UTC', quotes, 1, 'OANDA:EURUSD'],
    [
      'equity/india/minute/yesbank/20190709_trade.csv',
      '2019-07-09',
      'Asia/Kolkata',
      [...ohlc, 'volume'],
      10_000,
      'INDIA:YESBANK',
    ],
  ] as const) {
    const path = join(FOLDER, file)
    const { streams } = await sourceRows(LEAN, path)
    const theirs = (await python(read, [path, zone, date, columns, scale])) as Record<string, number[]>
    for (const side of scale === 1 ? (['bid', 'ask'] as const) : (['trade'] as const)) {
      const ours = streams[`bars 1m ${side} ${id}`]
      expect(ours.eventTime, file).toEqual(theirs.time)
      for (const name of ohlc)
        expect(ours[name], `${file} ${name}`).toEqual(theirs[side === 'trade' ? name : `${side} ${name}`])
    }
  }
})

test('from the folder into a store and back', async () => {
  const store = mkdtempSync(join(tmpdir(), 'lean-store-'))
  try {
    const place = await placeOf(join(FOLDER, 'forex'))
    const result = await ingestSource({ store, place, adapter: LEAN, dataset: 'fx' })
    const rows = Object.fromEntries(
      result.datasets.map(({ id, streams }) => [id, streams.map(one => one.rows)]),
    )
    expect(rows).toEqual({
      'fx/1m-bid': [2384, 6887],
      'fx/1m-ask': [2384, 6887],
      'fx/quotes': [98_697],
      'fx/1s-bid': [29_925],
      'fx/1s-ask': [29_925],
      'fx/1h-bid': [68_271],
      'fx/1h-ask': [68_271],
      'fx/1d-bid': [3429, 3429],
      'fx/1d-ask': [3429, 3429],
    })
    const { streams } = await sourceRows(LEAN, join(FOLDER, 'forex', 'oanda', 'hour'))
    const held = await openBars({ store: await openStore(store), datasets: ['fx/1h-bid'] })
    const [{ series }] = held.streams
    expect([...series!.close]).toEqual(streams['bars 1h bid OANDA:EURUSD'].close)
    expect([...series!.eventTime]).toEqual(streams['bars 1h bid OANDA:EURUSD'].eventTime)
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
})
