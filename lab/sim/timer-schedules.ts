/** When a strategy is called beside market events: its schedules, and the sessions of its instruments. */
import { GordonError } from '../core/errors.ts'
import type { Calendar } from '../domain/calendar/calendar.ts'
import { parseSchedule } from '../domain/calendar/parse-schedule.ts'
import { nextFiring } from '../domain/calendar/schedule.ts'
import { nextSessionChanges } from '../domain/calendar/session-change.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { TimerSchedule } from '../engine/member.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import type { ParamSchema } from '../strategy/params.ts'

export interface TimerTerms {
  readonly instruments: readonly Instrument[]
  /** Its name, for messages. */
  readonly strategy: string
  readonly calendar: (name: string) => Calendar
}

export function timerSchedules(
  definition: StrategyDefinition<ParamSchema, object>,
  { instruments, strategy, calendar: calendarOf }: TimerTerms,
): TimerSchedule[] {
  const schedules = Object.entries(definition.schedules ?? {})
  if (schedules.length === 0) return []
  const kept = [...new Set(instruments.map(instrument => instrument.calendar))]
  if (definition.calendar === undefined && kept.length > 1)
    throw new GordonError(
      'SCHEDULE_CALENDAR',
      `Strategy ${strategy} has schedules and its instruments keep the calendars ${kept.join(', ')}; name the one that is meant: calendar: '${kept[0]}' in strategy({ … }).`,
    )
  const calendar = calendarOf(definition.calendar ?? kept[0])
  return schedules.map(([name, description]) => {
    const schedule = parseSchedule(description, name)
    return {
      next: after => nextFiring(schedule, calendar, after),
      call: callbacks => callbacks.timer(name),
    }
  })
}

/** Changes of session of every calendar that the instruments keep. */
export function sessionSchedules(
  instruments: readonly Instrument[],
  calendarOf: (name: string) => Calendar,
): TimerSchedule[] {
  const kept = [...new Set(instruments.map(instrument => instrument.calendar))].map(calendarOf)
  // Venues of one exchange share a calendar, whose sessions are told once.
  return [...new Set(kept)].map(calendar => ({
    next: after => nextSessionChanges(calendar, after)?.[0].time,
    call: (callbacks, time) => {
      for (const change of nextSessionChanges(calendar, time - 1)!) callbacks.session(change)
    },
  }))
}
