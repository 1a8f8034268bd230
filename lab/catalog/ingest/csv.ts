/**
 * CSV as RFC 4180 has it, read in pieces: quoted fields, doubled quotes, line ends of either kind, `.gz` as well.
 * Own code and not DuckDB's reader because a line's number, a field's text and the difference between empty and
 * unreadable must reach the person who has to mend the file, and because it starts in no time.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { GordonError } from '../../core/errors.ts'
import {
  MISSING,
  type RawBatch,
  type RawColumn,
  type RawTable,
  type RawTimes,
  UNREADABLE,
} from './raw-batch.ts'
import { type ColumnRole, mapColumns, type ReadingOptions } from './reading.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const
const PIECE_BYTES = 1 << 20

/** @throws GordonError NOT_A_TABLE, NO_ROWS, NO_HEADER and what mapColumns throws */
export async function openCsv(path: string, file: string, options: ReadingOptions): Promise<RawTable> {
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
  if (options.header === undefined && fields.every(field => /^[\d.eE:+ -]*$/.test(field))) {
    throw new GordonError(
      'NO_HEADER',
      `${file} has no header line, it begins with ${first.slice(0, 60)}: name its columns with ` +
        '--header time,open,high,low,close,volume',
    )
  }
  const columns = options.header ?? fields
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
      let seen = 0
      for await (const piece of csvPieces(path, delimiter.mark, options.header === undefined)) {
        if (piece.fields.length === 0) continue
        seen += piece.fields.length
        yield toBatch(piece, columns, place)
      }
      if (seen === 0)
        throw new GordonError('NO_ROWS', `${file} has a header and no rows: there is nothing to read`)
    },
  }
}

async function firstLine(path: string, file: string): Promise<string> {
  let text = ''
  for await (const piece of textPieces(path, file)) {
    text += piece
    if (piece.includes('\0')) {
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

async function* textPieces(path: string, file = path): AsyncGenerator<string> {
  const handle = await open(path, 'r')
  const magic = Buffer.alloc(2)
  await handle.read(magic, 0, 2, 0)
  await handle.close()
  const raw = createReadStream(path, { highWaterMark: PIECE_BYTES })
  const zipped = magic[0] === 0x1f && magic[1] === 0x8b
  const source = zipped ? raw.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : raw
  const decoder = new TextDecoder('utf-8')
  try {
    // A byte order mark is dropped by the decoder.
    for await (const bytes of source) yield decoder.decode(bytes as Buffer, { stream: true })
  } catch (cause) {
    if (!zipped) throw cause
    throw new GordonError(
      'NOT_A_TABLE',
      `${file} cannot be unpacked: it is damaged or cut off, fetch it again`,
      { cause },
    )
  } finally {
    raw.destroy()
  }
}

interface Piece {
  readonly fields: readonly (readonly string[])[]
  /** Line of the text on which each row begins, from 1. */
  readonly lines: readonly number[]
}

/** Rows in pieces of about a megabyte; the header, where there is one, is left out, and empty lines are. */
async function* csvPieces(path: string, delimiter: string, header: boolean): AsyncGenerator<Piece> {
  let rest = ''
  let line = 1
  let skip = header
  const take = (text: string): Piece => {
    const fields: string[][] = []
    const lines: number[] = []
    // Looked for once: a search for a quote that is not there would read the whole piece for every row.
    const quotes = text.includes('"')
    for (let at = 0; at < text.length; ) {
      const end = rowEnd(text, at, quotes)
      let row = text.slice(at, end)
      const start = line
      line++
      if (quotes && row.includes('"')) for (const mark of row) if (mark === '\n') line++
      at = end + 1
      if (row.endsWith('\r')) row = row.slice(0, -1)
      if (row === '') continue
      if (skip) {
        skip = false
        continue
      }
      fields.push(splitLine(row, delimiter))
      lines.push(start)
    }
    return { fields, lines }
  }
  for await (const piece of textPieces(path)) {
    const text = rest + piece
    const end = lastRowEnd(text)
    rest = text.slice(end)
    if (end > 0) yield take(text.slice(0, end))
  }
  if (rest !== '') yield take(rest)
}

/** Index of the line end that closes the row starting at `at`; the text's length without one. */
function rowEnd(text: string, at: number, quotes: boolean): number {
  const end = text.indexOf('\n', at)
  if (!quotes) return end < 0 ? text.length : end
  let quoted = false
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (code === 10 && !quoted) return i
  }
  return text.length
}

/** Just after the last line end that is outside quotes; 0 when there is none. */
function lastRowEnd(text: string): number {
  if (!text.includes('"')) return text.lastIndexOf('\n') + 1
  let quoted = false
  let last = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (code === 10 && !quoted) last = i + 1
  }
  return last
}

function splitLine(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter)
  const fields: string[] = []
  for (let at = 0; at <= line.length; ) {
    if (line[at] === '"') {
      let value = ''
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') value += line[at]
        else if (line[at + 1] === '"') value += line[at++]
        else break
      }
      fields.push(value)
      const next = line.indexOf(delimiter, at)
      if (next < 0) break
      at = next + 1
    } else {
      const next = line.indexOf(delimiter, at)
      fields.push(next < 0 ? line.slice(at) : line.slice(at, next))
      if (next < 0) break
      at = next + 1
    }
  }
  return fields
}

function toBatch(piece: Piece, columns: readonly string[], place: (role: ColumnRole) => number): RawBatch {
  const { fields, lines } = piece
  const broken = new Map<number, string>()
  for (let row = 0; row < fields.length; row++) {
    if (fields[row].length !== columns.length) {
      broken.set(row, `the row has ${fields[row].length} fields and the header has ${columns.length}`)
    }
  }
  const number = (role: ColumnRole): RawColumn => numberColumn(fields, place(role), columns[place(role)])
  const optional = (role: ColumnRole): RawColumn | undefined => (place(role) < 0 ? undefined : number(role))
  const time = place('time')
  const symbol = place('symbol')
  const times: RawTimes = {
    kind: 'text',
    name: columns[time],
    text: fields.map(row => {
      const text = row[time]?.trim()
      return text === '' ? undefined : text
    }),
  }
  return {
    rows: fields.length,
    rowNumber: row => lines[row],
    time: times,
    open: number('open'),
    high: number('high'),
    low: number('low'),
    close: number('close'),
    volume: optional('volume'),
    adjustedClose: optional('adjustedClose'),
    symbol: symbol < 0 ? undefined : fields.map(row => row[symbol]?.trim() || undefined),
    broken: broken.size > 0 ? broken : undefined,
  }
}

/** Texts with which programs write "nothing here". */
const NOTHING: ReadonlySet<string> = new Set(['', 'null', 'NULL', 'NA', 'N/A', 'None', '\\N'])
const NOT_A_NUMBER = /^[+-]?nan$/i
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

function numberColumn(fields: readonly (readonly string[])[], at: number, name: string): RawColumn {
  const values = new Float64Array(fields.length)
  let flags: Uint8Array | undefined
  for (let row = 0; row < fields.length; row++) {
    const text = fields[row][at]
    const value = text === undefined || text === '' ? Number.NaN : Number(text)
    // Number() also takes blanks, hexadecimal and Infinity; those go the careful way, as what is not a number does.
    if (Number.isFinite(value) && value !== 0 && text.charCodeAt(1) !== 120) {
      values[row] = value
      continue
    }
    const trimmed = text?.trim() ?? ''
    if (NUMBER.test(trimmed)) {
      values[row] = Number(trimmed)
      continue
    }
    values[row] = Number.NaN
    if (NOT_A_NUMBER.test(trimmed)) continue
    flags ??= new Uint8Array(fields.length)
    flags[row] = NOTHING.has(trimmed) ? MISSING : UNREADABLE
  }
  return { name, values, flags, text: row => fields[row][at] ?? '' }
}
