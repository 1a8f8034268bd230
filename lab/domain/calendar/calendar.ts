/**
 * When a venue trades: sessions in order, each with its open, its close and its pauses in UTC. Ingest asks it once
 * and writes the answers beside the bars; a run asks it for whole sessions and timers, never per event. It goes by
 * the project's own time-zone tables, so that a result never depends on the runtime's.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, type Micros } from '../../core/time.ts'
import { CME_GLOBEX } from './cme-globex.ts'
import type { Day } from './civil.ts'
import { FRANKFURT } from './frankfurt.ts'
import { FX_WEEK } from './fx-week.ts'
import { HONG_KONG } from './hong-kong.ts'
import type { VenueHours } from './hours.ts'
import { INDIA } from './india.ts'
import { LONDON } from './london.ts'
import { TOKYO } from './tokyo.ts'
import { US_EQUITIES } from './us-equities.ts'
import { venueCalendar } from './venue-calendar.ts'
import { type Zone, zoneNamed } from './zone.ts'

/** A pause inside a session, such as lunch: trading rests from `from` on and resumes at `to`. */
export interface Break {
  readonly from: Micros
  readonly to: Micros
}

export interface Session {
  /** The trading day's date at the venue. */
  readonly day: Day
  /** Of a session that begins the evening before its date, that evening. */
  readonly open: Micros
  /** The last instant of the session; a daily bar is known then. */
  readonly close: Micros
  /** Closed before its regular hour. */
  readonly early: boolean
  /** In order; empty where trading goes through. */
  readonly breaks: readonly Break[]
}

/**
 * Every question about an instant outside the calendar's days throws CALENDAR_RANGE.
 */
export interface Calendar {
  /** `XNYS`, `24/7` */
  readonly name: string
  readonly zone: Zone
  /** True where each UTC day is a session, so that bars need no session column. */
  readonly continuous: boolean
  /** True where a session begins on the evening before its date, so that a local date alone does not name it. */
  readonly overnight: boolean
  /** The days that the calendar knows, both included; infinite where it has no end. */
  readonly firstDay: Day
  readonly lastDay: Day
  /** The session of that date; undefined on a day without one. */
  session(day: Day): Session | undefined
  /** The session in which an instant lies, open < time ≤ close: that of a bar that closes then. */
  sessionAt(time: Micros): Session | undefined
  /** The first session that closes at or after an instant. */
  nextClose(time: Micros): Session
  /** The first session that opens at or after an instant. */
  nextOpen(time: Micros): Session
  /** Whether an order sent then could trade: from the open on, before the close, outside of breaks. */
  isOpen(time: Micros): boolean
}

/** The sessions of a stretch of time, side by side. */
export interface SessionTimes {
  readonly day: Int32Array
  readonly open: Float64Array
  readonly close: Float64Array
}

const HOURS: Readonly<Record<string, VenueHours>> = {
  XNYS: US_EQUITIES,
  XNAS: US_EQUITIES,
  ARCX: US_EQUITIES,
  XASE: US_EQUITIES,
  BATS: US_EQUITIES,
  XLON: LONDON,
  XETR: FRANKFURT,
  XFRA: FRANKFURT,
  XTKS: TOKYO,
  XHKG: HONG_KONG,
  XNSE: INDIA,
  XBOM: INDIA,
  CMES: CME_GLOBEX,
  XCME: CME_GLOBEX,
  GLBX: CME_GLOBEX,
  FX: FX_WEEK,
}

/** What venues are called where ISO 10383 is not spoken. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  ...{ NYSE: 'XNYS', NASDAQ: 'XNAS', ARCA: 'ARCX', NYSEARCA: 'ARCX', AMEX: 'XASE' },
  ...{
    LSE: 'XLON',
    XETRA: 'XETR',
    FWB: 'XFRA',
    TSEJ: 'XTKS',
    HKEX: 'XHKG',
    SEHK: 'XHKG',
    NSE: 'XNSE',
    BSE: 'XBOM',
  },
  ...{ CME: 'CMES', CBOT: 'CMES', NYMEX: 'CMES', COMEX: 'CMES', GLOBEX: 'CMES' },
  ...{ OANDA: 'FX', FXCM: 'FX', IDEALPRO: 'FX' },
}

/** Every name that a calendar has. */
export const CALENDAR_NAMES: readonly string[] = [...Object.keys(HOURS), '24/7']

const made = new Map<VenueHours, Calendar>()

/**
 * By the ISO 10383 code of a venue, `CMES` for CME Globex futures, `FX` for the week of foreign exchange, or `24/7`.
 * @throws GordonError UNKNOWN_CALENDAR
 */
export function calendarNamed(name: string): Calendar {
  if (name === '24/7') return CONTINUOUS
  const hours = Object.hasOwn(HOURS, name) ? HOURS[name] : undefined
  if (hours === undefined) {
    throw new GordonError(
      'UNKNOWN_CALENDAR',
      `no calendar is called ${JSON.stringify(name)}: choose one of ${CALENDAR_NAMES.join(', ')}`,
    )
  }
  let calendar = made.get(hours)
  if (calendar === undefined) made.set(hours, (calendar = venueCalendar(hours)))
  return calendar
}

/** The calendar that a venue keeps when nobody says otherwise: its own where it is known, else `24/7`. */
export function calendarOfVenue(venue: string): string {
  const code = Object.hasOwn(ALSO_CALLED, venue) ? ALSO_CALLED[venue] : venue
  return Object.hasOwn(HOURS, code) ? HOURS[code].name : '24/7'
}

const CONTINUOUS: Calendar = {
  name: '24/7',
  zone: zoneNamed('UTC'),
  continuous: true,
  overnight: false,
  firstDay: Number.NEGATIVE_INFINITY,
  lastDay: Number.POSITIVE_INFINITY,
  session: utcDay,
  // The bar that closes at midnight belongs to the day that ends there.
  sessionAt: time => utcDay(Math.ceil(time / DAY) - 1),
  nextClose: time => utcDay(Math.ceil(time / DAY) - 1),
  nextOpen: time => utcDay(Math.ceil(time / DAY)),
  isOpen: () => true,
}

function utcDay(day: Day): Session {
  return { day, open: day * DAY, close: (day + 1) * DAY, early: false, breaks: [] }
}

/** The venue's date at an instant. */
export function localDay(zone: Zone, time: Micros): Day {
  return Math.floor((time + zone.offsetAt(time)) / DAY)
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

/** All sessions that have a part between two instants, open ≤ to and close ≥ from, for a run to look up. */
export function sessionTimes(calendar: Calendar, from: Micros, to: Micros): SessionTimes {
  const first = localDay(calendar.zone, from)
  // A session may open on the evening before its date, and the last midnight still belongs to the day before.
  const last = Math.min(localDay(calendar.zone, to) + 1, calendar.lastDay)
  const sessions = sessionsBetween(calendar, calendar.continuous ? first - 1 : first, last).filter(
    session => session.open <= to && session.close >= from,
  )
  return {
    day: Int32Array.from(sessions, session => session.day),
    open: Float64Array.from(sessions, session => session.open),
    close: Float64Array.from(sessions, session => session.close),
  }
}
