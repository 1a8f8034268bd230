/**
 * Folders as LEAN lays them out, written here. Expected values are read off the texts by hand, by the rules that
 * LEAN's own writer follows (Common/Util/LeanData.cs).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sourceRows } from '../../testing/source-rows.ts'
import { openBars } from '../open-bars.ts'
import { openTicks } from '../open-ticks.ts'
import { openStore } from '../store.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { LEAN } from './lean.ts'
import { leanFile } from './lean-path.ts'
import { placeOf } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'lean-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function write(files: Readonly<Record<string, string>>): string {
  const root = join(folder, String(count++), 'Data')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

const at = (text: string) => Date.parse(text) * 1000

const PROPERTIES =
  'market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,market_ticker,minimum_order_size\n' +
  '# a comment\n\noanda,EURUSD,forex,EUR/USD,USD,1,0.00001,1\nfxcm,EURUSD,forex,,USD,1,0.00001,1000\n' +
  'binance,BTCUSD,cryptofuture,BTCUSD,USD,100,0.1,1,BTCUSD_PERP\nbinance,BTCUSDT,cryptofuture,,USDT,1,0.1,0.001,BTCUSDT\n' +
  'coinbase,BTCUSD,crypto,,USD,1,0.01,0.00000001,BTC-USD,0.0001\n'
const HOURS = JSON.stringify({
  entries: {
    'Forex-fxcm-[*]': { dataTimeZone: 'UTC-05' },
    'Forex-oanda-[*]': { dataTimeZone: 'UTC' },
    'Equity-usa-[*]': { dataTimeZone: 'America/New_York' },
  },
})
const DATABASES = {
  'symbol-properties/symbol-properties-database.csv': PROPERTIES,
  'market-hours/market-hours-database.json': HOURS,
}

test('a path tells market, resolution, symbol and kind, or that it is none', () => {
  const of = (path: string) => {
    const file = leanFile(`/home/x/${path}`)
    if (file === undefined) return undefined
    const { type, market, symbol, what } = file
    return [type, market, symbol, ...Object.values(what)].join(' ')
  }
  expect(of('Data/forex/oanda/minute/eurusd/20140501_quote.zip')).toBe(
    'forex oanda EURUSD quote minute 16191',
  )
  expect(of('crypto/coinbase/tick/btcusd/20140501_trade.csv')).toBe('crypto coinbase BTCUSD trade tick 16191')
  expect(of('equity/usa/daily/aapl.zip')).toBe('equity usa AAPL trade daily')
  expect(of('forex/oanda/hour/eurusd.csv')).toBe('forex oanda EURUSD quote hour')
  expect(of('crypto/gdax/daily/btcusd_quote.zip')).toBe('crypto gdax BTCUSD quote daily')
  expect(of('cryptofuture/binance/margin_interest/btcusd.csv')).toBe('cryptofuture binance BTCUSD funding')
  expect(of('equity/data/forex/fxcm/hour/eurusd.csv')).toBe('forex fxcm EURUSD quote hour')
  for (const other of [
    'forex/oanda/minute/eurusd/20140231_quote.csv',
    'forex/oanda/minute/eurusd/prices.csv',
    'equity/usa/map_files/aapl.csv',
    'equity/usa/fundamental/coarse/20140501.csv',
    'option/usa/minute/aapl/20140501_quote.zip',
    'stocks/daily/aapl.csv',
  ])
    expect(of(other), other).toBeUndefined()
})

test('minutes of quotes: bids and asks known a minute after the start, in the zone of the data', async () => {
  const root = write({
    ...DATABASES,
    'forex/fxcm/minute/eurusd/20140501_quote.csv':
      '0,1.38726,1.38729,1.38723,1.38724,0,1.38729,1.3873,1.38727,1.38727,0\n' +
      '60000,,,,,,1.38728,1.38728,1.38727,1.38727,7\n' +
      '68340000,1.38693,1.38695,1.38691,1.38694,0,1.38706,1.38706,1.38706,1.38706,0',
  })
  const { streams, instruments, issues, notes } = await sourceRows(LEAN, root)
  expect(issues).toEqual([])
  const none = [Number.NaN, Number.NaN]
  // Midnight in the fixed zone of FXCM is 05:00 UTC; 68340000 ms are 18:59.
  expect(streams).toEqual({
    'bars 1m bid FXCM:EURUSD': {
      eventTime: [at('2014-05-01T05:01:00Z'), at('2014-05-02T00:00:00Z')],
      receiveTime: [at('2014-05-01T05:01:00Z'), at('2014-05-02T00:00:00Z')],
      open: [1.38726, 1.38693],
      high: [1.38729, 1.38695],
      low: [1.38723, 1.38691],
      close: [1.38724, 1.38694],
      volume: none,
    },
    'bars 1m ask FXCM:EURUSD': {
      eventTime: [at('2014-05-01T05:01:00Z'), at('2014-05-01T05:02:00Z'), at('2014-05-02T00:00:00Z')],
      receiveTime: [at('2014-05-01T05:01:00Z'), at('2014-05-01T05:02:00Z'), at('2014-05-02T00:00:00Z')],
      open: [1.38729, 1.38728, 1.38706],
      high: [1.3873, 1.38728, 1.38706],
      low: [1.38727, 1.38727, 1.38706],
      close: [1.38727, 1.38727, 1.38706],
      volume: [...none, Number.NaN],
    },
  })
  expect(instruments['FXCM:EURUSD']).toEqual({
    venue: 'FXCM',
    symbol: 'EURUSD',
    kind: 'fx',
    base: 'EUR',
    currency: 'USD',
    ticksPerUnit: 100_000,
    lotsPerUnit: 1,
    minQuantity: 1000,
    calendar: 'FX',
  })
  expect(notes).toContain('times of forex/fxcm are in -05:00, a bar’s its start')
})

test('shares: ten-thousandths, New York, and a day is known at the close of its session', async () => {
  const root = write({
    ...DATABASES,
    // 9:30 on the days before and after clocks went forward (2014-03-09).
    'equity/usa/minute/aapl/20140307_trade.csv': '34200000,5309600,5310000,5309100,5309500,1200\n',
    'equity/usa/minute/aapl/20140310_trade.csv': '34200000,5282500,5284000,5282000,5283333,100\n',
    'equity/usa/daily/aapl.csv':
      '20140307 00:00,5309600,5319900,5265500,5304400,7862800\n20140310 00:00,5282500,5330000,5281900,5309200,6367600\n',
    // The day after Thanksgiving closes at 13:00.
    'equity/usa/daily/ibm.csv': '20141128 00:00,1623000,1630000,1618000,1621700,2700000\n',
  })
  const { streams, instruments, issues } = await sourceRows(LEAN, root)
  expect(issues).toEqual([])
  expect(streams['bars 1m trade USA:AAPL']).toMatchObject({
    eventTime: [at('2014-03-07T14:31:00Z'), at('2014-03-10T13:31:00Z')],
    open: [530.96, 528.25],
    close: [530.95, 528.3333],
    volume: [1200, 100],
  })
  expect(streams['bars 1d trade USA:AAPL']).toMatchObject({
    eventTime: [at('2014-03-07T21:00:00Z'), at('2014-03-10T20:00:00Z')],
    high: [531.99, 533],
    volume: [7862800, 6367600],
  })
  expect(streams['bars 1d trade USA:IBM'].eventTime).toEqual([at('2014-11-28T18:00:00Z')])
  expect(instruments['USA:AAPL']).toEqual({
    venue: 'USA',
    symbol: 'AAPL',
    kind: 'spot',
    calendar: 'XNYS',
    currency: 'USD',
  })
  const indian = await sourceRows(
    LEAN,
    write({
      'equity/india/minute/yesbank/20190709_trade.csv': '33300000,950000,950000,939000,948500,1730100',
    }),
  )
  // 9:15 in Kolkata is 3:45 UTC, also where there is no database to say so.
  expect(indian.streams['bars 1m trade INDIA:YESBANK']).toMatchObject({
    eventTime: [at('2019-07-09T03:46:00Z')],
    open: [95],
    low: [93.9],
  })
  expect(indian.instruments['INDIA:YESBANK']).toMatchObject({ calendar: 'XNSE', currency: 'INR' })
})

test('ticks are quotes and trades, with their fractions of a millisecond; files in order of their dates', async () => {
  const root = write({
    ...DATABASES,
    'forex/oanda/tick/eurusd/20140502_quote.csv': '1,1.5,1.6\n',
    'forex/oanda/tick/eurusd/20140501_quote.csv': '292,1.38676,1.38686\n920.1234567,1.38676,1.38687\n',
    'crypto/coinbase/tick/btcusd/20140501_trade.csv': '5,439.12,0.25\n5,439.13,1\n',
    'crypto/coinbase/tick/btcusd/20140501_quote.csv': '7,439.1,2.5,439.13,0.5\n',
  })
  const { streams } = await sourceRows(LEAN, root)
  expect(streams['quotes OANDA:EURUSD']).toEqual({
    eventTime: [
      at('2014-05-01T00:00:00.292Z'),
      at('2014-05-01T00:00:00.920Z') + 123,
      at('2014-05-02T00:00:00.001Z'),
    ],
    receiveTime: [
      at('2014-05-01T00:00:00.292Z'),
      at('2014-05-01T00:00:00.920Z') + 124,
      at('2014-05-02T00:00:00.001Z'),
    ],
    eventNanos: [0, 457, 0],
    receiveNanos: [0, 543, 0],
    bid: [1.38676, 1.38676, 1.5],
    ask: [1.38686, 1.38687, 1.6],
    bidSize: [0, 0, 0],
    askSize: [0, 0, 0],
  })
  expect(streams['trades COINBASE:BTCUSD']).toMatchObject({
    price: [439.12, 439.13],
    size: [0.25, 1],
    side: [0, 0],
  })
  expect(streams['quotes COINBASE:BTCUSD']).toMatchObject({
    bid: [439.1],
    bidSize: [2.5],
    ask: [439.13],
    askSize: [0.5],
  })
})

test('crypto futures: linear and inverse contracts, and what longs paid', async () => {
  const root = write({
    ...DATABASES,
    'cryptofuture/binance/margin_interest/btcusd.csv':
      '20201229 00:00:00,0.00020030\n20201229 08:00:00,-0.00046053',
    'cryptofuture/binance/hour/btcusdt_trade.csv': '20221213 00:00,17204,17207.6,17203.9,17207.65,4242\n',
  })
  const { streams, instruments, notes } = await sourceRows(LEAN, root)
  expect(streams['funding BINANCECOINM:BTCUSD']).toEqual({
    eventTime: [at('2020-12-29T00:00:00Z'), at('2020-12-29T08:00:00Z')],
    receiveTime: [at('2020-12-29T00:00:00Z'), at('2020-12-29T08:00:00Z')],
    rate: [0.0002003, -0.00046053],
    markPrice: [Number.NaN, Number.NaN],
  })
  expect(instruments['BINANCECOINM:BTCUSD']).toMatchObject({
    kind: 'inverse',
    currency: 'USD',
    settlement: 'BTC',
    multiplier: 100,
    ticksPerUnit: 10,
  })
  expect(instruments['BINANCEUSDM:BTCUSDT']).toMatchObject({
    kind: 'linear',
    settlement: 'USDT',
    multiplier: 1,
    lotsPerUnit: 1000,
    // 17207.65 lies off the grid of 0.1.
    ticksPerUnit: 100,
  })
  expect(notes).toContain('prices of BINANCEUSDM:BTCUSDT lie off LEAN’s grid of 0.1: their own is measured')
})

test('rows that cannot be read are named by file, line and column', async () => {
  const root = write({
    'forex/oanda/minute/eurusd/20140501_quote.csv':
      '0,1.5,1.5,1.5,1.5,0,1.6,1.6,1.6,1.6,0\nx,1,1,1,1,0,1,1,1,1,0\n120000,1.5,1.5\n180000,1.5,y,1.5,1.5,0,1.6,1.6,1.6,1.6,0\n',
    'forex/oanda/hour/eurusd.csv': '20140501 00:00,1,1,1,1,0,1,1,1,1,0\n20140532 00:00,1,1,1,1,0,1,1,1,1,0\n',
  })
  const { streams, issues } = await sourceRows(LEAN, root)
  expect(issues.map(({ code, example }) => [code, example])).toEqual([
    ['fieldCount', 'Data line 3: the row has 3 fields and the header has 11'],
    [
      'badNumber',
      'Data line 2, column time of 20140501_quote.csv: time of 20140501_quote.csv "x" is not a number',
    ],
    ['badTime', 'Data line 2, column time of eurusd.csv: "20140532 00:00" is no time such as 20140501 13:00'],
  ])
  expect(streams['bars 1m bid OANDA:EURUSD'].open).toEqual([1.5])
  expect(streams['bars 1h ask OANDA:EURUSD'].open).toEqual([1])
})

test('from a folder into the store and back, each kind a dataset', async () => {
  const root = write({
    ...DATABASES,
    'forex/oanda/minute/eurusd/20140501_quote.csv':
      '0,1.5,1.7,1.4,1.6,0,1.55,1.75,1.45,1.65,0\n60000,1.6,1.6,1.6,1.6,0,1.65,1.65,1.65,1.65,0\n',
    'forex/oanda/minute/eurusd/20140502_quote.csv': '0,1.8,1.8,1.8,1.8,0,1.9,1.9,1.9,1.9,0\n',
    'forex/oanda/tick/eurusd/20140501_quote.csv': '292,1.38676,1.38686\n',
    'cryptofuture/binance/margin_interest/btcusd.csv': '20201229 00:00:00,0.0002\n',
  })
  const store = join(root, 'store')
  const result = await ingestSource({ store, place: await placeOf(root), adapter: LEAN, dataset: 'lean' })
  expect(result.datasets.map(({ id, rows }) => [id, rows])).toEqual([
    ['lean/funding', 1],
    ['lean/quotes', 1],
    ['lean/1m-bid', 3],
    ['lean/1m-ask', 3],
  ])
  const opened = await openStore(store)
  const bars = await openBars({ store: opened, datasets: ['lean/1m-ask'] })
  expect(bars.instruments[0]).toMatchObject({
    venue: 'OANDA',
    kind: 'fx',
    calendar: 'FX',
    ticksPerUnit: 100_000,
  })
  const ticks = await openTicks({ store: opened, datasets: ['lean/quotes'] })
  expect(ticks.streams.map(({ kind, rows }) => [kind, rows])).toEqual([['quotes', 1]])
  await expect(
    ingestSource({ store, place: await placeOf(root), adapter: LEAN, dataset: 'x', symbol: 'GBPUSD' }),
  ).rejects.toMatchObject({
    code: 'UNKNOWN_SYMBOL',
    message: 'Data has no files of GBPUSD: it has BTCUSD, EURUSD',
  })
})
