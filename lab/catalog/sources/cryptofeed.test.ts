/**
 * Captures written here by hand, in the exchanges' own words. Expected rows follow from the messages by each venue's
 * documentation; checksums are zlib's own CRC-32 of the digits that Kraken's names.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import { sourceRows } from '../../testing/source-rows.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openTicks } from '../open-ticks.ts'
import { openStore } from '../store.ts'
import { CRYPTOFEED } from './cryptofeed.ts'
import { placeOf } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'cryptofeed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** 2021-04-17T16:43:37Z */
const SECONDS = 1_618_677_817
const US = SECONDS * 1e6

let count = 0
function write(files: Readonly<Record<string, readonly string[]>>): string {
  const place = join(folder, `capture${count++}`)
  mkdirSync(place)
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(place, name), `${lines.join('\n')}\n\n`)
  return place
}
const at = (fraction: string, message: unknown) => `${SECONDS}.${fraction}: ${JSON.stringify(message)}`
const connect = (address: string, fraction: string) => `wss://${address} <-> ${SECONDS}.${fraction}`

/** `action side price size µs` */
function bookRows({ action, side, price, size, receiveTime }: Readonly<Record<string, number[]>>): string[] {
  return action.map((one, i) =>
    [Object.keys(BOOK_ACTIONS)[one], side[i], price[i], size[i], receiveTime[i] - US].join(' '),
  )
}

const COINBASE = {
  'COINBASE.0': [
    `https://api.pro.coinbase.com/products -> ${SECONDS}.1: ${JSON.stringify([
      {
        id: 'SKL-USD',
        base_currency: 'SKL',
        quote_currency: 'USD',
        quote_increment: '0.0001',
        base_increment: '0.1',
        base_min_size: '5',
        base_max_size: '1000000',
        min_market_funds: '5.0',
      },
    ])}`,
    'configuration: {}',
  ],
  'COINBASE.ws.1.0': [
    connect('ws-feed.pro.coinbase.com', '1'),
    `wss://ws-feed.pro.coinbase.com <- ${SECONDS}.2: {"type":"subscribe"}`,
    at('25', { type: 'subscriptions', channels: [] }),
    at('26', {
      type: 'l2update',
      product_id: 'SKL-USD',
      changes: [['buy', '0.1', '1']],
      time: '2021-04-17T16:43:37.200000Z',
    }),
    at('3000005', {
      type: 'snapshot',
      product_id: 'SKL-USD',
      bids: [['0.7910', '100']],
      asks: [
        ['0.7920', '5.5'],
        ['0.7930', '7'],
      ],
    }),
    at('4', {
      type: 'last_match',
      product_id: 'SKL-USD',
      trade_id: 9,
      side: 'sell',
      size: '1',
      price: '0.79',
      time: '2021-04-17T16:40:00.5Z',
    }),
    at('5', {
      type: 'l2update',
      product_id: 'SKL-USD',
      changes: [
        ['sell', '0.7920', '0'],
        ['buy', '0.7915', '3'],
      ],
      time: '2021-04-17T16:43:37.412345Z',
    }),
    at('6', {
      type: 'match',
      product_id: 'SKL-USD',
      trade_id: 10,
      side: 'sell',
      size: '2.5',
      price: '0.7930',
      time: '2021-04-17T16:43:37.550001Z',
    }),
    at('7', {
      type: 'match',
      product_id: 'SKL-USD',
      trade_id: 12,
      side: 'buy',
      size: '1',
      price: '0.7915',
      time: '2021-04-17T16:43:37.6Z',
    }),
    at('8', { type: 'ticker', product_id: 'SKL-USD' }),
  ],
}

test('Coinbase: updates after the snapshot, takers opposite to makers, missing trades', async () => {
  const { streams, instruments, issues, notes, lines } = await sourceRows(CRYPTOFEED, write(COINBASE))
  expect(bookRows(streams['book COINBASE:SKL-USD'])).toEqual([
    // .3000005 s rounds up.
    'clear 0 NaN NaN 300001',
    'set 1 0.791 100 300001',
    'set -1 0.792 5.5 300001',
    'set -1 0.793 7 300001',
    'set -1 0.792 0 500000',
    'set 1 0.7915 3 500000',
  ])
  expect(lines['book COINBASE:SKL-USD']).toEqual([5, 5, 5, 5, 7, 7])
  expect(streams['book COINBASE:SKL-USD'].eventTime.map(time => time - US).slice(3)).toEqual([
    300_000, 412_345, 412_345,
  ])
  expect(streams['trades COINBASE:SKL-USD']).toMatchObject({
    eventTime: [US + 550_001, US + 600_000],
    receiveTime: [US + 600_000, US + 700_000],
    venueSequence: [10, 12],
    price: [0.793, 0.7915],
    size: [2.5, 1],
    side: [1, -1],
  })
  expect(issues.map(({ code, place, example }) => [code, place.instrument, example])).toEqual([
    [
      'sequenceGap',
      'COINBASE:SKL-USD',
      expect.stringMatching(/line 9: 1 trades are missing before 12, in COINBASE\.ws\.1\.0$/),
    ],
  ])
  expect(notes).toEqual([
    'grids and contracts of COINBASE are those of COINBASE.0',
    'COINBASE: 1 updates of books without a snapshot are left out',
    'COINBASE: 1 trades from before the capture are left out',
    'COINBASE: 1 messages of ticker are left out',
  ])
  expect(instruments['COINBASE:SKL-USD']).toEqual({
    venue: 'COINBASE',
    symbol: 'SKL-USD',
    kind: 'spot',
    calendar: '24/7',
    base: 'SKL',
    currency: 'USD',
    ticksPerUnit: 10_000,
    lotsPerUnit: 10,
    minQuantity: 5,
    maxQuantity: 1e6,
    minNotional: 5,
  })
})

test('a connection that begins anew makes its books unknown; parts follow each other by number', async () => {
  const snapshot = { type: 'snapshot', product_id: 'A-B', bids: [['1', '1']], asks: [] }
  const place = write({
    'COINBASE.ws.2.0': [connect('x', '1'), at('2', snapshot)],
    'COINBASE.ws.2.2': [at('5', snapshot)],
    'COINBASE.ws.2.1': [
      connect('x', '3'),
      at('4', {
        type: 'l2update',
        product_id: 'A-B',
        changes: [['buy', '2', '1']],
        time: '2021-04-17T16:43:37Z',
      }),
    ],
  })
  const { streams, notes } = await sourceRows(CRYPTOFEED, place)
  expect(bookRows(streams['book COINBASE:A-B'])).toEqual([
    'clear 0 NaN NaN 200000',
    'set 1 1 1 200000',
    'gap 0 NaN NaN 300000',
    'clear 0 NaN NaN 500000',
    'set 1 1 1 500000',
  ])
  expect(notes).toContain(
    "there is no COINBASE.0 with the exchange's list of instruments: grids are measured",
  )
})

test('Kraken: the checksum holds the book, and what falls out of the depth is taken away', async () => {
  const list = `https://api.kraken.com/0/public/AssetPairs -> ${SECONDS}.0: ${JSON.stringify({
    result: { XXMRZUSD: { wsname: 'XMR/USD', pair_decimals: 2, lot_decimals: 8, ordermin: '0.05' } },
  })}`
  const pair = (channel: string, ...parts: object[]) => [7, ...parts, channel, 'XMR/USD']
  // Asks from the best, then bids: price and volume without point and leading zeros.
  const check = (...digits: string[]) => String(crc32(digits.join('')))
  const time = (fraction: string) => `${SECONDS}.${fraction}`
  const place = write({
    'KRAKEN.0': [list],
    'KRAKEN.ws.5.0': [
      connect('ws.kraken.com', '1'),
      at('15', { event: 'heartbeat' }),
      at(
        '2',
        pair('book-2', {
          as: [
            ['1.50', '2.00', time('100000')],
            ['1.70', '1.00', time('050000')],
          ],
          bs: [['1.40', '3.00', time('090000')]],
        }),
      ),
      // A better ask: of two levels the third is out.
      at(
        '3',
        pair('book-2', {
          a: [['1.45', '0.50', time('250000')]],
          c: check('145', '50', '150', '200', '140', '300'),
        }),
      ),
      at(
        '4',
        pair(
          'book-2',
          { a: [['1.45', '0.00', time('350000')]] },
          { b: [['1.42', '1.00', time('360000')]], c: check('150', '200', '142', '100', '140', '300') },
        ),
      ),
      at('5', pair('book-2', { b: [['1.41', '1.00', time('460000')]], c: '1' })),
      at('6', pair('book-2', { b: [['1.39', '1.00', time('560000')]], c: '2' })),
      at('7', pair('book-2', { as: [['1.6', '1.00', time('650000')]], bs: [] })),
    ],
    'KRAKEN.ws.6.0': [
      at(
        '3',
        pair('trade', [
          ['1.50', '0.25', time('290000'), 'b', 'm', ''],
          ['1.40', '0.50', time('295000'), 's', 'l', ''],
        ]),
      ),
      at('4', pair('spread', ['1.40', '1.50', time('390000'), '3.00', '2.00'] as unknown as object)),
      at('5', pair('ticker', { a: [] })),
    ],
  })
  const { streams, issues, instruments, notes } = await sourceRows(CRYPTOFEED, place)
  expect(bookRows(streams['book KRAKEN:XMR/USD'])).toEqual([
    'clear 0 NaN NaN 200000',
    'set -1 1.5 2 200000',
    'set -1 1.7 1 200000',
    'set 1 1.4 3 200000',
    'set -1 1.45 0.5 300000',
    'set -1 1.7 0 300000',
    'set -1 1.45 0 400000',
    'set 1 1.42 1 400000',
    'set 1 1.41 1 500000',
    // A third bid fell out before the sum was made.
    'set 1 1.4 0 500000',
    'gap 0 NaN NaN 500000',
    'clear 0 NaN NaN 700000',
    'set -1 1.6 1 700000',
  ])
  // A message happened when the last of its levels changed.
  expect(streams['book KRAKEN:XMR/USD'].eventTime.map(one => (one - US) / 1000)).toEqual([
    100, 100, 100, 100, 250, 250, 360, 360, 460, 460, 460, 650, 650,
  ])
  expect(issues.map(({ code, example }) => [code, example])).toEqual([
    [
      'sequenceGap',
      expect.stringContaining(
        'line 6: the checksum of the book differs: it is unknown until the next snapshot',
      ),
    ],
  ])
  expect(streams['trades KRAKEN:XMR/USD']).toMatchObject({
    price: [1.5, 1.4],
    side: [1, -1],
    eventTime: [US + 290_000, US + 295_000],
  })
  expect(streams['quotes KRAKEN:XMR/USD']).toMatchObject({
    bid: [1.4],
    ask: [1.5],
    bidSize: [3],
    askSize: [2],
  })
  expect(instruments['KRAKEN:XMR/USD']).toMatchObject({
    base: 'XMR',
    currency: 'USD',
    ticksPerUnit: 100,
    lotsPerUnit: 1e8,
    minQuantity: 0.05,
  })
  expect(notes).toContain('KRAKEN: 1 updates of books without a snapshot are left out')
})

test('BitMEX: levels by id, an id that nobody announced is a gap; contracts by their multiplier', async () => {
  const contract = (symbol: string, more: object) => ({
    symbol,
    underlying: 'XBT',
    quoteCurrency: 'USD',
    settlCurrency: 'XBt',
    isQuanto: false,
    isInverse: false,
    lotSize: 1,
    expiry: null,
    ...more,
  })
  const level = (id: number, side: string, size?: number, price?: number) => ({
    symbol: 'XBTUSD',
    id,
    side,
    size,
    price,
  })
  const book = (action: string, ...data: object[]) => ({ table: 'orderBookL2', action, data })
  const place = write({
    'BITMEX.0': [
      `https://www.bitmex.com/api/v1/instrument/active -> ${SECONDS}.0: ${JSON.stringify([
        contract('XBTUSD', {
          isInverse: true,
          multiplier: -100_000_000,
          tickSize: 0.5,
          lotSize: 100,
          initMargin: 0.01,
          maintMargin: 0.0035,
        }),
        contract('UNIUSDT', {
          isQuanto: true,
          underlying: 'UNI',
          quoteCurrency: 'USDT',
          multiplier: 1000,
          tickSize: 0.001,
        }),
        contract('XRPU21', {
          underlying: 'XRP',
          quoteCurrency: 'XBT',
          multiplier: 100_000_000,
          tickSize: 1e-8,
          expiry: '2021-09-24T12:00:00.000Z',
        }),
      ])}`,
    ],
    'BITMEX.ws.1.0': [
      connect('www.bitmex.com/realtime', '1'),
      at('15', { info: 'Welcome' }),
      at('18', book('update', level(1, 'Buy', 5))),
      at('2', book('partial', level(1, 'Buy', 100, 32_180.5), level(2, 'Sell', 200, 32_181))),
      at('3', book('update', level(1, 'Buy', 150))),
      at('4', book('insert', level(3, 'Sell', 50, 32_182.5))),
      at('5', book('delete', level(2, 'Sell'))),
      at('6', book('update', level(9, 'Sell', 1))),
      at('7', book('update', level(1, 'Buy', 1))),
      at('8', {
        table: 'trade',
        action: 'partial',
        data: [{ symbol: 'UNIUSDT', timestamp: '2021-04-17T16:43:30.000Z', side: 'Buy', size: 1, price: 17 }],
      }),
      at('85', {
        table: 'trade',
        action: 'insert',
        data: [
          { symbol: 'UNIUSDT', timestamp: '2021-04-17T16:43:37.800Z', side: 'Sell', size: 52, price: 17.297 },
        ],
      }),
      at('9', {
        table: 'quote',
        action: 'insert',
        data: [
          {
            symbol: 'XRPU21',
            timestamp: '2021-04-17T16:43:37.850Z',
            bidSize: 15,
            bidPrice: 0.00001814,
            askPrice: null,
            askSize: null,
          },
        ],
      }),
    ],
  })
  const { streams, instruments, issues } = await sourceRows(CRYPTOFEED, place)
  expect(bookRows(streams['book BITMEX:XBTUSD'])).toEqual([
    'clear 0 NaN NaN 200000',
    'set 1 32180.5 100 200000',
    'set -1 32181 200 200000',
    'set 1 32180.5 150 300000',
    'set -1 32182.5 50 400000',
    'set -1 32181 0 500000',
    'gap 0 NaN NaN 600000',
  ])
  expect(issues.map(({ code, place: where }) => [code, where.row])).toEqual([['sequenceGap', 8]])
  expect(streams['trades BITMEX:UNIUSDT']).toMatchObject({
    price: [17.297],
    size: [52],
    side: [-1],
    eventTime: [US + 800_000],
  })
  expect(streams['quotes BITMEX:XRPU21']).toMatchObject({
    bid: [0.00001814],
    bidSize: [15],
    ask: [Number.NaN],
    askSize: [0],
  })
  const path = join(place, 'BITMEX.ws.1.0')
  expect(instruments['BITMEX:XBTUSD']).toMatchObject({
    kind: 'inverse',
    currency: 'USD',
    settlement: 'XBT',
    multiplier: 1,
    ticksPerUnit: 2,
    minQuantity: 100,
    initialMargin: 0.01,
  })
  // The venue reckons 52 at 17.297 as 899,444 satoshi, its message of 2021-07-22 says: price × size × multiplier.
  const told = instruments['BITMEX:UNIUSDT']
  expect(told).toMatchObject({ kind: 'linear', currency: 'XBT', settlement: 'XBT' })
  expect(Math.round(17.297 * 52 * told.multiplier! * 1e8)).toBe(899_444)
  expect(instruments['BITMEX:XRPU21']).toMatchObject({
    kind: 'future',
    currency: 'XBT',
    multiplier: 1,
    expiry: Date.UTC(2021, 8, 24, 12) * 1000,
  })
  // One connection alone, with its list beside it.
  expect(Object.keys((await sourceRows(CRYPTOFEED, path, { symbol: 'XRPU21' })).streams)).toEqual([
    'quotes BITMEX:XRPU21',
  ])
  await expect(sourceRows(CRYPTOFEED, path, { symbol: 'ETHUSD' })).rejects.toMatchObject({
    code: 'UNKNOWN_SYMBOL',
  })
})

test('lines that are no messages are named with their file; a broken list is refused', async () => {
  const place = write({ ...COINBASE, 'COINBASE.ws.9.0': ['hello: {}', at('5', 3), `${SECONDS}.6: {"type"`] })
  const { issues } = await sourceRows(CRYPTOFEED, place)
  expect(issues.find(({ code }) => code === 'badMessage')).toMatchObject({
    count: 3,
    severity: 'fatal',
    example: expect.stringContaining(
      'line 1: "hello: {}" does not begin with a time in seconds, in COINBASE.ws.9.0',
    ),
  })
  const broken = write({ ...COINBASE, 'COINBASE.0': [`https://x -> ${SECONDS}.1: [{"id":`] })
  await expect(sourceRows(CRYPTOFEED, broken)).rejects.toMatchObject({
    code: 'NOT_A_TABLE',
    message: expect.stringContaining('COINBASE.0 is no list of instruments'),
  })
})

test('into the store and back, a pair with a slash in its name too', async () => {
  const place = write({
    ...COINBASE,
    'KRAKEN.ws.5.0': [at('2', [7, { as: [['1.50', '2.00', `${SECONDS}.1`]], bs: [] }, 'book-10', 'XMR/USD'])],
  })
  const store = join(place, 'store')
  const { datasets } = await ingestSource({
    store,
    place: await placeOf(place),
    adapter: CRYPTOFEED,
    dataset: 'cap',
  })
  expect(datasets.map(({ id, rows }) => [id, rows])).toEqual([
    ['cap/book', 8],
    ['cap/trades', 2],
  ])
  const source = await openTicks({ store: await openStore(store), symbols: ['XMR/USD'] })
  expect(source.instruments).toMatchObject([{ venue: 'KRAKEN', symbol: 'XMR/USD' }])
  expect(source.streams[0].series).toMatchObject({ length: 2, size: Float64Array.of(Number.NaN, 2) })
})
