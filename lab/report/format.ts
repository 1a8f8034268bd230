/**
 * Numbers and times as a reader of statements expects them: thousands apart, a true minus, units beside the
 * number, ISO dates in UTC. Fixed rules instead of a locale, so that a report is the same on every machine.
 */
import { canonicalJson } from '../core/digest.ts'
import { DAY, HOUR, isoDate, type Micros, MINUTE } from '../core/time.ts'

export const MINUS = '−'
/** No-break space, so that a unit never stands alone on a line. */
const GAP = '\u00a0'

/** 1234567.891 → `1,234,567.89`; numbers that are not finite say so. */
export function number(value: number, decimals = 2): string {
  if (Number.isNaN(value)) return 'not a number'
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : MINUS + 'infinite'
  const fixed = Math.abs(value).toFixed(decimals)
  if (fixed.includes('e')) return (value < 0 ? MINUS : '') + fixed
  const [whole, fraction] = fixed.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const isZero = /^[0.]*$/.test(fixed)
  return (value < 0 && !isZero ? MINUS : '') + grouped + (fraction === undefined ? '' : '.' + fraction)
}

/** With its sign: `+1.25`, `−0.30`, `0.00`. */
export function signed(value: number, decimals = 2): string {
  const text = number(value, decimals)
  return value > 0 && !/^[0.]*$/.test(text) ? '+' + text : text
}

/** 0.1234 → `12.34 %` */
export function percent(fraction: number, decimals = 2): string {
  return number(fraction * 100, decimals) + GAP + '%'
}

export function signedPercent(fraction: number, decimals = 2): string {
  return signed(fraction * 100, decimals) + GAP + '%'
}

/** Amounts in currency: cents below 10,000, whole above 100,000, so that a tile is read at a glance. */
export function money(value: number, currency: string): string {
  return number(value, Math.abs(value) >= 100_000 ? 0 : 2) + GAP + currency
}

/** 7 → `7`, 40123 → `40,123` */
export function count(value: number): string {
  return number(value, 0)
}

/** `1 trade`, `2 trades` */
export function counted(value: number, one: string, many = one + 's'): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Price with the decimals that its grid needs, at most six. */
export function price(value: number, ticksPerUnit = 100): string {
  const decimals = Math.min(6, Math.max(2, Math.ceil(Math.log10(Math.max(1, ticksPerUnit)))))
  return number(value, ticksPerUnit > 1e6 ? 2 + (Math.abs(value) < 10 ? 2 : 0) : decimals)
}

/** Day and minute in UTC: `2013-12-31 21:00`. */
export function minute(time: Micros): string {
  return new Date(Math.floor(time / 1000)).toISOString().slice(0, 16).replace('T', ' ')
}

/** How long: `412 days`; hours and minutes below two days. */
export function duration(from: Micros, to: Micros): string {
  const length = to - from
  if (length >= 2 * DAY || length === 0) return counted(Math.round(length / DAY), 'day')
  return length >= 2 * HOUR
    ? `${Math.round(length / HOUR)} h`
    : `${Math.max(1, Math.round(length / MINUTE))} min`
}

export { isoDate as date }

/** A hash short enough for a sentence. */
export function shortHash(hash: string): string {
  return hash.length > 16 ? hash.slice(0, 12) + '…' : hash
}

/** As JSON in canonical order; `none` where there are none. */
export function parameters(params: Readonly<Record<string, unknown>>): string {
  const text = canonicalJson(params) ?? '{}'
  return text.length > 2_000 ? text.slice(0, 2_000) + '…' : text === '{}' ? 'none' : text
}
