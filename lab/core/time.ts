/**
 * Time is integer microseconds since 1970-01-01T00:00Z in a `number`: exact to the year 2255, so sums and
 * comparisons never round. Nothing here reads a clock; clocks are handed in (domain/ports/clock.ts).
 */
export type Micros = number

export const SECOND: Micros = 1_000_000
export const MINUTE: Micros = 60 * SECOND
export const HOUR: Micros = 60 * MINUTE
export const DAY: Micros = 24 * HOUR

/** ISO 8601 in UTC: whole seconds when the time has no fraction, else microseconds. */
export function isoTime(time: Micros): string {
  const seconds = new Date(Math.floor(time / 1000)).toISOString()
  const micros = ((time % SECOND) + SECOND) % SECOND
  return micros === 0
    ? seconds.slice(0, 19) + 'Z'
    : `${seconds.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}

/** Calendar day in UTC, `yyyy-mm-dd`. */
export function isoDate(time: Micros): string {
  return new Date(Math.floor(time / 1000)).toISOString().slice(0, 10)
}

const INTERVAL = /^([1-9]\d*)(s|m|h|d|w)$/
const UNIT: Record<string, Micros> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }

/** `1m`, `5m`, `1h`, `1d`, `1w` → microseconds; undefined for anything else. */
export function parseInterval(text: string): Micros | undefined {
  const match = INTERVAL.exec(text)
  return match === null ? undefined : Number(match[1]) * UNIT[match[2]]
}
