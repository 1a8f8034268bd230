/**
 * `from` and `to` as people write them. A date means whole days of the instrument's calendar: a bar belongs to the
 * day in which it ends, so one that closes at midnight belongs to the day before; where sessions begin on the evening
 * before their date, the day is that session. A time means that instant, included.
 */
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate, type Micros } from '../core/time.ts'
import type { Calendar } from '../domain/calendar/calendar.ts'
import { type Day, parseDay } from '../domain/calendar/civil.ts'
import { isoFormatOf } from './ingest/time-text.ts'
import type { DataKind } from './schema.ts'
import type { Window } from './series.ts'

/** A date, an ISO time with its offset or in UTC, or µs. */
export type Moment = string | Micros

/** @throws GordonError BAD_DATE, EMPTY_RANGE */
export function windowOf(from: Moment | undefined, to: Moment | undefined, calendar: Calendar): Window {
  const window = {
    // The first instant after the midnight that begins the day.
    from: from === undefined ? Number.NEGATIVE_INFINITY : instant('--from', from, calendar, 0, 1),
    to: to === undefined ? Number.POSITIVE_INFINITY : instant('--to', to, calendar, DAY, 0),
  }
  if (window.from > window.to) {
    throw new GordonError('EMPTY_RANGE', `--from ${from} is after --to ${to}: there is nothing between them`)
  }
  return window
}

function instant(flag: string, moment: Moment, calendar: Calendar, wholeDay: Micros, more: Micros): Micros {
  if (typeof moment === 'number') return moment
  const day = parseDay(moment)
  if (day !== undefined) {
    const edge = calendar.overnight ? sessionEdge(calendar, day, wholeDay === 0) : undefined
    if (edge !== undefined) return edge + more
    const local = calendar.zone.toUtc(day * DAY + wholeDay)
    if (local.kind === 'unique') return local.time + more
  }
  const format = isoFormatOf(moment)
  const parsed = { micros: 0, nanos: 0 }
  if (!/^\d{4}-\d{2}-\d{2}[T ]/.test(moment) || format === undefined || !format.parse(moment, parsed)) {
    throw new GordonError(
      'BAD_DATE',
      `${flag} ${JSON.stringify(moment)} is no date: write 2008-01-31, or 2008-01-31T15:30:00Z`,
    )
  }
  return parsed.micros
}

/** The open of the first session from a date on, or the close of the last one up to it; none is more than a week off. */
function sessionEdge(calendar: Calendar, date: Day, opening: boolean): Micros | undefined {
  for (let i = 0; i < 7; i++) {
    const day = opening ? date + i : date - i
    if (day < calendar.firstDay || day > calendar.lastDay) return undefined
    const session = calendar.session(day)
    if (session !== undefined) return opening ? session.open : session.close
  }
  return undefined
}

/** The day that a bar belongs to, in words: one that closes at midnight ends the day before. */
export function barDate(eventTime: Micros): string {
  return isoDate(eventTime - 1)
}

/** The day of a row, in words: an event at midnight begins its day. */
export function rowDate(kind: DataKind, time: Micros): string {
  return kind === 'bars' ? barDate(time) : isoDate(time)
}
