/**
 * What is wrong with data, as one noun from the first line of a CSV to a gap in a month of trades: a stable code, how
 * bad it is, where it is, the first of them in words, and how many there are. Nothing is mended in silence.
 *
 *   fatal     the row cannot be used: it is refused with its file, or left out and counted
 *   suspect   it can be used and is probably wrong
 *   note      worth knowing
 */
import type { Micros } from '../../core/time.ts'

export type Severity = 'fatal' | 'suspect' | 'note'

/** Where it is, as far as it has a place. */
export interface IssuePlace {
  /** File name, without its folder. */
  readonly source?: string
  /** `XNAS:AAPL` */
  readonly instrument?: string
  /** Line of a text, row of a table, message of a recording; of the first one. */
  readonly row?: number
  /** Name of the column in the file. */
  readonly column?: string
  /** First and last instant, of what is wrong in time. */
  readonly from?: Micros
  readonly to?: Micros
}

export interface QualityIssue {
  readonly code: IssueCode
  readonly severity: Severity
  readonly place: IssuePlace
  /** The first of them, as a whole sentence with its place. */
  readonly example: string
  readonly count: number
}

/** Every code, each with its severity; a new check adds its own here. */
export const ISSUE_CODES = {
  badTime: 'fatal',
  missingTime: 'fatal',
  ambiguousTime: 'fatal',
  skippedTime: 'fatal',
  futureTime: 'fatal',
  unsorted: 'fatal',
  duplicate: 'fatal',
  noSession: 'fatal',
  outsideSession: 'suspect',
  missing: 'fatal',
  notANumber: 'fatal',
  badNumber: 'fatal',
  notPositive: 'fatal',
  highBelowLow: 'fatal',
  outsideRange: 'fatal',
  negativeVolume: 'fatal',
  missingVolume: 'note',
  fieldCount: 'fatal',
  badSide: 'fatal',
  negativeSize: 'fatal',
  crossedQuote: 'fatal',
  /** A message of a recording that cannot be read. */
  badMessage: 'fatal',
  /** Known before it happened, by the venue's clock. */
  receivedBefore: 'suspect',
  /** The venue's own numbering has a hole. */
  sequenceGap: 'suspect',
  /** The same in every column as a row before, where there are no ids that would prove it. */
  repeatedRow: 'suspect',
  /** A session of the calendar without a row; bars that lack inside one; ticks that stay away. */
  missingSession: 'suspect',
  missingBars: 'suspect',
  silence: 'suspect',
  staleRun: 'suspect',
  /** A price that comes back at once; a lasting jump by a power of ten; any other that is unusually large. */
  outlier: 'suspect',
  scaleJump: 'suspect',
  jump: 'note',
  volumeSpike: 'suspect',
  zeroVolume: 'suspect',
  /** Days that begin and end by the wrong clock. */
  dstShift: 'suspect',
  zoneShift: 'suspect',
  unlistedSplit: 'suspect',
  /** The least delay between venue and receiver steps and stays. */
  clockStep: 'suspect',
} as const satisfies Readonly<Record<string, Severity>>

export type IssueCode = keyof typeof ISSUE_CODES

export function severityOf(code: IssueCode): Severity {
  return ISSUE_CODES[code]
}
