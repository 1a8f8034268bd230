/** The schedules that a strategy declares, each with the calendar whose sessions it means. */
import { GordonError } from '../core/errors.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { parseSchedule } from '../domain/calendar/parse-schedule.ts'
import { nextFiring } from '../domain/calendar/schedule.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { TimerSchedule } from '../engine/member.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import type { ParamSchema } from '../strategy/params.ts'

export function timerSchedules(
  definition: StrategyDefinition<ParamSchema, object>,
  instruments: readonly Instrument[],
  strategy: string,
): TimerSchedule[] {
  const schedules = Object.entries(definition.schedules ?? {})
  if (schedules.length === 0) return []
  const kept = [...new Set(instruments.map(instrument => instrument.calendar))]
  if (definition.calendar === undefined && kept.length > 1)
    throw new GordonError(
      'SCHEDULE_CALENDAR',
      `Strategy ${strategy} has schedules and its instruments keep the calendars ${kept.join(', ')}; name the one that is meant: calendar: '${kept[0]}' in strategy({ … }).`,
    )
  const calendar = calendarNamed(definition.calendar ?? kept[0])
  return schedules.map(([name, description]) => {
    const schedule = parseSchedule(description, name)
    return { name, next: after => nextFiring(schedule, calendar, after) }
  })
}
