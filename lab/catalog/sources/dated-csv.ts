/**
 * Rows of a small delimited text of facts with dates: announcements, memberships, terms, sessions, figures that are
 * revised. A cell is read by its name; what it cannot be is logged with its line, and the row left out.
 *
 * A day means: for what begins then, the midnight UTC that begins it; for what ends with it (`to`), the midnight that ends
 * it; for when something was known, its last µs, so that nobody decides by it on that day.
 */
import { basename } from 'node:path'
import { DAY, isoDate, type Micros } from '../../core/time.ts'
import { calendarNamed, calendarOfVenue } from '../../domain/calendar/calendar.ts'
import { parseDay } from '../../domain/calendar/civil.ts'
import { zoneNamed } from '../../domain/calendar/zone.ts'
import { textColumn, unevenWords } from '../ingest/csv.ts'
import { openRows } from '../ingest/open-table.ts'
import { mapRoles, type ReadingOptions, type Role } from '../ingest/reading.ts'
import { epochUnit, formatTold, isoFormatOf } from '../ingest/time-text.ts'
import type { SourceReading } from './source.ts'

/** A cell that cannot be what it should be. */
class Wrong extends Error {
  readonly issue: {
    readonly code: 'badTime' | 'missing' | 'badNumber' | 'badMessage'
    readonly column: string
  }
  constructor(code: Wrong['issue']['code'], column: string, text: string) {
    super(text)
    this.issue = { code, column }
  }
}

/** The cells of one row, by their parts. */
export class DatedRow<Part extends string> {
  readonly line: number
  readonly #cells: ReadonlyMap<Part, string>
  readonly #options: ReadingOptions

  constructor(line: number, cells: ReadonlyMap<Part, string>, options: ReadingOptions) {
    this.line = line
    this.#cells = cells
    this.#options = options
  }

  text(part: Part): string | undefined {
    return this.#cells.get(part)
  }

  need(part: Part): string {
    const text = this.#cells.get(part)
    if (text === undefined) throw new Wrong('missing', part, `${part} is empty`)
    return text
  }

  oneOf<T extends string>(part: Part, words: Readonly<Record<string, T>>): T {
    const text = this.need(part)
    const found = words[text.toLowerCase().replace(/[^a-z]/g, '')]
    if (found !== undefined) return found
    throw new Wrong(
      'badMessage',
      part,
      `${part} is ${JSON.stringify(text)}: one of ${Object.values(words).join(', ')} is meant`,
    )
  }

  number(part: Part): number {
    const value = this.optionalNumber(part)
    if (value !== undefined) return value
    throw new Wrong('missing', part, `${part} is empty`)
  }

  optionalNumber(part: Part): number | undefined {
    const text = this.#cells.get(part)
    if (text === undefined) return undefined
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (Number.isFinite(value)) return value
    throw new Wrong('badNumber', part, `${part} ${JSON.stringify(text)} is not a number`)
  }

  /** First instant of a day, or the instant that is given. */
  begins(part: Part): Micros | undefined {
    const when = this.#when(part)
    return when === undefined || 'time' in when ? when?.time : when.day * DAY
  }

  /** First instant after a day, or the instant that is given. */
  ends(part: Part): Micros | undefined {
    const when = this.#when(part)
    return when === undefined || 'time' in when ? when?.time : when.day * DAY + DAY
  }

  /** Last instant of a day, or the instant that is given. */
  known(part: Part): Micros | undefined {
    const when = this.#when(part)
    return when === undefined || 'time' in when ? when?.time : when.day * DAY + DAY - 1
  }

  /** A day: the open of its session, or of the next one; midnight UTC where there are none. */
  takesEffect(part: Part, venue: string): Micros | undefined {
    const when = this.#when(part)
    if (when === undefined || 'time' in when) return when?.time
    const calendar = calendarNamed(this.#options.calendar ?? calendarOfVenue(venue))
    for (let day = Math.max(when.day, calendar.firstDay); day <= calendar.lastDay; day++) {
      const session = calendar.session(day)
      if (session !== undefined) return session.open
    }
    return when.day * DAY
  }

  /** `XNAS:AAPL`, or a bare symbol with the venue beside it or of the options. */
  instrument(part: Part, venuePart: Part): { readonly venue: string; readonly symbol: string } {
    const text = this.need(part)
    const at = text.indexOf(':')
    if (at > 0) return { venue: text.slice(0, at), symbol: text.slice(at + 1) }
    const venue = this.#cells.get(venuePart) ?? this.#options.venue
    if (venue !== undefined) return { venue, symbol: text }
    throw new Wrong('missing', part, `${part} ${text} has no venue: write XNAS:${text}, or give --venue`)
  }

  #when(part: Part): { readonly day: number } | { readonly time: Micros } | undefined {
    const text = this.#cells.get(part)
    if (text === undefined) return undefined
    const told = this.#told(text)
    if (told !== undefined) return told
    const plain = /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text
    const day = parseDay(plain)
    if (day !== undefined) return { day }
    const zoned = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/.exec(text)
    const time = zoned === null ? Number.NaN : Date.parse(text.replace(' ', 'T')) * 1000
    if (Number.isFinite(time)) return { time: time + microsOf(zoned![3]) }
    if (/^\d{10,19}$/.test(text)) {
      const { perSecond } = epochUnit(Number(text))
      return { time: perSecond === 1e9 ? Number(text.slice(0, -3)) : Number(text) * (1e6 / perSecond) }
    }
    const wall = this.#options.timezone === undefined ? undefined : this.#wall(text)
    if (wall !== undefined) return { time: wall }
    throw new Wrong(
      'badTime',
      part,
      `${part} ${JSON.stringify(text)} is neither a day (2020-08-31) nor a time with its zone (2020-08-31T09:30:00-04:00)`,
    )
  }

  /** By --time-format. */
  #told(text: string): { readonly day: number } | { readonly time: Micros } | undefined {
    const { timeFormat, timezone } = this.#options
    if (timeFormat === undefined) return undefined
    const format = formatTold(timeFormat, [text])
    const parsed = { micros: 0, nanos: 0 }
    if (!format.parse(text, parsed)) return undefined
    if (format.kind === 'date') return { day: parsed.micros / DAY }
    if (format.kind === 'instant') return { time: parsed.micros }
    const local = zoneNamed(timezone ?? 'UTC').toUtc(parsed.micros)
    return local.kind === 'unique' ? { time: local.time } : undefined
  }

  /** A time without a zone, in that of --timezone. */
  #wall(text: string): Micros | undefined {
    const parsed = { micros: 0, nanos: 0 }
    const format = isoFormatOf(text)
    if (format === undefined || format.kind !== 'wall' || !format.parse(text, parsed)) return undefined
    const local = zoneNamed(this.#options.timezone!).toUtc(parsed.micros)
    return local.kind === 'unique' ? local.time : undefined
  }
}

/** Digits of a fraction of a second beyond the milliseconds that Date has. */
function microsOf(fraction = ''): number {
  return Number(fraction.slice(4).padEnd(3, '0'))
}

/**
 * Rows in pieces, each cell by the part that its column plays.
 * @param make what a row becomes; what it throws of a cell is logged
 */
export async function* datedRows<Part extends string, T>(
  reading: SourceReading,
  roles: Readonly<Record<Part, Role>>,
  make: (row: DatedRow<Part>) => T | readonly T[],
): AsyncGenerator<T[]> {
  const { path, options, issues } = reading
  const file = basename(path)
  const table = await openRows(path, options, Object.keys(roles).join(','))
  issues.rowWord = table.rowWord
  const map = mapRoles<Part>(file, table.columns, roles, options.columns)
  const parts = (Object.keys(map) as Part[]).map(part => ({ part, place: table.columns.indexOf(map[part]!) }))
  for await (const rows of table.pieces([])) {
    const columns = parts.map(({ place }) => textColumn(rows, place))
    const made: T[] = []
    for (let row = 0; row < rows.length; row++) {
      if (rows.uneven.has(row)) {
        issues.add({ code: 'fieldCount', row: rows.lines[row], text: unevenWords(rows, row) })
        continue
      }
      const cells = new Map<Part, string>()
      for (const [i, { part }] of parts.entries()) {
        const text = columns[i][row]?.trim()
        if (text !== undefined && text !== '') cells.set(part, text)
      }
      try {
        const one = make(new DatedRow(rows.lines[row], cells, options))
        if (Array.isArray(one)) made.push(...(one as readonly T[]))
        else made.push(one as T)
      } catch (error) {
        if (!(error instanceof Wrong)) throw error
        const { code, column } = error.issue
        issues.add({ code, row: rows.lines[row], column: map[column as Part] ?? column, text: error.message })
      }
    }
    if (made.length > 0) yield made
  }
}

/** What comes before it begins, in words of a person. */
export function backwards(from: Micros, to: Micros): never {
  throw new Wrong('badTime', 'to', `it ends on ${isoDate(to)} and begins on ${isoDate(from)}`)
}

/** For what a cell must not be beyond its type. */
export function refuseCell(column: string, text: string): never {
  throw new Wrong('badMessage', column, text)
}
