/**
 * Coinbase's channels level2, matches and ticker. Updates of level2 are not numbered, and the venue promises their
 * delivery; matches are numbered, and a hole tells that messages were lost. A match names the side of the maker.
 * Source: docs.cdp.coinbase.com/exchange, "Websocket channels", read 2025.
 */
import { SequenceSync } from '../../book/sync/sequence-sync.ts'
import { type Capture, type CaptureInstruments, type CaptureVenue, known, stepsPerUnit } from './capture.ts'
import { happenedAtIso, happenedWhenReceived } from './event-rows.ts'

interface Product {
  readonly id: string
  readonly base_currency: string
  readonly quote_currency: string
  readonly quote_increment: string
  readonly base_increment?: string
  readonly base_min_size?: string
  readonly base_max_size?: string
  readonly min_market_funds?: string
}

/** @param list of `GET /products` */
export function coinbaseInstruments(list: unknown): CaptureInstruments {
  return new Map(
    (list as readonly Product[]).map(one => [
      one.id,
      {
        venue: 'COINBASE',
        symbol: one.id,
        kind: 'spot',
        calendar: '24/7',
        base: one.base_currency,
        currency: one.quote_currency,
        ...known({
          ticksPerUnit: stepsPerUnit(one.quote_increment),
          lotsPerUnit: stepsPerUnit(one.base_increment),
          minQuantity: Number(one.base_min_size),
          maxQuantity: Number(one.base_max_size),
          minNotional: Number(one.min_market_funds),
        }),
      },
    ]),
  )
}

interface Message {
  readonly type: string
  readonly product_id?: string
  readonly time?: string
  readonly bids?: readonly (readonly [string, string])[]
  readonly asks?: readonly (readonly [string, string])[]
  readonly changes?: readonly (readonly [string, string, string])[]
  readonly side?: string
  readonly price?: string
  readonly size?: string
  readonly trade_id?: number
}

export class CoinbaseCapture implements CaptureVenue {
  readonly #capture: Capture
  /** Books that are known. */
  readonly #books = new Set<string>()
  readonly #trades = new Map<string, SequenceSync>()

  constructor(capture: Capture) {
    this.#capture = capture
  }

  connected(): void {
    const capture = this.#capture
    happenedWhenReceived(capture.at)
    for (const symbol of this.#books) capture.gap(capture.rows('book', symbol))
    this.#books.clear()
  }

  message(given: unknown): string | undefined {
    const message = given as Message
    const { type, product_id: symbol } = message
    if (symbol === undefined) return typeof type === 'string' ? undefined : 'the message has no type'
    const capture = this.#capture
    if (!capture.wants(symbol)) return undefined
    if (message.time === undefined) happenedWhenReceived(capture.at)
    else if (!happenedAtIso(message.time, capture.at))
      return `the time ${JSON.stringify(message.time)} is none`
    else if (type === 'l2update' || type === 'match') capture.timed()
    switch (type) {
      case 'snapshot':
        this.#snapshot(symbol, message)
        break
      case 'l2update':
        this.#update(symbol, message)
        break
      case 'match':
        this.#match(symbol, message)
        break
      case 'last_match':
        // The trade before the capture began: it only tells where the numbers stand.
        this.#tradesOf(symbol).snapshot(message.trade_id!)
        capture.leaveOut('trades from before the capture')
        break
      default:
        capture.leaveOut(`messages of ${type}`)
    }
    return undefined
  }

  #snapshot(symbol: string, { bids = [], asks = [] }: Message): void {
    const capture = this.#capture
    const book = capture.rows('book', symbol)
    this.#books.add(symbol)
    capture.clear(book)
    for (const [price, size] of bids) capture.level(book, 1, Number(price), Number(size))
    for (const [price, size] of asks) capture.level(book, -1, Number(price), Number(size))
  }

  #update(symbol: string, { changes = [] }: Message): void {
    const capture = this.#capture
    if (!this.#books.has(symbol)) {
      capture.leaveOut('updates of books without a snapshot')
      return
    }
    const book = capture.rows('book', symbol)
    for (const [side, price, size] of changes)
      capture.level(book, side === 'buy' ? 1 : -1, Number(price), Number(size))
  }

  #match(symbol: string, { trade_id: number = Number.NaN, price, size, side }: Message): void {
    const capture = this.#capture
    const trades = this.#tradesOf(symbol)
    const before = trades.missing
    const decision = trades.offer(number)
    if (decision === 'stale') return
    if (decision === 'gap')
      capture.missing(symbol, `${trades.missing - before} trades are missing before ${number}`)
    // A maker who sold was taken by a buyer.
    const took = side === 'sell' ? 1 : -1
    capture.rows('trades', symbol).push(capture.at, capture.row, number, Number(price), Number(size), took)
  }

  #tradesOf(symbol: string): SequenceSync {
    let trades = this.#trades.get(symbol)
    if (trades === undefined) this.#trades.set(symbol, (trades = new SequenceSync()))
    return trades
  }
}
