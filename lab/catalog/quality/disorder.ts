/**
 * Rows that come after a later one, and rows without a time. Bars are in order of eventTime, all else in order of
 * receiveTime; what lies behind the latest time so far is out of place.
 */
import { type Check, type CheckedRows, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings, timeText } from './findings.ts'

export class Disorder implements Check {
  readonly #findings: Findings
  readonly #bars: boolean
  #row = 0
  #latest = Number.NEGATIVE_INFINITY
  #known = Number.NEGATIVE_INFINITY

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#bars = stream.kind === 'bars'
  }

  add({ length, eventTime, receiveTime }: CheckedRows): void {
    const time = this.#bars ? eventTime : receiveTime
    for (let i = 0; i < length; i++) {
      if (time[i] >= this.#latest && eventTime[i] <= Number.MAX_VALUE) {
        this.#latest = time[i]
        continue
      }
      this.#tell(this.#row + i, time[i], eventTime[i])
    }
    for (let i = 0; i < length; i++) if (receiveTime[i] > this.#known) this.#known = receiveTime[i]
    this.#row += length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }

  #tell(row: number, time: number, event: number): void {
    const latest = this.#latest
    const known = Math.max(latest, this.#known, Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time)
    if (!Number.isFinite(time) || !Number.isFinite(event)) {
      const text = () => 'the row has no time'
      this.#findings.add({ code: 'missingTime', row, from: latest, to: latest, known, text })
      return
    }
    const text = () => `the row comes after that of ${timeText(latest)}`
    this.#findings.add({
      code: 'unsorted',
      row,
      from: Math.min(time, event),
      to: Math.max(latest, event),
      known,
      text,
    })
  }
}
