/** The command against real HTTP on loopback: whatever the line and the venue do, the store holds the venue's rows. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../catalog/index.ts'
import { Random } from '../core/random.ts'
import { bundleScript } from '../testing/child.ts'
import type { AggregateTrade, Candle, FundingRate, Kline } from '../testing/venue-documents.ts'
import { OANDA_ACCOUNT, startVenueServer, type VenueServer } from '../testing/venue-server.ts'
import { type DataFetchOptions, dataFetchCommand, type Edge } from './data-fetch.ts'

const HOUR = 3_600_000
const START = Date.UTC(2024, 0, 1)
const TOKEN = 'a1b2c3d4e5f60718-deadbeefcafe4242'
const folder = mkdtempSync(join(tmpdir(), 'data-fetch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let venue: VenueServer
let store: string
let count = 0
const waits: number[] = []
const said: string[] = []

beforeEach(async () => {
  venue = await startVenueServer({ now: START + 2500.5 * HOUR, data: DATA, token: TOKEN })
  store = join(folder, `store-${count++}`)
  waits.length = 0
  said.length = 0
})
afterEach(() => venue.close())

const edge: Edge = {
  // A clock that runs fast: the venue's own decides what is over.
  clock: () => (venue.now + 10 * HOUR) * 1000,
  sleep: async ms => void waits.push(ms),
  say: line => void said.push(line),
  token: TOKEN,
}

function fetched(name: string, symbol: string, options: DataFetchOptions = {}): Promise<string> {
  return dataFetchCommand(name, symbol, { store, url: venue.url, from: '2024-01-01', ...options }, edge)
}

async function fetchedJson(name: string, symbol: string, options: DataFetchOptions = {}) {
  return JSON.parse(await fetched(name, symbol, { ...options, json: true }))
}

/** Columns of a dataset as they lie there, times in ms. */
async function rowsOf(dataset: string, columns: string): Promise<unknown[][]> {
  const table = await (await openStore(store)).sql(`SELECT ${columns} FROM "${dataset}" ORDER BY sequence`)
  return table
    .toArray()
    .map(row => Object.values(row.toJSON()).map(value => (value === null ? null : Number(value))))
}

const random = new Random(20240101)
const KLINES: readonly Kline[] = Array.from({ length: 3000 }, (_, i) => {
  const [a, b, c, d] = [0, 1, 2, 3].map(() => 40_000 + Math.floor(random.uniform() * 4_000_00) / 100)
  const text = (price: number): string => price.toFixed(2)
  const time = START + i * HOUR
  const volume = (random.uniform() * 100).toFixed(5)
  const prices = [text(a), text(Math.max(a, b, c, d)), text(Math.min(a, b, c, d)), text(b)] as const
  return [time, ...prices, volume, time + HOUR - 1, '1', 7, '1', '1', '0'] as Kline
})
/** Up to twelve trades an instant, so that pages end inside one. */
const TRADES: readonly AggregateTrade[] = Array.from({ length: 4321 }, (_, i) => ({
  a: 900_000_000 + i,
  p: (42_000 + Math.floor(random.uniform() * 10_000) / 100).toFixed(2),
  q: (Math.ceil(random.uniform() * 50_000) / 100_000).toFixed(5),
  f: i,
  l: i,
  T: START + Math.floor(i / 12) * 1000,
  m: random.uniform() < 0.5,
}))
const FUNDING: readonly FundingRate[] = Array.from({ length: 1200 }, (_, i) => ({
  symbol: 'BTCUSDT',
  fundingTime: START + i * 8 * HOUR + (i % 3),
  fundingRate: (random.uniform() / 1000 - 0.0003).toFixed(8),
  markPrice: i < 5 ? '' : (42_000 + i).toFixed(8),
}))
/** Every hour from Monday on, none on the weekend; the last one is not over. */
const CANDLES: readonly Candle[] = Array.from({ length: 400 }, (_, i) => START + i * HOUR)
  .filter(time => {
    const day = new Date(time).getUTCDay()
    return day >= 1 && day <= 4
  })
  .map((time, i, all) => {
    const four = (mid: number) => ({ o: mid, h: mid + 0.002, l: mid - 0.002, c: mid + 0.001 })
    const texts = (mid: number) =>
      Object.fromEntries(
        Object.entries(four(mid)).map(([k, v]) => [k, v.toFixed(5)]),
      ) as unknown as Candle['bid']
    const mid = 1.08 + i / 10_000
    const complete = i < all.length - 1
    return {
      complete,
      volume: 100 + i,
      time: `${time / 1000}.000000000`,
      bid: texts(mid),
      ask: texts(mid + 0.0001),
    }
  })
/** Days that begin at 17:00 in New York, 22:00 and after 10 March 21:00 UTC. */
const DAYS: readonly Candle[] = [
  Date.UTC(2024, 2, 6, 22),
  Date.UTC(2024, 2, 7, 22),
  Date.UTC(2024, 2, 10, 21),
  Date.UTC(2024, 2, 11, 21),
].map((time, i) => ({ ...CANDLES[i], time: `${time / 1000}.000000000`, complete: true }))
const DATA = {
  klines: { 'spot BTCUSDT 1h': KLINES, 'usdm BTCUSDT 1h': KLINES },
  trades: { 'spot BTCUSDT': TRADES },
  funding: { BTCUSDT: FUNDING },
  candles: { 'EUR_USD H1': CANDLES, 'EUR_USD D': DAYS },
}

const BARS = 'epoch_us(event_time), open, high, low, close, volume'
const barsUntil = (end: number) =>
  KLINES.filter(([time]) => time + HOUR <= end).map(([time, ...fields]) => [
    (time + HOUR) * 1000,
    ...fields.slice(0, 5).map(Number),
  ])
const TICKS = 'epoch_us(event_time), venue_sequence, price, size, side'
const tradesOf = (trades: readonly AggregateTrade[]) =>
  trades.map(({ a, p, q, T, m }) => [T * 1000, a, Number(p), Number(q), m ? -1 : 1])

describe('bars', () => {
  test('come page by page and end with the last that is over; the next fetch goes on there', async () => {
    const text = await fetched('binance', 'BTC/USDT')
    expect(
      text
        .replaceAll(venue.url, 'URL')
        .replaceAll(store, 'STORE')
        .replace(/snapshot-\d+-\w+/g, 'SNAPSHOT'),
    ).toBe(
      [
        '3 pages came from binance.',
        '2500 bars went into binance/1h in STORE (SNAPSHOT).',
        '  BINANCE:BTCUSDT, 2024-01-01 to 2024-04-14',
        'The terms of BINANCE:BTCUSDT went into binance/instruments.',
        '  from URL/api/v3/klines symbol=BTCUSDT interval=1h, through ccxt 4.5.83',
        '  a bar is known at its close',
      ].join('\n'),
    )
    expect(await rowsOf('binance/1h', BARS)).toEqual(barsUntil(START + 2500 * HOUR))
    venue.now += 7 * HOUR
    expect(await fetchedJson('binance', 'BTCUSDT')).toMatchObject({
      rows: 7,
      pages: 1,
      resumed: '2024-04-14T04:00:00Z',
    })
    expect(await rowsOf('binance/1h', BARS)).toEqual(barsUntil(START + 2507 * HOUR))
    expect(await fetched('binance', 'BTC/USDT')).toBe(
      'binance has nothing new for BINANCE:BTCUSDT in binance/1h, which goes to 2024-04-14T11:00:00Z.',
    )
    const pages = venue.asked
      .filter(({ page }) => page !== undefined)
      .map(({ query }) => Number(query.startTime))
    expect(pages.slice(1)).toEqual([1000, 2000, 2500].map(i => START + i * HOUR))
    expect(venue.asked.every(({ query }) => Number(query.limit ?? 0) <= 1000)).toBe(true)
  })

  test('bring the terms that the list of markets tells, once', async () => {
    await fetched('binance', 'BTC/USDT', { to: '2024-01-02' })
    await fetched('binance', 'BTC/USDT', { to: '2024-01-03' })
    await fetched('binance', 'BTC/USDT:USDT', { to: '2024-01-03' })
    const manifest = await (await openStore(store)).show('binance/1h')
    expect(manifest.instruments[0]).toMatchObject({
      ...{
        venue: 'BINANCE',
        symbol: 'BTCUSDT',
        kind: 'spot',
        base: 'BTC',
        currency: 'USDT',
        calendar: '24/7',
      },
      ...{
        ticksPerUnit: 100,
        lotsPerUnit: 100_000,
        minQuantity: 0.00001,
        maxQuantity: 9000,
        minNotional: 5,
        rows: 72,
      },
    })
    const terms = 'ticks_per_unit, lots_per_unit, multiplier, epoch_us(valid_from)'
    const select = (dataset: string) => `SELECT ${terms} FROM "${dataset}"`
    const table = await (await openStore(store)).sql(
      `${select('binance/instruments')} UNION ALL ${select('binanceusdm/instruments')}`,
    )
    const rows = table
      .toArray()
      .map(row => Object.values(row.toJSON()).map(one => (one === null ? null : Number(one))))
    expect(rows).toEqual([
      [100, 100_000, null, null],
      [10, 1000, 1, null],
    ])
  })

  test.each([
    ['twice', { kind: 'double' }],
    ['backwards', { kind: 'reverse' }],
    ['from another page', { kind: 'skip' }],
    ['with rows left out', { kind: 'thin' }],
    ['cut off in the middle', { kind: 'cut' }],
    ['as an error of the server', { kind: 'status', status: 500 }],
    ['after a wait', { kind: 'status', status: 429, retryAfter: 3 }],
    ['after a short ban', { kind: 'status', status: 418, retryAfter: 120 }],
  ] as const)('are the venue’s when a page comes %s', async (_, fault) => {
    venue.fault = page => (page % 2 === 1 ? fault : undefined)
    expect(await fetchedJson('binance', 'BTC/USDT')).toMatchObject({
      rows: 2500,
      dropped: 0,
      issueCounts: [],
    })
    expect(await rowsOf('binance/1h', BARS)).toEqual(barsUntil(START + 2500 * HOUR))
    const retryAfter = 'retryAfter' in fault ? fault.retryAfter * 1000 : 500
    const waited = fault.kind === 'status' || fault.kind === 'cut'
    expect(new Set(waits)).toEqual(new Set(waited ? [retryAfter] : []))
  })

  test('that the venue does not have are told as holes, once they were asked for twice', async () => {
    venue.data = { klines: { 'spot BTCUSDT 1h': KLINES.filter((_, i) => i < 40 || (i >= 45 && i !== 1200)) } }
    const { rows, issueCounts } = await fetchedJson('binance', 'BTC/USDT')
    expect(rows).toBe(2494)
    expect(issueCounts).toMatchObject([
      { code: 'missingBars', severity: 'suspect', count: 6, place: { row: 41 } },
    ])
    expect(issueCounts[0].example).toContain(
      '5 bars lack between 2024-01-02T16:00:00Z and 2024-01-02T21:00:00Z',
    )
  })

  test('that would have to go before those stored are refused; --replace fetches all of them', async () => {
    await fetched('binance', 'BTC/USDT', { from: '2024-02-01', to: '2024-02-03' })
    await expect(fetched('binance', 'BTC/USDT', { to: '2024-02-05' })).rejects.toMatchObject({
      code: 'FETCH_BEFORE',
    })
    expect(await rowsOf('binance/1h', BARS)).toHaveLength(72)
    await fetched('binance', 'BTC/USDT', { to: '2024-02-05', replace: true })
    expect(await rowsOf('binance/1h', BARS)).toEqual(barsUntil(Date.UTC(2024, 1, 6)))
    // The venue's first bar is later than what is asked for: nothing lies before it.
    expect(await fetchedJson('binance', 'BTC/USDT', { from: '2020-01-01', to: '2024-02-06' })).toMatchObject({
      rows: 24,
    })
  })
})

describe('a fetch that is cut short', () => {
  test('by a ban keeps its pages and says when to come again', async () => {
    venue.fault = page => (page >= 2 ? { kind: 'status', status: 418, retryAfter: 7200 } : undefined)
    await expect(fetched('binance', 'BTC/USDT')).rejects.toMatchObject({
      code: 'VENUE_LIMIT',
      message: expect.stringMatching(
        /^binance takes no more requests from here \(418 .*\): run the same command again after 2024-/,
      ),
    })
    expect(waits).toEqual([])
    expect((await (await openStore(store)).datasets()).map(({ id }) => id)).toEqual(['binance/instruments'])
    venue.fault = () => undefined
    expect(await fetchedJson('binance', 'BTC/USDT')).toMatchObject({ rows: 2500, pages: 3, recovered: 2 })
    expect(await rowsOf('binance/1h', BARS)).toEqual(barsUntil(START + 2500 * HOUR))
    expect(readdirSync(join(store, 'fetching'))).toEqual([])
  })

  test('by SIGKILL in the middle leaves whole pages, and the store as it was', async () => {
    const script = await bundleScript(
      'data-fetch-killed',
      `import { dataFetchCommand } from '/lab/cli/data-fetch.ts'
       const [url, store, to] = process.argv.slice(2)
       await dataFetchCommand('binance', 'BTC/USDT', { store, url, from: '2024-01-01', kind: 'trades', to })`,
    )
    const run = (to: string) =>
      new Promise<NodeJS.Signals | null>(resolve => {
        const child = spawn(process.execPath, [script, venue.url, store, to], { stdio: 'ignore' })
        venue.before = ({ page }) => void (page !== undefined && page >= killAt && child.kill('SIGKILL'))
        child.once('close', (_, signal) => resolve(signal))
      })
    let killAt = 2
    expect(await run('2024-01-01')).toBe('SIGKILL')
    killAt = 4
    expect(await run('2024-01-01')).toBe('SIGKILL')
    expect((await (await openStore(store)).datasets()).map(({ id }) => id)).toEqual(['binance/instruments'])
    venue.before = () => undefined
    // Half a line, as a write leaves it that did not come to its end.
    const [left] = readdirSync(join(store, 'fetching'))
    const [file] = readdirSync(join(store, 'fetching', left))
    const { appendFileSync } = await import('node:fs')
    appendFileSync(join(store, 'fetching', left, file), '{"rows":[[17040')
    expect(await fetchedJson('binance', 'BTC/USDT', { kind: 'trades' })).toMatchObject({
      rows: 4321,
      recovered: 3,
    })
    expect(await rowsOf('binance/trades', TICKS)).toEqual(tradesOf(TRADES))
  })

  test('when nobody answers ends in one sentence', async () => {
    await venue.close()
    await expect(fetched('binance', 'BTC/USDT')).rejects.toMatchObject({
      code: 'VENUE_AWAY',
      message: expect.stringMatching(
        /^binance does not answer \(.*\): check the network and run the same command again$/,
      ),
    })
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000])
    venue = await startVenueServer({ now: START, data: DATA })
  })
})

describe('trades', () => {
  test('are asked for by number, and the next fetch goes on inside an instant', async () => {
    venue.now = TRADES[2000].T + 2500
    const until = TRADES.filter(({ T }) => T < venue.now - 2000)
    expect(await fetchedJson('binance', 'BTC/USDT', { kind: 'trades' })).toMatchObject({ rows: until.length })
    expect(await rowsOf('binance/trades', TICKS)).toEqual(tradesOf(until))
    venue.now = START + 2500 * HOUR
    venue.fault = page =>
      page % 3 === 1 ? { kind: 'thin' } : page % 3 === 2 ? { kind: 'double' } : undefined
    expect(await fetchedJson('binance', 'BTC/USDT', { kind: 'trades' })).toMatchObject({
      rows: 4321 - until.length,
      issueCounts: [],
    })
    expect(await rowsOf('binance/trades', TICKS)).toEqual(tradesOf(TRADES))
    expect(venue.asked.filter(({ query }) => query.fromId !== undefined).length).toBeGreaterThan(3)
  })

  test('whose numbers have a hole are told', async () => {
    venue.data = { trades: { 'spot BTCUSDT': TRADES.filter((_, i) => i < 1500 || i >= 1510) } }
    const { rows, issueCounts } = await fetchedJson('binance', 'BTC/USDT', { kind: 'trades' })
    expect(rows).toBe(4311)
    expect(issueCounts).toMatchObject([{ code: 'sequenceGap', count: 10 }])
  })
})

test('funding rates are those of the perpetual, each once', async () => {
  venue.now = FUNDING[700].fundingTime + HOUR
  await fetched('binance', 'BTC/USDT', { kind: 'funding' })
  venue.now = FUNDING[1199].fundingTime + HOUR
  const { instrument, rows } = await fetchedJson('binance', 'BTC/USDT', { kind: 'funding' })
  expect([instrument, rows]).toEqual(['BINANCEUSDM:BTCUSDT', 499])
  expect(await rowsOf('binanceusdm/funding', 'epoch_us(event_time), rate, mark_price')).toEqual(
    FUNDING.map(({ fundingTime, fundingRate, markPrice }) => [
      fundingTime * 1000,
      Number(fundingRate),
      markPrice === '' ? null : Number(markPrice),
    ]),
  )
})

test('snapshots of a book are taken at a cadence', async () => {
  const options = { kind: 'book', snapshots: '3', every: '5s', from: undefined }
  const taken = await dataFetchCommand(
    'binance',
    'BTC/USDT:USDT',
    { store, url: venue.url, ...options, json: true },
    {
      ...edge,
      sleep: async ms => {
        waits.push(ms)
        venue.now += ms
      },
    },
  )
  expect(JSON.parse(taken)).toMatchObject({ rows: 60, pages: 3, dataset: 'binanceusdm/book' })
  expect(waits).toEqual([5000, 5000])
  const rows = await rowsOf(
    'binanceusdm/book',
    'epoch_us(event_time), epoch_us(receive_time), action, side, price, size',
  )
  const begin = START + 2500.5 * HOUR
  const level = (snapshot: number, side: 1 | -1) => (i: number) => [
    (begin + snapshot * 5000 - 5) * 1000,
    (begin + snapshot * 5000 + 10 * HOUR) * 1000,
    side === 1 && i === 0 ? 1 : 0,
    ...[side, 42_000 - side * (i + 1) * 0.5, 0.25 * (i + 1)],
  ]
  const ten = Array.from({ length: 10 }, (_, i) => i)
  expect(rows).toEqual([0, 1, 2].flatMap(s => [...ten.map(level(s, 1)), ...ten.map(level(s, -1))]))
})

describe('oanda', () => {
  test('gives bars of bids and of asks, those that are complete', async () => {
    const { datasets, rows } = await fetchedJson('oanda', 'EUR/USD')
    expect(datasets.map(({ id, price }: { id: string; price: string }) => [id, price])).toEqual([
      ['oanda/1h-bid', 'bid'],
      ['oanda/1h-ask', 'ask'],
    ])
    expect(rows).toBe(CANDLES.length - 1)
    for (const side of ['bid', 'ask'] as const) {
      expect(await rowsOf(`oanda/1h-${side}`, BARS)).toEqual(
        CANDLES.slice(0, -1).map(({ time, volume, [side]: { o, h, l, c } }) => [
          Number(time) * 1e6 + HOUR * 1000,
          ...[o, h, l, c].map(Number),
          volume,
        ]),
      )
    }
    expect(await fetched('oanda', 'EUR_USD')).toContain('oanda has nothing new')
  })

  test('has days that close at 17:00 in New York', async () => {
    await fetched('oanda', 'EUR_USD', { interval: '1d', from: '2024-03-01' })
    const closes = (await rowsOf('oanda/1d-bid', 'epoch_us(event_time)')).map(([time]) =>
      new Date(Number(time) / 1000).toISOString(),
    )
    // By hand: 17:00 EST is 22:00 UTC; clocks went forward on Sunday, 10 March 2024, and 17:00 EDT is 21:00 UTC.
    expect(closes).toEqual([
      '2024-03-07T22:00:00.000Z',
      '2024-03-08T22:00:00.000Z',
      '2024-03-11T21:00:00.000Z',
      '2024-03-12T21:00:00.000Z',
    ])
  })

  test('never shows the token nor the account: not in the store, not in words', async () => {
    const words = [await fetched('oanda', 'EUR_USD'), await fetched('oanda', 'EUR_USD', { json: true })]
    const refused = await dataFetchCommand(
      'oanda',
      'EUR_USD',
      { store, url: venue.url },
      { ...edge, token: 'wrong-token' },
    ).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'VENUE_TOKEN' })
    words.push(String(refused), ...said, ...filesBelow(store))
    expect(words.filter(text => /a1b2c3d4|deadbeef|wrong-token|Bearer/.test(text))).toEqual([])
    expect(words.filter(text => text.includes(OANDA_ACCOUNT))).toEqual([])
    expect(
      venue.asked.filter(({ authorization }) => authorization === `Bearer ${TOKEN}`).length,
    ).toBeGreaterThan(2)
  })

  test('without a token, or with one that would go in the clear, sends nothing', async () => {
    const ask = (options: DataFetchOptions, token: string | undefined) =>
      dataFetchCommand('oanda', 'EUR_USD', { store, ...options }, { ...edge, token })
    await expect(ask({ url: venue.url }, undefined)).rejects.toMatchObject({ code: 'VENUE_TOKEN' })
    await expect(ask({ url: 'http://example.com' }, TOKEN)).rejects.toMatchObject({ code: 'BAD_URL' })
    expect(venue.asked).toEqual([])
  })
})

/** The bytes of every file, as a text. */
function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}

test.each([
  ['binanc', 'BTC/USDT', {}, 'UNKNOWN_VENUE', 'no venue is called binanc: did you mean binance'],
  ['binance', 'BTC/USDX', {}, 'UNKNOWN_SYMBOL', 'binance has no market BTC/USDX: did you mean BTC/USDT'],
  ['oanda', 'EURUSB', {}, 'UNKNOWN_SYMBOL', 'oanda has no instrument EURUSB: did you mean EUR_USD?'],
  [
    'binance',
    'BTC/USDT',
    { interval: '7m' },
    'UNKNOWN_INTERVAL',
    'binance has no bars of --interval 7m: choose one of 1s, 1m',
  ],
  [
    'oanda',
    'EUR_USD',
    { interval: '7m' },
    'UNKNOWN_INTERVAL',
    'oanda has no bars of --interval 7m: choose one of 5s',
  ],
  ['oanda', 'EUR_USD', { kind: 'trades' }, 'NOT_OFFERED', 'oanda has no public trades: it has bars'],
  ['binance', 'BTC/USDT', { kind: 'quotes' }, 'FLAG_CHOICE', '--kind is "quotes"'],
  [
    'binance',
    'BTC/USDT',
    { to: '2023-12-01' },
    'FLAG_OUT_OF_RANGE',
    '--to 2023-12-01 is not after --from 2024-01-01',
  ],
  ['binance', 'BTC/USDT', { url: 'nowhere' }, 'BAD_URL', '--url nowhere is no address'],
] as const)('%s %s %o is refused as %s', async (name, symbol, options, code, words) => {
  await expect(fetched(name, symbol, options)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  })
})
