/**
 * Holes in events that come when they like: whole sessions without one (`missingSession`), and silences inside a
 * session (`silence`) that are more than a hundred times as long as the mean time between two of the last thousand
 * events, and more than five seconds. Arrivals without memory wait so long once in e^100; clustered ones (Hawkes)
 * and quiet nights come nearer, which the mean follows. The mean is exponential, over times that are not zero.
 */
import { type Micros, SECOND } from '../../core/time.ts'
import { dayText } from '../../domain/calendar/civil.ts'
import { type Check, type CheckedRows, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings, timeText } from './findings.ts'
import { openTime, TradingHours } from './trading-hours.ts'

const TIMES = 100
const SHORTEST = 5 * SECOND
const WEIGHT = 1 / 1000
/** Before so many the mean says little. */
const FEWEST = 20

export class Silence implements Check {
  readonly #findings: Findings
  readonly #hours: TradingHours
  #last = Number.NaN
  #mean = 0
  #seen = 0
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#hours = new TradingHours(stream.calendar)
  }

  add({ length, eventTime, receiveTime }: CheckedRows): void {
    let last = this.#last
    for (let i = 0; i < length; i++) {
      const time = eventTime[i]
      const gap = time - last
      if (!(gap > 0) && !Number.isNaN(last)) continue
      if (gap > SHORTEST && gap > TIMES * this.#mean) this.#look(this.#row + i, last, time, receiveTime[i])
      else if (gap > 0) this.#learn(gap)
      last = time
    }
    this.#last = last
    this.#row += length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }

  #learn(gap: Micros): void {
    this.#seen++
    this.#mean += (gap - this.#mean) * Math.max(WEIGHT, 1 / this.#seen)
  }

  #look(row: number, from: Micros, to: Micros, known: Micros): void {
    const before = this.#hours.sessionAt(from)
    const after = this.#hours.sessionAt(to)
    const sessions = before === after ? [] : this.#hours.between(from, to)
    if (sessions.length > 0) {
      const [first, last] = [sessions[0], sessions[sessions.length - 1]]
      const text = () =>
        `there is nothing of ${sessions.length === 1 ? 'the session' : `${sessions.length} sessions up to that`} of ${dayText(last.day)}`
      const place = { row, rows: 0, from: first.open, to: last.close }
      this.#findings.add({ code: 'missingSession', ...place, count: sessions.length, known, text })
    }
    if (before === after && before !== undefined) {
      const quiet = openTime(before, from, to)
      if (!this.#isSilence(quiet)) {
        this.#learn(to - from)
        return
      }
    } else {
      const quiet =
        (before === undefined ? 0 : openTime(before, from, before.close)) +
        (after === undefined ? 0 : openTime(after, after.open, to))
      if (!this.#isSilence(quiet)) return
    }
    const mean = this.#mean
    const text = () => `nothing until ${timeText(to)}, where ${seconds(mean)} is usual between two`
    this.#findings.add({ code: 'silence', row, rows: 0, from, to, known, text })
  }

  #isSilence(quiet: Micros): boolean {
    return this.#seen >= FEWEST && quiet > SHORTEST && quiet > TIMES * this.#mean
  }
}

function seconds(time: Micros): string {
  return time >= SECOND ? `${(time / SECOND).toFixed(1)} s` : `${(time / 1000).toFixed(1)} ms`
}
