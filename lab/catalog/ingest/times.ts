/**
 * From a file's times to the instants at which its bars were known. Decided once, on the first rows, and told in
 * notes: what the times are (instants, wall times, dates), the interval, whether they name a bar's opening or its
 * close. A date means that day's session, so its bar is known at the session's close.
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, HOUR, isoTime, type Micros, MINUTE, parseInterval, SECOND } from '../../core/time.ts'
import { type Calendar, localDay, type Session } from '../../domain/calendar/calendar.ts'
import { dayText } from '../../domain/calendar/civil.ts'
import { type Zone, zoneNamed } from '../../domain/calendar/zone.ts'
import type { IssueLog } from './issues.ts'
import type { RawBatch } from './raw-batch.ts'
import { edgeOf, type ReadingOptions, zoneOf } from './reading.ts'
import { timeFormatOf } from './time-detect.ts'
import type { ParsedTime, TimeFormat } from './time-text.ts'

/** Where the times of a batch are resolved to, row by row. */
export interface ResolvedTimes {
  readonly eventTime: Float64Array
  readonly nanos: Uint16Array
  /** NaN where the calendar has no sessions to tell apart. */
  readonly sessionClose: Float64Array
  /** 1 where the row's time was reported and the row cannot be used. */
  readonly bad: Uint8Array
  /** True when every row is resolved and none was reported. */
  readonly clean: boolean
}

type Meaning = 'instant' | 'wall' | 'date'

export class TimeResolver {
  readonly interval: string
  readonly notes: readonly string[]
  readonly #format: TimeFormat | undefined
  /** What the numbers are, after parsing. */
  readonly #kind: Meaning
  /** `session`: a row stands for a day; `instant`: for the moment itself. */
  readonly #rowMeans: 'session' | 'localSession' | 'instant'
  readonly #zone: Zone
  readonly #calendar: Calendar
  readonly #shift: Micros
  readonly #stampsOpen: boolean
  readonly #span: Micros
  readonly #log: IssueLog
  #last: Session | undefined
  #noSession = new Float64Array(0)
  #nothing = new Uint16Array(0)

  /** @throws GordonError TIME_FORMAT, INTERVAL_NEEDED, STAMP_NEEDED, BAD_INTERVAL */
  constructor(file: string, first: RawBatch, options: ReadingOptions, calendar: Calendar, log: IssueLog) {
    const notes: string[] = []
    this.#calendar = calendar
    const told = options.stamp ?? edgeOf(first.time.name)
    this.#stampsOpen = told === 'open'
    this.#log = log
    this.#format = formatOf(file, first, options)
    this.#kind = this.#format?.kind ?? (first.time.kind === 'text' ? 'instant' : first.time.kind)
    const name = first.time.name
    const named = options.timezone ?? zoneOf(name)
    this.#zone = named === undefined ? calendar.zone : zoneNamed(named)
    if (this.#format !== undefined) notes.push(`times in column ${name} are read as ${this.#format.words}`)
    if (this.#kind === 'wall') {
      const given = named === undefined ? ", the calendar's own zone" : ''
      notes.push(`times carry no zone and are taken as ${this.#zone.name}${given}`)
    }
    const sample = this.#sample(first)
    this.interval = intervalOf(file, sample, this.#kind, options)
    const span = parseInterval(this.interval)
    if (span === undefined) {
      throw new GordonError(
        'BAD_INTERVAL',
        `${JSON.stringify(this.interval)} is no interval: give a number and s, m, h, d or w, for example --interval 5m`,
      )
    }
    this.#span = span
    if (options.interval === undefined)
      notes.push(`the interval is ${this.interval}, measured on the first rows`)
    const midnights = sample.length > 0 && sample.every(time => time % DAY === 0)
    this.#rowMeans = 'instant'
    this.#shift = 0
    if (this.#kind === 'date') this.#rowMeans = 'session'
    else if (span >= DAY) {
      if (midnights && (told !== 'close' || !calendar.continuous)) this.#rowMeans = 'session'
      else if (!calendar.continuous) this.#rowMeans = 'localSession'
    }
    if (this.#rowMeans === 'instant') {
      const stamp = told ?? 'close'
      if (stamp === 'open') this.#shift = span
      if (options.stamp === undefined) {
        notes.push(
          `a time names its bar's ${stamp}; pass --stamp ${stamp === 'open' ? 'close' : 'open'} if it does not`,
        )
      }
    } else {
      const taken = options.calendar === undefined && calendar.continuous
      notes.push(
        taken
          ? `a row stands for a day of UTC, as the hours of ${options.venue ?? 'its venue'} are not known: its bar is known when the day ends; pass --calendar if it closes`
          : `a row stands for a session of calendar ${calendar.name}: its bar is known at the session's close`,
      )
      if (this.#rowMeans === 'localSession' && calendar.overnight && told === undefined) {
        throw new GordonError(
          'STAMP_NEEDED',
          `${file} has one time per session of calendar ${calendar.name}, whose sessions run from evening to evening, ` +
            'and does not say whether it is the open or the close: pass --stamp open or --stamp close',
        )
      }
      if (span > DAY && told === undefined) {
        throw new GordonError(
          'STAMP_NEEDED',
          `${file} has one row per ${this.interval} and does not say whether its dates are the first or the last day: ` +
            'pass --stamp open or --stamp close',
        )
      }
      if (span > DAY && told === 'open') this.#shift = span - DAY
    }
    this.notes = notes
  }

  /** Resolves every row of a batch; what cannot be resolved is logged and marked. */
  resolve(batch: RawBatch, wanted: (row: number) => boolean): ResolvedTimes {
    const { rows, time } = batch
    if (
      time.kind === 'instant' &&
      time.missing === undefined &&
      this.#rowMeans === 'instant' &&
      this.#calendar.continuous
    ) {
      return this.#instants(rows, time.micros, time.nanos)
    }
    const eventTime = new Float64Array(rows)
    const nanos = new Uint16Array(rows)
    const sessionClose = new Float64Array(rows)
    const bad = new Uint8Array(rows)
    const parsed: ParsedTime = { micros: 0, nanos: 0 }
    let clean = true
    const report = (row: number, code: Parameters<IssueLog['add']>[0]['code'], text: string): void => {
      this.#log.add({ code, row: batch.rowNumber(row), column: time.name, text })
      clean = false
      if (code !== 'outsideSession') bad[row] = 1
    }
    for (let row = 0; row < rows; row++) {
      if (!wanted(row)) continue
      let micros: Micros
      if (time.kind === 'text') {
        const text = time.text[row]
        if (text === undefined) {
          report(row, 'missingTime', 'the time is empty')
          continue
        }
        if (!this.#format!.parse(text, parsed)) {
          report(
            row,
            'badTime',
            `${JSON.stringify(text)} does not read as ${this.#format!.words}, as the first row does`,
          )
          continue
        }
        micros = parsed.micros
        nanos[row] = parsed.nanos
      } else {
        if (time.missing?.[row] === 1) {
          report(row, 'missingTime', 'the time is empty')
          continue
        }
        micros = time.micros[row]
        if (time.nanos !== undefined) nanos[row] = time.nanos[row]
      }
      this.#place(row, micros, eventTime, sessionClose, report)
      if (this.#rowMeans !== 'instant') nanos[row] = 0
    }
    return { eventTime, nanos, sessionClose, bad, clean }
  }

  /** Instants of a calendar without sessions need no row by row work. */
  #instants(rows: number, micros: Float64Array, nanos: Uint16Array | undefined): ResolvedTimes {
    if (this.#noSession.length < rows) {
      this.#noSession = new Float64Array(rows).fill(Number.NaN)
      this.#nothing = new Uint16Array(rows)
    }
    const bad = new Uint8Array(this.#nothing.buffer, 0, rows)
    const shift = this.#shift
    const eventTime = shift === 0 ? micros : micros.map(time => time + shift)
    return { eventTime, nanos: nanos ?? this.#nothing, sessionClose: this.#noSession, bad, clean: true }
  }

  #place(
    row: number,
    given: Micros,
    eventTime: Float64Array,
    sessionClose: Float64Array,
    report: (
      row: number,
      code: 'badTime' | 'ambiguousTime' | 'skippedTime' | 'noSession' | 'outsideSession',
      text: string,
    ) => void,
  ): void {
    let micros = given
    if (this.#rowMeans === 'session') {
      if (micros % DAY !== 0) {
        report(row, 'badTime', `${wallText(micros)} is not a midnight, as the first rows are`)
        return
      }
      this.#placeSession(row, micros / DAY, eventTime, sessionClose, report)
      return
    }
    if (this.#kind === 'wall') {
      const local = this.#zone.toUtc(micros)
      if (local.kind === 'ambiguous') {
        report(
          row,
          'ambiguousTime',
          `${wallText(micros)} happens twice in ${this.#zone.name}, when clocks go back: give times in UTC or with their offset`,
        )
        return
      }
      if (local.kind === 'skipped') {
        report(
          row,
          'skippedTime',
          `${wallText(micros)} does not exist in ${this.#zone.name}, where clocks go forward`,
        )
        return
      }
      micros = local.time
    }
    if (this.#rowMeans === 'localSession') {
      this.#placeSession(row, this.#sessionDate(micros), eventTime, sessionClose, report)
      return
    }
    micros += this.#shift
    eventTime[row] = micros
    if (this.#calendar.continuous) {
      sessionClose[row] = Number.NaN
      return
    }
    let session = this.#last
    if (session === undefined || !(session.open < micros && micros <= session.close)) {
      session = this.#calendar.sessionAt(micros)
      if (session === undefined) {
        const day = localDay(this.#calendar.zone, micros)
        if (this.#calendar.session(day) === undefined) {
          report(row, 'noSession', `${dayText(day)} has no session in calendar ${this.#calendar.name}`)
          return
        }
        report(
          row,
          'outsideSession',
          micros === this.#calendar.session(day)!.open
            ? `${isoTime(micros)} is the opening of a session: if times name a bar's opening, pass --stamp open`
            : `${isoTime(micros)} is outside the session's hours in calendar ${this.#calendar.name}`,
        )
        session = this.#calendar.nextClose(micros)
      } else this.#last = session
    }
    sessionClose[row] = session.close
  }

  /** The date of the session that an instant stands for: the local one, unless sessions begin the evening before. */
  #sessionDate(micros: Micros): number {
    // An open is also the close of the session before it: the first instant inside tells them apart.
    const inside = this.#stampsOpen ? micros + 1 : micros
    const session = this.#calendar.overnight ? this.#calendar.sessionAt(inside) : undefined
    return session?.day ?? localDay(this.#calendar.zone, micros)
  }

  #placeSession(
    row: number,
    date: number,
    eventTime: Float64Array,
    sessionClose: Float64Array,
    report: (row: number, code: 'noSession', text: string) => void,
  ): void {
    // A row for several days is known at the close of the last session that it covers.
    const last = date + this.#shift / DAY
    let session = this.#calendar.session(last)
    for (let day = last; session === undefined && day > last - this.#span / DAY + 1; ) {
      session = this.#calendar.session(--day)
    }
    if (session === undefined) {
      report(row, 'noSession', `${dayText(date)} has no session in calendar ${this.#calendar.name}`)
      return
    }
    eventTime[row] = session.close
    sessionClose[row] = this.#calendar.continuous ? Number.NaN : session.close
  }

  /** Times of the first rows of the first symbol, as numbers. */
  #sample(first: RawBatch): Micros[] {
    const times: Micros[] = []
    const parsed: ParsedTime = { micros: 0, nanos: 0 }
    const symbol = first.symbol?.[0]
    for (let row = 0; row < Math.min(first.rows, 2000); row++) {
      if (first.symbol !== undefined && first.symbol[row] !== symbol) continue
      if (first.time.kind === 'text') {
        const text = first.time.text[row]
        if (text !== undefined && this.#format!.parse(text, parsed)) times.push(parsed.micros)
      } else if (first.time.missing?.[row] !== 1) times.push(first.time.micros[row])
    }
    return times
  }
}

function formatOf(file: string, first: RawBatch, options: ReadingOptions): TimeFormat | undefined {
  const { time } = first
  if (time.kind !== 'text') return undefined
  const row = Math.max(
    0,
    time.text.findIndex(text => text !== undefined),
  )
  const texts = time.text.filter(text => text !== undefined)
  const place = `${file} line ${first.rowNumber(row)}, column ${time.name}`
  const format = timeFormatOf({ place, texts, told: options.timeFormat })
  if (format.months !== true) return format
  throw new GordonError(
    'TIME_FORMAT',
    `${place}: ${JSON.stringify(texts[0])} names a month and no day, and there are no bars of months: ` +
      'give the days, or keep the numbers as series with --kind custom',
  )
}

/** The commonest step between neighbouring rows. */
function intervalOf(file: string, times: readonly Micros[], kind: Meaning, options: ReadingOptions): string {
  if (options.interval !== undefined) return options.interval
  const counts = new Map<Micros, number>()
  for (let i = 1; i < times.length; i++) {
    const step = Math.abs(times[i] - times[i - 1])
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const [step] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? []
  if (kind === 'date' || (step !== undefined && times.every(time => time % DAY === 0))) {
    // Weekends and holidays part neighbouring days by up to four; weeks come every seven.
    if (step === undefined || step <= 4 * DAY) return '1d'
    if (step === 7 * DAY) return '1w'
  }
  if (step === undefined || step % SECOND !== 0 || step > 7 * DAY) {
    throw new GordonError(
      'INTERVAL_NEEDED',
      `the interval of the bars in ${file} cannot be told from its first rows: give it, for example --interval 1m`,
    )
  }
  for (const [unit, size] of [
    ['w', 7 * DAY],
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
  ] as const) {
    if (step % size === 0) return `${step / size}${unit}`
  }
  return `${step / SECOND}s`
}

/** A wall time, without a zone. */
function wallText(micros: Micros): string {
  return isoTime(micros).slice(0, -1)
}
