/** Rows at times at which the venue does not trade: between sessions, on holidays, in a pause. Bars belong to where they close. */
import { MINUTE } from '../../core/time.ts'
import { type Check, type CheckedRows, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'
import { isPaused, TradingHours } from './trading-hours.ts'

/** Opening and closing auctions print a little after the hour. */
const GRACE = 5 * MINUTE

export class OutsideSessions implements Check {
  readonly #findings: Findings
  readonly #hours: TradingHours
  readonly #grace: number
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#hours = new TradingHours(stream.calendar)
    this.#grace = stream.kind === 'bars' ? 0 : GRACE
  }

  add({ length, eventTime, receiveTime }: CheckedRows): void {
    for (let i = 0; i < length; i++) {
      const time = eventTime[i]
      const session = this.#hours.sessionAt(time)
      if (session !== undefined && !isPaused(session, time)) continue
      this.#look(this.#row + i, time, receiveTime[i], session === undefined)
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }

  #look(row: number, time: number, known: number, outside: boolean): void {
    const hours = this.#hours
    if (!hours.knows(time)) return
    const grace = this.#grace
    if (grace > 0) {
      const near = hours.sessionAt(time - grace) ?? hours.sessionAt(time + grace)
      if (near !== undefined && !isPaused(near, time - grace)) return
    }
    const text = () => `calendar ${hours.calendar.name} has ${outside ? 'no session' : 'a pause'} then`
    this.#findings.add({ code: 'outsideSession', row, from: time, to: time, known, text })
  }
}
