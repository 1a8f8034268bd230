/** Every source against a sample of every other: each is sure of its own and of nothing else. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { guessSource, SOURCES } from './index.ts'
import { placeOf } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'guess-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const RECORDING = '1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}}\n'
const CAPTURE = 'wss://ws.kraken.com <-> 1618678132.368463\n1618678132.9: {"event":"heartbeat"}\n'
const BARS = 'Date,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1\n'

/** Name, bytes, and the source that it is; one that nobody should take for its own has none. */
const SAMPLES: readonly (readonly [name: string, bytes: string | Buffer, source: string | undefined])[] = [
  ['recording/btcusdt.gz', gzipSync(RECORDING), 'binance-recording'],
  ['recording/btcusdt.txt', RECORDING, 'binance-recording'],
  [
    'snapshot/btcusdt.gz',
    gzipSync('1723161254087896568 {"lastUpdateId":1,"bids":[],"asks":[]}\n'),
    'binance-recording',
  ],
  ['capture/KRAKEN.ws.50.0', CAPTURE, 'cryptofeed'],
  ['lean/forex/oanda/minute/eurusd/20140501_quote.csv', '0,1,1,1,1,0,1,1,1,1,0\n', 'lean'],
  ['lean/crypto/gdax/daily/btcusd_trade.csv', '20140501 00:00,1,1,1,1,1\n', 'lean'],
  ['candles/BTC_USDT-1h.json', '[[1704153600000,1,1,1,1,1]]', 'ccxt-ohlcv'],
  ['yahoo/KO.csv', 'Date,Open,High,Low,Close,Adj Close,Volume\n', 'yahoo'],
  ['trades/BTC.csv', 'time,price,size,side\n', 'trades-csv'],
  ['quotes/EURUSD.csv', 'Gmt time,Ask,Bid,AskVolume,BidVolume\n', 'quotes-csv'],
  ['funding/BTC.csv', 'Symbol,Date,Funding Rate\n', 'funding-csv'],
  ['funding-binance/BTC.csv', 'calc_time,funding_interval_hours,last_funding_rate\n', 'funding-csv'],
  ['splits/splits.csv', 'symbol,effective_date,price_ratio\n', 'splits-dividends'],
  ['dividends/dividends.csv', 'symbol,ex_date,amount\n', 'splits-dividends'],
  [
    'candles-objects/btc.json',
    '{"candles":[{"start":"1463544000","open":"1","high":"1","low":"1","close":"1"}]}',
    'bars-table',
  ],
  ['bars/KO.csv', BARS, 'bars-table'],
  ['bars-other/KO.csv', 'Date,Open,High,Low,Close,Volume,Adj Close\n', 'bars-table'],
  [
    'hyperliquid/btc.gz',
    gzipSync('1737918843893903000 {"channel":"l2Book","data":{"coin":"BTC"}}\n'),
    undefined,
  ],
  ['other/BINANCE.ws.1.0', CAPTURE, undefined],
  ['json/config.json', '{"a":[[1704153600000,1,1,1,1,1]]}', undefined],
  ['json/matrix.json', '[[1,2],[3,4]]', undefined],
  [
    'json/klines.json',
    '[[1499040000000,"0.1","0.8","0.1","0.1","1",1499644799999,"2",308,"1","2","0"]]',
    undefined,
  ],
  ['notes/readme.md', '# forex/oanda/minute/eurusd\n', undefined],
  ['empty/nothing.dat', '', undefined],
]

test.each(SAMPLES)('%s', async (name, bytes, source) => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  const place = await placeOf(path)
  for (const adapter of SOURCES) {
    const { confidence } = adapter.guess(place)
    // A table of bars takes Yahoo's for its own too, and anything with its ending when nobody else does.
    const others: Readonly<Record<string, number>> = {
      'bars-table': source === 'yahoo' ? 0.9 : 0.3,
      // Any times with numbers beside them are series, when they are nothing else.
      'wide-series': 0.5,
    }
    const most = adapter.name === source ? 1 : (others[adapter.name] ?? 0)
    const least = adapter.name === source ? 0.9 : 0
    expect(confidence, adapter.name).toBeLessThanOrEqual(most)
    expect(confidence, adapter.name).toBeGreaterThanOrEqual(least)
  }
  if (source === undefined) expect(() => guessSource(place)).toThrow(/not recognised as any source/)
  else expect(guessSource(place).adapter.name).toBe(source)
})

test('folders are what is in them', async () => {
  const of = async (name: string) => guessSource(await placeOf(join(folder, name))).adapter.name
  expect(await of('recording')).toBe('binance-recording')
  expect(await of('capture')).toBe('cryptofeed')
  expect(await of('lean')).toBe('lean')
  expect(await of('lean/forex/oanda/minute')).toBe('lean')
  expect(await of('candles')).toBe('ccxt-ohlcv')
  expect(await of('yahoo')).toBe('yahoo')
  expect(await of('trades')).toBe('trades-csv')
  expect(await of('bars')).toBe('bars-table')
})
