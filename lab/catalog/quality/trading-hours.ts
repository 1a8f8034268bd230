/**
 * A calendar as checks of rows ask it: which session an instant lies in, how much trading there was between two
 * instants, which open and close are nearest. Answers for rows in order come from the session of the row before, so
 * the calendar itself is asked once a session. Outside of the years that it knows it has nothing to say.
 */
import { DAY, type Micros } from '../../core/time.ts'
import { type Calendar, localDay, type Session } from '../../domain/calendar/calendar.ts'

export class TradingHours {
  readonly calendar: Calendar
  #session: Session | undefined
  /** No session has a part in (from, to]. */
  #restFrom = Number.POSITIVE_INFINITY
  #restTo = Number.NEGATIVE_INFINITY

  constructor(calendar: Calendar) {
    this.calendar = calendar
  }

  /** Whether the calendar has days around an instant. */
  knows(time: Micros): boolean {
    const { calendar } = this
    if (!Number.isFinite(time)) return false
    const day = Math.floor(time / DAY)
    return day - 3 >= calendar.firstDay && day + 3 <= calendar.lastDay
  }

  /** The session with open < time ≤ close; undefined between sessions, and where the calendar knows nothing. */
  sessionAt(time: Micros): Session | undefined {
    const held = this.#session
    if (held !== undefined && time > held.open && time <= held.close) return held
    if (time > this.#restFrom && time <= this.#restTo) return undefined
    if (!this.knows(time)) return undefined
    const session = this.calendar.sessionAt(time)
    if (session !== undefined) {
      this.#session = session
      return session
    }
    this.#restTo = this.calendar.nextOpen(time).open
    this.#restFrom = time - 1
    return undefined
  }

  /** Sessions that lie wholly between two instants: open ≥ from, close ≤ to, and not begun or ended by either. */
  between(from: Micros, to: Micros): Session[] {
    const { calendar } = this
    const found: Session[] = []
    if (!this.knows(from) || !this.knows(to)) return found
    const last = localDay(calendar.zone, to) + 1
    for (let day = localDay(calendar.zone, from) - 1; day <= last; day++) {
      const session = calendar.session(day)
      if (session !== undefined && session.open >= from && session.close < to) found.push(session)
    }
    return found
  }

  /** The session's edge that is nearest to an instant. */
  nearest(edge: 'open' | 'close', time: Micros): Micros | undefined {
    if (!this.knows(time)) return undefined
    const { calendar } = this
    const today = localDay(calendar.zone, time)
    let best: Micros | undefined
    for (let day = today - 2; day <= today + 2; day++) {
      const at = calendar.session(day)?.[edge]
      if (at !== undefined && (best === undefined || Math.abs(at - time) < Math.abs(best - time))) best = at
    }
    return best
  }
}

/** How long a session trades between two of its instants, its pauses taken out. */
export function openTime(session: Session, from: Micros, to: Micros): Micros {
  const begin = Math.max(from, session.open)
  const end = Math.min(to, session.close)
  let length = Math.max(0, end - begin)
  for (const pause of session.breaks) {
    length -= Math.max(0, Math.min(end, pause.to) - Math.max(begin, pause.from))
  }
  return length
}

/** Whether an instant lies in a pause; a bar may end as the pause begins. */
export function isPaused(session: Session, time: Micros): boolean {
  for (const pause of session.breaks) if (time > pause.from && time <= pause.to) return true
  return false
}
