/**
 * Times of events in a delimited text as µs UTC, with the nanoseconds beyond them. The format is found on the first
 * row and told; epochs of whole units, which large files have, are read from the bytes.
 */
import { GordonError } from '../../core/errors.ts'
import { calendarNamed, calendarOfVenue } from '../../domain/calendar/calendar.ts'
import { type Zone, zoneNamed } from '../../domain/calendar/zone.ts'
import { timeText } from './csv.ts'
import type { CsvRows } from './csv-rows.ts'
import type { IssueLog } from './issues.ts'
import { type ReadingOptions, zoneOf } from './reading.ts'
import { timeFormatOf } from './time-detect.ts'
import { epochUnit, type ParsedTime, type TimeFormat } from './time-text.ts'

const INTEGER = /^\d+$/
/** Times that are looked at to find their format. */
const SAMPLE = 5000

export class TickTimes {
  readonly notes: readonly string[]
  readonly #name: string
  readonly #log: IssueLog
  readonly #format: TimeFormat
  readonly #zone: Zone
  /** µs per unit of a whole epoch; 0 where times are no such. */
  readonly #perUnit: number
  readonly #parsed: ParsedTime = { micros: 0, nanos: 0 }

  /**
   * @param fields places of the column in the rows, or of a date's and a time's
   * @param days dates are times, too: they name their first instant
   * @throws GordonError TIME_FORMAT and what timeFormatOf throws
   */
  constructor(
    first: CsvRows,
    fields: readonly number[],
    name: string,
    options: ReadingOptions,
    log: IssueLog,
    days = false,
  ) {
    this.#name = name
    this.#log = log
    const texts: string[] = []
    let line = first.lines[0]
    for (let row = 0; row < first.length && texts.length < SAMPLE; row++) {
      const text = timeText(first, row, fields)
      if (text === '') continue
      if (texts.length === 0) line = first.lines[row]
      texts.push(text)
    }
    const [text = ''] = texts
    const place = `${log.file} ${log.rowWord} ${line}, column ${name}`
    const format = timeFormatOf({ place, texts, told: options.timeFormat })
    if (format.kind === 'date' && !days) {
      throw new GordonError(
        'TIME_FORMAT',
        `${place}: ${JSON.stringify(text)} is a day and no time of an event: name a column of times with --columns time=NAME, ` +
          'or two of them with time=DATE+TIME',
      )
    }
    this.#format = format
    const whole = options.timeFormat === undefined && INTEGER.test(text) && format.words.startsWith('epoch')
    this.#perUnit = whole ? 1e6 / epochUnit(Number(text)).perSecond : 0
    const zone = options.timezone ?? zoneOf(name)
    this.#zone =
      zone === undefined
        ? calendarNamed(options.calendar ?? calendarOfVenue(options.venue ?? 'FILE')).zone
        : zoneNamed(zone)
    const notes = [`times in column ${name} are read as ${format.words}`]
    if (format.kind === 'wall')
      notes.push(`times in column ${name} carry no zone and are taken as ${this.#zone.name}`)
    this.notes = notes
  }

  /** Its times are days: each is the midnight of one, as if it were UTC. */
  get days(): boolean {
    return this.#format.kind === 'date'
  }

  /** Its times are months, each the midnight of its first day. */
  get months(): boolean {
    return this.#format.months === true
  }

  /**
   * Resolves a column; what cannot be resolved is logged, and marked in `bad`.
   * @returns whether some time has nanoseconds
   */
  resolve(
    rows: CsvRows,
    places: readonly number[],
    micros: Float64Array,
    nanos: Uint16Array,
    bad: Uint8Array,
  ): boolean {
    const { bytes, fields, starts, ends, quoted } = rows
    const perUnit = places.length === 1 ? this.#perUnit : 0
    const [field] = places
    let some = false
    for (let row = 0; row < rows.length; row++) {
      if (bad[row] !== 0) continue
      if (perUnit !== 0 && (quoted.size === 0 || !quoted.has(row))) {
        const at = row * fields + field
        const end = ends[at]
        // Nanoseconds have more digits than a double holds: the last three stand apart.
        const cut = perUnit < 1 ? end - 3 : end
        const value = wholeNumber(bytes, starts[at], cut)
        const rest = perUnit < 1 ? wholeNumber(bytes, cut, end) : 0
        if (value >= 0 && rest >= 0 && cut > starts[at] && this.#sameUnit(value)) {
          micros[row] = perUnit < 1 ? value : value * perUnit
          nanos[row] = rest
          if (rest !== 0) some = true
          continue
        }
      }
      if (!this.#parse(rows, row, places, micros, nanos)) bad[row] = 1
      else if (nanos[row] !== 0) some = true
    }
    return some
  }

  /** An epoch of another magnitude is of another unit, and no time of this column. */
  #sameUnit(value: number): boolean {
    const whole = this.#perUnit < 1 ? value * 1000 : value
    return 1e6 / epochUnit(whole).perSecond === this.#perUnit
  }

  #parse(
    rows: CsvRows,
    row: number,
    places: readonly number[],
    micros: Float64Array,
    nanos: Uint16Array,
  ): boolean {
    const text = timeText(rows, row, places)
    const report = (code: Parameters<IssueLog['add']>[0]['code'], words: string): boolean => {
      this.#log.add({ code, row: rows.lines[row], column: this.#name, text: words })
      return false
    }
    if (text === '') return report('missingTime', 'the time is empty')
    const parsed = this.#parsed
    if (!this.#format.parse(text, parsed)) {
      return report(
        'badTime',
        `${JSON.stringify(text)} does not read as ${this.#format.words}, as the first row does`,
      )
    }
    nanos[row] = parsed.nanos
    micros[row] = parsed.micros
    if (this.#format.kind !== 'wall') return true
    const local = this.#zone.toUtc(parsed.micros)
    if (local.kind === 'ambiguous') {
      return report(
        'ambiguousTime',
        `${text} happens twice in ${this.#zone.name}, when clocks go back: give times in UTC or with their offset`,
      )
    }
    if (local.kind === 'skipped')
      return report('skippedTime', `${text} does not exist in ${this.#zone.name}, where clocks go forward`)
    micros[row] = local.time
    return true
  }
}

/** Digits as a number; -1 for anything else, and for more than a double holds. */
function wholeNumber(bytes: Buffer, from: number, to: number): number {
  if (to <= from || to - from > 16) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = bytes[at] - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}
