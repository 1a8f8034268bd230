/**
 * Sessions of a calendar in a delimited text, one row for each stretch of trading: a day with a lunch has two. Opens and
 * closes are wall times of the zone; a close at or before its open is of the next day, an `open` with a minus sign of the
 * evening before.
 *
 *   calendar,zone,day,open,close,early
 *   XTKS,Asia/Tokyo,2024-05-01,09:00,11:30,
 *   XTKS,Asia/Tokyo,2024-05-01,12:30,15:00,
 */
import { DAY, MINUTE } from '../../core/time.ts'
import { parseDay } from '../../domain/calendar/civil.ts'
import { type Zone, zoneNamed } from '../../domain/calendar/zone.ts'
import { stemOf } from '../ingest/open-table.ts'
import type { Role } from '../ingest/reading.ts'
import type { TradingStretch } from '../schema.ts'
import { type DatedRow, datedRows, refuseCell } from './dated-csv.ts'
import { FACTS_TABLE, guessedColumns } from './guessed-columns.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  calendar: { names: ['calendar', 'venue', 'mic'], optional: true },
  zone: { names: ['zone', 'timezone'], optional: true },
  day: { names: ['day', 'date', 'session'] },
  open: { names: ['open'] },
  close: { names: ['close'] },
  early: { names: ['early', 'earlyclose'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

export const CALENDAR_CSV: SourceAdapter = {
  name: 'calendar-csv',
  kinds: ['calendars'],
  about: 'sessions of a calendar in CSV: calendar, zone, day, open, close, early',
  ...FACTS_TABLE,
  guess: guessedColumns<Part>(ROLES, (_has, names) =>
    ['day', 'open', 'close'].every(one => names.includes(one)) && !names.includes('high')
      ? 'columns day, open and close'
      : undefined,
  ),
  async *read(reading: SourceReading): AsyncGenerator<SourceBatch> {
    for await (const rows of datedRows<Part, TradingStretch>(reading, ROLES, row => stretchOf(row, reading)))
      yield { kind: 'calendars', rows }
  },
}

function stretchOf(row: DatedRow<Part>, { path, options }: SourceReading): TradingStretch {
  const name = row.text('zone') ?? options.timezone
  if (name === undefined) return refuseCell('zone', 'zone is empty: give the column, or --timezone')
  const zone = zoneNamed(name)
  const day = parseDay(row.need('day'))
  if (day === undefined)
    return refuseCell('day', `day ${JSON.stringify(row.text('day'))} is none: write 2024-05-01`)
  const from = minuteOf(row, 'open')
  let to = minuteOf(row, 'close')
  if (to <= from) to += DAY
  const open = instantOf(zone, day * DAY + from, 'open')
  return {
    calendar: row.text('calendar') ?? options.calendar ?? stemOf(path),
    zone: name,
    day: row.need('day'),
    open,
    close: instantOf(zone, day * DAY + to, 'close'),
    early: /^(1|y(es)?|true)$/i.test(row.text('early') ?? ''),
    utcOffset: zone.offsetAt(open),
  }
}

/** Since the midnight that begins the day. */
function minuteOf(row: DatedRow<Part>, part: 'open' | 'close'): number {
  const found = /^(-?)(\d{1,2}):(\d{2})$/.exec(row.need(part))
  const [hours, minutes] = [Number(found?.[2]), Number(found?.[3])]
  if (!(hours <= 24 && minutes < 60))
    return refuseCell(part, `${part} ${row.text(part)} is no wall time: write 09:30`)
  const since = (hours * 60 + minutes) * MINUTE
  return found![1] === '-' ? since - DAY : since
}

function instantOf(zone: Zone, local: number, part: string): number {
  const found = zone.toUtc(local)
  return found.kind === 'unique' ? found.time : refuseCell(part, `${part} is not one instant in ${zone.name}`)
}
