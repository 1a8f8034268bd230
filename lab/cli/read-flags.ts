/** Texts of a command line as numbers, choices, times and parameters; what is wrong is named by its flag. */
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate } from '../core/time.ts'

export function readNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new GordonError('FLAG_NOT_A_NUMBER', `${flag} is "${text}"; give a number.`)
  return value
}

/** What annual figures are worked out with; refused before anything is read. */
export function checkAnnual({
  periodsPerYear,
  riskFreeRate,
}: {
  readonly periodsPerYear?: number
  readonly riskFreeRate?: number
}): void {
  if (periodsPerYear !== undefined && !(periodsPerYear > 0 && Number.isFinite(periodsPerYear))) {
    throw new GordonError(
      'FLAG_OUT_OF_RANGE',
      `--periods-per-year is ${periodsPerYear}: give a number above 0, for example 252`,
    )
  }
  if (riskFreeRate !== undefined && !(riskFreeRate > -1 && riskFreeRate < 1)) {
    throw new GordonError(
      'FLAG_OUT_OF_RANGE',
      `--risk-free-rate is ${riskFreeRate}: give a fraction a year between -1 and 1, 0.02 for 2 %`,
    )
  }
}

export function readChoice<T extends string>(
  flag: string,
  text: string | undefined,
  values: readonly T[],
): T | undefined {
  if (text === undefined) return undefined
  if (!values.includes(text as T))
    throw new GordonError('FLAG_CHOICE', `${flag} is "${text}"; give one of ${values.join(', ')}.`)
  return text as T
}

/** What parts the decimals of numbers in a text. */
export function readDecimal(text: string | undefined): '.' | ',' | undefined {
  const word = readChoice('--decimal', text, ['point', 'comma'])
  return word === undefined ? undefined : word === 'comma' ? ',' : '.'
}

/**
 * An ISO time, or a day (UTC), as µs. A day begins after its first midnight, since a bar that closes then belongs
 * to the day before, and ends with its last.
 */
export function readTime(flag: string, text: string, edge: 'begin' | 'end' = 'begin'): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const full = isDay ? `${text}T00:00:00Z` : text
  const zoned = isDay || /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text)
  const time = zoned ? Date.parse(full) * 1000 : Number.NaN
  if (Number.isNaN(time) || (isDay && isoDate(time) !== text))
    throw new GordonError(
      'FLAG_NOT_A_TIME',
      `${flag} is "${text}"; give a day (2012-12-31) or a time with its zone (2012-12-31T16:00:00-05:00).`,
    )
  return isDay ? time + (edge === 'end' ? DAY : 1) : time
}

/** `--as-of`: a day is known at its end. */
export function readAsOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readTime('--as-of', text, 'end')
}

export function readParams(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new GordonError('PARAMS_NOT_JSON', `--params is not JSON: ${text}; write it as '{"fast":10}'.`, {
      cause,
    })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new GordonError('PARAMS_NOT_JSON', `--params must be an object such as '{"fast":10}', not ${text}.`)
  return value as Record<string, unknown>
}
