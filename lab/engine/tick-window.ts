/**
 * The part of one stream of ticks that a run holds. Two readers pass over the same rows: the market at the venue
 * by event time (`head`), and the strategy's side by receive time (`cursor`, the last row that is known). What
 * both have passed is let go.
 *
 *   kind      a            b         c         d          e
 *   quotes    bid          ask       bidSize   askSize
 *   trades    price        size      side
 *   book      price        size      side      action     order id (L3)
 *   funding   rate         mark
 *   custom    value
 *
 * One shape for every kind, so that loops over them stay fast.
 */
import type {
  BookSeries,
  CustomSeries,
  FundingSeries,
  QuoteSeries,
  TradeSeries,
} from '../domain/market-events.ts'
import type { TickKind, TickSeries } from '../domain/ports/store.ts'
import type { FeedBook } from './feed-book.ts'

const NONE: Float64Array = new Float64Array(0)
const NAMES = ['eventTime', 'receiveTime', 'a', 'b', 'c', 'd', 'e'] as const
type Columns = Readonly<Record<(typeof NAMES)[number], Float64Array>>

export class TickWindow {
  readonly kind: TickKind
  /** Its instrument, its place among the engine's streams and among those of ticks. */
  readonly handle: number
  readonly stream: number
  readonly place: number
  /** Of a custom series, else ''. */
  readonly name: string
  eventTime = NONE
  receiveTime = NONE
  a = NONE
  b = NONE
  c = NONE
  d = NONE
  e = NONE
  /** Rows held. */
  end = 0
  /** Newest row known to the strategy, −1 before the first. */
  cursor = -1
  /** Next row to happen at the venue. */
  head = 0
  /** More rows follow those held. */
  more = false
  /** A callback is looking at the newest row. */
  shown = false
  /** Rows that have left the window. */
  gone = 0
  /** The book that its rows tell of. */
  book: FeedBook | undefined
  readonly #reads: boolean

  /** @param executes the venue reads it as well */
  constructor(terms: {
    readonly kind: TickKind
    readonly handle: number
    readonly stream: number
    readonly place: number
    readonly name: string
    readonly executes: boolean
  }) {
    this.kind = terms.kind
    this.handle = terms.handle
    this.stream = terms.stream
    this.place = terms.place
    this.name = terms.name
    this.#reads = terms.executes
  }

  /** Holds rows [from, to) of a series after what is not yet passed. */
  load(series: TickSeries[TickKind], from: number, to: number, more: boolean): void {
    this.book?.leaving()
    const columns = columnsOf(this.kind, series)
    const first = this.#reads ? Math.min(this.cursor, this.head) : this.cursor
    // The newest known row stays readable.
    const start = Math.max(0, Math.min(first, this.end))
    const kept = this.end - start
    for (const name of NAMES) {
      const column = columns[name]
      if (kept === 0) this[name] = column === NONE ? NONE : column.subarray(from, to)
      else if (column !== NONE) {
        const joined = new Float64Array(kept + to - from)
        joined.set(this[name].subarray(start, this.end))
        joined.set(column.subarray(from, to), kept)
        this[name] = joined
      }
    }
    this.gone += start
    this.cursor -= start
    this.head -= start
    this.end = kept + to - from
    this.more = more
  }
}

function columnsOf(kind: TickKind, series: TickSeries[TickKind]): Columns {
  const { eventTime, receiveTime } = series
  const times = { eventTime, receiveTime, a: NONE, b: NONE, c: NONE, d: NONE, e: NONE }
  switch (kind) {
    case 'quotes': {
      const { bid, ask, bidSize, askSize } = series as QuoteSeries
      return { ...times, a: bid, b: ask, c: bidSize, d: askSize }
    }
    case 'trades': {
      const { price, size, side } = series as TradeSeries
      return { ...times, a: price, b: size, c: side }
    }
    case 'book': {
      const { price, size, side, action, order } = series as BookSeries
      return { ...times, a: price, b: size, c: side, d: action, e: order ?? NONE }
    }
    case 'funding': {
      const { rate, markPrice } = series as FundingSeries
      return { ...times, a: rate, b: markPrice }
    }
    case 'custom':
      return { ...times, a: (series as CustomSeries).value }
  }
}
