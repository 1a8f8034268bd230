/**
 * Quotes to bars of the bid, the ask and the mid, by the edges of exchange time (bar-edges.ts): open, high, low and
 * close of the quotes that came in an interval. A side that is missing (NaN) tells nothing of its prices, and mids are
 * of quotes with both sides. Nothing traded, so the volume is not known: NaN, never 0.
 *
 * A quote stands until the next one. With `standing`, a bar opens at the quote that stood where it began, if that came
 * in the same session; without (the default, and what pandas' ohlc does) it opens at the first quote in it. A stretch
 * without quotes gives no bar either way.
 */
import type { BarSeries } from '../domain/bar.ts'
import type { QuoteSeries } from '../domain/market-events.ts'
import { BarEdges, type EdgeTerms } from './bar-edges.ts'
import type { Deriver } from './deriver.ts'
import { GrowingRows } from './growing-rows.ts'

export interface QuoteBarTerms extends EdgeTerms {
  readonly standing?: boolean
}

/** Three series; each has the bars in which it had a price. */
export interface QuoteBarSeries {
  /** Intervals in which any of them had one. */
  readonly length: number
  readonly bid: BarSeries
  readonly ask: BarSeries
  readonly mid: BarSeries
}

const NAMES = ['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume', 'sessionClose'] as const

/**
 * `end` gives the bars in the making too, though more quotes might have come.
 * @example
 * const { mid } = whole(new QuoteBars({ interval: '1m', calendar: 'FX' }), quotes)
 */
export class QuoteBars implements Deriver<QuoteSeries, QuoteBarSeries> {
  /** Quotes outside of sessions, and those whose bar had ended when they came; left out. */
  outside = 0
  late = 0
  readonly #edges: BarEdges
  readonly #standing: boolean
  readonly #prices = [new QuotedPrice(), new QuotedPrice(), new QuotedPrice()] as const
  /** Intervals that are done and not taken. */
  #given = 0
  #close = Number.NaN
  #sessionClose = Number.NaN
  /** Of the session of the latest quote. */
  #ownClose = Number.NaN

  /** @throws DERIVE_INTERVAL, UNKNOWN_CALENDAR */
  constructor(terms: QuoteBarTerms) {
    this.#edges = new BarEdges(terms)
    this.#standing = terms.standing === true
  }

  /** @throws CALENDAR_RANGE */
  add(quotes: QuoteSeries): QuoteBarSeries {
    const edges = this.#edges
    const [bids, asks, mids] = this.#prices
    for (let i = 0; i < quotes.length; i++) {
      const time = quotes.eventTime[i]
      if (!(time >= edges.from && time < edges.until)) {
        edges.seek(time)
        if (edges.inside && !(edges.close < this.#close)) {
          if (edges.close !== this.#close) this.#begin()
          this.#ownClose = edges.ownClose
        }
      }
      if (!edges.inside) this.outside++
      else if (edges.close < this.#close) this.late++
      else {
        const bid = quotes.bid[i]
        const ask = quotes.ask[i]
        const received = quotes.receiveTime[i]
        bids.see(bid, received)
        asks.see(ask, received)
        mids.see((bid + ask) / 2, received)
      }
    }
    return this.#taken()
  }

  end(): QuoteBarSeries {
    this.#give()
    return this.#taken()
  }

  #begin(): void {
    this.#give()
    const { close, sessionClose, ownClose } = this.#edges
    const goesOn = this.#standing && ownClose === this.#ownClose
    for (const price of this.#prices) price.begin(goesOn)
    this.#close = close
    this.#sessionClose = sessionClose
  }

  #give(): void {
    let given = false
    for (const price of this.#prices) if (price.give(this.#close, this.#sessionClose)) given = true
    if (given) this.#given++
  }

  #taken(): QuoteBarSeries {
    const sessions = !this.#edges.calendar.continuous
    const [bid, ask, mid] = this.#prices.map(price => price.take(sessions))
    const length = this.#given
    this.#given = 0
    return { length, bid, ask, mid }
  }
}

/** The bar of one price in the making, and those that are done. */
class QuotedPrice {
  #open = Number.NaN
  #high = Number.NaN
  #low = Number.NaN
  #close = Number.NaN
  /** The price that stands; NaN while there is none. */
  #last = Number.NaN
  #receiveTime = Number.NaN
  #seen = false
  readonly #rows = new GrowingRows(NAMES)

  /** @param goesOn the price that stands opens the bar */
  begin(goesOn: boolean): void {
    if (!goesOn) this.#last = Number.NaN
    this.#open = this.#last
    this.#high = this.#last
    this.#low = this.#last
  }

  see(price: number, received: number): void {
    // A side that is gone stands no longer.
    this.#last = price
    if (Number.isNaN(price)) return
    this.#seen = true
    this.#receiveTime = received
    if (Number.isNaN(this.#open)) this.#open = price
    if (!(price <= this.#high)) this.#high = price
    if (!(price >= this.#low)) this.#low = price
    this.#close = price
  }

  /** False where there was no price. */
  give(close: number, sessionClose: number): boolean {
    if (!this.#seen) return false
    this.#seen = false
    const at = this.#rows.next()
    const { columns } = this.#rows
    columns.eventTime[at] = close
    columns.receiveTime[at] = Math.max(this.#receiveTime, close)
    columns.open[at] = this.#open
    columns.high[at] = this.#high
    columns.low[at] = this.#low
    columns.close[at] = this.#close
    columns.volume[at] = Number.NaN
    columns.sessionClose[at] = sessionClose
    return true
  }

  take(sessions: boolean): BarSeries {
    const { sessionClose, ...rows } = this.#rows.take()
    return sessions ? { ...rows, sessionClose } : rows
  }
}
