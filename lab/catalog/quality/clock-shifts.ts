/**
 * Days that begin and end by the wrong clock. A stretch of rows without a long pause is a day's trading; where its
 * first row is as far from a session's open as its last is from a session's close, and that is a multiple of half an
 * hour, somebody read local times in another zone. Two and more stretches that follow one another with the same shift
 * are one finding.
 *
 *   dstShift    by one hour, from or up to a change of clocks at the venue, in New York or in London: summer time
 *               that was not heeded, or another country's
 *   zoneShift   any other; over all of the data it is a time zone that was not given
 *
 * A day that began late and ended late by the same half hours would be told too; no venue of the calendars does so.
 */
import { DAY, HOUR, type Micros, MINUTE } from '../../core/time.ts'
import { isoDate } from '../../core/time.ts'
import { type Zone, zoneNamed } from '../../domain/calendar/zone.ts'
import { type Check, type CheckedRows, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'
import { TradingHours } from './trading-hours.ts'

const STEP = 30 * MINUTE
/** Of what trades by day; pauses for lunch are shorter, nights longer. */
const LONG_PAUSE = 3 * HOUR
/** Of what trades nearly around the clock. */
const SHORT_PAUSE = 25 * MINUTE
/** How far the first and the last row may stay from the bell. */
const MOST_SLACK = 10 * MINUTE
const TICK_SLACK = 5 * MINUTE
/** One day cut in another way than the calendar's is no clock. */
const FEWEST_DAYS = 2
const OTHER_ZONES = ['America/New_York', 'Europe/London']

interface Run {
  readonly shift: Micros
  readonly row: number
  readonly from: Micros
  to: Micros
  known: Micros
  sessions: number
  /** Last row before it, where there is one. */
  readonly before: Micros | undefined
}

export class ClockShifts implements Check {
  readonly #findings: Findings
  readonly #hours: TradingHours
  readonly #interval: Micros
  readonly #slack: Micros
  readonly #pause: Micros
  readonly #zones: readonly Zone[]
  #first: Micros = Number.NaN
  #firstRow = 0
  #last: Micros = Number.NaN
  #lastKnown: Micros = Number.NaN
  /** End of the stretch before. */
  #before: Micros | undefined
  #run: Run | undefined
  #row = 0

  /** @param stream of a calendar with sessions; bars of less than a day, or ticks */
  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#hours = new TradingHours(stream.calendar)
    this.#interval = stream.kind === 'bars' ? stream.interval! : 0
    this.#slack = stream.kind === 'bars' ? Math.min(MOST_SLACK, stream.interval!) : TICK_SLACK
    const pause = stream.calendar.overnight ? SHORT_PAUSE : LONG_PAUSE
    this.#pause = Math.max(pause, this.#interval * 1.5)
    const names = new Set([stream.calendar.zone.name, ...OTHER_ZONES])
    this.#zones = [...names].map(zoneNamed)
  }

  add({ length, eventTime, receiveTime }: CheckedRows): void {
    for (let i = 0; i < length; i++) {
      const time = eventTime[i]
      if (!(time - this.#last <= this.#pause)) {
        if (time < this.#last) continue
        this.#close()
        this.#first = time
        this.#firstRow = this.#row + i
      }
      if (!(time < this.#last)) this.#last = time
      this.#lastKnown = receiveTime[i]
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    this.#close()
    this.#tell(undefined)
    return this.#findings.list()
  }

  /** A stretch has ended. */
  #close(): void {
    if (Number.isNaN(this.#first)) return
    const shift = this.#shift(this.#first, this.#last)
    const run = this.#run
    if (run !== undefined && shift !== run.shift) this.#tell(this.#first)
    if (shift !== 0) {
      if (this.#run === undefined) {
        this.#run = {
          shift,
          row: this.#firstRow,
          from: this.#first,
          to: this.#last,
          known: this.#lastKnown,
          sessions: 1,
          before: this.#before,
        }
      } else {
        this.#run.to = this.#last
        if (++this.#run.sessions <= FEWEST_DAYS) this.#run.known = this.#lastKnown
      }
    }
    this.#before = this.#last
    this.#first = Number.NaN
  }

  /** By how much a stretch is late; 0 where it is in time, or just short. */
  #shift(first: Micros, last: Micros): Micros {
    const open = this.#hours.nearest('open', first - this.#interval)
    const close = this.#hours.nearest('close', last)
    if (open === undefined || close === undefined) return 0
    const late = first - this.#interval - open
    const shift = Math.round((last - close) / STEP) * STEP
    if (shift === 0 || Math.abs(last - close - shift) > this.#slack) return 0
    return Math.abs(late - shift) <= this.#slack ? shift : 0
  }

  /** @param after first row behind the run, where there is one */
  #tell(after: Micros | undefined): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    const { shift, row, from, to, known, sessions, before } = run
    if (sessions < FEWEST_DAYS) return
    const whole = before === undefined && after === undefined
    const changes = [
      ...(before === undefined ? [] : [this.#changeBetween(before, from)]),
      ...(after === undefined ? [] : [this.#changeBetween(to, after)]),
    ]
    const zones = [...new Set(changes.flatMap(zone => zone ?? []))]
    const isSummer = Math.abs(shift) === HOUR && zones.length > 0
    const text = () => {
      const hours = Math.abs(shift) / HOUR
      const what = `${sessions} days of trading up to ${isoDate(to)} are ${hours} h too ${shift > 0 ? 'late' : 'early'}`
      if (isSummer) return `${what}, from or to a change of clocks (${zones.join(', ')})`
      const venue = this.#hours.calendar.zone
      const wasTakenForUtc = shift === venue.offsetAt(from)
      if (wasTakenForUtc) return `${what}: local times of ${venue.name} were taken for UTC`
      return whole ? `${what}, all that there are: another time zone?` : what
    }
    const place = { row, rows: 0, from, to, count: sessions }
    this.#findings.add({ code: isSummer ? 'dstShift' : 'zoneShift', ...place, known, text })
  }

  /** A zone whose clocks change between two instants, or within a day of them. */
  #changeBetween(from: Micros, to: Micros): string | undefined {
    if (to - from > 10 * DAY) return undefined
    return this.#zones.find(zone => zone.offsetAt(from - DAY) !== zone.offsetAt(to + DAY))?.name
  }
}
