/**
 * Series of numbers that are no market of their own, side by side: interest rates, factors, closes of indices,
 * sentiment. One row each time, a column each series: `Date,1month,10year`. Figures that are revised, or stand below one
 * another with their names, are of series-csv.ts.
 *
 * When a value is known decides what a strategy may see. A time is that instant; a day's value is known at the day's
 * end (the close of its session where the calendar has some), also where midnights in UTC stand for days; a month's, a quarter's or a year's is known at the end of
 * it. Dates that are all the first of a month may mean either, and are asked for.
 */
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { DAY, type Micros } from '../../core/time.ts'
import { type Calendar, calendarNamed, calendarOfVenue } from '../../domain/calendar/calendar.ts'
import { civilOf, validDay } from '../../domain/calendar/civil.ts'
import { type Zone, zoneNamed } from '../../domain/calendar/zone.ts'
import { fieldsOfTime, numberColumn, textColumn } from '../ingest/csv.ts'
import type { CsvRows } from '../ingest/csv-rows.ts'
import { marksOf, roundUp } from '../ingest/event-columns.ts'
import { MISSING, type RawColumn } from '../ingest/raw-batch.ts'
import { formatOf, openRows, stemOf } from '../ingest/open-table.ts'
import { BAR_ROLES, mapRoles, plain, type Role, TIME_NAMES } from '../ingest/reading.ts'
import { TickTimes } from '../ingest/tick-times.ts'
import { EVENT_ROLES } from './event-table.ts'
import type { Guess, SourceAdapter, SourceBatch, SourcePlace, SourceReading } from './source.ts'

const ROLES = {
  time: {
    names: [...TIME_NAMES, 'timeperiod', 'period', 'published', 'publishedat', 'month', 'observationdate'],
  },
  receiveTime: {
    ...EVENT_ROLES.receiveTime,
    names: [...EVENT_ROLES.receiveTime.names, 'released', 'knownat'],
  },
  symbol: EVENT_ROLES.symbol,
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

export const WIDE_SERIES: SourceAdapter = {
  name: 'wide-series',
  kinds: ['custom'],
  about: 'series of numbers in CSV, Parquet, Arrow or JSON: a time, and a column for each series',
  endings: '.csv, .parquet, .arrow or .json',
  // A series is of no venue: it is called SERIES unless one is named.
  knowsVenue: true,
  takes: file => formatOf(file) !== undefined,
  guess,
  read,
}

function guess({ name, isFolder, files, columns }: SourcePlace): Guess {
  const tables = isFolder ? files.some(file => formatOf(file) !== undefined) : formatOf(name) !== undefined
  const time = columns.find(column => (ROLES.time.names as readonly string[]).includes(plain(column)))
  const others = columns.filter(column => column !== time)
  // Half of what a bar has is a table of bars that lacks something.
  const barlike = others.some(column =>
    (['open', 'high', 'low', 'close'] as const).some(part =>
      (BAR_ROLES[part].names as readonly string[]).includes(plain(column)),
    ),
  )
  if (!tables || time === undefined || others.length === 0 || barlike) return { confidence: 0, because: '' }
  return { confidence: 0.5, because: `columns ${[time, ...others].slice(0, 4).join(', ')}` }
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options, issues } = reading
  const file = basename(path)
  const source = await openRows(path, options, 'time,value')
  issues.rowWord = source.rowWord
  const { columns } = source
  const map = mapRoles<Part>(file, columns, ROLES, options.columns)
  const place = (part: Part): number => (map[part] === undefined ? -1 : columns.indexOf(map[part]))
  const time = fieldsOfTime(map.time!, columns)
  const taken = new Set([...time, place('receiveTime'), place('symbol')])
  const valued = columns.flatMap((name, i) => (taken.has(i) || name === '' ? [] : [i]))
  if (valued.length === 0) throw noNumbers(file, map.time!)
  const { venue = 'SERIES' } = options
  const days = new SeriesDays(options)
  let event: TickTimes | undefined
  let receipt: TickTimes | undefined
  let midnights: boolean | undefined
  let numeric = valued
  let empty = 0
  for await (const rows of source.pieces(valued)) {
    if (event === undefined) {
      event = new TickTimes(rows, time, map.time!, options, issues, true)
      for (const note of event.notes) reading.note(note)
      if (map.receiveTime !== undefined) {
        receipt = new TickTimes(rows, [place('receiveTime')], map.receiveTime, options, issues)
        for (const note of receipt.notes) reading.note(note)
      }
      numeric = valued.filter(field => isNumeric(rows, field))
      if (numeric.length === 0) throw noNumbers(file, map.time!)
      const words = valued.filter(field => !numeric.includes(field)).map(field => columns[field])
      if (words.length > 0)
        reading.note(`columns ${words.join(', ')} hold words and no numbers: they are left out`)
    }
    const bad = marksOf(rows, issues)
    const { length } = rows
    const eventTime = new Float64Array(length)
    const eventNanos = new Uint16Array(length)
    let some = event.resolve(rows, time, eventTime, eventNanos, bad)
    // Tables of days are often written with a midnight behind each; at that hour nobody knows the day's value.
    midnights ??= options.stamp === undefined && receipt === undefined && areMidnights(eventTime, bad)
    if (event.days || midnights) {
      days.meaning(file, eventTime, bad, event.months)
      days.toEnds(eventTime, bad)
      some = false
    }
    let receiveTime = eventTime
    let receiveNanos: Uint16Array | undefined
    if (receipt !== undefined) {
      receiveTime = new Float64Array(length)
      const nanos = new Uint16Array(length)
      receiveNanos = roundUp(
        receiveTime,
        nanos,
        receipt.resolve(rows, [place('receiveTime')], receiveTime, nanos, bad),
      )
    } else if (some) {
      receiveTime = eventTime.slice()
      receiveNanos = roundUp(receiveTime, eventNanos, true)
    }
    const symbols = map.symbol === undefined ? undefined : textColumn(rows, place('symbol'))
    for (const field of numeric) {
      const column = numberColumn(rows, field, columns[field])
      const name = columns[field]
      const streams = new Map<string, number[]>()
      for (let row = 0; row < length; row++) {
        if (bad[row] !== 0) continue
        const symbol = symbols?.[row] ?? options.symbol ?? stemOf(path)
        if (symbols !== undefined && options.symbol !== undefined && symbol !== options.symbol) continue
        if (isEmpty(column, row)) {
          empty++
          continue
        }
        if (!isSound(column, row, rows, issues)) continue
        const known = streams.get(symbol)
        if (known === undefined) streams.set(symbol, [row])
        else known.push(row)
      }
      for (const [symbol, places] of streams) {
        const of = (all: Float64Array): Float64Array => Float64Array.from(places, row => all[row])
        yield {
          kind: 'custom',
          name,
          instrument: { venue, symbol },
          rows: {
            name,
            length: places.length,
            eventTime: of(eventTime),
            receiveTime: of(receiveTime),
            value: of(column.values),
            ...(some ? { eventNanos: Uint16Array.from(places, row => eventNanos[row]) } : {}),
            ...(receiveNanos === undefined
              ? {}
              : { receiveNanos: Uint16Array.from(places, row => receiveNanos[row]) }),
          },
          rowNumber: row => rows.lines[places[row]],
        }
      }
    }
  }
  for (const note of [...source.notes, ...days.notes]) reading.note(note)
  if (empty > 0) reading.note(`${empty} empty values are no points`)
}

function noNumbers(file: string, time: string): GordonError {
  return new GordonError(
    'WRONG_TYPE',
    `${file} has no column of numbers beside ${time}: a series is of numbers, so give words a score first`,
  )
}

/** Whether most of what stands in a column are numbers; one that is empty so far may have some later. */
function isNumeric(rows: CsvRows, field: number): boolean {
  const { values, flags } = numberColumn(rows, field, '')
  let numbers = 0
  let others = 0
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row])) numbers++
    else if (flags !== undefined && flags[row] !== MISSING && flags[row] !== 0) others++
  }
  return numbers >= others
}

function isEmpty({ values, flags }: RawColumn, row: number): boolean {
  return Number.isNaN(values[row]) && (flags === undefined || flags[row] === 0 || flags[row] === MISSING)
}

function isSound(column: RawColumn, row: number, rows: CsvRows, issues: SourceReading['issues']): boolean {
  const { name, values, text } = column
  if (Number.isFinite(values[row])) return true
  const words = `${name} ${JSON.stringify(text?.(row) ?? '')} is not a number`
  issues.add({ code: 'badNumber', row: rows.lines[row], column: name, text: words })
  return false
}

/** Two and more different days, each at its midnight in UTC. */
function areMidnights(times: Float64Array, bad: Uint8Array): boolean {
  const found = new Set<number>()
  for (let row = 0; row < times.length; row++) {
    if (bad[row] !== 0) continue
    if (times[row] % DAY !== 0) return false
    found.add(times[row])
  }
  return found.size > 1
}

/** From dates to the instants at which their values were known. */
class SeriesDays {
  readonly notes: string[] = []
  readonly #calendar: Calendar
  readonly #zone: Zone
  readonly #stamp: 'open' | 'close' | undefined
  /** Months that a row stands for; 0: its day. */
  #months: number | undefined

  constructor({ calendar, venue = 'SERIES', timezone, stamp }: SourceReading['options']) {
    this.#calendar = calendarNamed(calendar ?? calendarOfVenue(venue))
    this.#zone = timezone === undefined ? this.#calendar.zone : zoneNamed(timezone)
    this.#stamp = stamp
  }

  /**
   * Decided once, on the first rows.
   * @param named dates name months and no days
   * @throws GordonError STAMP_NEEDED
   */
  meaning(file: string, dates: Float64Array, bad: Uint8Array, named: boolean): void {
    if (this.#months !== undefined) return
    const firsts: number[] = []
    let whole = true
    for (let row = 0; row < dates.length && whole; row++) {
      if (bad[row] !== 0) continue
      const { year, month, day } = civilOf(Math.round(dates[row] / DAY))
      whole = day === 1
      const at = year * 12 + month
      if (firsts.at(-1) !== at) firsts.push(at)
    }
    // Three in a row that are the first of their month are no chance.
    const period = whole && (named || firsts.length >= 3) ? spanOf(firsts) : 0
    this.#months = named && period === 0 ? 1 : period
    if (this.#months === 0) {
      this.notes.push("a day's value is known at its end")
      return
    }
    const word = this.#months === 1 ? 'month' : `${this.#months} months`
    if (!named && this.#stamp === undefined) {
      throw new GordonError(
        'STAMP_NEEDED',
        `${file} has one row per ${word}, dated to the first day, and does not say when its values were known: ` +
          'pass --stamp open where a date is the beginning of the time that its value is of, --stamp close where it is the day of its value',
      )
    }
    if (!named && this.#stamp === 'close') this.#months = 0
    this.notes.push(
      this.#months === 0
        ? "a day's value is known at its end"
        : `the value of a ${word} is known at the end of it`,
    )
  }

  toEnds(dates: Float64Array, bad: Uint8Array): void {
    const months = this.#months ?? 0
    for (let row = 0; row < dates.length; row++) {
      if (bad[row] !== 0 || dates[row] % DAY !== 0) continue
      const first = dates[row] / DAY
      let last = first
      if (months > 0) {
        const { year, month } = civilOf(first)
        const next = year * 12 + (month - 1) + months
        last = validDay(Math.floor(next / 12), (next % 12) + 1, 1)! - 1
      }
      dates[row] = this.#endOf(last)
    }
  }

  /** The close of the day's session, or the midnight that ends it. */
  #endOf(day: number): Micros {
    const { continuous } = this.#calendar
    const session = continuous ? undefined : this.#calendar.session(day)
    if (session !== undefined) return session.close
    const midnight = this.#zone.toUtc((day + 1) * DAY)
    return midnight.kind === 'unique' ? midnight.time : (day + 1) * DAY - this.#zone.offsetAt((day + 1) * DAY)
  }
}

/** The least distance between neighbouring months where it is a month, a quarter or a year. */
function spanOf(months: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 1; i < months.length; i++) least = Math.min(least, Math.abs(months[i] - months[i - 1]))
  return least === 3 || least === 12 ? least : 1
}
