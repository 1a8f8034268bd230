/** Quotes whose bid is above their ask. A locked quote, bid at ask, is left alone: some venues allow it. */
import type { QuoteSeries } from '../../domain/market-events.ts'
import { type Check, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'

export class CrossedQuotes implements Check<QuoteSeries> {
  readonly #findings: Findings
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
  }

  add({ length, bid, ask, eventTime, receiveTime }: QuoteSeries): void {
    for (let i = 0; i < length; i++) {
      if (!(bid[i] > ask[i])) continue
      const below = bid[i]
      const above = ask[i]
      this.#findings.add({
        code: 'crossedQuote',
        row: this.#row + i,
        from: eventTime[i],
        to: eventTime[i],
        known: receiveTime[i],
        text: () => `bid ${below} is above ask ${above}`,
      })
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }
}
