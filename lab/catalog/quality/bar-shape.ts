/** Bars whose four prices cannot be those of one path: high below low, open or close outside of both. */
import type { BarSeries } from '../../domain/bar.ts'
import { type Check, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'

export class BarShape implements Check<BarSeries> {
  readonly #findings: Findings
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
  }

  add({ length, open, high, low, close, eventTime, receiveTime }: BarSeries): void {
    for (let i = 0; i < length; i++) {
      const o = open[i]
      const h = high[i]
      const l = low[i]
      const c = close[i]
      const isHighBelowLow = h < l
      if (!isHighBelowLow && !(o > h) && !(o < l) && !(c > h) && !(c < l)) continue
      const name = o > h || o < l ? 'open' : 'close'
      this.#findings.add({
        code: isHighBelowLow ? 'highBelowLow' : 'outsideRange',
        row: this.#row + i,
        column: isHighBelowLow ? 'high' : name,
        from: eventTime[i],
        to: eventTime[i],
        known: receiveTime[i],
        text: () =>
          isHighBelowLow
            ? `high ${h} is below low ${l}`
            : `${name} ${name === 'open' ? o : c} is outside low ${l} to high ${h}`,
      })
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }
}
