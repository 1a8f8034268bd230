/** Columns of events in a delimited text: what cannot be read is logged once, and its row is marked as bad. */
import type { CsvRows } from './csv-rows.ts'
import { fieldText, plainDecimal } from './csv-rows.ts'
import { numberColumn, unevenWords } from './csv.ts'
import type { IssueLog } from './issues.ts'
import { MISSING } from './raw-batch.ts'

/** One mark per row; rows with another number of fields are bad from the start. */
export function marksOf(rows: CsvRows, log: IssueLog): Uint8Array {
  const bad = new Uint8Array(rows.length)
  for (const row of rows.uneven.keys()) {
    bad[row] = 1
    log.add({ code: 'fieldCount', row: rows.lines[row], text: unevenWords(rows, row) })
  }
  return bad
}

/** A column in which every row needs a number. */
export function numbersOf(
  rows: CsvRows,
  field: number,
  name: string,
  bad: Uint8Array,
  log: IssueLog,
): Float64Array {
  const { values, flags, text } = numberColumn(rows, field, name)
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row]) || bad[row] !== 0) continue
    bad[row] = 1
    const at = { row: rows.lines[row], column: name }
    if (flags === undefined || flags[row] === 0)
      log.add({ ...at, code: 'notANumber', text: `${name} is NaN` })
    else if (flags[row] === MISSING) log.add({ ...at, code: 'missing', text: `${name} is empty` })
    else log.add({ ...at, code: 'badNumber', text: `${name} ${JSON.stringify(text!(row))} is not a number` })
  }
  return values
}

/** A column of the venue's own numbers; NaN where there is none, or none that a double holds. */
export function wholeNumbersOf(rows: CsvRows, field: number): Float64Array {
  const { bytes, fields, starts, ends, quoted } = rows
  const values = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) {
    const at = row * fields + field
    const value = quoted.has(row)
      ? Number(fieldText(rows, row, field) || Number.NaN)
      : plainDecimal(bytes, starts[at], ends[at])
    values[row] = Number.isSafeInteger(value) ? value : Number.NaN
  }
  return values
}

/** Letters of a word of at most six as one number, without regard to case; -1 for anything else. */
function wordKey(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 6) return -1
  let key = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]
    const letter = byte | 32
    if (letter < 97 || letter > 122) return -1
    key = key * 32 + (letter - 96)
  }
  return key
}

function keyOf(word: string): number {
  return wordKey(Buffer.from(word), 0, word.length)
}

const BUY: ReadonlySet<number> = new Set(['buy', 'b', 'buyer', 'bought'].map(keyOf))
const SELL: ReadonlySet<number> = new Set(['sell', 's', 'seller', 'sold'].map(keyOf))
const NOBODY_KNOWS: ReadonlySet<number> = new Set(['n', 'none', 'null', 'na'].map(keyOf))
const TRUE = keyOf('true')
const FALSE = keyOf('false')

/**
 * Who took: 1, -1 or 0.
 * @param buyerMade the column says whether the buyer was the maker, so that `true` is a seller who took
 */
export function sidesOf(
  rows: CsvRows,
  field: number,
  name: string,
  buyerMade: boolean,
  bad: Uint8Array,
  log: IssueLog,
): Float64Array {
  const { bytes, fields, starts, ends, quoted } = rows
  const sides = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) {
    if (bad[row] !== 0) continue
    const at = row * fields + field
    const isQuoted = quoted.size > 0 && quoted.has(row)
    let side = isQuoted
      ? sideOf(Buffer.from(fieldText(rows, row, field)), undefined, undefined, buyerMade)
      : sideOf(bytes, starts[at], ends[at], buyerMade)
    if (Number.isNaN(side) && !isQuoted)
      side = sideOf(Buffer.from(fieldText(rows, row, field)), undefined, undefined, buyerMade)
    if (Number.isNaN(side)) {
      bad[row] = 1
      const text = `${name} ${JSON.stringify(fieldText(rows, row, field))} is neither buy nor sell`
      log.add({ code: 'badSide', row: rows.lines[row], column: name, text })
    } else sides[row] = side
  }
  return sides
}

function sideOf(bytes: Uint8Array, from = 0, to = bytes.length, buyerMade: boolean): number {
  const length = to - from
  if (length === 0) return buyerMade ? Number.NaN : 0
  if (length === 1 && bytes[from] === 48) return buyerMade ? 1 : 0
  if (length === 1 && bytes[from] === 49) return buyerMade ? -1 : 1
  if (length === 2 && bytes[from + 1] === 49 && !buyerMade) {
    if (bytes[from] === 45) return -1
    if (bytes[from] === 43) return 1
  }
  const key = wordKey(bytes, from, to)
  if (buyerMade) return key === TRUE ? -1 : key === FALSE ? 1 : Number.NaN
  if (BUY.has(key)) return 1
  if (SELL.has(key)) return -1
  return NOBODY_KNOWS.has(key) ? 0 : Number.NaN
}

/**
 * Rounds times of receipt up: µs that have nanoseconds beyond them become the next, and what was added is left.
 * @returns the nanoseconds by which each was rounded up; undefined where none was
 */
export function roundUp(micros: Float64Array, nanos: Uint16Array, some: boolean): Uint16Array | undefined {
  if (!some) return undefined
  const added = new Uint16Array(nanos.length)
  for (let row = 0; row < nanos.length; row++) {
    if (nanos[row] === 0) continue
    micros[row]++
    added[row] = 1000 - nanos[row]
  }
  return added
}
