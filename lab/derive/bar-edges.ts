/**
 * Where bars of an interval begin and end in exchange time. Below a day, edges count from the open of each session,
 * in elapsed time, and a bar ends with its session or where a break begins, whichever comes first:
 *
 *     09:30 ├─ 10:30 ┼─ 11:30 ┼─ … ┼─ 15:30 ┼─ 16:00 ┤        XNYS, 1h: the last one is half as long
 *     09:00 ├─ 10:00 ┼─ 11:00 ┼ 11:30 ┤   12:30 ├ 13:00 ┼─ …   XTKS, 1h: edges go on beneath lunch
 *
 * `afterBreak: 'restart'` counts anew from the end of a break (12:30, 13:30, …). Days are sessions; weeks begin on
 * Monday, months on the 1st, several days or weeks count from 1970-01-01 and from its Monday; such a bar ends with the
 * last session of its stretch that the calendar has, whether or not anything traded in it. In `24/7` a session is a UTC
 * day, so that 7h has edges at 0, 7, 14, 21 and 24 h.
 *
 * An instant on an edge belongs to what begins there. Times are µs UTC.
 */
import { GordonError } from '../core/errors.ts'
import { DAY, type Micros } from '../core/time.ts'
import { type Calendar, calendarNamed, type Session } from '../domain/calendar/calendar.ts'
import { civilOf, type Day, dayOf } from '../domain/calendar/civil.ts'
import { requireInterval } from './terms.ts'

export interface EdgeTerms {
  /** `30s`, `5m`, `1h`, `1d`, `1w`, `month`. Of a day and more: whole days. */
  readonly interval: string
  /** A name that `calendarNamed` knows: `XNYS`, `FX`, `24/7`. */
  readonly calendar: string
  /**
   * What is outside of sessions and in their breaks is left out (the default) and counted; or kept: below a day in
   * bars of their own on the same edges, else in the bar of the session that closes next.
   */
  readonly outside?: 'leaveOut' | 'keep'
  /** Edges after a break go on as counted from the open (the default), or start anew. */
  readonly afterBreak?: 'continue' | 'restart'
  /**
   * For so long after the close what comes still belongs to the session's last bar: prints of a closing auction.
   * Default: not at all. The bar keeps its stamp, and is known when its last part is.
   */
  readonly closingAuction?: string
}

export class BarEdges {
  /** Instants from `from` on and before `until` are all as the last one sought; there is no need to ask again. */
  from = Number.NaN
  until = Number.NaN
  /** False where they lie outside of sessions and are left out; `close` and the rest then say nothing. */
  inside = false
  /** Last instant of their bar: its name, and its stamp. */
  close = Number.NaN
  /** Close of the session in which the bar ends. */
  sessionClose = Number.NaN
  /** Close of the session in which the instant lies. */
  ownClose = Number.NaN
  /** The stretch of trading, or of rest, in which the instant lies. */
  begin = Number.NaN
  end = Number.NaN
  readonly calendar: Calendar
  /** Micros below a day; else how many days, weeks or months. */
  readonly step: number
  readonly unit: 'elapsed' | 'days' | 'weeks' | 'months'
  readonly #keep: boolean
  readonly #restart: boolean
  readonly #auction: Micros

  /** @throws DERIVE_INTERVAL, UNKNOWN_CALENDAR */
  constructor(terms: EdgeTerms) {
    const { interval, outside = 'leaveOut', afterBreak = 'continue', closingAuction } = terms
    this.calendar = calendarNamed(terms.calendar)
    if (interval === 'month') {
      this.unit = 'months'
      this.step = 1
    } else {
      const span = requireInterval('interval', interval)
      if (span > DAY && span % DAY !== 0) {
        throw new GordonError(
          'DERIVE_INTERVAL',
          `Bars of ${interval} are longer than a session and no whole days: give one below a day, or whole days such as 2d.`,
        )
      }
      this.unit = span < DAY ? 'elapsed' : interval.endsWith('w') ? 'weeks' : 'days'
      this.step = span < DAY ? span : span / (this.unit === 'weeks' ? 7 * DAY : DAY)
    }
    this.#keep = outside === 'keep'
    this.#restart = afterBreak === 'restart'
    this.#auction = closingAuction === undefined ? 0 : requireInterval('closingAuction', closingAuction)
  }

  /** True while a session's last bar may have parts after its close. */
  get lingers(): boolean {
    return this.#auction > 0
  }

  /** Finds the bar in which an instant lies. @throws CALENDAR_RANGE */
  seek(time: Micros): void {
    const session = this.calendar.nextClose(time + 1)
    if (session.open <= time) {
      this.#within(session, time)
      return
    }
    const previous = this.#before(session)
    const reach =
      previous === undefined
        ? Number.NEGATIVE_INFINITY
        : Math.min(previous.close + this.#auction, session.open)
    if (time < reach) this.#within(previous!, previous!.close - 1)
    else this.#outside(session, time, reach, session.open)
  }

  #within(session: Session, time: Micros): void {
    let begin = session.open
    let anchor = session.open
    for (const pause of session.breaks) {
      if (time < pause.to) {
        if (time < pause.from) this.#trading(session, time, anchor, begin, pause.from)
        else this.#outside(session, time, pause.from, pause.to)
        return
      }
      begin = pause.to
      if (this.#restart) anchor = begin
    }
    this.#trading(session, time, anchor, begin, session.close)
  }

  /** Trading goes through from `begin` to `end`. */
  #trading(session: Session, time: Micros, anchor: Micros, begin: Micros, end: Micros): void {
    this.inside = true
    this.begin = begin
    this.end = end
    if (this.unit !== 'elapsed') this.#stretch(session, begin, end)
    else this.#cell(session, time, anchor, begin, end)
    // Only a range that ends with the session has an auction after it.
    if (this.#auction > 0 && this.until === session.close)
      this.until = Math.min(session.close + this.#auction, this.#nextOpen(session))
  }

  /** Nothing trades from `begin` to `end`, whose session is the one that closes next. */
  #outside(session: Session, time: Micros, begin: Micros, end: Micros): void {
    this.inside = this.#keep
    this.begin = begin
    this.end = end
    if (this.#keep && this.unit === 'elapsed') this.#cell(session, time, session.open, begin, end)
    else if (this.#keep) this.#stretch(session, begin, end)
    else {
      this.from = begin
      this.until = end
    }
  }

  #cell(session: Session, time: Micros, anchor: Micros, begin: Micros, end: Micros): void {
    const start = anchor + Math.floor((time - anchor) / this.step) * this.step
    this.from = Math.max(start, begin)
    this.until = Math.min(start + this.step, end)
    this.close = this.until
    this.sessionClose = session.close
    this.ownClose = session.close
  }

  #stretch(session: Session, begin: Micros, end: Micros): void {
    this.from = begin
    this.until = end
    this.close = this.#lastOf(session).close
    this.sessionClose = this.close
    this.ownClose = session.close
  }

  /** The last session of the days, weeks or month that a session's date lies in. */
  #lastOf(session: Session): Session {
    for (let day = Math.min(this.#lastDay(session.day), this.calendar.lastDay); day > session.day; day--) {
      const found = this.calendar.session(day)
      if (found !== undefined) return found
    }
    return session
  }

  #lastDay(day: Day): Day {
    const { step } = this
    if (this.unit === 'days') return (Math.floor(day / step) + 1) * step - 1
    // Day 0 is a Thursday.
    if (this.unit === 'weeks') return (Math.floor((day + 3) / (7 * step)) + 1) * 7 * step - 4
    const { year, month } = civilOf(day)
    return (month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1)) - 1
  }

  /** No venue rests for longer than a month. */
  #before(session: Session): Session | undefined {
    const first = Math.max(session.day - 31, this.calendar.firstDay)
    for (let day = session.day - 1; day >= first; day--) {
      const found = this.calendar.session(day)
      if (found !== undefined) return found
    }
    return undefined
  }

  #nextOpen(session: Session): Micros {
    for (let day = session.day + 1; day <= this.calendar.lastDay; day++) {
      const found = this.calendar.session(day)
      if (found !== undefined) return found.open
    }
    return Number.POSITIVE_INFINITY
  }
}
