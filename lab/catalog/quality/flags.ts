/**
 * Findings as a series that a strategy reads beside prices: one point per finding, known when the rows had given it
 * away and never before, with its severity as the value. A strategy gets it in `onPoint` like any other series, and
 * may leave an instrument alone for a while. Of the time after the last row nothing is told.
 */
import type { CustomSeries } from '../../domain/market-events.ts'
import type { Finding } from './findings.ts'
import type { IssueCode, Severity } from './issue.ts'

export const FLAG_VALUES: Readonly<Record<Severity, number>> = { note: 1, suspect: 2, fatal: 3 }

export interface FlagsRequest {
  /** Name of the series; `quality` unless said. */
  readonly name?: string
  /** Only these; all codes unless said. A series per code tells a strategy what it was. */
  readonly codes?: readonly IssueCode[]
}

/**
 * @param findings of one instrument
 * @example
 * ticks: memoryTicks([{ instrument, custom: qualityFlags(findings) }])
 */
export function qualityFlags(findings: readonly Finding[], request: FlagsRequest = {}): CustomSeries {
  const { name = 'quality', codes } = request
  const chosen = findings
    .filter(({ code, known }) => (codes === undefined || codes.includes(code)) && Number.isFinite(known))
    .sort((a, b) => a.known - b.known || a.place.row - b.place.row)
  return {
    name,
    length: chosen.length,
    // What a flaw in rows without a time is about begins when it is known.
    eventTime: Float64Array.from(chosen, ({ place, known }) => Math.min(known, finiteOr(place.from, known))),
    receiveTime: Float64Array.from(chosen, ({ known }) => known),
    value: Float64Array.from(chosen, ({ severity }) => FLAG_VALUES[severity]),
  }
}

function finiteOr(time: number, otherwise: number): number {
  return Number.isFinite(time) ? time : otherwise
}
