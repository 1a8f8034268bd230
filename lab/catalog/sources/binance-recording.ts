/**
 * A feed of Binance as it was received, as hftbacktest's collector writes it: lines `<local ns> <message>`, gzip or
 * not, messages of combined streams, and one REST snapshot of the book without a stream's name.
 *
 * Depth messages join the snapshot by their update ids (lab/book/sync/depth-sync.ts); what came before it becomes
 * known with it. Where ids have a hole, the book is unknown from there to the next snapshot: a `gap` row. Trades are
 * numbered without holes, and a hole is told. Times are kept as both clocks had them, however far apart they are.
 *
 * Source of the fields: developers.binance.com, spot, USDⓈ-M and COIN-M market streams, read 2025.
 */
import { basename } from 'node:path'
import { DepthSync } from '../../book/sync/depth-sync.ts'
import { SequenceSync } from '../../book/sync/sequence-sync.ts'
import { GordonError } from '../../core/errors.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import { ClockSkew } from './clock-skew.ts'
import { type EventRows, happenedWhenReceived, linesOf, receivedAt, RecordedStreams } from './event-rows.ts'
import type { Stamp } from './event-rows.ts'
import { binanceInstrument } from './binance-instrument.ts'
import type { SourceAdapter, SourceBatch, SourceInstrument, SourceReading } from './source.ts'

type Levels = readonly (readonly [price: string, size: string])[]

interface Snapshot {
  readonly lastUpdateId: number
  readonly symbol?: string
  /** When it was made; on spot nobody says. */
  readonly E?: number
  readonly T?: number
  readonly bids: Levels
  readonly asks: Levels
}

interface Framed {
  readonly stream?: string
  readonly data?: Message
}

interface Message {
  readonly e?: string
  readonly s: string
  /** When it was sent, and when it happened: ms UTC. */
  readonly E?: number
  readonly T?: number
  readonly [field: string]: unknown
}

/** Depth messages that wait for a snapshot; older ones could not be joined without a hole anyway. */
const WAITING = 20_000

export const BINANCE_RECORDING: SourceAdapter = {
  name: 'binance-recording',
  kinds: ['trades', 'quotes', 'book'],
  about: "Binance's streams as hftbacktest records them: `<local ns> <message>`, also .gz",
  endings: '.gz, .txt or .jsonl',
  knowsVenue: true,
  takes: file => /\.(gz|txt|log|jsonl?|dat)$/i.test(file),
  guess({ head }) {
    const line = head.toString('utf8', 0, Math.min(head.length, 400))
    const fits = /^\d{19} \{(?:"stream":"[a-z0-9_]+@|"lastUpdateId":)/.test(line)
    return fits
      ? { confidence: 1, because: 'lines of a local time in ns and a message of Binance' }
      : { confidence: 0, because: '' }
  },
  read,
}

/** What is known of one symbol. */
interface Market {
  readonly instrument: SourceInstrument
  readonly depth: DepthSync
  readonly trades: SequenceSync
  readonly waiting: { readonly message: Message; readonly at: Stamp; readonly row: number }[]
  depthMessages: number
  snapshots: number
  /** Last update id that the book has. */
  last: number
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options, issues } = reading
  const file = basename(path)
  issues.rowWord = 'line'
  const recording = new Recording(reading)
  let row = 0
  for await (const lines of linesOf(path, file)) {
    for (const line of lines) {
      row++
      if (line.trim() !== '') recording.take(line, row)
    }
    yield* recording.streams.full()
  }
  yield* recording.streams.rest()
  recording.finish()
  if (options.symbol !== undefined && !recording.has(options.symbol)) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${file} has no messages of ${options.symbol}: it has ${recording.symbols.join(', ') || 'none at all'}`,
    )
  }
}

class Recording {
  readonly streams = new RecordedStreams()
  readonly #reading: SourceReading
  readonly #markets = new Map<string, Market>()
  readonly #skew = new ClockSkew()
  readonly #at: Stamp = { eventTime: 0, eventNanos: 0, receiveTime: 0, receiveNanos: 0 }
  readonly #others = new Map<string, number>()
  /** A snapshot that came before any message told whose it is. */
  #early: { readonly snapshot: Snapshot; readonly at: Stamp; readonly row: number } | undefined
  #notTrades = 0
  #late = 0
  #untimed = 0

  constructor(reading: SourceReading) {
    this.#reading = reading
  }

  get symbols(): string[] {
    return [...this.#markets.keys()]
  }

  has(symbol: string): boolean {
    return this.#markets.has(symbol)
  }

  take(line: string, row: number): void {
    const trouble = this.#understand(line, row)
    if (trouble !== undefined) this.#reading.issues.add({ code: 'badMessage', row, text: trouble })
  }

  /** @returns what is wrong with it, if anything is */
  #understand(line: string, row: number): string | undefined {
    const at = this.#at
    const space = line.indexOf(' ')
    if (space !== 19 || !receivedAt(line.slice(0, space), at))
      return `${JSON.stringify(line.slice(0, 40))} does not begin with a time in nanoseconds`
    let whole: Snapshot | Framed | null
    try {
      whole = JSON.parse(line.slice(space + 1))
    } catch {
      return `the message is no JSON: ${JSON.stringify(line.slice(space + 1, space + 41))}`
    }
    if (typeof whole !== 'object' || whole === null) return 'the message is no object'
    if ('lastUpdateId' in whole) return this.#snapshot(whole, { ...at }, row)
    const { stream = '', data } = whole
    if (typeof data?.s !== 'string') return 'the message has no data of a symbol'
    this.#message(stream, data, row)
    return undefined
  }

  #message(stream: string, data: Message, row: number): void {
    const at = this.#at
    const market = this.#marketOf(data)
    if (market === undefined) return
    const kind = data.e ?? (stream.endsWith('@bookTicker') ? 'bookTicker' : stream)
    if (this.#early !== undefined && kind === 'depthUpdate') {
      const { snapshot, at: then, row: line } = this.#early
      this.#early = undefined
      this.#apply(market, snapshot, then, line)
    }
    if (kind === 'trade') this.#trade(market, data, data.t, row)
    else if (kind === 'aggTrade') this.#trade(market, data, data.a, row)
    else if (kind === 'bookTicker') this.#ticker(market, data, row)
    else if (kind === 'depthUpdate') {
      this.#stamp(data)
      market.depthMessages++
      this.#depth(market, data, at, row)
    } else this.#others.set(kind, (this.#others.get(kind) ?? 0) + 1)
  }

  finish(): void {
    const { note } = this.#reading
    for (const { instrument, depthMessages, snapshots } of this.#markets.values()) {
      if (depthMessages > 0 && snapshots === 0)
        note(
          `there is no snapshot of the book of ${instrument.symbol}: its ${depthMessages} depth messages join nothing and are left out`,
        )
    }
    if (this.#untimed > 0)
      note(
        `${this.#untimed} messages do not say when they happened: taken as received, by the receiver's clock`,
      )
    if (this.#late > 0) note(`${this.#late} snapshots came when the book was past them: they are left out`)
    if (this.#notTrades > 0) note(`${this.#notTrades} trades of nothing at price 0 are left out`)
    for (const [kind, count] of this.#others) note(`${count} messages of ${kind} are left out`)
    for (const text of this.#skew.notes()) note(text)
  }

  /** Undefined where it is not the symbol that was asked for. */
  #marketOf(message: Message): Market | undefined {
    const { options } = this.#reading
    const symbol = message.s
    if (options.symbol !== undefined && symbol !== options.symbol) return undefined
    let market = this.#markets.get(symbol)
    if (market === undefined) {
      const own = binanceInstrument(symbol, isFuture(message))
      market = {
        instrument: options.venue === undefined ? own : { ...own, venue: options.venue },
        depth: new DepthSync(),
        trades: new SequenceSync(),
        waiting: [],
        depthMessages: 0,
        snapshots: 0,
        last: Number.NaN,
      }
      this.#markets.set(symbol, market)
    }
    return market
  }

  /** When it happened: at the matching engine where that is told, else when it was sent. */
  #stamp({ T, E }: { readonly T?: number; readonly E?: number }): void {
    const at = this.#at
    const millis = T ?? E
    if (millis === undefined) {
      happenedWhenReceived(at)
      this.#untimed++
      return
    }
    at.eventTime = millis * 1000
    at.eventNanos = 0
    this.#skew.see(at)
  }

  #trade({ instrument, trades }: Market, { T, E, p, q, m }: Message, id: unknown, row: number): void {
    this.#stamp({ T, E })
    const [price, size, number] = [Number(p), Number(q), Number(id)]
    // Futures send settlements of the insurance fund and the like as trades of nothing.
    if (price === 0 && size === 0) {
      this.#notTrades++
      return
    }
    const told = trades.missing
    const decision = trades.offer(number)
    if (decision === 'stale') return
    if (decision === 'gap') {
      const text = `${trades.missing - told} trades are missing before ${number}`
      const of = `${instrument.venue}:${instrument.symbol}`
      this.#reading.issues.add({ code: 'sequenceGap', row, text, instrument: of })
    }
    // `m`: the buyer was the maker, so a seller took.
    this.streams.of('trades', instrument).push(this.#at, row, number, price, size, m === true ? -1 : 1)
  }

  #ticker({ instrument }: Market, { T, E, u, b, a, B, A }: Message, row: number): void {
    this.#stamp({ T, E })
    const [bid, ask] = [Number(b) || Number.NaN, Number(a) || Number.NaN]
    this.streams
      .of('quotes', instrument)
      .push(
        this.#at,
        row,
        Number(u),
        bid,
        ask,
        Number.isNaN(bid) ? 0 : Number(B),
        Number.isNaN(ask) ? 0 : Number(A),
      )
  }

  #depth(market: Market, message: Message, at: Stamp, row: number): void {
    const { instrument, depth, waiting } = market
    const [first, last] = [Number(message.U), Number(message.u)]
    const decision = depth.offer(first, last, message.pu === undefined ? Number.NaN : Number(message.pu))
    if (decision === 'unsynchronised') {
      waiting.push({ message, at: { ...at }, row })
      if (waiting.length >= 2 * WAITING) waiting.splice(0, WAITING)
      return
    }
    if (decision === 'stale') return
    const book = this.streams.of('book', instrument)
    if (decision === 'gap') {
      book.push(at, row, last, BOOK_ACTIONS.gap, 0, Number.NaN, Number.NaN)
      const text = `messages are missing before update ${first}: the book is unknown until the next snapshot`
      const of = `${instrument.venue}:${instrument.symbol}`
      this.#reading.issues.add({ code: 'sequenceGap', row, text, instrument: of })
      waiting.push({ message, at: { ...at }, row })
      return
    }
    market.last = last
    setLevels(book, at, row, last, 1, message.b as Levels)
    setLevels(book, at, row, last, -1, message.a as Levels)
  }

  #snapshot(snapshot: Snapshot, at: Stamp, row: number): string | undefined {
    const markets = [...this.#markets.values()]
    const market = snapshot.symbol === undefined ? markets[0] : this.#markets.get(snapshot.symbol)
    if (snapshot.symbol === undefined && markets.length > 1)
      return 'the snapshot does not say which symbol it is of'
    if (market !== undefined) this.#apply(market, snapshot, at, row)
    else if (snapshot.symbol === undefined || this.#markets.size === 0) this.#early = { snapshot, at, row }
    return undefined
  }

  #apply(market: Market, snapshot: Snapshot, at: Stamp, row: number): void {
    const { lastUpdateId, bids, asks, T, E } = snapshot
    // One that was on its way while the book went on would set it back, and the next message join nothing.
    if (market.depth.known && lastUpdateId < market.last) {
      this.#late++
      return
    }
    const millis = T ?? E
    if (millis === undefined) happenedWhenReceived(at)
    else {
      at.eventTime = millis * 1000
      at.eventNanos = 0
    }
    market.snapshots++
    const book = this.streams.of('book', market.instrument)
    book.push(at, row, lastUpdateId, BOOK_ACTIONS.clear, 0, Number.NaN, Number.NaN)
    setLevels(book, at, row, lastUpdateId, 1, bids)
    setLevels(book, at, row, lastUpdateId, -1, asks)
    market.depth.snapshot(lastUpdateId)
    market.last = lastUpdateId
    // What came before could not be applied without the snapshot: it is known from now on.
    const { receiveTime, receiveNanos } = at
    for (const { message, at: then, row: line } of market.waiting.splice(0))
      this.#depth(market, message, { ...then, receiveTime, receiveNanos }, line)
  }
}

function isFuture({ e, pu, ps, X }: Message): boolean {
  return pu !== undefined || ps !== undefined || X !== undefined || e === 'bookTicker'
}

function setLevels(
  book: EventRows,
  at: Stamp,
  row: number,
  sequence: number,
  side: 1 | -1,
  levels: Levels,
): void {
  for (const [price, size] of levels)
    book.push(at, row, sequence, BOOK_ACTIONS.set, side, Number(price), Number(size))
}
