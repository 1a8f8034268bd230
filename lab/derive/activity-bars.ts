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
import { type BarLimits, NO_LIMITS, TradeBar, TradeBarRows, type TradeBarSeries } from './trade-bar.ts'
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
  readonly #limits: BarLimits
  readonly #atInstant: boolean
  readonly #sessions: TradeSessions
  readonly #bar = new TradeBar()
  readonly #rows: TradeBarRows
  #row = 0

  /** @throws DERIVE_TERMS, UNKNOWN_CALENDAR */
  constructor(terms: ActivityBarTerms) {
    if (terms.by === 'trades') requireWhole('threshold', terms.threshold, 1)
    else requirePositive('threshold', terms.threshold)
    this.#limits = { ...NO_LIMITS, [terms.by]: terms.threshold * ENOUGH }
    this.#atInstant = terms.ending === 'instant'
    this.#sessions = new TradeSessions(terms)
    this.#rows = new TradeBarRows(this.#sessions.stamped)
  }

  /** Trades outside of sessions, left out. */
  get outside(): number {
    return this.#sessions.outside
  }

  /** @throws DERIVE_ROW, CALENDAR_RANGE */
  add(trades: TradeSeries): TradeBarSeries {
    const { length, eventTime } = trades
    const bar = this.#bar
    const sessions = this.#sessions
    // Rows before this one are in the session of the row before; sought once a session, not once a bar.
    let sessionEnd = 0
    for (let i = 0; i < length; ) {
      const time = eventTime[i]
      let began = false
      if (i >= sessionEnd) {
        if (!sessions.holds(time)) {
          if (sessions.skips(time)) {
            i++
            continue
          }
          began = sessions.began
        }
        sessionEnd = sessions.endOf(eventTime, i, length)
      }
      // Full, and waiting for the end of its instant.
      const full = this.#atInstant && bar.reaches(this.#limits)
      if (full) {
        if (time > bar.eventTime) this.#give(began ? sessions.lastClose : sessions.close)
      } else if (began && sessions.cut && bar.trades > 0) this.#cut()
      const end = full && bar.trades > 0 ? i + 1 : sessionEnd
      i = bar.take(trades, i, end, this.#limits, this.#row)
      if (!this.#atInstant && bar.reaches(this.#limits)) this.#give(sessions.close)
    }
    this.#row += length
    return this.#rows.take()
  }

  end(): TradeBarSeries {
    if (this.#bar.reaches(this.#limits)) this.#give(this.#sessions.close)
    return this.#rows.take()
  }

  /** Prints of a closing auction come after the close. */
  #cut(): void {
    const { lastClose } = this.#sessions
    this.#rows.give(this.#bar, Math.max(lastClose, this.#bar.eventTime), lastClose)
  }

  #give(sessionClose: number): void {
    this.#rows.give(this.#bar, this.#bar.eventTime, sessionClose)
  }
}
