import { DAY, HOUR, parseInterval } from '../../core/time.ts'
import type { Instrument } from '../../domain/instrument.ts'

/**
 * How long before its close a bar may have traded first. A daily bar of an exchange covers its session, 6.5
 * hours at most in New York; any other bar its whole interval. Infinity where nobody knows: then a bar is only
 * known to have begun after the bar ahead of it closed.
 */
export function barSpan(instrument: Instrument, interval: string | undefined): number {
  const span = interval === undefined ? undefined : parseInterval(interval)
  if (span === undefined) return Number.POSITIVE_INFINITY
  return span === DAY && instrument.calendar !== '24/7' ? 6.5 * HOUR : span
}
