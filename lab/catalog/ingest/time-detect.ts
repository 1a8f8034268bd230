/**
 * Which format the times of a column have, by its first rows. What may be read in two ways is asked for and never
 * guessed: 01/02/2024 without a day above 12 beside it, years of two digits, the day numbers of a spreadsheet.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, isoTime } from '../../core/time.ts'
import {
  epochFormat,
  epochUnit,
  excelFormat,
  formatTold,
  isoFormatOf,
  patternFormat,
  type ParsedTime,
  type TimeFormat,
} from './time-text.ts'

/** Where the first time stands, for messages: `a.csv line 2, column Date`. */
export interface TimeColumn {
  readonly place: string
  /** Times of the first rows, none of them empty. */
  readonly texts: readonly string[]
  /** As the caller said it. */
  readonly told?: string
}

const ENOUGH = 5000
const parsed: ParsedTime = { micros: 0, nanos: 0 }

/** @throws GordonError TIME_FORMAT, AMBIGUOUS_DATE, TWO_DIGIT_YEAR, EXCEL_DATE, BAD_TIME_FORMAT */
export function timeFormatOf({ place, texts, told }: TimeColumn): TimeFormat {
  if (told !== undefined) return formatTold(told, texts)
  const [first = ''] = texts
  const found =
    isoFormatOf(first) ?? (NUMBER.test(first) ? numberFormat(place, texts) : writtenFormat(place, texts))
  if (found !== undefined) return found
  throw new GordonError(
    'TIME_FORMAT',
    `${place}: ${JSON.stringify(first)} is no time that is recognised: ` +
      'give its pattern, for example --time-format "dd.MM.yyyy HH:mm"',
  )
}

const NUMBER = /^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/
/** Digits only, by how many there are. Eight may be a date in three ways. */
const DIGITS: Readonly<Record<number, readonly string[]>> = {
  6: ['yyyyMM', 'yyMMdd', 'ddMMyy', 'MMddyy'],
  8: ['yyyyMMdd', 'ddMMyyyy', 'MMddyyyy'],
  12: ['yyyyMMddHHmm'],
  14: ['yyyyMMddHHmmss'],
  17: ['yyyyMMddHHmmssS'],
}
/** Before March 1973 an epoch in seconds has fewer digits: it is told from other numbers no more. */
const LEAST_EPOCH = 1e8

function numberFormat(place: string, texts: readonly string[]): TimeFormat | undefined {
  const [first] = texts
  if (/^\d+$/.test(first) && DIGITS[first.length] !== undefined) {
    const format = likeliest(place, texts, DIGITS[first.length])
    if (format !== undefined) return format
  }
  const value = Number(first)
  if (Math.abs(value) >= LEAST_EPOCH) {
    const { perSecond } = epochUnit(value)
    return epochFormat(perSecond)
  }
  if (value >= 10_000 && value < 100_000) {
    excelFormat(false).parse(first, parsed)
    const meant = isoTime(parsed.micros).slice(0, 10)
    throw new GordonError(
      'EXCEL_DATE',
      `${place}: ${first} may be a spreadsheet's number of a day, which were ${meant}, or an epoch: ` +
        'say which with --time-format excel or --time-format s',
    )
  }
  return undefined
}

/** Dates as people write them, by the look of the first one; `#` stands for its separator. */
const SHAPES: readonly (readonly [look: RegExp, patterns: readonly string[]])[] = [
  [/^\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)/, ['yyyy#MM#dd']],
  [/^()\d{8}(?!\d)/, ['yyyyMMdd', 'ddMMyyyy', 'MMddyyyy']],
  [/^\d{1,2}([-/.])\d{1,2}\1\d{4}(?!\d)/, ['MM#dd#yyyy', 'dd#MM#yyyy']],
  [/^\d{1,2}([-/.])\d{1,2}\1\d{2}(?!\d)/, ['MM#dd#yy', 'dd#MM#yy', 'yy#MM#dd']],
  [/^\d{1,2}([-/ ]?)[A-Za-z]{3,9}\1\d{4}(?!\d)/, ['dd#MMM#yyyy']],
  [/^\d{1,2}([-/ ]?)[A-Za-z]{3,9}\1\d{2}(?!\d)/, ['dd#MMM#yy']],
  [/^()[A-Za-z]{3,9}\.? \d{1,2}, \d{4}/, ['MMM dd, yyyy']],
  [/^\d{4}([-/ ]?)[A-Za-z]{3,9}\1\d{1,2}/, ['yyyy#MMM#dd']],
  [/^\d{4}([-/])\d{2}$/, ['yyyy#MM']],
]
const CLOCK =
  /^(T|, ?| +)(\d{1,2}):\d{2}(:\d{2}(?:[.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?( ?(?:Z|(?:UTC|GMT)?(?:[+-]\d{2}:?\d{2})?))?$/
const BARE_CLOCK = /^(T|, ?| +)(\d{4}|\d{6})$/

function writtenFormat(place: string, texts: readonly string[]): TimeFormat | undefined {
  const [first] = texts
  for (const [look, patterns] of SHAPES) {
    const match = look.exec(first)
    if (match === null) continue
    const clock = clockPattern(first.slice(match[0].length))
    if (clock === undefined) continue
    const whole = patterns.map(pattern => pattern.replaceAll('#', match[1]) + clock)
    const format = likeliest(place, texts, whole)
    if (format !== undefined) return format
  }
  return undefined
}

/** Of what follows a date; undefined where it is no time of day. */
function clockPattern(text: string): string | undefined {
  if (text === '') return ''
  const bare = BARE_CLOCK.exec(text)
  if (bare !== null) return `${bare[1]}${bare[2].length === 4 ? 'HHmm' : 'HHmmss'}`
  const match = CLOCK.exec(text)
  if (match === null) return undefined
  const [, gap, , seconds, half, zone = ''] = match
  const space = (part: string): string => (part.startsWith(' ') ? ' ' : '')
  const hour = half === undefined ? 'HH' : 'hh'
  return (
    `${gap}${hour}:mm${seconds === undefined ? '' : ':ss.S'}` +
    (half === undefined ? '' : `${space(half)}a`) +
    (zone.trim() === '' ? '' : `${space(zone)}X`)
  )
}

/**
 * The one pattern that reads the most rows.
 * @throws GordonError AMBIGUOUS_DATE where two do, TWO_DIGIT_YEAR
 */
function likeliest(
  place: string,
  texts: readonly string[],
  patterns: readonly string[],
): TimeFormat | undefined {
  const sample = texts.slice(0, ENOUGH)
  const rated = patterns.map(pattern => {
    const format = patternFormat(pattern)
    const read = sample.filter(text => format.parse(text, parsed) && inCentury(parsed.micros)).length
    return { pattern, format, read }
  })
  const most = Math.max(...rated.map(({ read }) => read))
  if (most === 0) return undefined
  const best = rated.filter(({ read }) => read === most)
  const flag = (pattern: string): string => `--time-format "${pattern.replace(/\.S$/, '')}"`
  const short = best.filter(({ pattern }) => !pattern.includes('yyyy'))
  if (short.length > 0) {
    throw new GordonError(
      short.length === best.length ? 'TWO_DIGIT_YEAR' : 'AMBIGUOUS_DATE',
      `${place}: ${JSON.stringify(sample[0])} may have a year of two digits, which is never guessed: ` +
        `say how it is meant with ${best.map(({ pattern }) => flag(pattern)).join(' or ')} (69 to 99 are then 1969 to 1999)`,
    )
  }
  // Rows that only another pattern reads: the column has both, and neither is meant for certain.
  const torn = rated.filter(
    one => one !== best[0] && one.read > 0 && readsWhat(one.format, best[0].format, sample),
  )
  if (best.length === 1 && torn.length === 0) return best[0].format
  const both = best.length > 1 ? best : [best[0], ...torn]
  const readings = (text: string): Set<string> => new Set(both.map(one => dayOf(one.format, text)))
  // 1/1/2024 is the same either way.
  const example = sample.find(text => readings(text).size > 1) ?? sample[0]
  const why =
    best.length > 1
      ? `${JSON.stringify(example)} may be ${[...readings(example)].join(' or ')}, and no row tells which`
      : `${JSON.stringify(sample[0])} is in a column of which some rows fit only one order of day and month, and some only the other`
  throw new GordonError(
    'AMBIGUOUS_DATE',
    `${place}: ${why}: say it with ${both.map(({ pattern }) => flag(pattern)).join(' or ')}`,
  )
}

/** Whether one format reads a row that another one does not. */
function readsWhat(one: TimeFormat, other: TimeFormat, texts: readonly string[]): boolean {
  return texts.some(text => one.parse(text, parsed) && inCentury(parsed.micros) && !other.parse(text, parsed))
}

const SECULUM = 36_525 * DAY

/** Within 1800 to 2200: what lies outside is another number. */
function inCentury(micros: number): boolean {
  return micros > -1.7 * SECULUM && micros < 2.3 * SECULUM
}

function dayOf(format: TimeFormat, text: string): string {
  format.parse(text, parsed)
  return isoTime(Math.floor(parsed.micros / DAY) * DAY).slice(0, format.months === true ? 7 : 10)
}
