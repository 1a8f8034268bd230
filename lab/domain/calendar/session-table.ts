/**
 * A calendar of sessions that were written down once: what a snapshot keeps, so that tables of holidays or time zones
 * which are corrected later change no run on it. Wall times of a day with a session go by the offset that was written
 * beside it, those of other days by the tables of the zone.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, type Micros } from '../../core/time.ts'
import type { Calendar, Session } from './calendar.ts'
import { type Day, dayText } from './civil.ts'
import { calendarOf } from './venue-calendar.ts'
import type { LocalTime, Zone } from './zone.ts'

export interface WrittenSession extends Session {
  /** Local time minus UTC as it opens. */
  readonly utcOffset: Micros
}

/**
 * @param sessions in order of their days
 * @param covers first and last day that were written down, whether or not they have a session
 */
export function tableCalendar(
  { name, zone, overnight }: Pick<Calendar, 'name' | 'zone' | 'overnight'>,
  sessions: readonly WrittenSession[],
  covers: { readonly firstDay: Day; readonly lastDay: Day },
): Calendar {
  const byDay = new Map(sessions.map(session => [session.day, session]))
  return calendarOf({
    name,
    zone: writtenZone(zone, byDay),
    overnight,
    ...covers,
    session(day) {
      if (day >= covers.firstDay && day <= covers.lastDay) return byDay.get(day)
      throw new GordonError(
        'CALENDAR_RANGE',
        `the snapshot has the sessions of ${name} from ${dayText(covers.firstDay)} to ${dayText(covers.lastDay)} and none for ` +
          `${dayText(day)}: ingest data of that time`,
      )
    },
  })
}

function writtenZone(zone: Zone, sessions: ReadonlyMap<Day, WrittenSession>): Zone {
  const offsetAt = (time: Micros): Micros => {
    const guess = zone.offsetAt(time)
    const written = sessions.get(Math.floor((time + guess) / DAY))
    return written === undefined ? guess : written.utcOffset
  }
  return {
    name: zone.name,
    offsetAt,
    toUtc(local): LocalTime {
      const written = sessions.get(Math.floor(local / DAY))
      return written === undefined ? zone.toUtc(local) : { kind: 'unique', time: local - written.utcOffset }
    },
  }
}
