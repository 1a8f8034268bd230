/**
 * Bars of an interval from trades, by the edges of exchange time (bar-edges.ts). A trade on an edge belongs to the next
 * bar; a stretch without trades gives none. A bar is stamped with its close and received with its latest trade, never
 * before its close; it goes out when a trade of a later bar comes.
 *
 * Trades go by their event time. One that comes when a later bar has begun is late: its bar may be out and known. It is
 * left out, or belongs to the bar in the making; both are counted.
 *
 * Measured: see derive.md.
 */
import type { TradeSeries } from '../domain/market-events.ts'
import { BarEdges, type EdgeTerms } from './bar-edges.ts'
import type { Deriver } from './deriver.ts'
import { NO_LIMITS, TradeBar, TradeBarRows, type TradeBarSeries } from './trade-bar.ts'

export interface TimeBarTerms extends EdgeTerms {
  /** What becomes of late trades; default `leaveOut`. */
  readonly late?: 'leaveOut' | 'next'
}

type Treatment = 'take' | 'outside' | 'late'

/**
 * `end` gives the bar in the making too, though more trades might have come before its close.
 * @example
 * whole(new TimeBars({ interval: '1m', calendar: '24/7' }), trades)
 */
export class TimeBars implements Deriver<TradeSeries, TradeBarSeries> {
  /** Trades outside of sessions, left out. */
  outside = 0
  /** Trades whose bar had ended when they came. */
  late = 0
  readonly #edges: BarEdges
  readonly #lateIsNext: boolean
  readonly #bar = new TradeBar()
  readonly #rows: TradeBarRows
  /** Of the bar in the making. */
  #close = Number.NaN
  #sessionClose = Number.NaN
  #row = 0

  /** @throws DERIVE_INTERVAL, UNKNOWN_CALENDAR */
  constructor(terms: TimeBarTerms) {
    this.#edges = new BarEdges(terms)
    this.#lateIsNext = terms.late === 'next'
    this.#rows = new TradeBarRows(!this.#edges.calendar.continuous)
  }

  /** @throws DERIVE_ROW, CALENDAR_RANGE */
  add(trades: TradeSeries): TradeBarSeries {
    const { length, eventTime } = trades
    const edges = this.#edges
    const bar = this.#bar
    const first = this.#row
    let { from, until } = edges
    let treatment = this.#treatment()
    for (let i = 0; i < length; ) {
      const time = eventTime[i]
      if (!(time >= from && time < until)) {
        edges.seek(time)
        ;({ from, until } = edges)
        if (edges.inside && (bar.trades === 0 || edges.close > this.#close)) this.#begin()
        treatment = this.#treatment()
      }
      let end = i + 1
      while (end < length && eventTime[end] >= from && eventTime[end] < until) end++
      if (treatment === 'outside') this.outside += end - i
      else if (treatment === 'late') this.late += end - i
      if (treatment === 'take' || (treatment === 'late' && this.#lateIsNext))
        bar.take(trades, i, end, NO_LIMITS, first)
      i = end
    }
    this.#row += length
    return this.#rows.take()
  }

  end(): TradeBarSeries {
    this.#give()
    return this.#rows.take()
  }

  /** Of trades in the range where the edges stand. */
  #treatment(): Treatment {
    if (!this.#edges.inside) return 'outside'
    return this.#edges.close < this.#close ? 'late' : 'take'
  }

  #begin(): void {
    this.#give()
    this.#close = this.#edges.close
    this.#sessionClose = this.#edges.sessionClose
  }

  #give(): void {
    if (this.#bar.trades > 0) this.#rows.give(this.#bar, this.#close, this.#sessionClose)
  }
}
