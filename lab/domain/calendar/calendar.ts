/**
 * When a venue trades: sessions in order, each with its open and close in UTC. Ingest asks it once and writes the
 * answers beside the bars; a run never does.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, MINUTE, type Micros } from '../../core/time.ts'
import { type Day, civilOf, dayText } from './civil.ts'
import { US_EQUITIES_FIRST_YEAR, US_EQUITIES_LAST_YEAR, usEquityHours } from './us-equities.ts'
import { type Zone, zoneNamed } from './zone.ts'

export interface Session {
  /** The trading day's date at the venue. */
  readonly day: Day
  readonly open: Micros
  /** The last instant of the session; a daily bar is known then. */
  readonly close: Micros
  /** Closed before its regular hour. */
  readonly early: boolean
}

export interface Calendar {
  /** `XNYS`, `24/7` */
  readonly name: string
  readonly zone: Zone
  /** True where each UTC day is a session, so that bars need no session column. */
  readonly continuous: boolean
  /** The session of that date; undefined on a day without one. */
  session(day: Day): Session | undefined
  /** The session in which an instant lies, open < time ≤ close: that of a bar that closes then. */
  sessionAt(time: Micros): Session | undefined
  /** The first session that closes at or after an instant. */
  nextClose(time: Micros): Session
}

export const CALENDARS = ['XNYS', '24/7'] as const

const SAME_HOURS: Readonly<Record<string, string>> = {
  XNYS: 'XNYS',
  XNAS: 'XNYS',
  ARCX: 'XNYS',
  XASE: 'XNYS',
  BATS: 'XNYS',
  '24/7': '24/7',
}

/**
 * By ISO 10383 code of a US equity venue, or `24/7`.
 * @throws GordonError UNKNOWN_CALENDAR
 */
export function calendarNamed(name: string): Calendar {
  const canonical = SAME_HOURS[name]
  if (canonical === undefined) {
    throw new GordonError(
      'UNKNOWN_CALENDAR',
      `no calendar is called ${JSON.stringify(name)}: choose one of ${Object.keys(SAME_HOURS).join(', ')}`,
    )
  }
  return canonical === '24/7' ? CONTINUOUS : (newYork ??= makeNewYork())
}

/** The calendar that a venue keeps when nobody says otherwise: its own where it is known, else `24/7`. */
export function calendarOfVenue(venue: string): string {
  return SAME_HOURS[venue] ?? '24/7'
}

let newYork: Calendar | undefined

function makeNewYork(): Calendar {
  const zone = zoneNamed('America/New_York')
  const known = new Map<Day, Session | undefined>()
  const session = (day: Day): Session | undefined => {
    if (known.has(day)) return known.get(day)
    const { year } = civilOf(day)
    if (year < US_EQUITIES_FIRST_YEAR || year > US_EQUITIES_LAST_YEAR) {
      throw new GordonError(
        'CALENDAR_RANGE',
        `calendar XNYS has no sessions for ${dayText(day)}: it knows ${US_EQUITIES_FIRST_YEAR} to ` +
          `${US_EQUITIES_LAST_YEAR}; drop the rows outside, or take the calendar 24/7`,
      )
    }
    const hours = usEquityHours(day)
    const found =
      hours === undefined
        ? undefined
        : {
            day,
            open: wallTime(zone, day, hours.openMinute),
            close: wallTime(zone, day, hours.closeMinute),
            early: hours.closeMinute < 16 * 60,
          }
    known.set(day, found)
    return found
  }
  return {
    name: 'XNYS',
    zone,
    continuous: false,
    session,
    sessionAt(time) {
      const found = session(localDay(zone, time))
      return found !== undefined && found.open < time && time <= found.close ? found : undefined
    },
    nextClose(time) {
      for (let day = localDay(zone, time); ; day++) {
        const found = session(day)
        if (found !== undefined && found.close >= time) return found
      }
    },
  }
}

const CONTINUOUS: Calendar = {
  name: '24/7',
  zone: zoneNamed('UTC'),
  continuous: true,
  session: utcDay,
  // The bar that closes at midnight belongs to the day that ends there.
  sessionAt: time => utcDay(Math.ceil(time / DAY) - 1),
  nextClose: time => utcDay(Math.ceil(time / DAY) - 1),
}

function utcDay(day: Day): Session {
  return { day, open: day * DAY, close: (day + 1) * DAY, early: false }
}

/** The venue's date at an instant. */
export function localDay(zone: Zone, time: Micros): Day {
  return Math.floor((time + zone.offsetAt(time)) / DAY)
}

function wallTime(zone: Zone, day: Day, minute: number): Micros {
  const local = zone.toUtc(day * DAY + minute * MINUTE)
  // Daylight saving changes at 02:00, outside every session's hours.
  if (local.kind !== 'unique') throw new Error(`bug in gordon: ${dayText(day)} has no plain minute ${minute}`)
  return local.time
}

/** All sessions from one date to another, both included. */
export function sessionsBetween(calendar: Calendar, from: Day, to: Day): Session[] {
  const sessions: Session[] = []
  for (let day = from; day <= to; day++) {
    const session = calendar.session(day)
    if (session !== undefined) sessions.push(session)
  }
  return sessions
}
