/**
 * Bars by what was traded instead of by the clock: every n trades, every n units, or every n of notional, so that busy
 * hours have more of them and returns come closer to normal ones. M. López de Prado, Advances in Financial Machine
 * Learning (2018), section 2.3.1: tick, volume and dollar bars.
 *
 * The trade that reaches the threshold belongs, whole, to the bar that it ends; the next bar counts from 0. A bar is
 * stamped and received with that trade.
 *
 * Sizes and thresholds are decimals, which doubles hold to 2⁻⁵³ of themselves: 0.3 + 0.6 comes out below 0.9. As sums
 * carry their rounding errors along (trade-bar.ts), what is short of a threshold by less than 2⁻⁵⁰ of it has reached it on
 * paper, or has a grid finer than 10⁻¹⁵ of the threshold.
 */
import type { TradeSeries } from '../domain/market-events.ts'
import type { Deriver } from './deriver.ts'
import { requirePositive, requireWhole } from './terms.ts'
import { TradeBar, TradeBarRows, type TradeBarSeries } from './trade-bar.ts'
import { type SessionTerms, TradeSessions } from './trade-sessions.ts'

export interface ActivityBarTerms extends SessionTerms {
  readonly by: 'trades' | 'volume' | 'notional'
  /** Trades, units, or units × price that a bar has at least. */
  readonly threshold: number
  /**
   * A bar ends with the `trade` that reaches the threshold (the default), or with the last trade of that `instant`.
   * One order that sweeps the book prints many trades of one time, and bars of one time are refused by the store.
   */
  readonly ending?: 'trade' | 'instant'
}

/** What of the threshold reaches it. */
const ENOUGH = 1 - 2 ** -50

/**
 * `end` leaves the bar in the making out: it has not reached the threshold.
 * @example
 * whole(new ActivityBars({ by: 'notional', threshold: 1e6 }), trades)
 */
export class ActivityBars implements Deriver<TradeSeries, TradeBarSeries> {
  readonly #terms: ActivityBarTerms
  readonly #enough: number
  readonly #sessions: TradeSessions
  readonly #bar = new TradeBar()
  readonly #rows: TradeBarRows
  #row = 0

  /** @throws DERIVE_TERMS, UNKNOWN_CALENDAR */
  constructor(terms: ActivityBarTerms) {
    if (terms.by === 'trades') requireWhole('threshold', terms.threshold, 1)
    else requirePositive('threshold', terms.threshold)
    this.#terms = terms
    this.#enough = terms.threshold * ENOUGH
    this.#sessions = new TradeSessions(terms)
    this.#rows = new TradeBarRows(this.#sessions.stamped)
  }

  /** Trades outside of sessions, left out. */
  get outside(): number {
    return this.#sessions.outside
  }

  /** @throws DERIVE_ROW, CALENDAR_RANGE */
  add(trades: TradeSeries): TradeBarSeries {
    const { by } = this.#terms
    const atInstant = this.#terms.ending === 'instant'
    const bar = this.#bar
    const sessions = this.#sessions
    const first = this.#row
    for (let i = 0; i < trades.length; i++) {
      const time = trades.eventTime[i]
      if (atInstant && time > bar.eventTime && this.#full(by)) this.#give()
      if (!sessions.holds(time)) {
        if (sessions.skips(time)) continue
        if (sessions.ends && bar.trades > 0) this.#rows.give(bar, sessions.lastClose, sessions.lastClose)
      }
      bar.take(trades, i, first)
      if (!atInstant && this.#full(by)) this.#give()
    }
    this.#row += trades.length
    return this.#rows.take()
  }

  end(): TradeBarSeries {
    if (this.#full(this.#terms.by)) this.#give()
    return this.#rows.take()
  }

  #full(by: ActivityBarTerms['by']): boolean {
    const bar = this.#bar
    if (bar.trades === 0) return false
    return (by === 'trades' ? bar.trades : by === 'volume' ? bar.volume : bar.notional) >= this.#enough
  }

  #give(): void {
    this.#rows.give(this.#bar, this.#bar.eventTime, this.#sessions.close)
  }
}
