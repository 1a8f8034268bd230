/**
 * What a venue gives over its public REST, page by page. A client (ccxt's exchanges, OANDA) turns answers into rows;
 * the pager asks for page after page; nobody here opens a connection or reads a clock, both are handed in.
 *
 *   kind      a row, times in µs UTC, NaN where the venue says nothing
 *   bars      open time, close time, open, high, low, close, volume; of bid and ask: eight prices, then volume
 *   trades    time, venue's number, price, size, side that took (1, -1, 0)
 *   funding   time, rate, mark price
 *   book      time, time of receipt, update id, side (1 bid, -1 ask), price, size; a page is one snapshot
 */
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import type { PriceType } from '../schema.ts'
import type { SourceInstrument } from './source.ts'

export const FETCH_KINDS = ['bars', 'trades', 'funding', 'book'] as const
export type FetchKind = (typeof FETCH_KINDS)[number]

export type Row = readonly number[]

/** Where to go on. */
export interface Cursor {
  /** Rows from this instant on. */
  readonly time: Micros
  /** The venue's number of the next row, where it pages by numbers. */
  readonly id?: number
}

export interface VenueClient {
  /** As on the command line: `binance`, `oanda`. */
  readonly name: string
  /** The venue's own clock; undefined where it shows none. */
  now(): Promise<Micros | undefined>
  /** @throws GordonError UNKNOWN_SYMBOL, UNKNOWN_INTERVAL, NOT_OFFERED */
  open(symbol: string, kind: FetchKind, interval: string | undefined): Promise<VenueStream>
}

export interface VenueStream {
  readonly kind: FetchKind
  /** With the terms that the venue's list of markets tells. */
  readonly instrument: SourceInstrument
  /** Of bars, `1h`, and its length. */
  readonly interval?: string
  readonly span?: Micros
  /** Of bars; trades unless said. */
  readonly prices?: readonly PriceType[]
  /** Most rows of one page. */
  readonly pageRows: number
  /** Trades are numbered one after the other, and asked for by number. */
  readonly numbered?: true
  /** What every request has in common, beside where it goes on. */
  readonly parameters: Readonly<Record<string, string | number>>
  /** What was peculiar in reading it, for people. */
  readonly notes?: readonly string[]
  /** `ccxt 4.5.84` */
  readonly software: string
  /** Address of the last request, without its parameters. */
  endpoint(): string
  /** Rows from there on as the venue gave them: in any order, perhaps doubled. @throws VenueTrouble */
  page(from: Cursor): Promise<readonly Row[]>
}

/**
 * Why a request failed.
 *   limited   too many requests; `retryAfter` where the venue says how long to wait
 *   away      no answer, a broken one, or an error of the server: worth another try
 *   refused   the venue understood and said no
 */
export type TroubleKind = 'limited' | 'away' | 'refused'

export class VenueTrouble extends Error {
  readonly kind: TroubleKind
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** As the venue asked, in ms. */
  readonly retryAfterMs: number | undefined

  constructor(
    kind: TroubleKind,
    text: string,
    more: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(text, more.cause === undefined ? undefined : { cause: more.cause })
    this.kind = kind
    this.status = more.status
    this.retryAfterMs = more.retryAfterMs
  }
}

/** `120` seconds or an HTTP date, as ms from now; undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: Micros): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now / 1000)
}

/** One line of a text from outside, short enough for a sentence. */
export function oneLine(text: string, longest = 200): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

export function notOffered(venue: string, what: string, mend: string): GordonError {
  return new GordonError('NOT_OFFERED', `${venue} has no ${what}: ${mend}`)
}
