/** Recordings of Binance written here by hand; expected rows follow from the messages by the venue's documentation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import { sourceRows } from '../../testing/source-rows.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openTicks } from '../open-ticks.ts'
import { openStore } from '../store.ts'
import { BINANCE_RECORDING } from './binance-recording.ts'
import { placeOf } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'binance-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { set, clear } = BOOK_ACTIONS
/** 2024-01-02 00:00 UTC. */
const SECONDS = 1_704_153_600
const MS = SECONDS * 1000
const US = MS * 1000
const NAN = Number.NaN

let count = 0
/** Messages received at so many nanoseconds after midnight, each with a length of nine digits. */
function write(...messages: readonly (readonly [nanos: number, message: object | string])[]): string {
  const path = join(folder, `recording-${count++}.gz`)
  const lines = messages.map(([nanos, message]) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    return `${SECONDS}${String(nanos).padStart(9, '0')} ${text}`
  })
  writeFileSync(path, gzipSync(`${lines.join('\n')}\n`))
  return path
}

const spotDepth = (U: number, u: number, b: string[][], a: string[][], E = MS) => ({
  stream: 'btcusdt@depth@100ms',
  data: { e: 'depthUpdate', E, s: 'BTCUSDT', U, u, b, a },
})
const futureDepth = (pu: number, U: number, u: number, b: string[][], T = MS) => ({
  stream: 'btcusdt@depth@0ms',
  data: { e: 'depthUpdate', E: T + 1, T, s: 'BTCUSDT', U, u, pu, b, a: [] },
})

/** Rows of the book as `action side price size sequence µs`. */
function bookRows(rows: Record<string, number[]>): string[] {
  return rows.action.map((action, i) =>
    [
      Object.keys(BOOK_ACTIONS)[action],
      rows.side[i],
      rows.price[i],
      rows.size[i],
      rows.venueSequence[i],
      rows.receiveTime[i] - US,
    ].join(' '),
  )
}

test('spot: what came before the snapshot is known with it, and what it has already is left out', async () => {
  const path = write(
    [1_000, spotDepth(90, 99, [['99', '1']], [])],
    [2_000, spotDepth(100, 106, [['100.5', '2']], [['101', '3']])],
    [
      3_500,
      {
        lastUpdateId: 105,
        bids: [['100', '1.5']],
        asks: [
          ['101', '4'],
          ['102', '5'],
        ],
      },
    ],
    [4_000, spotDepth(107, 108, [['100', '0']], [])],
  )
  const { streams, instruments, issues, lines } = await sourceRows(BINANCE_RECORDING, path)
  expect(bookRows(streams['book BINANCE:BTCUSDT'])).toEqual([
    // 3500 ns are 4 µs, rounded up.
    'clear 0 NaN NaN 105 4',
    'set 1 100 1.5 105 4',
    'set -1 101 4 105 4',
    'set -1 102 5 105 4',
    'set 1 100.5 2 106 4',
    'set -1 101 3 106 4',
    'set 1 100 0 108 4',
  ])
  expect(streams['book BINANCE:BTCUSDT'].receiveNanos).toEqual([500, 500, 500, 500, 500, 500, 0])
  // The snapshot of spot does not say when it was made.
  expect(streams['book BINANCE:BTCUSDT'].eventTime.map(time => time - US)).toEqual([3, 3, 3, 3, 0, 0, 0])
  expect(streams['book BINANCE:BTCUSDT'].eventNanos).toEqual([500, 500, 500, 500, 0, 0, 0])
  expect(lines['book BINANCE:BTCUSDT']).toEqual([3, 3, 3, 3, 2, 2, 4])
  expect(issues).toEqual([])
  expect(instruments['BINANCE:BTCUSDT']).toEqual({
    venue: 'BINANCE',
    symbol: 'BTCUSDT',
    base: 'BTC',
    currency: 'USDT',
    kind: 'spot',
    calendar: '24/7',
  })
})

test('futures: a message that does not follow the last is a gap, until the next snapshot', async () => {
  const snapshot = (lastUpdateId: number, price: string) => ({
    lastUpdateId,
    E: MS + 9,
    T: MS + 8,
    bids: [[price, '1']],
    asks: [],
  })
  const path = write(
    [1_000, futureDepth(5, 8, 10, [['99.5', '1']])],
    [2_000, snapshot(12, '99')],
    // Holes between ids mean nothing on futures: pu is what counts.
    [3_000, futureDepth(10, 11, 15, [['98', '2']])],
    [4_000, futureDepth(15, 20, 25, [['97', '3']])],
    [5_000, futureDepth(30, 31, 35, [['96', '4']])],
    [6_000, futureDepth(35, 36, 40, [['95', '5']])],
    [7_000, snapshot(37, '94')],
  )
  const { streams, issues } = await sourceRows(BINANCE_RECORDING, path)
  expect(bookRows(streams['book BINANCEUSDM:BTCUSDT'])).toEqual([
    'clear 0 NaN NaN 12 2',
    'set 1 99 1 12 2',
    'set 1 98 2 15 3',
    'set 1 97 3 25 4',
    'gap 0 NaN NaN 35 5',
    'clear 0 NaN NaN 37 7',
    'set 1 94 1 37 7',
    'set 1 95 5 40 7',
  ])
  expect(streams['book BINANCEUSDM:BTCUSDT'].eventTime.map(time => (time - US) / 1000)).toEqual([
    8, 8, 0, 0, 0, 8, 8, 0,
  ])
  expect(issues.map(({ code, place, example }) => [code, place.row, example])).toContainEqual([
    'sequenceGap',
    5,
    expect.stringContaining(
      'messages are missing before update 31: the book is unknown until the next snapshot',
    ),
  ])
})

test('trades and best prices: who took, when it happened, and which numbers are missing', async () => {
  const trade = (t: number, m: boolean, p = '42000.50', q = '0.010') => ({
    stream: 'btcusd_perp@trade',
    data: { e: 'trade', E: MS + 5, T: MS + 3, s: 'BTCUSD_PERP', t, p, q, X: 'MARKET', m },
  })
  const path = write(
    [4_000_250, trade(7, false)],
    [4_100_000, trade(8, true)],
    [4_200_000, trade(8, true)],
    [4_300_000, trade(11, true)],
    [4_400_000, trade(12, true, '0', '0')],
    [
      5_000_000,
      {
        stream: 'btcusd_perp@bookTicker',
        data: {
          u: 3,
          e: 'bookTicker',
          s: 'BTCUSD_PERP',
          ps: 'BTCUSD',
          b: '42000.4',
          B: '35',
          a: '0',
          A: '0',
          T: MS + 4,
          E: MS + 5,
        },
      },
    ],
    [
      6_000_000,
      { stream: 'btcusd_perp@markPrice', data: { e: 'markPriceUpdate', s: 'BTCUSD_PERP', p: '1' } },
    ],
  )
  const { streams, issues, notes, instruments } = await sourceRows(BINANCE_RECORDING, path)
  expect(streams['trades BINANCECOINM:BTCUSD_PERP']).toEqual({
    eventTime: [US + 3000, US + 3000, US + 3000],
    eventNanos: [0, 0, 0],
    receiveTime: [US + 4001, US + 4100, US + 4300],
    receiveNanos: [750, 0, 0],
    venueSequence: [7, 8, 11],
    price: [42000.5, 42000.5, 42000.5],
    size: [0.01, 0.01, 0.01],
    side: [1, -1, -1],
  })
  expect(streams['quotes BINANCECOINM:BTCUSD_PERP']).toMatchObject({
    bid: [42000.4],
    bidSize: [35],
    ask: [NAN],
    askSize: [0],
    eventTime: [US + 4000],
  })
  expect(issues.map(({ code, count, example }) => [code, count, example])).toEqual([
    ['sequenceGap', 1, 'recording-2.gz line 4: 2 trades are missing before 11'],
  ])
  expect(notes).toEqual([
    '1 trades of nothing at price 0 are left out',
    '1 messages of markPriceUpdate are left out',
  ])
  expect(instruments['BINANCECOINM:BTCUSD_PERP']).toMatchObject({
    kind: 'inverse',
    base: 'BTC',
    settlement: 'BTC',
    currency: 'USD',
    multiplier: 100,
    lotsPerUnit: 1,
  })
})

test('clocks that differ are told and kept; lines that are no messages are named', async () => {
  const trade = {
    stream: 'x@trade',
    data: { e: 'trade', T: MS + 2000, s: 'ETHBTC', t: 1, p: '0.05', q: '1', m: false, M: true },
  }
  const path = write(
    [500_000_000, trade],
    [600_000_000, '{"stream":'],
    [700_000_000, '{"result":null,"id":1}'],
  )
  const { streams, issues, notes } = await sourceRows(BINANCE_RECORDING, path, { check: true })
  expect(streams['trades BINANCE:ETHBTC']).toMatchObject({
    eventTime: [US + 2_000_000],
    receiveTime: [US + 500_000],
  })
  expect(notes).toEqual([expect.stringContaining('received from -1.500 s to -1.500 s after they happened')])
  expect(issues.map(({ code, severity, place }) => [code, severity, place.row])).toEqual([
    ['badMessage', 'fatal', 2],
    ['receivedBefore', 'suspect', 1],
  ])
})

test('a snapshot that comes first waits for its symbol; without any, depth is left out and told', async () => {
  const early = write(
    [1_000, { lastUpdateId: 5, bids: [['10', '1']], asks: [] }],
    [2_000, spotDepth(6, 7, [['11', '1']], [])],
  )
  const { streams } = await sourceRows(BINANCE_RECORDING, early)
  expect(bookRows(streams['book BINANCE:BTCUSDT'])).toEqual([
    'clear 0 NaN NaN 5 1',
    'set 1 10 1 5 1',
    'set 1 11 1 7 2',
  ])
  const none = await sourceRows(BINANCE_RECORDING, write([1_000, spotDepth(6, 7, [['11', '1']], [])]))
  expect(none.streams).toEqual({})
  expect(none.notes).toEqual([
    'there is no snapshot of the book of BTCUSDT: its 1 depth messages join nothing and are left out',
  ])
})

test('a snapshot that the book is past changes nothing; a newer one takes its place', async () => {
  const path = write(
    [1_000, { lastUpdateId: 5, bids: [['10', '1']], asks: [] }],
    [2_000, spotDepth(6, 9, [['11', '1']], [])],
    [3_000, { lastUpdateId: 7, bids: [['10.5', '1']], asks: [] }],
    [4_000, spotDepth(10, 12, [['12', '1']], [])],
    [5_000, { lastUpdateId: 14, bids: [['13', '1']], asks: [] }],
    [6_000, spotDepth(13, 14, [['12.5', '1']], [])],
    [7_000, spotDepth(15, 16, [['14', '1']], [])],
  )
  const { streams, issues, notes } = await sourceRows(BINANCE_RECORDING, path)
  expect(bookRows(streams['book BINANCE:BTCUSDT'])).toEqual([
    'clear 0 NaN NaN 5 1',
    'set 1 10 1 5 1',
    'set 1 11 1 9 2',
    'set 1 12 1 12 4',
    'clear 0 NaN NaN 14 5',
    'set 1 13 1 14 5',
    'set 1 14 1 16 7',
  ])
  expect(issues).toEqual([])
  expect(notes).toEqual(['1 snapshots came when the book was past them: they are left out'])
})

test('into the store and back; a symbol that is not there is refused', async () => {
  const path = write(
    [1_000, spotDepth(1, 2, [], [])],
    [2_000, { lastUpdateId: 2, bids: [['10', '1']], asks: [['11', '2']] }],
    [3_000, spotDepth(3, 4, [['10', '0']], [])],
  )
  const store = join(folder, 'store')
  const request = { store, place: await placeOf(path), adapter: BINANCE_RECORDING, dataset: 'rec' }
  const { datasets } = await ingestSource(request)
  expect(datasets.map(({ id, rows }) => [id, rows])).toEqual([['rec/book', 4]])
  const source = await openTicks({ store: await openStore(store) })
  expect(source.streams[0].series).toMatchObject({ length: 4 })
  const { action, price } = source.streams[0].series as { action: Float64Array; price: Float64Array }
  expect([...action]).toEqual([clear, set, set, set])
  expect([...price]).toEqual([NAN, 10, 11, 10])
  await expect(sourceRows(BINANCE_RECORDING, path, { symbol: 'ETHUSDT' })).rejects.toMatchObject({
    code: 'UNKNOWN_SYMBOL',
    message: expect.stringContaining('has no messages of ETHUSDT'),
  })
})
