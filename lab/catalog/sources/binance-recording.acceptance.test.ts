/**
 * Recordings of Binance's spot, USD-M and COIN-M markets. Messages are counted by the README's table; the book that
 * its rows rebuild is held to the venue's own best bid and ask wherever both speak of the same update id.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OrderBook } from '../../book/order-book.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { TickSeries } from '../../domain/ports/store.ts'
import { acceptanceData } from '../../testing/acceptance-data.ts'
import { sourceRows } from '../../testing/source-rows.ts'
import { ingestSource } from '../ingest/ingest-source.ts'
import { openTicks } from '../open-ticks.ts'
import { openStore } from '../store.ts'
import { BINANCE_RECORDING } from './binance-recording.ts'
import { placeOf } from './place.ts'

const FOLDER = join(acceptanceData(), 'hftbacktest')

/** Trades and tickers as counted by zcat | grep; agreements as the acceptance tests of lab/book have them. */
const FILES = [
  ['spot/btcusdt_20240808.gz', 'BINANCE:BTCUSDT', 100, { trades: 9757, quotes: 28_040, compared: 564 }],
  ['usdm/btcusdt_20240808.gz', 'BINANCEUSDM:BTCUSDT', 10, { trades: 21_313, quotes: 66_089, compared: 629 }],
  [
    'cm/btcusd_perp_20240808.gz',
    'BINANCECOINM:BTCUSD_PERP',
    10,
    { trades: 2286, quotes: 19_136, compared: 1124 },
  ],
] as const

type Columns = Readonly<Record<string, ArrayLike<number>>>

/** Best bid and ask after each update id. */
function bests(book: Columns, ticksPerUnit: number): Map<number, string> {
  const held = new OrderBook()
  const after = new Map<number, string>()
  const { action, side, price, size, venueSequence } = book
  for (let i = 0; i < action.length; i++) {
    if (action[i] !== BOOK_ACTIONS.set) held.clear()
    if (action[i] === BOOK_ACTIONS.set)
      held.set(side[i] as 1 | -1, Math.round(price[i] * ticksPerUnit), size[i])
    if (venueSequence[i + 1] === venueSequence[i]) continue
    const [bid, ask] = [held.bestBidTicks, held.bestAskTicks]
    after.set(
      venueSequence[i],
      [bid / ticksPerUnit, held.size(1, bid), ask / ticksPerUnit, held.size(-1, ask)].join(' '),
    )
  }
  return after
}

test.each(FILES)('%s: every message, and the best that the venue says', async (file, id, ticks, expected) => {
  const { streams, issues, notes } = await sourceRows(BINANCE_RECORDING, join(FOLDER, file), { check: true })
  const [trades, quotes, book] = ['trades', 'quotes', 'book'].map(kind => streams[`${kind} ${id}`])
  expect([trades.price.length, quotes.bid.length]).toEqual([expected.trades, expected.quotes])
  // Nothing is missing and nothing out of order; only the clocks differ, by the README's 1.27 s.
  expect(issues.map(({ code }) => code)).toEqual(['receivedBefore'])
  expect(notes.some(note => /received from -1\.2\d\d s/.test(note))).toBe(true)
  expect(book.action.filter(action => action === BOOK_ACTIONS.clear).length).toBe(1)
  expect(book.action.includes(BOOK_ACTIONS.gap)).toBe(false)
  const best = bests(book, ticks)
  let compared = 0
  let equal = 0
  for (let i = 0; i < quotes.bid.length; i++) {
    const ours = best.get(quotes.venueSequence[i])
    if (ours === undefined || book.venueSequence[0] === quotes.venueSequence[i]) continue
    compared++
    if (ours === [quotes.bid[i], quotes.bidSize[i], quotes.ask[i], quotes.askSize[i]].join(' ')) equal++
  }
  expect({ compared, equal }).toEqual({ compared: expected.compared, equal: expected.compared })
})

test('into a store and back, to the last row', async () => {
  const store = mkdtempSync(join(tmpdir(), 'binance-store-'))
  try {
    const path = join(FOLDER, FILES[0][0])
    const { streams } = await sourceRows(BINANCE_RECORDING, path)
    await ingestSource({ store, place: await placeOf(path), adapter: BINANCE_RECORDING, dataset: 'spot' })
    const source = await openTicks({ store: await openStore(store) })
    expect(source.instruments).toMatchObject([{ venue: 'BINANCE', symbol: 'BTCUSDT', ticksPerUnit: 100 }])
    for (const { kind, series } of source.streams) {
      const theirs = streams[`${kind} BINANCE:BTCUSDT`]
      for (const [name, values] of Object.entries(series as TickSeries['trades']))
        if (values instanceof Float64Array && theirs[name] !== undefined)
          expect([...values], `${kind} ${name}`).toEqual(theirs[name])
    }
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
})
