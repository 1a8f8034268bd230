/** When a venue opens, pauses, resumes and closes, as events in order. */
import { DAY, isoDate, type Micros } from '../../core/time.ts'
import { type Calendar, localDay, type Session } from './calendar.ts'

export interface SessionChange {
  /** `pause` and `resume` are the ends of a break, such as lunch. */
  readonly kind: 'open' | 'pause' | 'resume' | 'close'
  /** `XNYS` */
  readonly calendar: string
  readonly time: Micros
  /** Date of the session at the venue, `yyyy-mm-dd`. */
  readonly day: string
  /** The session closes before its regular hour. */
  readonly early: boolean
}

/**
 * The changes of the first instant after `after` that has one: where a session ends as the next begins, both, in this
 * order. Undefined where the calendar has ended, and where it never closes.
 */
export function nextSessionChanges(calendar: Calendar, after: Micros): readonly SessionChange[] | undefined {
  if (calendar.continuous) return undefined
  const first = Math.max(localDay(calendar.zone, after) - 1, calendar.firstDay)
  let found: SessionChange[] | undefined
  for (let day = first; day <= calendar.lastDay; day++) {
    const session = calendar.session(day)
    if (session === undefined) continue
    if (found !== undefined && session.open > found[0].time) break
    const next = changesOf(session, calendar).filter(change => change.time > after)
    if (found === undefined && next.length > 0) found = next.filter(change => change.time === next[0].time)
    else found?.push(...next.filter(change => change.time === found![0].time))
  }
  return found
}

function changesOf({ day, open, close, early, breaks }: Session, { name }: Calendar): SessionChange[] {
  const change = (kind: SessionChange['kind'], time: Micros) => ({
    ...{ kind, calendar: name, time, day: isoDate(day * DAY), early },
  })
  return [
    change('open', open),
    ...breaks.flatMap(({ from, to }) => [change('pause', from), change('resume', to)]),
    change('close', close),
  ]
}
