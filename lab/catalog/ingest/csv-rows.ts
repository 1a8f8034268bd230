/**
 * Rows and fields of a CSV, as RFC 4180 has them, found in its bytes: no text is made for a field that is a number.
 * Delimiters, quotes and line ends are ASCII, which never occurs inside a longer UTF-8 character.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { GordonError, isGordonError } from '../../core/errors.ts'
import type { DecimalMark } from './number-text.ts'
import { guardUnpacking } from './unpack-guard.ts'
import { isZip, zipBytes } from './zip-bytes.ts'
import { isZstd, zstdBytes } from './zstd-bytes.ts'

const PIECE_BYTES = 1 << 20
const LINE_END = 10
const RETURN = 13
const QUOTE = 34
const COMMENT = 35
/** A row of more is none: memory stays bounded, whatever the file is. */
export const LONGEST_LINE = 16 << 20

/** Whole rows of one piece of the file. A field is between two bounds, its delimiter left out. */
export interface CsvRows {
  readonly length: number
  readonly bytes: Buffer
  /** Fields that the header has. */
  readonly fields: number
  /** Row r, field f: from starts[r × fields + f] to ends[r × fields + f]. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Line of the text on which each row begins, from 1. */
  readonly lines: Float64Array
  /** Fields of rows that have quotes, as texts. */
  readonly quoted: ReadonlyMap<number, readonly string[]>
  /** Rows with another number of fields, and that number. */
  readonly uneven: ReadonlyMap<number, number>
  /** What parts the decimals of its numbers. */
  readonly decimal: DecimalMark
}

/** How rows lie in a text. */
export interface RowLayout {
  readonly delimiter: string
  readonly fields: number
  /** Lines ahead of the header, or of the first row. */
  readonly before?: number
  /** The next row is a header, and left out. */
  readonly header: boolean
}

/** Bytes of a file, unpacked where it is gzip, zstd or the one file of a zip, without a byte order mark. */
export async function* csvBytes(path: string, file: string): AsyncGenerator<Buffer> {
  let first = true
  for await (const bytes of unpacked(path, file)) {
    const marked = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    first = false
    yield marked ? bytes.subarray(3) : bytes
  }
}

async function* unpacked(path: string, file: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r')
  const magic = Buffer.alloc(4)
  await handle.read(magic, 0, 4, 0)
  await handle.close()
  if (isZip(magic)) {
    yield* guardUnpacking(zipBytes(path, file), path, file)
    return
  }
  if (isZstd(magic)) {
    yield* guardUnpacking(zstdBytes(path, file), path, file)
    return
  }
  const raw = createReadStream(path, { highWaterMark: PIECE_BYTES })
  const zipped = magic[0] === 0x1f && magic[1] === 0x8b
  const source = zipped ? raw.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : raw
  raw.once('error', error => source.destroy(error))
  try {
    const bytes = source as AsyncIterable<Buffer>
    yield* zipped ? guardUnpacking(bytes, path, file) : bytes
  } catch (cause) {
    if (!zipped || isGordonError(cause)) throw cause
    throw new GordonError(
      'NOT_A_TABLE',
      `${file} cannot be unpacked: it is damaged or cut off, fetch it again`,
      {
        cause,
      },
    )
  } finally {
    raw.destroy()
  }
}

/**
 * Rows in pieces of about a megabyte. Empty lines are no rows, nor are comments after #.
 * @throws GordonError LINE_TOO_LONG, NOT_A_TABLE
 */
export async function* csvRows(path: string, file: string, layout: RowLayout): AsyncGenerator<CsvRows> {
  const scanner = new Scanner(file, layout)
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of csvBytes(path, file)) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const end = lastRowEnd(bytes)
    rest = bytes.subarray(end)
    if (end > 0) yield scanner.scan(bytes.subarray(0, end))
    if (rest.length > LONGEST_LINE) throw tooLong(file, scanner.line, rest.includes(QUOTE))
  }
  if (rest.length > 0) yield scanner.scan(rest)
}

/** @param quoted the line has a quote, which may not be closed */
export function tooLong(file: string, line: number, quoted = false): GordonError {
  const why = quoted ? 'a quote in it may not be closed' : 'it has no line ends'
  return new GordonError(
    'LINE_TOO_LONG',
    `${file} line ${line} has more than ${LONGEST_LINE >> 20} MB, so that this is no table: ${why}, mend it or fetch it again`,
  )
}

/** Just after the last line end that is outside quotes; 0 when there is none. */
function lastRowEnd(bytes: Buffer): number {
  if (!bytes.includes(QUOTE)) return bytes.lastIndexOf(LINE_END) + 1
  let quoted = false
  let last = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === QUOTE) quoted = !quoted
    else if (bytes[i] === LINE_END && !quoted) last = i + 1
  }
  return last
}

class Scanner {
  /** Of the row that comes next. */
  line = 1
  readonly #file: string
  readonly #delimiter: string
  readonly #fields: number
  /** 1 for the bytes at which a field may end; a quote is only looked for where there are some. */
  readonly #ends = new Uint8Array(256)
  /** Lines to pass over, then the header. */
  #before: number
  #skip: boolean

  constructor(file: string, { delimiter, fields, before = 0, header }: RowLayout) {
    this.#file = file
    this.#delimiter = delimiter
    this.#fields = fields
    this.#before = before
    this.#skip = header
    this.#ends[delimiter.charCodeAt(0)] = 1
    this.#ends[LINE_END] = 1
  }

  /** @param bytes whole rows; the last may lack its line end */
  scan(bytes: Buffer): CsvRows {
    const fields = this.#fields
    const nul = bytes.indexOf(0)
    if (nul >= 0) {
      const line = this.line + bytes.subarray(0, nul).filter(byte => byte === LINE_END).length
      throw new GordonError(
        'NOT_A_TABLE',
        `${this.#file} line ${line} holds a NUL byte, which no table has: it is damaged, fetch it again`,
      )
    }
    const mark = this.#delimiter.charCodeAt(0)
    // Looked for once: a search for a quote that is not there would read the whole piece for every row.
    const quotes = bytes.includes(QUOTE)
    const special = this.#ends
    special[QUOTE] = quotes ? 1 : 0
    const size = bytes.length
    // A row takes a delimiter or line end per field, so there cannot be more rows than this.
    let capacity = Math.max(16, Math.ceil(bytes.length / 24))
    let starts = new Int32Array(capacity * fields)
    let ends = new Int32Array(capacity * fields)
    let lines = new Float64Array(capacity)
    const quoted = new Map<number, string[]>()
    const uneven = new Map<number, number>()
    let rows = 0
    let at = 0
    while (this.#before > 0 && at < bytes.length) {
      const end = bytes.indexOf(LINE_END, at)
      at = end < 0 ? bytes.length : end + 1
      this.#before--
      this.line++
    }
    while (at < bytes.length) {
      if (rows === capacity) {
        capacity *= 2
        starts = wider(starts, capacity * fields)
        ends = wider(ends, capacity * fields)
        const more = new Float64Array(capacity)
        more.set(lines)
        lines = more
      }
      const line = this.line
      const base = rows * fields
      let field = 0
      let from = at
      let simple = true
      let i = at
      for (;;) {
        // Nearly all bytes are inside a field: one look at a table passes each.
        while (i < size && special[bytes[i]] === 0) i++
        if (i >= size) break
        const byte = bytes[i]
        if (byte === LINE_END) break
        if (byte !== mark) {
          simple = false
          break
        }
        if (field < fields) {
          starts[base + field] = from
          ends[base + field] = i
        }
        field++
        from = ++i
      }
      if (!simple) i = quotedRowEnd(bytes, at)
      const end = i > at && bytes[i - 1] === RETURN ? i - 1 : i
      const next = i + 1
      this.line++
      if (!simple) for (let k = at; k < end; k++) if (bytes[k] === LINE_END) this.line++
      if (end === at) {
        at = next
        continue
      }
      if (this.#skip) {
        this.#skip = false
        at = next
        continue
      }
      let count: number
      if (simple) {
        if (field < fields) {
          starts[base + field] = from
          ends[base + field] = end
        }
        count = field + 1
      } else {
        const texts = splitLine(bytes.toString('utf8', at, end), this.#delimiter)
        quoted.set(rows, texts)
        count = texts.length
      }
      if (count !== fields) {
        if (bytes[at] === COMMENT) {
          quoted.delete(rows)
          at = next
          continue
        }
        uneven.set(rows, count)
      }
      lines[rows++] = line
      at = next
    }
    return { length: rows, bytes, fields, starts, ends, lines, quoted, uneven, decimal: '.' }
  }
}

function wider(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length)
  copy.set(column)
  return copy
}

/** Index of the line end that closes a row with quotes; the length without one. */
function quotedRowEnd(bytes: Buffer, at: number): number {
  let quoted = false
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === QUOTE) quoted = !quoted
    else if (bytes[i] === LINE_END && !quoted) return i
  }
  return bytes.length
}

/** Fields of one row, quotes taken off and doubled ones made single. */
export function splitLine(line: string, delimiter: string): string[] {
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

/** A field as a text, without blanks around it. */
export function fieldText(rows: CsvRows, row: number, field: number): string {
  if (rows.quoted.size > 0) {
    const texts = rows.quoted.get(row)
    if (texts !== undefined) return (texts[field] ?? '').trim()
  }
  const at = row * rows.fields + field
  // ASCII as Latin-1 is a plain copy; anything longer shows as a byte above 127 and is read again.
  const text = rows.bytes.toString('latin1', rows.starts[at], rows.ends[at])
  const plain = isAscii(text) ? text : rows.bytes.toString('utf8', rows.starts[at], rows.ends[at])
  return plain.trim()
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

const POINT = 46 - 48
const COMMA = 44 - 48
const POWERS = Float64Array.from({ length: 16 }, (_, digits) => 10 ** digits)

/**
 * A field as a plain decimal of at most fifteen digits, else NaN. Both mantissa and power of ten are then exact
 * doubles, so one division rounds correctly (Clinger, "How to read floating point numbers accurately", 1990).
 */
export function plainDecimal(bytes: Buffer, from: number, to: number, mark: DecimalMark = '.'): number {
  const pointMark = mark === '.' ? POINT : COMMA
  let at = from
  const negative = bytes[at] === 45
  if (negative) at++
  let mantissa = 0
  let digits = 0
  let point = -1
  for (; at < to; at++) {
    const digit = bytes[at] - 48
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digits++
    } else if (digit === pointMark && point < 0) point = at
    else return Number.NaN
  }
  if (digits === 0 || digits > 15) return Number.NaN
  const value = point < 0 ? mantissa : mantissa / POWERS[to - point - 1]
  // Not −0: its sign would be stored, and compared.
  return negative ? 0 - value : value
}
