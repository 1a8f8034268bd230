/**
 * Books rebuilt from what exchanges sent, held to the exchanges' own checks: Kraken's CRC-32 with every update,
 * Binance's update ids, each venue's own best bid and ask. Real captures; see ../testing/acceptance-data.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { acceptanceData } from '../testing/acceptance-data.ts'
import { BookWatch } from './book-watch.ts'
import type { BookSide } from './order-book.ts'
import { OrderBook } from './order-book.ts'
import { DepthSync } from './sync/depth-sync.ts'
import { krakenChecksum } from './sync/kraken-checksum.ts'
import { LevelIds } from './sync/level-ids.ts'
import { SequenceSync } from './sync/sequence-sync.ts'

const DATA = acceptanceData()

/** Lines `<unix seconds>: <json>`; what was requested, and the tail of the last line, are left out. */
function cryptofeed(file: string): { time: number; message: unknown }[] {
  return readFileSync(join(DATA, 'cryptofeed', file), 'utf8')
    .split('\n')
    .flatMap(line => {
      const at = line.indexOf(': ')
      if (line.startsWith('wss') || !/^[[{]/.test(line.slice(at + 2))) return []
      return [{ time: Math.round(Number(line.slice(0, at)) * 1e6), message: JSON.parse(line.slice(at + 2)) }]
    })
}

/** The integer that a decimal is without its point: the last decimal shown is one. */
const digitsOf = (text: string) => Number(text.replace('.', ''))
const decimalsOf = (text: string) => text.split('.')[1]?.length ?? 0

describe('Kraken', () => {
  type Levels = [price: string, volume: string, time: string, repeated?: 'r'][]
  type Part = { as?: Levels; bs?: Levels; a?: Levels; b?: Levels; c?: string }

  function replay(change: (book: OrderBook, update: number) => void = () => {}) {
    const books = new Map<string, OrderBook>()
    const decimals = new Map<string, number>()
    const watch = new BookWatch()
    const counts = { snapshots: 0, updates: 0, agreed: 0, otherDecimals: 0 }
    for (const { time, message } of cryptofeed('KRAKEN.ws.50.0')) {
      if (!Array.isArray(message)) continue
      watch.clock(time)
      const pair = message.at(-1) as string
      const parts = message.slice(1, -2) as Part[]
      const book = books.get(pair) ?? new OrderBook()
      books.set(pair, book)
      let checksum: number | undefined
      for (const part of parts) {
        if (part.as !== undefined || part.bs !== undefined) {
          book.clear()
          counts.snapshots++
        }
        const sides: [BookSide, Levels | undefined][] = [
          [-1, part.as ?? part.a],
          [1, part.bs ?? part.b],
        ]
        for (const [side, levels] of sides)
          for (const [price, volume] of levels ?? []) {
            if (!decimals.has(pair)) decimals.set(pair, decimalsOf(price))
            if (decimals.get(pair) !== decimalsOf(price) || decimalsOf(volume) !== 8) counts.otherDecimals++
            watch.level(book.set(side, digitsOf(price), digitsOf(volume)))
          }
        if (part.c !== undefined) checksum = Number(part.c)
      }
      // Subscribed to 1,000 levels: nobody says when one falls out.
      book.trim(1, 1_000)
      book.trim(-1, 1_000)
      watch.message(book)
      if (checksum === undefined) continue
      counts.updates++
      change(book, counts.updates)
      if (krakenChecksum(book) === checksum) counts.agreed++
    }
    return { counts, books, watch }
  }

  it('agrees with every checksum of ten pairs', () => {
    const { counts, books, watch } = replay()
    expect(books.size).toBe(10)
    expect(counts).toEqual({ snapshots: 10, updates: 4_269, agreed: 4_269, otherDecimals: 0 })
    // Somebody offers XMR at 99999997.00000000 USD: digits beyond 2^53, no tick of ours, and counted.
    expect(watch).toMatchObject({ badPrices: 1, badSizes: 0, crossed: 0, locked: 0, clockBackwards: 0 })
  })

  it('disagrees from the moment one lot of a best level is wrong', () => {
    const { counts } = replay((book, update) => {
      if (update === 4_000) book.set(1, book.bestBidTicks, book.size(1, book.bestBidTicks) + 1)
    })
    expect(counts.agreed).toBeLessThan(4_269)
    expect(counts.agreed).toBeGreaterThanOrEqual(3_999)
  })
})

describe('Binance', () => {
  type Depth = {
    e: 'depthUpdate'
    E: number
    U: number
    u: number
    pu?: number
    b: string[][]
    a: string[][]
  }
  type Ticker = { e?: 'bookTicker'; u: number; b: string; B: string; a: string; A: string }
  type Trade = { e: 'trade'; E: number; t: number; p: string; q: string }
  type Snapshot = { lastUpdateId: number; bids: string[][]; asks: string[][] }
  type Line = { stream: string; data: Depth | Ticker | Trade } | Snapshot

  const read = (folder: string, file: string): Line[] =>
    gunzipSync(readFileSync(join(DATA, 'hftbacktest', folder, file)))
      .toString()
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line.slice(line.indexOf(' ') + 1)))

  /** What one who heard everything would have fetched. */
  const snapshotOf = (book: OrderBook, lastUpdateId: number, ticksPerUnit: number): Snapshot => {
    const strings = (levels: readonly { ticks: number; size: number }[]) =>
      levels.map(({ ticks, size }) => [String(ticks / ticksPerUnit), String(size)])
    const { bids, asks } = book.depth(100_000)
    return { lastUpdateId, bids: strings(bids), asks: strings(asks) }
  }

  function replay(lines: readonly Line[], ticksPerUnit: number, snapshotAt?: number) {
    const book = new OrderBook()
    const sync = new DepthSync()
    const trades = new SequenceSync()
    const watch = new BookWatch()
    const counts = { apply: 0, stale: 0, gap: 0, unsynchronised: 0 }
    const kept: Depth[] = []
    /** Best by update id. */
    const best = new Map<number, string>()
    let taken: Snapshot | undefined
    const set = (side: BookSide, levels: string[][]) => {
      for (const [price, size] of levels)
        watch.level(book.set(side, Math.round(Number(price) * ticksPerUnit), Number(size)))
    }
    const offer = (depth: Depth) => {
      const decision = sync.offer(depth.U, depth.u, depth.pu ?? Number.NaN)
      counts[decision]++
      if (decision === 'unsynchronised') kept.push(depth)
      if (decision === 'gap') {
        watch.gaps++
        book.clear()
      }
      if (decision !== 'apply') return
      set(1, depth.b)
      set(-1, depth.a)
      watch.message(book)
      const [bid, ask] = [book.bestBidTicks, book.bestAskTicks]
      best.set(
        depth.u,
        [bid / ticksPerUnit, book.size(1, bid), ask / ticksPerUnit, book.size(-1, ask)].join(' '),
      )
    }
    for (const [at, line] of lines.entries()) {
      if ('lastUpdateId' in line) {
        book.clear()
        set(1, line.bids)
        set(-1, line.asks)
        sync.snapshot(line.lastUpdateId)
        for (const depth of kept.splice(0)) offer(depth)
      } else if (line.data.e === 'depthUpdate') {
        offer(line.data)
        if (at === snapshotAt) taken = snapshotOf(book, line.data.u, ticksPerUnit)
      } else if (line.data.e === 'trade') {
        watch.clock(line.data.E)
        trades.offer(line.data.t)
      }
    }
    // bookTicker states the best at an update id; where a depth message ends with that very id, both must agree.
    const tickers = { compared: 0, equal: 0 }
    for (const line of lines)
      if ('stream' in line && line.stream.endsWith('@bookTicker')) {
        const { u, b, B, a, A } = line.data as Ticker
        const ours = best.get(u)
        if (ours === undefined) continue
        tickers.compared++
        if (ours === [b, B, a, A].map(Number).join(' ')) tickers.equal++
      }
    return { book, sync, counts, watch, trades, tickers, taken }
  }

  /** Depth messages in all, and tickers whose id is one at which a depth message ends. */
  const FILES = [
    ['spot', 'btcusdt_20240808.gz', 100, { messages: 3_451, tickers: 564 }],
    ['usdm', 'btcusdt_20240808.gz', 10, { messages: 6_551, tickers: 629 }],
    ['cm', 'btcusd_perp_20240808.gz', 10, { messages: 26_847, tickers: 1_124 }],
  ] as const

  it.each(FILES)(
    '%s: every message joins the one before, and the best is the ticker of its id',
    (folder, file, ticks, expected) => {
      const lines = read(folder, file)
      const { counts, tickers, watch, trades, sync } = replay(lines, ticks)
      expect(sync.known).toBe(true)
      expect(counts.gap).toBe(0)
      expect(counts.apply + counts.stale).toBe(expected.messages)
      expect(counts.stale).toBeLessThan(25)
      expect(tickers).toEqual({ compared: expected.tickers, equal: expected.tickers })
      expect(watch).toMatchObject({
        badPrices: 0,
        badSizes: 0,
        crossed: 0,
        locked: 0,
        clockBackwards: 0,
        gaps: 0,
      })
      expect(trades.gaps).toBe(0)
    },
  )

  it.each(FILES)(
    '%s: a missing message is a gap, and the book unknown until a snapshot',
    (folder, file, ticks) => {
      const lines = read(folder, file)
      const depths = lines.flatMap((line, at) => ('stream' in line && 'U' in line.data ? [at] : []))
      const [lost, fetched] = [depths[1_000], depths[1_200]]
      const whole = replay(lines, ticks, fetched)
      const holed = replay(lines.toSpliced(lost, 1), ticks)
      expect(holed.counts).toMatchObject({ gap: 1, apply: whole.counts.apply - (depths.length - 1_000) })
      expect(holed.sync.known).toBe(false)
      expect(holed.book.depth(1)).toEqual({ bids: [], asks: [] })
      // The snapshot arrives 50 messages later than it was taken: what it has already is stale.
      const mended = replay(lines.toSpliced(depths[1_250] + 1, 0, whole.taken!).toSpliced(lost, 1), ticks)
      expect(mended.counts.gap).toBe(1)
      expect(mended.sync.known).toBe(true)
      expect(mended.book.depth(100_000)).toEqual(whole.book.depth(100_000))
    },
  )

  it('finds each of many lost messages', () => {
    const lines = read('cm', 'btcusd_perp_20240808.gz')
    const snapshot = lines.findIndex(line => 'lastUpdateId' in line)
    const depths = lines.flatMap((line, at) =>
      'stream' in line && 'U' in line.data && at > snapshot + 100 ? [at] : [],
    )
    for (let n = 0; n < depths.length - 1; n += 2_500)
      expect(replay(lines.slice(0, depths[n + 1] + 1).toSpliced(depths[n], 1), 10).counts.gap).toBe(1)
  })
})

describe('Coinbase', () => {
  type Message =
    | { type: 'snapshot'; product_id: string; bids: string[][]; asks: string[][] }
    | { type: 'l2update'; product_id: string; changes: [string, string, string][]; time: string }
    | { type: 'match' | 'last_match'; product_id: string; trade_id: number; price: string; time: string }
    | { type: 'ticker'; product_id: string; best_bid: string; best_ask: string }

  it('sends books of ten pairs that are never crossed, and matches without a hole', () => {
    const decimals = new Map<string, number>()
    const books = new Map<string, OrderBook>()
    const trades = new Map<string, SequenceSync>()
    const watch = new BookWatch()
    const counts = { updates: 0, matches: 0, tickers: 0 }
    /** Channels run beside each other: what a ticker shows, the book shows now or a little later. */
    const shown = new Set<string>()
    const promised: string[] = []
    const told = new Set<string>()
    const rest = readFileSync(join(DATA, 'cryptofeed', 'COINBASE.0'), 'utf8').split('\n')[0]
    for (const { id, quote_increment } of JSON.parse(rest.slice(rest.indexOf('[{'))))
      decimals.set(id, decimalsOf(quote_increment))
    for (const { time, message } of cryptofeed('COINBASE.ws.28.0') as { time: number; message: Message }[]) {
      if (!('product_id' in message)) continue
      watch.clock(time)
      const product = message.product_id
      const book = books.get(product) ?? new OrderBook()
      const ticks = (price: string) => Math.round(Number(price) * 10 ** decimals.get(product)!)
      books.set(product, book)
      if (message.type === 'snapshot') {
        book.clear()
        for (const [price, size] of message.bids) watch.level(book.set(1, ticks(price), Number(size)))
        for (const [price, size] of message.asks) watch.level(book.set(-1, ticks(price), Number(size)))
        watch.message(book)
      } else if (message.type === 'l2update') {
        for (const [side, price, size] of message.changes)
          watch.level(book.set(side === 'buy' ? 1 : -1, ticks(price), Number(size)))
        watch.message(book)
        counts.updates++
      } else if (message.type === 'ticker') {
        counts.tickers++
        // The first tells how the book was at the last trade before we came.
        if (told.has(product))
          promised.push([product, ticks(message.best_bid), ticks(message.best_ask)].join(' '))
        told.add(product)
      } else {
        const sync = trades.get(product) ?? new SequenceSync()
        trades.set(product, sync)
        if (sync.offer(message.trade_id) === 'gap') watch.gaps++
        if (message.type === 'match') counts.matches++
      }
      shown.add([product, book.bestBidTicks, book.bestAskTicks].join(' '))
    }
    expect(books.size).toBe(10)
    expect(counts).toEqual({ updates: 9_719, matches: 97, tickers: 107 })
    expect(watch).toMatchObject({
      badPrices: 0,
      badSizes: 0,
      crossed: 0,
      locked: 0,
      clockBackwards: 0,
      gaps: 0,
    })
    expect(promised.length).toBe(97)
    expect(promised.filter(best => !shown.has(best))).toEqual([])
  })
})

describe('BitMEX', () => {
  type Level = { symbol: string; id: number; side: 'Buy' | 'Sell'; size: number; price: number }
  type Quote = { symbol: string; bidSize: number; bidPrice: number; askSize: number; askPrice: number }
  type Message =
    | { table: 'orderBookL2'; action: 'partial' | 'insert' | 'update' | 'delete'; data: Level[] }
    | { table: 'quote'; action: string; data: Quote[] }

  it('names each level before it changes it, and its quotes are our best', () => {
    const rest = readFileSync(join(DATA, 'cryptofeed', 'BITMEX.0'), 'utf8').split('\n')[0]
    const tickSizes = new Map<string, number>(
      JSON.parse(rest.slice(rest.indexOf('[{'))).map((one: { symbol: string; tickSize: number }) => [
        one.symbol,
        one.tickSize,
      ]),
    )
    const books = new Map<string, { book: OrderBook; ids: LevelIds; ready: boolean; bests: Set<string> }>()
    const watch = new BookWatch()
    const counts = { partials: 0, messages: 0, early: 0, quotes: 0, quotesSeen: 0 }
    for (const { time, message } of cryptofeed('BITMEX.ws.1.0') as { time: number; message: Message }[]) {
      watch.clock(time)
      if (message.table !== 'orderBookL2' && message.table !== 'quote') continue
      const symbol = message.data[0].symbol
      const one = books.get(symbol) ?? {
        book: new OrderBook(),
        ids: new LevelIds(),
        ready: false,
        bests: new Set(),
      }
      books.set(symbol, one)
      const { book, ids } = one
      const ticks = (price: number) => Math.round(price / tickSizes.get(symbol)!)
      if (message.table === 'quote') {
        for (const quote of message.data) {
          if (!one.ready || message.action === 'partial') continue
          counts.quotes++
          const text = [ticks(quote.bidPrice), quote.bidSize, ticks(quote.askPrice), quote.askSize].join(' ')
          if (one.bests.has(text)) counts.quotesSeen++
        }
        continue
      }
      if (message.action === 'partial') {
        ids.clear()
        book.clear()
        one.ready = true
        counts.partials++
      } else if (!one.ready) {
        counts.early++
        continue
      }
      counts.messages++
      for (const level of message.data) {
        const side = level.side === 'Buy' ? 1 : -1
        if (message.action === 'partial' || message.action === 'insert')
          ids.begin(level.id, ticks(level.price))
        const at = message.action === 'delete' ? ids.end(level.id) : ids.at(level.id)
        watch.level(book.set(side, at, message.action === 'delete' ? 0 : level.size))
      }
      watch.message(book)
      const [bid, ask] = [book.bestBidTicks, book.bestAskTicks]
      one.bests.add([bid, book.size(1, bid), ask, book.size(-1, ask)].join(' '))
    }
    expect(books.size).toBe(10)
    expect(counts).toEqual({ partials: 10, messages: 1_979, early: 0, quotes: 426, quotesSeen: 426 })
    expect(watch).toMatchObject({ badPrices: 0, badSizes: 0, crossed: 0, locked: 0, clockBackwards: 0 })
    expect([...books.values()].map(one => one.ids.unknown)).toEqual(Array(10).fill(0))
  })
})

describe('faults in a capture', () => {
  it('are counted where they are made: a crossed message, a negative size, a trade outside, a clock set back', () => {
    const [book, watch] = [new OrderBook(), new BookWatch()]
    const [, snapshot] = cryptofeed('COINBASE.ws.28.0').filter(
      ({ message }) => (message as { type?: string }).type === 'snapshot',
    )
    const { bids, asks } = snapshot.message as { bids: string[][]; asks: string[][] }
    const ticks = (price: string) => Math.round(Number(price) * 1e4)
    for (const [price, size] of bids) watch.level(book.set(1, ticks(price), Number(size)))
    for (const [price, size] of asks) watch.level(book.set(-1, ticks(price), Number(size)))
    watch.message(book)
    watch.clock(snapshot.time)
    expect(watch).toMatchObject({ badSizes: 0, crossed: 0, tradesOutside: 0, clockBackwards: 0 })
    watch.trade(book, ticks(asks[5][0]))
    watch.level(book.set(1, ticks(bids[3][0]), -Number(bids[3][1])))
    watch.level(book.set(1, ticks(asks[3][0]), 1))
    watch.message(book)
    watch.clock(snapshot.time - 1)
    expect(watch).toMatchObject({ badSizes: 1, crossed: 1, tradesOutside: 1, clockBackwards: 1 })
  })
})
