/**
 * When a timer goes off: a description that names wall times or a session's edges, and its instants in order.
 *
 * - `{ at: '15:55', zone: 'America/New_York', days: 'weekdays' }`: that wall time on those dates. Without a zone the
 *   calendar's; without days, the dates of its sessions. It goes by the clock alone: on an early close it still
 *   goes off at 15:55. A time that clocks skip goes off at the first instant after the gap, one that they repeat
 *   goes off once, the first time.
 * - `{ on: 'open', offset: '5m' }`: that long after each session's open (or close).
 * - `{ before: 'close', offset: '10m' }`: that long before each session's close (or open), early closes included.
 * - `{ every: '15m', within: 'session' }`: open + 15 m, open + 30 m, … up to the close and included; not inside a
 *   break and not as it ends, where no bar could end either.
 * - `{ every: '4h', within: 'day' }`: from each local midnight on, in elapsed time, up to the next midnight and not
 *   included; all days of the week.
 *
 * `weekStart`, `weekEnd`, `monthStart`, `monthEnd` are the first and last session of a week (Monday to Sunday) or
 * month. A schedule that needs sessions ends with its calendar.
 */
import { DAY, type Micros } from '../../core/time.ts'
import { type Calendar, localDay, type Session } from './calendar.ts'
import { type Day, civilOf, weekdayOf } from './civil.ts'
import { timerInstant, type Zone, zoneNamed } from './zone.ts'

export const SESSION_DAYS = ['sessions', 'weekStart', 'weekEnd', 'monthStart', 'monthEnd'] as const
export type SessionDays = (typeof SESSION_DAYS)[number]
export const SCHEDULE_DAYS = [...SESSION_DAYS, 'weekdays', 'daily'] as const
export type ScheduleDays = (typeof SCHEDULE_DAYS)[number]

/** As an author writes it; `parseSchedule` (parse-schedule.ts) reads it. */
export type ScheduleDescription =
  | { readonly at: string; readonly zone?: string; readonly days?: ScheduleDays }
  | { readonly on: 'open' | 'close'; readonly offset?: string; readonly days?: SessionDays }
  | { readonly before: 'open' | 'close'; readonly offset: string; readonly days?: SessionDays }
  | { readonly every: string; readonly within: 'session' | 'day'; readonly zone?: string }

/** Plain data, so that it crosses to workers and into journals. */
export type Schedule =
  | {
      readonly kind: 'at'
      /** Since midnight, on the wall. */
      readonly timeOfDay: Micros
      readonly zone?: string
      readonly days: ScheduleDays
    }
  | {
      readonly kind: 'edge'
      readonly edge: 'open' | 'close'
      /** After the edge; negative is before. Within a day. */
      readonly shift: Micros
      readonly days: SessionDays
    }
  | {
      readonly kind: 'every'
      readonly period: Micros
      readonly within: 'session' | 'day'
      readonly zone?: string
    }

/** The first instant after `after` at which the schedule goes off; undefined when the calendar has ended. */
export function nextFiring(schedule: Schedule, calendar: Calendar, after: Micros): Micros | undefined {
  if (schedule.kind === 'at') return nextAt(schedule, calendar, after)
  if (schedule.kind === 'edge') return nextEdge(schedule, calendar, after)
  return schedule.within === 'day'
    ? nextInDay(schedule.period, zoneOf(schedule.zone, calendar), after)
    : nextInSession(schedule.period, calendar, after)
}

function nextAt(schedule: Schedule & { kind: 'at' }, calendar: Calendar, after: Micros): Micros | undefined {
  const zone = zoneOf(schedule.zone, calendar)
  const { days, timeOfDay } = schedule
  const anyDay = days === 'daily' || days === 'weekdays'
  const today = localDay(zone, after)
  for (let day = anyDay ? today : Math.max(today, calendar.firstDay); ; day++) {
    if (!anyDay && day > calendar.lastDay) return undefined
    if (!(anyDay ? days === 'daily' || isWeekday(day) : isSessionDay(calendar, day, days))) continue
    const time = timerInstant(zone, day * DAY + timeOfDay)
    if (time > after) return time
  }
}

function nextEdge(
  schedule: Schedule & { kind: 'edge' },
  calendar: Calendar,
  after: Micros,
): Micros | undefined {
  const { edge, shift, days } = schedule
  // A session's edges and a shift of up to a day reach from the day before its date to the day after the next.
  const first = Math.max(localDay(calendar.zone, after) - 2, calendar.firstDay)
  for (let day = first; day <= calendar.lastDay; day++) {
    const session = calendar.session(day)
    if (session === undefined) continue
    const time = session[edge] + shift
    if (time > after && isSessionDay(calendar, day, days)) return time
  }
  return undefined
}

function nextInSession(period: Micros, calendar: Calendar, after: Micros): Micros | undefined {
  const first = Math.max(localDay(calendar.zone, after) - 1, calendar.firstDay)
  for (let day = first; day <= calendar.lastDay; day++) {
    const session = calendar.session(day)
    if (session === undefined || session.close <= after) continue
    let time = session.open + Math.max(1, Math.floor((after - session.open) / period) + 1) * period
    while (time <= session.close && isPaused(session, time)) time += period
    if (time <= session.close) return time
  }
  return undefined
}

function nextInDay(period: Micros, zone: Zone, after: Micros): Micros {
  const today = localDay(zone, after)
  const midnight = timerInstant(zone, today * DAY)
  const tomorrow = timerInstant(zone, (today + 1) * DAY)
  if (after < midnight) return midnight
  return Math.min(midnight + (Math.floor((after - midnight) / period) + 1) * period, tomorrow)
}

function isPaused(session: Session, time: Micros): boolean {
  for (const pause of session.breaks) if (time > pause.from && time <= pause.to) return true
  return false
}

function isSessionDay(calendar: Calendar, day: Day, days: ScheduleDays): boolean {
  if (!hasSession(calendar, day)) return false
  switch (days) {
    case 'weekStart':
      return !hasAny(calendar, monday(day), day - 1)
    case 'weekEnd':
      return !hasAny(calendar, day + 1, monday(day) + 6)
    case 'monthStart':
      return !hasAny(calendar, monthStart(day), day - 1)
    case 'monthEnd':
      return !hasAny(calendar, day + 1, monthStart(monthStart(day) + 31) - 1)
    default:
      return true
  }
}

function hasAny(calendar: Calendar, from: Day, to: Day): boolean {
  for (let day = from; day <= to; day++) if (hasSession(calendar, day)) return true
  return false
}

/** Days that the calendar does not know have none. */
function hasSession(calendar: Calendar, day: Day): boolean {
  return day >= calendar.firstDay && day <= calendar.lastDay && calendar.session(day) !== undefined
}

function isWeekday(day: Day): boolean {
  const weekday = weekdayOf(day)
  return weekday !== 0 && weekday !== 6
}

function monday(day: Day): Day {
  return day - ((weekdayOf(day) + 6) % 7)
}

function monthStart(day: Day): Day {
  return day - civilOf(day).day + 1
}

function zoneOf(name: string | undefined, calendar: Calendar): Zone {
  return name === undefined ? calendar.zone : zoneNamed(name)
}
