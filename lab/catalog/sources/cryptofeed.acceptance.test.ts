/**
 * Captures of Coinbase, Kraken and BitMEX. The books that our rows rebuild are held to what the exchanges say of
 * them: every checksum of Kraken's, every quote of BitMEX's, every ticker of Coinbase's.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { OrderBook } from '../../book/order-book.ts'
import { krakenChecksum } from '../../book/sync/kraken-checksum.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import { acceptanceData } from '../../testing/acceptance-data.ts'
import { type SourceRows, sourceRows } from '../../testing/source-rows.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openTicks } from '../open-ticks.ts'
import { openStore } from '../store.ts'
import { CRYPTOFEED } from './cryptofeed.ts'
import { placeOf } from './place.ts'

const FOLDER = join(acceptanceData(), 'cryptofeed')
let found: SourceRows
beforeAll(async () => {
  found = await sourceRows(CRYPTOFEED, FOLDER)
})

/** Messages by the line that they stand on. */
function messages(file: string): Map<number, unknown> {
  const lines = readFileSync(join(FOLDER, file), 'utf8').split('\n')
  return new Map(
    lines.flatMap((line, i) => {
      const json = line.slice(line.indexOf(': ') + 2)
      return /^\d/.test(line) && /^[[{]/.test(json) ? [[i + 1, JSON.parse(json)] as const] : []
    }),
  )
}

/** Plays a stream of rows; tells after each message of the source. */
function play(
  key: string,
  perUnit: number,
  sizes: number,
  after: (book: OrderBook, line: number) => void,
): void {
  const { action, side, price, size } = found.streams[key]
  const lines = found.lines[key]
  const book = new OrderBook()
  for (let i = 0; i < action.length; i++) {
    if (action[i] !== BOOK_ACTIONS.set) book.clear()
    else book.set(side[i] as 1 | -1, Math.round(price[i] * perUnit), Math.round(size[i] * sizes))
    if (lines[i + 1] !== lines[i]) after(book, lines[i])
  }
}

test('every stream, and nothing missing', () => {
  const { streams, issues, instruments } = found
  const rows = (kind: string, venue: string) =>
    Object.entries(streams)
      .filter(([key]) => key.startsWith(`${kind} ${venue}:`))
      .map(([, { eventTime }]) => eventTime.length)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  expect(['COINBASE', 'KRAKEN', 'BITMEX'].map(venue => rows('book', venue).length)).toEqual([10, 10, 10])
  // Matches as lab/book counts them; by grep: ten trades of Kraken's, seven messages of BitMEX's with seventeen.
  expect(['COINBASE', 'KRAKEN', 'BITMEX'].map(venue => sum(rows('trades', venue)))).toEqual([97, 10, 17])
  // 426 quotes after the books began, and one of each contract's to begin with.
  expect(sum(rows('quotes', 'BITMEX'))).toBe(436)
  expect(issues).toEqual([])
  for (const { action } of Object.values(streams)) expect(action?.includes(BOOK_ACTIONS.gap)).not.toBe(true)
  expect(instruments['KRAKEN:XBT/CHF']).toMatchObject({ ticksPerUnit: 10, lotsPerUnit: 1e8, currency: 'CHF' })
  expect(instruments['BITMEX:TRXU21']).toMatchObject({ kind: 'future', ticksPerUnit: 1e10, minQuantity: 100 })
})

test('Kraken: all 4,269 checksums, of our rows alone', () => {
  const sent = messages('KRAKEN.ws.50.0') as Map<number, [number, ...{ c?: string; as?: string[][] }[]]>
  let agreed = 0
  for (const key of Object.keys(found.streams).filter(one => one.startsWith('book KRAKEN'))) {
    const first = sent.get(found.lines[key][0])![1] as { as: string[][] }
    const decimals = first.as[0][0].split('.')[1].length
    play(key, 10 ** decimals, 1e8, (book, line) => {
      const [, ...parts] = sent.get(line)!
      const checksum = parts.find(part => part.c !== undefined)?.c
      expect(Math.max(book.levels(1), book.levels(-1))).toBeLessThanOrEqual(1000)
      if (checksum !== undefined && krakenChecksum(book) === Number(checksum)) agreed++
    })
  }
  expect(agreed).toBe(4_269)
})

test('BitMEX: each quote is a best of our book', () => {
  let seen = 0
  let all = 0
  for (const [key, quotes] of Object.entries(found.streams).filter(([one]) =>
    one.startsWith('quotes BITMEX'),
  )) {
    const id = key.slice('quotes '.length)
    const perUnit = found.instruments[id].ticksPerUnit!
    const bests = new Set<string>()
    play(`book ${id}`, perUnit, 1, book => {
      const [bid, ask] = [book.bestBidTicks, book.bestAskTicks]
      bests.add([bid, book.size(1, bid), ask, book.size(-1, ask)].join(' '))
    })
    const first = found.streams[`book ${id}`].receiveTime[0]
    for (let i = 0; i < quotes.bid.length; i++) {
      if (quotes.receiveTime[i] < first) continue
      all++
      const prices = [quotes.bid[i], quotes.ask[i]].map(price => Math.round(price * perUnit))
      if (bests.has([prices[0], quotes.bidSize[i], prices[1], quotes.askSize[i]].join(' '))) seen++
    }
  }
  expect({ all, seen }).toEqual({ all: 426, seen: 426 })
})

test('Coinbase: never crossed, and each ticker is a best of our book', () => {
  const tickers = [...messages('COINBASE.ws.28.0').values()].filter(
    message => (message as { type: string }).type === 'ticker',
  ) as { product_id: string; best_bid: string; best_ask: string }[]
  const bests = new Set<string>()
  for (const key of Object.keys(found.streams).filter(one => one.startsWith('book COINBASE'))) {
    const perUnit = found.instruments[key.slice('book '.length)].ticksPerUnit!
    play(key, perUnit, 1e8, book => {
      expect(book.crossed || book.locked).toBe(false)
      bests.add(
        [key.slice('book COINBASE:'.length), book.bestBidTicks / perUnit, book.bestAskTicks / perUnit].join(
          ' ',
        ),
      )
    })
  }
  // The first of each product tells how the book was at the last trade before the capture.
  const told = new Set<string>()
  const after = tickers.filter(({ product_id }) => told.has(product_id) || !told.add(product_id))
  expect(after.length).toBe(97)
  expect(
    after.filter(one => !bests.has([one.product_id, Number(one.best_bid), Number(one.best_ask)].join(' '))),
  ).toEqual([])
})

test('into a store and back, to the last row', async () => {
  const store = mkdtempSync(join(tmpdir(), 'cryptofeed-store-'))
  try {
    await ingestSource({ store, place: await placeOf(FOLDER), adapter: CRYPTOFEED, dataset: 'cap' })
    const source = await openTicks({ store: await openStore(store) })
    expect(source.streams.length).toBe(Object.keys(found.streams).length)
    for (const { kind, instrument, series } of source.streams) {
      const { venue, symbol } = source.instruments[instrument]
      const ours = found.streams[`${kind} ${venue}:${symbol}`]
      for (const [name, values] of Object.entries(series!))
        if (values instanceof Float64Array && ours[name] !== undefined)
          expect([...values], `${kind} ${symbol} ${name}`).toEqual(ours[name])
    }
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
})
