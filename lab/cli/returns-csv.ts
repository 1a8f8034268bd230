/**
 * A table of returns, read strictly: comma separated, the first row names the columns. `return` must be there;
 * `date` and `benchmark` may be; others are left alone. Returns are fractions, 0.01 for 1 %. Rows are counted as a
 * spreadsheet does, the header being row 1. A missing return is refused, except in the first row, where there is no
 * earlier price to compare with (what `pct_change` leaves there).
 */
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'

export interface ReturnsTable {
  /** Finite, ≥ −1; without the first row's where it is missing. */
  readonly returns: Float64Array
  readonly benchmark?: Float64Array
  /** Of every row, µs UTC, rising; a date without a time is its midnight, a time without a zone is UTC. */
  readonly times?: Float64Array
  /** The dates as they stand in the file. */
  readonly dates?: readonly string[]
  /** Rows below the header: one more than returns where the first return is missing. */
  readonly rows: number
}

/**
 * @param text the file's content
 * @param file its name, for messages
 * @throws NOT_A_TABLE, EMPTY_TABLE, COLUMN_MISSING, COLUMN_TWICE, NOT_A_NUMBER, MISSING_RETURN, IMPOSSIBLE_RETURN,
 *   NOT_A_DATE, DATES_UNSORTED, DATES_REPEATED
 */
export function parseReturnsCsv(text: string, file: string): ReturnsTable {
  const lines = readLines(text, file)
  if (lines.length === 0) throw wrong('EMPTY_TABLE', `${file} is empty: give it a column return and its rows`)
  const header = splitLine(lines[0], file, 1).map(name => name.trim())
  const column = (name: string) => columnOf(header, name, file)
  const returnColumn = column('return')
  if (returnColumn === undefined) {
    throw wrong(
      'COLUMN_MISSING',
      `${file} has no column return (its first row is ${header.join(', ')}): name the column of returns so, in lower case`,
    )
  }
  const dateColumn = column('date')
  const benchmarkColumn = column('benchmark')
  if (lines.length === 1)
    throw wrong('EMPTY_TABLE', `${file} has a header and no rows: there is nothing to measure`)
  const cells = lines.slice(1).map((line, i) => {
    const fields = splitLine(line, file, i + 2)
    if (fields.length === header.length) return fields
    throw wrong(
      'NOT_A_TABLE',
      `${file} row ${i + 2} has ${fields.length} fields where the header has ${header.length}: mend the row`,
    )
  })
  const isFirstMissing = isMissing(cells[0][returnColumn])
  const measured = isFirstMissing ? cells.slice(1) : cells
  const firstRow = isFirstMissing ? 3 : 2
  const values = (index: number, name: string) =>
    Float64Array.from(measured, (fields, i) => readReturn(fields[index], { file, row: firstRow + i, name }))
  const dates = dateColumn === undefined ? undefined : cells.map(fields => fields[dateColumn].trim())
  return {
    returns: values(returnColumn, 'return'),
    benchmark: benchmarkColumn === undefined ? undefined : values(benchmarkColumn, 'benchmark'),
    times: dates && readDates(dates, file),
    dates,
    rows: cells.length,
  }
}

function readLines(text: string, file: string): string[] {
  // A NUL or the replacement character means that this was never UTF-8 text: Parquet, Excel, an image.
  if (/[\0\ufffd]/.test(text)) {
    throw wrong('NOT_A_TABLE', `${file} is not a table of text: save it as CSV in UTF-8`)
  }
  return text
    .replace(/^\ufeff/, '')
    .replace(/(\r?\n)+$/, '')
    .split(/\r?\n/)
    .filter((line, row) => line !== '' || row > 0)
}

/** Fields of a line; one in double quotes may hold commas, and "" for a quote. */
function splitLine(line: string, file: string, row: number): string[] {
  if (!line.includes('"')) return line.split(',')
  const fields: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  for (;;) {
    const match = field.exec(line)
    if (match === null) {
      throw wrong(
        'NOT_A_TABLE',
        `${file} row ${row} has a quote that is not closed, or text beside one: mend the row`,
      )
    }
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2])
    if (match[3] === '') return fields
  }
}

function columnOf(header: readonly string[], name: string, file: string): number | undefined {
  const first = header.indexOf(name)
  if (first === -1) return undefined
  if (header.indexOf(name, first + 1) === -1) return first
  throw wrong('COLUMN_TWICE', `${file} has two columns named ${name}: keep one of them`)
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

function isMissing(text: string): boolean {
  return /^(nan|na|null|none|)$/i.test(text.trim())
}

function readReturn(text: string, at: { file: string; row: number; name: string }): number {
  const place = `${at.file} row ${at.row}, column ${at.name}`
  if (isMissing(text)) {
    throw wrong(
      'MISSING_RETURN',
      `${place} is missing: fill it in or delete the row; nothing is assumed for it`,
    )
  }
  const value = NUMBER.test(text.trim()) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) {
    throw wrong(
      'NOT_A_NUMBER',
      `${place} is "${text.trim()}", not a number: write a fraction, 0.012 for 1.2 %`,
    )
  }
  if (value < -1) {
    throw wrong(
      'IMPOSSIBLE_RETURN',
      `${place} is ${value}, which loses more than everything: returns are fractions, 0.01 for 1 %`,
    )
  }
  return value
}

const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})?)?$/

function readDates(dates: readonly string[], file: string): Float64Array {
  const times = Float64Array.from(dates, (text, i) => readDate(text, `${file} row ${i + 2}, column date`))
  for (let i = 1; i < times.length; i++) {
    if (times[i] > times[i - 1]) continue
    const [here, before] = [
      `${file} row ${i + 2}, column date is ${dates[i]}`,
      `the row before is ${dates[i - 1]}`,
    ]
    throw times[i] === times[i - 1]
      ? wrong('DATES_REPEATED', `${here}, and so is the row before: keep one row for each date`)
      : wrong('DATES_UNSORTED', `${here}, but ${before}: sort the rows by date`)
  }
  return times
}

function readDate(text: string, place: string): Micros {
  const match = DATE.exec(text)
  if (match !== null) {
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0))
    const date = Date.UTC(year, month - 1, day)
    const isReal = new Date(date).getUTCDate() === day && month >= 1 && month <= 12
    if (isReal && hour < 24 && minute < 60 && second < 60) {
      const seconds = date / 1000 + hour * 3600 + minute * 60 + second - offsetSeconds(match[8])
      return seconds * 1e6 + Number((match[7] ?? '').padEnd(6, '0'))
    }
  }
  throw wrong('NOT_A_DATE', `${place} is "${text}", not a date: write 2024-01-31 or 2024-01-31T16:00:00Z`)
}

function offsetSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const size = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60
  return zone.startsWith('-') ? -size : size
}

function wrong(code: string, sentence: string): GordonError {
  return new GordonError(code, sentence)
}
