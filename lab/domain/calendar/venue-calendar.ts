/**
 * A calendar from a venue's hours: wall-clock minutes become instants through the venue's zone, each date's session
 * is made once and kept.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, type Micros, MINUTE } from '../../core/time.ts'
import type { Break, Calendar, Session } from './calendar.ts'
import { type Day, dayOf, dayText } from './civil.ts'
import type { VenueHours } from './hours.ts'
import { type Zone, zoneNamed } from './zone.ts'

export function venueCalendar(venue: VenueHours): Calendar {
  const { name, firstYear, lastYear } = venue
  const zone = zoneNamed(venue.zone)
  const firstDay = dayOf(firstYear, 1, 1)
  const lastDay = dayOf(lastYear, 12, 31)
  const known = new Map<Day, Session | undefined>()

  const session = (day: Day): Session | undefined => {
    if (known.has(day)) return known.get(day)
    if (day < firstDay || day > lastDay) {
      throw new GordonError(
        'CALENDAR_RANGE',
        `calendar ${name} has no sessions for ${dayText(day)}: it knows ${firstYear} to ${lastYear}; ` +
          'drop the rows outside, or take the calendar 24/7',
      )
    }
    const found = makeSession(venue, zone, day)
    known.set(day, found)
    return found
  }
  return calendarOf({ name, zone, overnight: venue.overnight ?? false, firstDay, lastDay, session })
}

/** What every calendar answers, from the one answer that it must have: the session of a date. */
export function calendarOf(
  terms: Pick<Calendar, 'name' | 'zone' | 'overnight' | 'firstDay' | 'lastDay' | 'session'>,
): Calendar {
  const { name, zone, overnight, firstDay, lastDay, session } = terms
  const dateAt = (time: Micros): Day => Math.floor((time + zone.offsetAt(time)) / DAY)
  /** The first session that closes at or after an instant, of those that can hold it: its date or the next. */
  const around = (time: Micros): Session | undefined => {
    const day = dateAt(time)
    const found = session(day)
    if (found !== undefined && time <= found.close) return found
    return day < lastDay ? session(day + 1) : undefined
  }
  return {
    name,
    zone,
    continuous: false,
    overnight,
    firstDay,
    lastDay,
    session,
    sessionAt(time) {
      const found = around(time)
      return found !== undefined && found.open < time ? found : undefined
    },
    nextClose(time) {
      for (let day = dateAt(time); ; day++) {
        const found = session(day)
        if (found !== undefined && found.close >= time) return found
      }
    },
    nextOpen(time) {
      for (let day = dateAt(time); ; day++) {
        const found = session(day)
        if (found !== undefined && found.open >= time) return found
      }
    },
    isOpen(time) {
      // Where one session closes as the next one opens, the instant belongs to the next.
      const found = around(time)
      const inside = found?.close === time ? after(found) : found
      if (inside === undefined || time < inside.open || time >= inside.close) return false
      return !inside.breaks.some(pause => time >= pause.from && time < pause.to)
    },
  }

  function after(before: Session): Session | undefined {
    return before.day < lastDay ? session(before.day + 1) : undefined
  }
}

function makeSession(venue: VenueHours, zone: Zone, day: Day): Session | undefined {
  const hours = venue.hours(day)
  if (hours === undefined) return undefined
  const instant = (minute: number): Micros => wallTime(zone, day, minute)
  return {
    day,
    open: instant(hours.openMinute),
    close: instant(hours.closeMinute),
    early: hours.early ?? false,
    breaks: (hours.breaks ?? []).map(([from, to]): Break => ({ from: instant(from), to: instant(to) })),
  }
}

function wallTime(zone: Zone, day: Day, minute: number): Micros {
  const local = zone.toUtc(day * DAY + minute * MINUTE)
  // Clocks change at night on Sundays, outside every session's edges.
  if (local.kind !== 'unique') throw new Error(`bug in gordon: ${dayText(day)} has no plain minute ${minute}`)
  return local.time
}
