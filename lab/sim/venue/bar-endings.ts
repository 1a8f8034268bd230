/** Ends that time brings: sessions that are over, GTD, auctions that have passed, cancels that arrive. */
import type { VenueReports } from '../../domain/ports/venue.ts'
import { PLAIN_TERMS, type WorkingOrder } from '../../domain/working-order.ts'
import { isAtClose, isAtOpen } from './bar-at-hand.ts'
import type { BarInstant } from './bar-instant.ts'
import type { BarSessions } from './bar-sessions.ts'

export class BarEndings {
  readonly #reports: VenueReports
  readonly #instant: BarInstant
  readonly #sessions: BarSessions

  constructor(reports: VenueReports, instant: BarInstant, sessions: BarSessions) {
    this.#reports = reports
    this.#instant = instant
    this.#sessions = sessions
  }

  /**
   * An order's session is the first in which it could trade. `over` is false before an instant is worked (a
   * later session has begun) and true after it (the session's close has come).
   */
  endSessions(working: readonly WorkingOrder[], now: number, over: boolean): void {
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (!order.open) continue
      const { timeInForce, handle } = order
      const market = order.type === 'market'
      const auction = !market && (isAtOpen(order.type) || isAtClose(order.type))
      if (over && timeInForce === 'GTD' && this.#instant.newest >= order.special.goodTill) {
        this.#reports.expired(order, 'goodTillPassed', now)
        continue
      }
      if (!market && !auction && (timeInForce === 'GTC' || timeInForce === 'GTD')) continue
      const session = this.#sessions.of(handle)
      if (Number.isNaN(order.session)) {
        if (session > order.sessionBefore) order.session = session
        else continue
      }
      if (
        over ? this.#instant.newest < order.session || this.#instant.awaits(handle) : session <= order.session
      )
        continue
      if (auction) this.#reports.canceled(order, 'missedAuction', now)
      else if (timeInForce !== 'DAY' || (market && order.filledLots === 0))
        this.#reports.canceled(order, 'noMarket', now)
      else this.#reports.expired(order, 'endOfSession', now)
    }
  }

  /** Cancels that were there before the bar began. */
  cancelBefore(working: readonly WorkingOrder[], now: number): void {
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (order.state !== 'cancelPending' || order.cancelBarsAway > 0) continue
      if (this.#instant.has(order.handle) && this.#instant.beganAfter(order.handle, order.cancelAt))
        this.#reports.canceled(order, 'byStrategy', now)
    }
  }

  /** Cancels that come with the end of the bar: sent while it formed, or a number of bars ago. */
  cancelAfter(working: readonly WorkingOrder[], now: number): void {
    for (let i = 0; i < working.length; i++) {
      const order = working[i]
      if (order.state !== 'cancelPending' || !this.#instant.has(order.handle)) continue
      if (order.cancelBarsAway > 0 && this.#instant.beganAfter(order.handle, order.cancelAt))
        order.cancelBarsAway--
      if (order.cancelBarsAway === 0) this.#reports.canceled(order, 'byStrategy', now)
    }
  }

  /** The order's time ends with or before the newest bar's open, or inside it. */
  passedAtOpen(order: WorkingOrder): boolean {
    return order.special !== PLAIN_TERMS && order.special.goodTill <= this.#instant.begin(order.handle)
  }

  passedInside(order: WorkingOrder): boolean {
    return order.special !== PLAIN_TERMS && order.special.goodTill < this.#instant.closeTime(order.handle)
  }
}
