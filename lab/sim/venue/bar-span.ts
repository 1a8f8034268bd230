import { DAY, HOUR, parseInterval } from '../../core/time.ts'
import type { Instrument } from '../../domain/instrument.ts'

/** Longest session of a calendar since 2000, hours from its open to its close; bar-span.test.ts asks the calendars. */
const LONGEST: Readonly<Record<string, number>> = {
  XNYS: 6.5,
  XNAS: 6.5,
  ARCX: 6.5,
  XASE: 6.5,
  BATS: 6.5,
  XLON: 8.5,
  XETR: 11,
  XFRA: 11,
  XTKS: 6.5,
  XHKG: 6.5,
  XNSE: 6.5,
  XBOM: 6.5,
  CMES: 23,
  XCME: 23,
  GLBX: 23,
}

/**
 * How long before its close a bar may have traded first. A daily bar of an exchange covers its session; any other
 * bar its whole interval. Infinity where nobody knows: then a bar is only known to have begun after the bar ahead
 * of it closed.
 */
export function barSpan(instrument: Instrument, interval: string | undefined): number {
  const span = interval === undefined ? undefined : parseInterval(interval)
  if (span === undefined) return Number.POSITIVE_INFINITY
  return span === DAY ? (LONGEST[instrument.calendar] ?? 24) * HOUR : span
}
