/**
 * BitMEX's tables orderBookL2, trade and quote. Levels have ids and tell their price once (lab/book/sync/level-ids.ts):
 * an id that nobody announced means that messages are missing, and the book is unknown until the next `partial`.
 *
 * Contracts: worth |multiplier| of the settlement currency's smallest unit, a satoshi of bitcoin, per unit of price
 * (linear and quanto), or that divided by price (inverse). A quanto contract in dollars that pays bitcoin is told as
 * one in bitcoin, with a multiplier that makes it so. Source: bitmex.com/app/wsAPI and /api/explorer, read 2025.
 */
import { LevelIds } from '../../book/sync/level-ids.ts'
import type { SourceInstrument } from './source.ts'
import { type Capture, type CaptureInstruments, type CaptureVenue, known, stepsPerUnit } from './capture.ts'
import { happenedAtIso, happenedWhenReceived } from './event-rows.ts'

interface Contract {
  readonly symbol: string
  readonly underlying: string
  readonly quoteCurrency: string
  readonly settlCurrency: string
  readonly multiplier: number
  readonly isQuanto: boolean
  readonly isInverse: boolean
  readonly tickSize: number
  readonly lotSize?: number
  readonly maxOrderQty?: number
  readonly initMargin?: number
  readonly maintMargin?: number
  readonly expiry?: string | null
}

/** Currencies that are settled in a smaller unit. */
const SMALLEST: Readonly<Record<string, readonly [currency: string, perUnit: number]>> = {
  XBt: ['XBT', 1e8],
  USDt: ['USDT', 1e6],
}

/** @param list of `GET /api/v1/instrument/active` */
export function bitmexInstruments(list: unknown): CaptureInstruments {
  return new Map((list as readonly Contract[]).map(one => [one.symbol, instrumentOf(one)]))
}

function instrumentOf(one: Contract): SourceInstrument {
  const [settlement, units] = SMALLEST[one.settlCurrency] ?? [one.settlCurrency, 1]
  const { lotSize, maxOrderQty, initMargin, maintMargin, expiry } = one
  return {
    venue: 'BITMEX',
    symbol: one.symbol,
    kind: one.isInverse ? 'inverse' : expiry == null ? 'linear' : 'future',
    calendar: '24/7',
    currency: one.isQuanto ? settlement : one.quoteCurrency,
    settlement,
    multiplier: Math.abs(one.multiplier) / units,
    lotsPerUnit: 1,
    ...(one.isQuanto ? {} : { base: one.underlying }),
    ...known({
      ticksPerUnit: stepsPerUnit(one.tickSize),
      minQuantity: lotSize,
      maxQuantity: maxOrderQty,
      initialMargin: initMargin,
      maintenanceMargin: maintMargin,
      expiry: expiry == null ? undefined : Date.parse(expiry) * 1000,
    }),
  }
}

interface Row {
  readonly symbol: string
  readonly timestamp?: string
  readonly id?: number
  readonly side?: 'Buy' | 'Sell'
  readonly size?: number
  readonly price?: number
  readonly bidPrice?: number | null
  readonly askPrice?: number | null
  readonly bidSize?: number
  readonly askSize?: number
}
interface Message {
  readonly table?: string
  readonly action?: 'partial' | 'insert' | 'update' | 'delete'
  readonly data?: readonly Row[]
  /** Of a `partial`: whose it is. */
  readonly filter?: { readonly symbol?: string }
}

interface Held {
  readonly ids: LevelIds
  known: boolean
}

export class BitmexCapture implements CaptureVenue {
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
    const { table, action, data, filter } = given as Message
    if (table === undefined || action === undefined) return undefined
    if (!Array.isArray(data)) return `the message of table ${table} has no data`
    if (table === 'orderBookL2' && action === 'partial') {
      const symbols = new Set(filter?.symbol === undefined ? data.map(row => row.symbol) : [filter.symbol])
      for (const symbol of symbols) if (this.#capture.wants(symbol)) this.#begin(symbol)
    }
    for (const row of data as readonly Row[]) {
      if (typeof row.symbol !== 'string') return `a row of table ${table} names no symbol`
      if (!this.#capture.wants(row.symbol)) continue
      const trouble = this.#row(table, action, row)
      if (trouble !== undefined) return trouble
    }
    return undefined
  }

  #row(table: string, action: NonNullable<Message['action']>, row: Row): string | undefined {
    const capture = this.#capture
    const { timestamp, symbol } = row
    if (timestamp === undefined) happenedWhenReceived(capture.at)
    else if (!happenedAtIso(timestamp, capture.at)) return `the time ${JSON.stringify(timestamp)} is none`
    else if (action === 'insert') capture.timed()
    if (table === 'orderBookL2') this.#level(action, row)
    else if (table === 'quote') {
      const [bid, ask] = [row.bidPrice ?? Number.NaN, row.askPrice ?? Number.NaN]
      const [bidSize, askSize] = [row.bidSize ?? 0, row.askSize ?? 0]
      capture.rows('quotes', symbol).push(capture.at, capture.row, Number.NaN, bid, ask, bidSize, askSize)
    } else if (table !== 'trade') capture.leaveOut(`rows of ${table}`)
    else if (action === 'insert') {
      const took = row.side === 'Buy' ? 1 : row.side === 'Sell' ? -1 : 0
      capture
        .rows('trades', symbol)
        .push(capture.at, capture.row, Number.NaN, row.price ?? Number.NaN, row.size ?? Number.NaN, took)
    } else capture.leaveOut('trades from before the capture')
    return undefined
  }

  #begin(symbol: string): void {
    const capture = this.#capture
    let held = this.#books.get(symbol)
    if (held === undefined) this.#books.set(symbol, (held = { ids: new LevelIds(), known: true }))
    held.ids.clear()
    held.known = true
    happenedWhenReceived(capture.at)
    capture.clear(capture.rows('book', symbol))
  }

  #level(action: NonNullable<Message['action']>, { symbol, id = Number.NaN, side, size, price }: Row): void {
    const capture = this.#capture
    const held = this.#books.get(symbol)
    if (held === undefined || !held.known) {
      capture.leaveOut('updates of books without a snapshot')
      return
    }
    const book = capture.rows('book', symbol)
    const begins = action === 'partial' || action === 'insert'
    // Ids are kept with prices as they are printed, which are on the grid.
    if (begins) held.ids.begin(id, price ?? Number.NaN)
    const at = action === 'delete' ? held.ids.end(id) : held.ids.at(id)
    if (Number.isNaN(at)) {
      held.known = false
      capture.gap(book)
      capture.missing(symbol, `level ${id} was never announced: the book is unknown until the next partial`)
      return
    }
    const left = action === 'delete' ? 0 : (size ?? Number.NaN)
    capture.level(book, side === 'Buy' ? 1 : -1, at, left)
  }
}
