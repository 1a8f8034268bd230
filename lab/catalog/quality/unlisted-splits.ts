/**
 * Nights over which a price goes by a small ratio as a split does (splits.ts), and neither the corporate actions nor
 * an adjusted series explain it. In raw prices a split is missing from the reference; in prices that are said to be
 * adjusted it was not applied. One pair of prices per session is kept.
 */
import type { BarSeries } from '../../domain/bar.ts'
import { explains, findSplits } from '../splits.ts'
import { type Check, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'

/** Seven normal deviations: what refuses a run is stricter than what makes somebody look. */
const MEDIANS = 10
const WIDEST = 0.05

export class UnlistedSplits implements Check<BarSeries> {
  readonly #findings: Findings
  readonly #stream: CheckedStream
  readonly #id: string
  /** Per session. */
  readonly #sessions = {
    end: [] as number[],
    open: [] as number[],
    close: [] as number[],
    row: [] as number[],
    firstTime: [] as number[],
    known: [] as number[],
  }
  #row = 0

  /** @param stream of a calendar with sessions */
  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#stream = stream
    this.#id = streamName(stream)
  }

  add({ length, eventTime, receiveTime, open, close, sessionClose }: BarSeries): void {
    const { end, open: opens, close: closes, row, firstTime, known } = this.#sessions
    for (let i = 0; i < length; i++) {
      if (!(open[i] > 0 && close[i] > 0)) continue
      const session = sessionClose === undefined ? eventTime[i] : sessionClose[i]
      const last = end.length - 1
      if (last >= 0 && session <= end[last]) {
        if (session === end[last]) closes[last] = close[i]
        continue
      }
      end.push(session)
      opens.push(open[i])
      closes.push(close[i])
      row.push(this.#row + i)
      firstTime.push(eventTime[i])
      known.push(receiveTime[i])
    }
    this.#row += length
  }

  async end(): Promise<readonly Finding[]> {
    const { end, open, close, row, firstTime, known } = this.#sessions
    const { splits = [], adjusted, adjustment } = this.#stream
    const raw = {
      sessionClose: Float64Array.from(end),
      open: Float64Array.from(open),
      close: Float64Array.from(close),
    }
    const found = await findSplits(
      raw,
      async () => (adjustment === 'raw' ? adjusted?.() : undefined),
      MEDIANS,
      WIDEST,
    )
    for (const split of found) {
      if (splits.some(told => explains(told, this.#id, split))) continue
      const at = raw.sessionClose.indexOf(split.sessionClose)
      const why =
        adjustment === 'raw' || adjustment === undefined
          ? 'no corporate action says so'
          : `prices are said to be ${adjustment} ones`
      this.#findings.add({
        code: 'unlistedSplit',
        row: row[at],
        rows: 0,
        column: 'open',
        value: split.openAfter,
        from: firstTime[at],
        to: firstTime[at],
        known: known[at],
        text: () =>
          `${split.closeBefore} becomes ${split.openAfter} overnight, as in a ${split.ratio} split, and ${why}`,
      })
    }
    return this.#findings.list()
  }
}
