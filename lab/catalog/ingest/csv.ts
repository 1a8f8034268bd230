/**
 * A CSV of bars as a table. Own code and not DuckDB's reader because a line's number, a field's text and the
 * difference between empty and unreadable must reach the person who has to mend the file, and because it starts in
 * no time.
 */
import { GordonError } from '../../core/errors.ts'
import { type CsvRows, csvRows, fieldText, plainDecimal, splitLine } from './csv-rows.ts'
import { decimalMark, numberOf, shortNumberOf } from './number-text.ts'
import { headOfText } from './text-head.ts'
import { MISSING, type RawBatch, type RawColumn, type RawTable, UNREADABLE } from './raw-batch.ts'
import { type ColumnRole, mapColumns, type ReadingOptions } from './reading.ts'

/** Rows of a table of any format, whose columns are known. */
export interface Delimited {
  readonly rowWord: 'line' | 'row'
  readonly columns: readonly string[]
  /** How it was understood; may grow while it is read. */
  readonly notes: readonly string[]
  /** Rows in all, where the file says so. */
  readonly rows?: number
  /**
   * Pieces of about a megabyte, each with a row at least.
   * @param numeric fields of numbers, among which the decimal mark is looked for
   */
  pieces(numeric: readonly number[]): AsyncIterable<CsvRows>
}

/**
 * @param example columns that a text without a header could have, for the message
 * @throws GordonError NOT_A_TABLE, NO_HEADER; NO_ROWS and AMBIGUOUS_NUMBER while it is read
 */
export async function openText(
  path: string,
  file: string,
  { header, decimal: told }: Pick<ReadingOptions, 'header' | 'decimal'>,
  example: string,
): Promise<Delimited> {
  const { before, line, delimiter } = await headOfText(path, file)
  const fields = splitLine(line, delimiter).map(name => name.trim())
  if (header === undefined && fields.every(field => /^[\d.eE:+ /TZ-]*$/.test(field))) {
    throw new GordonError(
      'NO_HEADER',
      `${file} has no header line, it begins with ${line.slice(0, 60)}: name its columns with ` +
        `--header ${example}`,
    )
  }
  const columns = header ?? fields
  const notes: string[] = []
  if (before > 0) notes.push(`the first ${before === 1 ? 'line is' : `${before} lines are`} no rows`)
  if (told === ',') notes.push('a comma parts the decimals of its numbers')
  return {
    rowWord: 'line',
    columns,
    notes,
    async *pieces(numeric) {
      let seen = 0
      let decimal = told
      const layout = { delimiter, fields: columns.length, before, header: header === undefined }
      for await (const rows of csvRows(path, file, layout)) {
        if (rows.length === 0) continue
        seen += rows.length
        if (decimal === undefined && mayHaveCommas(rows, delimiter)) {
          decimal = decimalMark(rows, columns, numeric, file)
          if (decimal === ',') notes.push('a comma parts the decimals of its numbers, by their look')
        }
        yield decimal === ',' ? { ...rows, decimal } : rows
      }
      if (seen === 0)
        throw new GordonError('NO_ROWS', `${file} has a header and no rows: there is nothing to read`)
    },
  }
}

/** A field holds the delimiter of its row only between quotes. */
function mayHaveCommas({ bytes, quoted }: CsvRows, delimiter: string): boolean {
  return delimiter === ',' ? quoted.size > 0 : bytes.includes(44)
}

/** Bars in rows of any format. @throws GordonError as mapColumns does */
export function tableOf(rows: Delimited, file: string, options: ReadingOptions): RawTable {
  const { columns, notes, rowWord } = rows
  const map = mapColumns(file, columns, options)
  const place = (role: ColumnRole): number => {
    const name = map[role]
    return name === undefined ? -1 : columns.indexOf(name)
  }
  const numeric = (['open', 'high', 'low', 'close', 'volume', 'adjustedClose'] as const)
    .map(place)
    .filter(field => field >= 0)
  const time = fieldsOfTime(map.time, columns)
  return {
    file,
    rowWord,
    columns,
    notes,
    ...(rows.rows === undefined ? {} : { rows: rows.rows }),
    async *batches() {
      for await (const piece of rows.pieces(numeric)) yield toBatch(piece, columns, place, map.time, time)
    },
  }
}

/** The column of times, or those of a date and a time of day: `Date+Time`. */
export function fieldsOfTime(name: string, columns: readonly string[]): readonly number[] {
  const one = columns.indexOf(name)
  return one >= 0 ? [one] : name.split('+').map(part => columns.indexOf(part))
}

/** The text of one time. */
export function timeText(rows: CsvRows, row: number, fields: readonly number[]): string {
  if (fields.length === 1) return fieldText(rows, row, fields[0])
  const parts = fields.map(field => fieldText(rows, row, field))
  return parts.includes('') ? '' : parts.join(' ')
}

function toBatch(
  rows: CsvRows,
  columns: readonly string[],
  place: (role: ColumnRole) => number,
  timeName: string,
  time: readonly number[],
): RawBatch {
  const number = (role: ColumnRole): RawColumn =>
    numberColumn(rows, place(role), columns[place(role)], role === 'volume')
  const optional = (role: ColumnRole): RawColumn | undefined => (place(role) < 0 ? undefined : number(role))
  const texts = (field: number): (string | undefined)[] => textColumn(rows, field)
  const broken = [...rows.uneven.keys()].map(row => [row, unevenWords(rows, row)] as const)
  return {
    rows: rows.length,
    rowNumber: row => rows.lines[row],
    time: { kind: 'text', name: timeName, text: timesOf(rows, time) },
    open: number('open'),
    high: number('high'),
    low: number('low'),
    close: number('close'),
    volume: optional('volume'),
    adjustedClose: optional('adjustedClose'),
    symbol: place('symbol') < 0 ? undefined : texts(place('symbol')),
    broken: broken.length > 0 ? new Map(broken) : undefined,
  }
}

function timesOf(rows: CsvRows, fields: readonly number[]): (string | undefined)[] {
  if (fields.length === 1) return textColumn(rows, fields[0])
  const all: (string | undefined)[] = []
  for (let row = 0; row < rows.length; row++) all.push(timeText(rows, row, fields) || undefined)
  return all
}

/** A field of every row as a text; undefined where it is empty. */
export function textColumn(rows: CsvRows, field: number): (string | undefined)[] {
  const all: (string | undefined)[] = []
  for (let row = 0; row < rows.length; row++) all.push(fieldText(rows, row, field) || undefined)
  return all
}

export function unevenWords(rows: CsvRows, row: number): string {
  return `the row has ${rows.uneven.get(row)} fields and the header has ${rows.fields}`
}

/** Texts with which programs write "nothing here"; FRED writes a point. */
const NOTHING: ReadonlySet<string> = new Set([
  '',
  'null',
  'NULL',
  'NA',
  'N/A',
  '#N/A',
  '<NA>',
  'None',
  '\\N',
  '-',
  '--',
  '.',
])
const NOT_A_NUMBER = /^[+-]?nan$/i

/**
 * A field of every row as a number.
 * @param short numbers may be written 1.2M
 */
export function numberColumn(rows: CsvRows, field: number, name: string, short = false): RawColumn {
  const { length, bytes, fields, starts, ends, quoted, decimal } = rows
  const values = new Float64Array(length)
  let flags: Uint8Array | undefined
  for (let row = 0; row < length; row++) {
    const at = row * fields + field
    const value =
      quoted.size > 0 && quoted.has(row) ? Number.NaN : plainDecimal(bytes, starts[at], ends[at], decimal)
    values[row] = value
    if (!Number.isNaN(value)) continue
    const text = fieldText(rows, row, field)
    values[row] = short ? shortNumberOf(text, decimal) : numberOf(text, decimal)
    if (Number.isNaN(values[row]) && !NOT_A_NUMBER.test(text)) {
      flags ??= new Uint8Array(length)
      flags[row] = NOTHING.has(text) ? MISSING : UNREADABLE
    }
  }
  return { name, values, flags, text: row => fieldText(rows, row, field) }
}
