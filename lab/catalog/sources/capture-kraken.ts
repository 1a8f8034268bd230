/**
 * Kraken's channels book, trade and spread (v1). Each update of a book carries a checksum of its ten best levels
 * (lab/book/sync/kraken-checksum.ts): where ours differs, messages are missing, and the book is unknown until the
 * next snapshot. A book of N levels never says when one falls out of them: that is told here as a level of size 0.
 * Source: docs.kraken.com/api, "Spot Websockets (v1)", read 2025.
 */
import { type BookSide, OrderBook } from '../../book/order-book.ts'
import { krakenChecksum } from '../../book/sync/kraken-checksum.ts'
import { type Capture, type CaptureInstruments, type CaptureVenue, known } from './capture.ts'
import { type EventRows, happenedAt, happenedWhenReceived } from './event-rows.ts'

interface Pair {
  readonly wsname?: string
  readonly pair_decimals: number
  readonly lot_decimals: number
  readonly ordermin?: string
}

/** @param answer of `GET /0/public/AssetPairs` */
export function krakenInstruments(answer: unknown): CaptureInstruments {
  const pairs = Object.values((answer as { readonly result: Readonly<Record<string, Pair>> }).result)
  return new Map(
    pairs.flatMap(({ wsname, pair_decimals, lot_decimals, ordermin }) => {
      if (wsname === undefined) return []
      const [base, currency] = wsname.split('/')
      const terms = {
        venue: 'KRAKEN',
        symbol: wsname,
        kind: 'spot',
        calendar: '24/7',
        base,
        currency,
        ticksPerUnit: 10 ** pair_decimals,
        lotsPerUnit: 10 ** lot_decimals,
        ...known({ minQuantity: Number(ordermin) }),
      } as const
      return [[wsname, terms]]
    }),
  )
}

type Levels = readonly (readonly [price: string, volume: string, time: string, republished?: string])[]
interface BookPart {
  readonly as?: Levels
  readonly bs?: Levels
  readonly a?: Levels
  readonly b?: Levels
  readonly c?: string
}

interface Held {
  readonly book: OrderBook
  /** Ticks in a unit, by the decimals that the feed shows. */
  readonly scale: number
  known: boolean
}

export class KrakenCapture implements CaptureVenue {
  readonly #capture: Capture
  readonly #books = new Map<string, Held>()

  constructor(capture: Capture) {
    this.#capture = capture
  }

  connected(): void {
    const capture = this.#capture
    happenedWhenReceived(capture.at)
    for (const [symbol, held] of this.#books) {
      if (held.known) capture.gap(capture.rows('book', symbol))
      held.known = false
    }
  }

  message(given: unknown): string | undefined {
    // Events of the connection are objects.
    if (!Array.isArray(given)) return undefined
    const [channel, symbol] = given.slice(-2)
    if (typeof channel !== 'string' || typeof symbol !== 'string')
      return 'the message names no channel and pair'
    if (!this.#capture.wants(symbol)) return undefined
    if (channel.startsWith('book-'))
      this.#bookMessage(symbol, given.slice(1, -2) as BookPart[], Number(channel.slice('book-'.length)))
    else if (channel === 'trade') this.#trades(symbol, given[1] as readonly string[][])
    else if (channel === 'spread') this.#spread(symbol, given[1] as readonly string[])
    else this.#capture.leaveOut(`messages of ${channel}`)
    return undefined
  }

  #trades(symbol: string, trades: readonly (readonly string[])[]): void {
    const capture = this.#capture
    const rows = capture.rows('trades', symbol)
    for (const [price, volume, time, side] of trades) {
      happenedAt(time, capture.at)
      capture.timed()
      rows.push(capture.at, capture.row, Number.NaN, Number(price), Number(volume), side === 'b' ? 1 : -1)
    }
  }

  #spread(symbol: string, [bid, ask, time, bidSize, askSize]: readonly string[]): void {
    const capture = this.#capture
    happenedAt(time, capture.at)
    capture.timed()
    const values = [bid, ask, bidSize, askSize].map(Number)
    capture
      .rows('quotes', symbol)
      .push(capture.at, capture.row, Number.NaN, values[0], values[1], values[2], values[3])
  }

  #bookMessage(symbol: string, parts: readonly BookPart[], depth: number): void {
    const capture = this.#capture
    const rows = capture.rows('book', symbol)
    this.#timed(parts)
    for (const { as, bs } of parts) {
      if (as === undefined && bs === undefined) continue
      const some = as?.[0] ?? bs?.[0]
      const scale = 10 ** (some?.[0].split('.')[1]?.length ?? 0)
      this.#books.set(symbol, { book: new OrderBook(), scale, known: true })
      capture.clear(rows)
    }
    const held = this.#books.get(symbol)
    if (held === undefined || !held.known) {
      capture.leaveOut('updates of books without a snapshot')
      return
    }
    let checksum: string | undefined
    for (const { as, bs, a, b, c } of parts) {
      this.#set(held.book, rows, -1, as ?? a ?? [])
      this.#set(held.book, rows, 1, bs ?? b ?? [])
      checksum = c ?? checksum
    }
    this.#trim(held, rows, 1, depth)
    this.#trim(held, rows, -1, depth)
    if (checksum === undefined || krakenChecksum(held.book) === Number(checksum)) return
    held.known = false
    capture.gap(rows)
    capture.missing(symbol, 'the checksum of the book differs: it is unknown until the next snapshot')
  }

  /** A message happened when the last of its levels changed. */
  #timed(parts: readonly BookPart[]): void {
    const { at } = this.#capture
    let last = ''
    for (const { as, bs, a, b } of parts)
      for (const levels of [as, bs, a, b]) for (const [, , time] of levels ?? []) if (time > last) last = time
    if (happenedAt(last, at)) this.#capture.timed()
    else happenedWhenReceived(at)
  }

  #set(book: OrderBook, rows: EventRows, side: BookSide, levels: Levels): void {
    for (const [price, volume] of levels) {
      book.set(side, digits(price), digits(volume))
      this.#capture.level(rows, side, Number(price), Number(volume))
    }
  }

  /** Takes away what fell out of the depth that was subscribed to. */
  #trim({ book, scale }: Held, rows: EventRows, side: BookSide, depth: number): void {
    if (!(book.levels(side) > depth)) return
    let last = book.bestTicks(side)
    for (let kept = 1; kept < depth; kept++) last = book.nextTicks(side, last)
    while (book.levels(side) > depth) {
      const ticks = book.nextTicks(side, last)
      book.set(side, ticks, 0)
      this.#capture.level(rows, side, ticks / scale, 0)
    }
  }
}

/** The integer that a decimal is without its point. */
function digits(text: string): number {
  return Number(text.replace('.', ''))
}
