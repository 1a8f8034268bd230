/**
 * Which session trades belong to, for bars that do not go by the clock. Without a calendar there are none: bars run on
 * through nights, as in the book. With one, bars carry the close of their session, trades outside are left out or kept,
 * and a bar runs on into the next session or is cut with its own: then it is stamped with the session's close, or with
 * its latest trade where a closing auction printed after it.
 */
import { BarEdges, type EdgeTerms } from './bar-edges.ts'

export interface SessionTerms extends Partial<Pick<EdgeTerms, 'calendar' | 'outside' | 'closingAuction'>> {
  /** With a calendar: a bar in the making goes on in the next session (`carry`, the default), or ends (`cut`). */
  readonly atClose?: 'carry' | 'cut'
}

export class TradeSessions {
  /** Left out so far. */
  outside = 0
  /** Whether bars have the closes of their sessions. */
  readonly stamped: boolean
  /** Of the session of the latest trade; NaN without a calendar. */
  close = Number.NaN
  /** Of the session before, where `skips` found that a new one began. */
  lastClose = Number.NaN
  /** What `skips` found: a new session began. */
  began = false
  /** Bars end with their session. */
  readonly cut: boolean
  readonly #edges: BarEdges | undefined
  #from = Number.NaN
  #until = Number.NaN

  /** @throws UNKNOWN_CALENDAR, DERIVE_INTERVAL */
  constructor(terms: SessionTerms) {
    const { calendar } = terms
    this.#edges = calendar === undefined ? undefined : new BarEdges({ ...terms, calendar, interval: '1d' })
    this.stamped = this.#edges !== undefined && !this.#edges.calendar.continuous
    this.cut = terms.atClose === 'cut'
    if (this.#edges === undefined) {
      this.#from = Number.NEGATIVE_INFINITY
      this.#until = Number.POSITIVE_INFINITY
    }
  }

  /** Whether an instant is in the session of the trade before, so that nothing need be asked. */
  holds(time: number): boolean {
    return time >= this.#from && time < this.#until
  }

  /** The first of the rows from `row` on that is not in that session. */
  endOf(eventTime: Float64Array, row: number, length: number): number {
    if (this.#edges === undefined) return length
    let end = row
    while (end < length && eventTime[end] >= this.#from && eventTime[end] < this.#until) end++
    return end
  }

  /** For an instant that `holds` did not know: true, and counted, where it is outside and left out. */
  skips(time: number): boolean {
    const edges = this.#edges!
    this.began = false
    edges.seek(time)
    if (!edges.inside) {
      this.outside++
      this.#from = Number.NaN
      return true
    }
    this.#from = edges.from
    this.#until = edges.until
    // A trade of an earlier session that comes late is in order where it comes.
    if (edges.close > this.close) {
      this.lastClose = this.close
      this.began = true
      this.close = edges.close
    } else if (Number.isNaN(this.close)) this.close = edges.close
    return false
  }
}
