/**
 * A CSV of bars as a table. Own code and not DuckDB's reader because a line's number, a field's text and the
 * difference between empty and unreadable must reach the person who has to mend the file, and because it starts in
 * no time.
 */
import { GordonError } from '../../core/errors.ts'
import { type CsvRows, csvBytes, csvRows, fieldText, plainDecimal, splitLine } from './csv-rows.ts'
import { MISSING, type RawBatch, type RawColumn, type RawTable, UNREADABLE } from './raw-batch.ts'
import { type ColumnRole, mapColumns, type ReadingOptions } from './reading.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const

/** A delimited text whose columns are known. */
export interface Delimited {
  readonly columns: readonly string[]
  /** Pieces of about a megabyte, each with a row at least. */
  pieces(): AsyncIterable<CsvRows>
}

/**
 * @param example columns that a text without a header could have, for the message
 * @throws GordonError NOT_A_TABLE, NO_HEADER; NO_ROWS while it is read
 */
export async function openDelimited(
  path: string,
  file: string,
  header: readonly string[] | undefined,
  example: string,
): Promise<Delimited> {
  const first = await firstLine(path, file)
  const delimiter = DELIMITERS.map(mark => ({ mark, count: first.split(mark).length })).sort(
    (a, b) => b.count - a.count,
  )[0]
  if (delimiter.count === 1) {
    throw new GordonError(
      'NOT_A_TABLE',
      `${file} is not a CSV table: its first line has no comma, semicolon, tab or bar between columns`,
    )
  }
  const fields = splitLine(first, delimiter.mark).map(name => name.trim())
  if (header === undefined && fields.every(field => /^[\d.eE:+ -]*$/.test(field))) {
    throw new GordonError(
      'NO_HEADER',
      `${file} has no header line, it begins with ${first.slice(0, 60)}: name its columns with ` +
        `--header ${example}`,
    )
  }
  const columns = header ?? fields
  return {
    columns,
    async *pieces() {
      let seen = 0
      for await (const rows of csvRows(path, file, delimiter.mark, columns.length, header === undefined)) {
        if (rows.length === 0) continue
        seen += rows.length
        yield rows
      }
      if (seen === 0)
        throw new GordonError('NO_ROWS', `${file} has a header and no rows: there is nothing to read`)
    },
  }
}

/** @throws GordonError as openDelimited and mapColumns do */
export async function openCsv(path: string, file: string, options: ReadingOptions): Promise<RawTable> {
  const table = await openDelimited(path, file, options.header, 'time,open,high,low,close,volume')
  const { columns } = table
  const map = mapColumns(file, columns, options)
  const place = (role: ColumnRole): number => {
    const name = map[role]
    return name === undefined ? -1 : columns.indexOf(name)
  }
  return {
    file,
    rowWord: 'line',
    columns,
    notes: [],
    async *batches() {
      for await (const rows of table.pieces()) yield toBatch(rows, columns, place)
    },
  }
}

async function firstLine(path: string, file: string): Promise<string> {
  let text = ''
  for await (const piece of csvBytes(path, file)) {
    text += piece.toString('utf8')
    if (piece.includes(0)) {
      throw new GordonError('NOT_A_TABLE', `${file} is not a CSV table: it holds binary data`)
    }
    if (/[\r\n]/.test(text) || text.length > 1 << 20) break
  }
  const line = text.split(/[\r\n]/, 1)[0]
  if (line.trim() === '') {
    throw new GordonError('NOT_A_TABLE', `${file} is not a CSV table: its first line is empty`)
  }
  return line
}

function toBatch(rows: CsvRows, columns: readonly string[], place: (role: ColumnRole) => number): RawBatch {
  const number = (role: ColumnRole): RawColumn => numberColumn(rows, place(role), columns[place(role)])
  const optional = (role: ColumnRole): RawColumn | undefined => (place(role) < 0 ? undefined : number(role))
  const texts = (field: number): (string | undefined)[] => textColumn(rows, field)
  const broken = [...rows.uneven.keys()].map(row => [row, unevenWords(rows, row)] as const)
  return {
    rows: rows.length,
    rowNumber: row => rows.lines[row],
    time: { kind: 'text', name: columns[place('time')], text: texts(place('time')) },
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

/** A field of every row as a text; undefined where it is empty. */
export function textColumn(rows: CsvRows, field: number): (string | undefined)[] {
  const all: (string | undefined)[] = []
  for (let row = 0; row < rows.length; row++) all.push(fieldText(rows, row, field) || undefined)
  return all
}

export function unevenWords(rows: CsvRows, row: number): string {
  return `the row has ${rows.uneven.get(row)} fields and the header has ${rows.fields}`
}

/** Texts with which programs write "nothing here". */
const NOTHING: ReadonlySet<string> = new Set(['', 'null', 'NULL', 'NA', 'N/A', 'None', '\\N'])
const NOT_A_NUMBER = /^[+-]?nan$/i
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** A field of every row as a number. */
export function numberColumn(rows: CsvRows, field: number, name: string): RawColumn {
  const { length, bytes, fields, starts, ends, quoted } = rows
  const values = new Float64Array(length)
  let flags: Uint8Array | undefined
  for (let row = 0; row < length; row++) {
    const at = row * fields + field
    const value = quoted.size > 0 && quoted.has(row) ? Number.NaN : plainDecimal(bytes, starts[at], ends[at])
    values[row] = value
    if (!Number.isNaN(value)) continue
    const text = fieldText(rows, row, field)
    if (NUMBER.test(text)) values[row] = Number(text)
    else if (!NOT_A_NUMBER.test(text)) {
      flags ??= new Uint8Array(length)
      flags[row] = NOTHING.has(text) ? MISSING : UNREADABLE
    }
  }
  return { name, values, flags, text: row => fieldText(rows, row, field) }
}
