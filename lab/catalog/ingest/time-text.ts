/**
 * Times in texts: what a format is, and how its rows are read. Which format a column has is found in time-detect.ts;
 * a row in another format is an issue, never a guess. Nanoseconds are kept apart from the µs.
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
  /** Dates name a month and no day: they are read as its first. */
  readonly months?: true
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

const ISO =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/

/** The ISO format of a text, if it has one: `2024-03-01T09:30:00.5Z`. */
export function isoFormatOf(text: string): TimeFormat | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const format = isoFormat(match[8] !== undefined)
  return format.parse(text, { micros: 0, nanos: 0 }) ? format : undefined
}

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
      if (match[8] !== undefined) into.micros -= offsetOf(match[8])
      return true
    },
  }
}

/** `Z`, `UTC`, `+05:30`, `-0500`, `+01` as µs east of Greenwich. */
function offsetOf(zone: string): Micros {
  if (!/\d/.test(zone)) return 0
  const digits = zone.replace(/\D/g, '')
  const minutes = +digits.slice(0, 2) * 60 + +(digits.slice(2) || 0)
  return (zone.includes('-') ? -minutes : minutes) * MINUTE
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
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/** An epoch in units of which a second has so many; as floats write it, too: `1.7040672e+12`. */
export function epochFormat(perSecond: number, name = epochUnit(1.5e9 * perSecond).name): TimeFormat {
  const digits = Math.round(Math.log10(perSecond))
  return {
    words: `epoch ${name}`,
    kind: 'instant',
    parse(text, into) {
      const value = Number(text)
      if (epochUnit(value).perSecond !== perSecond && value !== 0) return false
      if (INTEGER.test(text)) {
        if (perSecond < 1e9) {
          into.micros = value * (1e6 / perSecond)
          into.nanos = 0
        } else splitNanos(BigInt(text), into)
        return true
      }
      return parseDecimal(text, digits, into)
    },
  }
}

/** @param digits of a second's units: 3 where they are ms */
function parseDecimal(text: string, digits: number, into: ParsedTime): boolean {
  const match = DECIMAL.exec(text)
  if (match === null) return false
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const shift = Number(exponent) - fraction.length + 9 - digits
  if (Math.abs(shift) > 40) return false
  const mantissa = BigInt(`${sign}${whole}${fraction}`)
  splitNanos(
    shift >= 0 ? mantissa * 10n ** BigInt(shift) : floorDivide(mantissa, 10n ** BigInt(-shift)),
    into,
  )
  return Number.isSafeInteger(into.micros)
}

/** Nanoseconds have more digits than a double holds: the last three stand apart. */
function splitNanos(nanos: bigint, into: ParsedTime): void {
  const micros = floorDivide(nanos, 1000n)
  into.micros = Number(micros)
  into.nanos = Number(nanos - micros * 1000n)
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** Day 0 of a spreadsheet; 60, its 29 February 1900, never was, so that days count from here since March 1900. */
const EXCEL_EPOCH = validDay(1899, 12, 30)!
const MILLI = 1000

/** Days since 1899-12-30, as spreadsheets keep dates; a fraction is the time of day, to the millisecond. */
export function excelFormat(dates: boolean): TimeFormat {
  return {
    words: dates
      ? 'dates of a spreadsheet, days since 1899-12-30'
      : 'times of a spreadsheet, days since 1899-12-30',
    kind: dates ? 'date' : 'wall',
    parse(text, into) {
      if (!/^\d{1,6}(\.\d+)?$/.test(text)) return false
      const days = Number(text)
      if (dates && !Number.isInteger(days)) return false
      into.micros = EXCEL_EPOCH * DAY + Math.round((days * DAY) / MILLI) * MILLI
      into.nanos = 0
      return true
    },
  }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const TOKENS: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  MMM: '(?<monthName>[A-Za-z]{3,9})\\.?',
  MM: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  hh: '(?<hour12>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  S: '(?<fraction>\\d{1,9})',
  a: '(?<half>[AaPp])\\.?[Mm]\\.?',
  X: '(?<offset>Z|z|UTC|GMT|(?:UTC|GMT)?[+-]\\d{2}(?::?\\d{2})?)',
}
const PIECES = /yyyy|yy|MMM|MM|dd|HH|hh|mm|ss|[.,]S+|S+|a|X|[^A-Za-z]|T|./g
/** Parts that follow one another have two digits each. */
const COMPACT = /(yyyyMM|MMdd|ddMM|ddHH|HHmm|ddyyyy)/

/**
 * A format from a pattern of yyyy MM dd HH mm ss and S (any number of them: a fraction of the second), also yy, MMM
 * (a month's name), hh and a (12-hour clock), X (an offset from UTC).
 * @throws GordonError BAD_TIME_FORMAT
 */
export function patternFormat(pattern: string): TimeFormat {
  const compact = COMPACT.test(pattern)
  const source = pattern.replace(PIECES, piece => {
    if (/^[.,]S/.test(piece)) return `(?:[.,]${TOKENS.S})?`
    if (piece[0] === 'S') return TOKENS.S
    const token = TOKENS[piece]
    if (token !== undefined)
      return compact && /^(MM|dd|HH)$/.test(piece) ? token.replace('{1,2}', '{2}') : token
    if (/^[A-Za-z]$/.test(piece) && piece !== 'T') return '(?!)'
    return piece.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  })
  const has = (part: string): boolean => source.includes(`<${part}>`)
  const whole = (has('year') || has('shortYear')) && (has('month') || has('monthName'))
  const clock = has('hour') || (has('hour12') && has('half'))
  const broken = has('hour12') !== has('half') || (has('offset') && !clock) || (clock && !has('day'))
  if (source.includes('(?!)') || !whole || broken || !isOnce(source)) {
    throw new GordonError(
      'BAD_TIME_FORMAT',
      `${JSON.stringify(pattern)} is no time format: build it from yyyy MM dd HH mm ss S, for example "dd.MM.yyyy HH:mm", ` +
        'or say excel, s, ms, us or ns',
    )
  }
  const expression = new RegExp(`^${source}$`)
  const zoned = has('offset')
  return {
    words: clock ? `times as ${pattern}` : `dates as ${pattern}`,
    kind: clock ? (zoned ? 'instant' : 'wall') : 'date',
    ...(has('day') ? {} : { months: true as const }),
    parse(text, into) {
      const part = expression.exec(text)?.groups
      if (part === undefined) return false
      const year = part.year === undefined ? fullYear(+part.shortYear) : +part.year
      const month =
        part.month === undefined ? MONTHS.indexOf(part.monthName.slice(0, 3).toLowerCase()) + 1 : +part.month
      const day = validDay(year, month, +(part.day ?? 1))
      const hour = part.hour12 === undefined ? +(part.hour ?? 0) : hourOf(+part.hour12, part.half)
      if (day === undefined || !(hour <= 24) || +(part.minute ?? 0) > 59 || +(part.second ?? 0) > 59)
        return false
      into.micros = day * DAY + hour * HOUR + +(part.minute ?? 0) * MINUTE + +(part.second ?? 0) * SECOND
      into.nanos = 0
      if (part.fraction !== undefined) addFraction(part.fraction, into)
      if (part.offset !== undefined) into.micros -= offsetOf(part.offset)
      return true
    },
  }
}

/** A pattern that names a part twice is no expression. */
function isOnce(source: string): boolean {
  const names = source.match(/<\w+>/g) ?? []
  return new Set(names).size === names.length
}

/** As POSIX has it: 69 to 99 are of the twentieth century. */
function fullYear(year: number): number {
  return year < 69 ? 2000 + year : 1900 + year
}

/** 12 AM is midnight; NaN for an hour that such a clock has not. */
function hourOf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return Number.NaN
  return (hour % 12) + (/p/i.test(half) ? 12 : 0)
}

const UNITS: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, µs: 1e6, ns: 1e9 }

/**
 * What a caller said of times: a pattern, or `excel`, `s`, `ms`, `us`, `ns`.
 * @param texts some times of the column
 * @throws GordonError BAD_TIME_FORMAT
 */
export function formatTold(told: string, texts: readonly string[]): TimeFormat {
  const name = told
    .trim()
    .toLowerCase()
    .replace(/^epoch[- ]?/, '')
  if (name === 'excel') return excelFormat(texts.every(text => /^\d+(\.0*)?$/.test(text)))
  const perSecond = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined
  return perSecond === undefined ? patternFormat(told) : toldEpoch(perSecond, name)
}

/** An epoch whose unit was told may be of any size. */
function toldEpoch(perSecond: number, name: string): TimeFormat {
  const digits = Math.round(Math.log10(perSecond))
  return {
    words: `epoch ${name}`,
    kind: 'instant',
    parse(text, into) {
      return parseDecimal(text, digits, into)
    },
  }
}
