/** The session of each bar, resolved when it comes in, so that no run asks a calendar for it. */
import { calendarNamed, type Session } from '../../domain/calendar/calendar.ts'
import type { KindRows } from '../schema.ts'

/** The bars with the closes of their sessions, unless their source gave them or each UTC day is one. */
export function withSessions(bars: KindRows['bars'], calendarName: string): KindRows['bars'] {
  const calendar = calendarNamed(calendarName)
  if (bars.sessionClose !== undefined || calendar.continuous) return bars
  const sessionClose = new Float64Array(bars.length)
  let session: Session | undefined
  for (let i = 0; i < bars.length; i++) {
    const time = bars.eventTime[i]
    if (session === undefined || !(session.open < time && time <= session.close)) {
      // Outside the hours it belongs to the session that closes next.
      session = calendar.sessionAt(time) ?? calendar.nextClose(time)
    }
    sessionClose[i] = session.close
  }
  return { ...bars, sessionClose }
}
