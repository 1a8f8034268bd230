/**
 * Times in texts. The format is found once, on the first row, and told; a later row in another format is an
 * issue, never a guess. Nanoseconds are kept apart from the µs.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, HOUR, type Micros, MINUTE, SECOND } from '../../core/time.ts'
import { validDay } from '../../domain/calendar/civil.ts'

/** Where a parser leaves what it read, so that no object is made per row. */
export interface ParsedTime {
  micros: Micros
  /** 0–999 */
  nanos: number
}

export interface TimeFormat {
  /** In words, for the notes. */
  readonly words: string
  /** What the µs are: a UTC instant, a wall time of some zone, the midnight of a date. */
  readonly kind: 'instant' | 'wall' | 'date'
  /** False when the text is not of this format. */
  parse(text: string, into: ParsedTime): boolean
}

/** Epoch unit by magnitude: seconds to the year 5138, milliseconds from 1973 on, and so forth. */
export function epochUnit(value: number): { name: string; perSecond: number } {
  const size = Math.abs(value)
  if (size < 1e11) return { name: 'seconds', perSecond: 1 }
  if (size < 1e14) return { name: 'milliseconds', perSecond: 1e3 }
  if (size < 1e17) return { name: 'microseconds', perSecond: 1e6 }
  return { name: 'nanoseconds', perSecond: 1e9 }
}

/** The format of a text, or undefined for one that is not known. */
export function detectTimeFormat(text: string): TimeFormat | undefined {
  if (
    /^\d{8}$/.test(text) &&
    validDay(+text.slice(0, 4), +text.slice(4, 6), +text.slice(6, 8)) !== undefined
  ) {
    return patternFormat('yyyyMMdd')
  }
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return epochFormat(text)
  for (const pattern of ['yyyy-MM-dd', 'yyyy/MM/dd', 'yyyyMMdd HH:mm', 'yyyyMMdd HH:mm:ss']) {
    const format = patternFormat(pattern)
    if (format.parse(text, { micros: 0, nanos: 0 })) return format
  }
  const iso = isoFormat(ISO.exec(text)?.[8] !== undefined)
  return iso.parse(text, { micros: 0, nanos: 0 }) ? iso : undefined
}

const ISO =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/

function isoFormat(zoned: boolean): TimeFormat {
  return {
    words: zoned ? 'ISO times with their own offset' : 'ISO times',
    kind: zoned ? 'instant' : 'wall',
    parse(text, into) {
      if (!zoned && parsePlain(text, into)) return true
      const match = ISO.exec(text)
      if (match === null || (match[8] !== undefined) !== zoned) return false
      const day = validDay(+match[1], +match[2], +match[3])
      if (day === undefined || +match[4] > 24 || +match[5] > 59 || +(match[6] ?? 0) > 59) return false
      into.micros = day * DAY + +match[4] * HOUR + +match[5] * MINUTE + +(match[6] ?? 0) * SECOND
      if (match[7] === undefined) into.nanos = 0
      else addFraction(match[7], into)
      const zone = match[8]
      if (zone !== undefined && zone.length > 2 && zone !== 'UTC') {
        const minutes = +zone.slice(1, 3) * 60 + +(zone.slice(3).replace(':', '') || 0)
        into.micros -= (zone[0] === '-' ? -minutes : minutes) * MINUTE
      }
      return true
    },
  }
}

/** The commonest form, `2024-01-02 09:30:00`, five times as fast as by an expression; false for every other text. */
function parsePlain(text: string, into: ParsedTime): boolean {
  if (text.length !== 19) return false
  const separator = text.charCodeAt(10)
  const dash = text.charCodeAt(4)
  if (
    (separator !== 32 && separator !== 84) ||
    (dash !== 45 && dash !== 47) ||
    (text.charCodeAt(7) !== 45 && text.charCodeAt(7) !== 47) ||
    text.charCodeAt(13) !== 58 ||
    text.charCodeAt(16) !== 58
  )
    return false
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  // What is no digit is NaN, and fails every comparison.
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return false
  const day = validDay(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8))
  if (day === undefined) return false
  into.micros = day * DAY + hour * HOUR + minute * MINUTE + second * SECOND
  into.nanos = 0
  return true
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function addFraction(digits: string, into: ParsedTime): void {
  const nanos = Number(digits.padEnd(9, '0'))
  into.micros += Math.floor(nanos / 1000)
  into.nanos = nanos % 1000
}

const INTEGER = /^[+-]?\d+$/
const DECIMAL = /^([+-]?\d+)\.(\d{1,9})$/

function epochFormat(first: string): TimeFormat {
  const { name, perSecond } = epochUnit(Number(first))
  return {
    words: `epoch ${name}`,
    kind: 'instant',
    parse(text, into) {
      if (INTEGER.test(text)) {
        const value = Number(text)
        if (epochUnit(value).perSecond !== perSecond && value !== 0) return false
        if (perSecond < 1e9) {
          into.micros = value * (1e6 / perSecond)
          into.nanos = 0
        } else {
          // Nanoseconds have more digits than a double holds: the last three stand apart.
          into.micros = Number(text.slice(0, -3))
          into.nanos = Number(text.slice(-3))
        }
        return true
      }
      const match = DECIMAL.exec(text)
      if (match === null || perSecond !== 1) return false
      into.micros = Number(match[1]) * SECOND
      addFraction(match[2], into)
      return true
    },
  }
}

const TOKENS: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  S: '(?<fraction>\\d{1,9})',
}

/**
 * A format from a pattern of yyyy MM dd HH mm ss and S (any number of them: a fraction of the second).
 * @throws GordonError BAD_TIME_FORMAT
 */
export function patternFormat(pattern: string): TimeFormat {
  const source = pattern.replace(/yyyy|MM|dd|HH|mm|ss|S+|[^A-Za-z]|T|./g, piece => {
    if (piece[0] === 'S') return TOKENS.S
    if (TOKENS[piece] !== undefined) return TOKENS[piece]
    if (/^[A-Za-z]$/.test(piece) && piece !== 'T') return '(?!)'
    return piece.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  })
  if (source.includes('(?!)') || !['year', 'month', 'day'].every(part => source.includes(`<${part}>`))) {
    throw new GordonError(
      'BAD_TIME_FORMAT',
      `${JSON.stringify(pattern)} is no time format: build it from yyyy MM dd HH mm ss S, for example "dd.MM.yyyy HH:mm"`,
    )
  }
  const expression = new RegExp(`^${source}$`)
  const dateOnly = !source.includes('<hour>')
  return {
    words: dateOnly ? `dates as ${pattern}` : `times as ${pattern}`,
    kind: dateOnly ? 'date' : 'wall',
    parse(text, into) {
      const part = expression.exec(text)?.groups
      if (part === undefined) return false
      const day = validDay(+part.year, +part.month, +part.day)
      const hour = +(part.hour ?? 0)
      if (day === undefined || hour > 24 || +(part.minute ?? 0) > 59 || +(part.second ?? 0) > 59) return false
      into.micros = day * DAY + hour * HOUR + +(part.minute ?? 0) * MINUTE + +(part.second ?? 0) * SECOND
      into.nanos = 0
      if (part.fraction !== undefined) addFraction(part.fraction, into)
      return true
    },
  }
}
