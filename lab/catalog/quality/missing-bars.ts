/**
 * Holes in bars against the calendar: sessions without a bar (`missingSession`), and bars that lack inside a session
 * (`missingBars`), half days and pauses taken into account. Between two bars of a session lack as many as whole
 * intervals of trading lie between them, less one; so it is the same whether bars are counted from the open or by
 * the clock.
 *
 * Many sources leave out bars in which nothing traded. How many lack by themselves is the instrument's own habit,
 * the median over its last 60 sessions of the part that lacks; a hole is told where a run that long is no accident
 * (rare-run.ts, over the sessions so far, a month at most). Where more than one bar in twenty lacks, bars that lack come
 * in clusters, and a hole is told only where fewer than three others of the last thousand are as long. The first five
 * sessions wait until the fifth has been seen.
 */
import { DAY, type Micros } from '../../core/time.ts'
import type { BarSeries } from '../../domain/bar.ts'
import type { Session } from '../../domain/calendar/calendar.ts'
import { dayText } from '../../domain/calendar/civil.ts'
import { type Check, type CheckedStream, streamName } from './check.ts'
import { type Finding, Findings, timeText } from './findings.ts'
import { shortestRareRun } from './rare-run.ts'
import { SortedWindow } from './sorted-window.ts'
import { openTime, TradingHours } from './trading-hours.ts'

const HABIT_SESSIONS = 60
const FEWEST_SESSIONS = 5
const SESSIONS_A_MONTH = 21
const CLUSTERED = 0.05
const ALIKE = 3
const HOLES = 1000

interface Hole {
  readonly row: number
  readonly from: Micros
  readonly to: Micros
  readonly count: number
  readonly known: Micros
}

export class MissingBars implements Check<BarSeries> {
  readonly #findings: Findings
  readonly #hours: TradingHours
  readonly #interval: Micros
  readonly #missing = new SortedWindow(HABIT_SESSIONS)
  /** Of the session that is being read, and of the first ones until there are enough. */
  #holes: Hole[] = []
  #lacking = 0
  #longestHole = 0
  #bars = 0
  readonly #lengths = new SortedWindow(HOLES)
  #sessionsSeen = 1
  #session: Session | undefined
  #last = Number.NaN
  #row = 0

  /** @param stream its interval is a day or less */
  constructor(stream: CheckedStream & { readonly interval: Micros }) {
    this.#findings = new Findings(streamName(stream))
    this.#hours = new TradingHours(stream.calendar)
    this.#interval = stream.interval
  }

  add({ length, eventTime, receiveTime }: BarSeries): void {
    for (let i = 0; i < length; i++) {
      const time = eventTime[i]
      // What is out of order or doubled is told elsewhere; it fills no hole and makes none.
      if (!(time > this.#last) && !Number.isNaN(this.#last)) continue
      const session = this.#hours.sessionAt(time)
      if (session === undefined) continue
      this.#step(this.#row + i, time, receiveTime[i], session)
      this.#last = time
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    // Of few sessions the one that has not ended tells of the habit too.
    const slots = this.#bars + this.#lacking
    if (this.#missing.size < FEWEST_SESSIONS && slots > 0)
      this.#missing.push(Math.max(0, this.#lacking - this.#longestHole) / slots)
    this.#judge(Math.max(1, slots))
    return this.#findings.list()
  }

  #step(row: number, time: Micros, known: Micros, session: Session): void {
    const before = this.#session
    const last = this.#last
    this.#session = session
    this.#bars = before === session ? this.#bars + 1 : 1
    if (this.#interval >= DAY) {
      if (before !== undefined && before !== session) this.#sessions(row, before.close, session.open, known)
      return
    }
    if (before === session) {
      this.#hole(row, last, time, Math.ceil(openTime(session, last, time) / this.#interval) - 1, known)
      return
    }
    if (before === undefined) return
    // The rest of the last session, those between, and the head of this one.
    const tail = openTime(before, last, before.close)
    this.#hole(row, last, before.close, Math.floor(tail / this.#interval), known)
    this.#close(before)
    this.#sessions(row, before.close, session.open, known)
    const head = openTime(session, session.open, time)
    this.#hole(row, session.open, time, Math.ceil(head / this.#interval) - 1, known)
  }

  #sessions(row: number, from: Micros, to: Micros, known: Micros): void {
    const sessions = this.#hours.between(from, to + 1)
    if (sessions.length === 0) return
    const [first, last] = [sessions[0], sessions[sessions.length - 1]]
    const count = sessions.length
    const text = () =>
      count === 1
        ? `there is no bar of the session of ${dayText(first.day)}`
        : `there is no bar of ${count} sessions, ${dayText(first.day)} to ${dayText(last.day)}`
    const place = { row, rows: 0, from: first.open, to: last.close }
    this.#findings.add({ code: 'missingSession', ...place, count, known, text })
  }

  #hole(row: number, from: Micros, to: Micros, count: number, known: Micros): void {
    if (count <= 0) return
    this.#lacking += count
    this.#lengths.push(count)
    if (count > this.#longestHole) this.#longestHole = count
    this.#holes.push({ row, from, to, count, known })
  }

  /** A session has ended: what it lacked is judged by those before it, then becomes part of the habit. */
  #close(session: Session): void {
    const slots = Math.max(1, Math.round(openTime(session, session.open, session.close) / this.#interval))
    // The longest hole of a day is what is to be judged, and no part of the habit.
    const habit = Math.max(0, this.#lacking - this.#longestHole) / slots
    if (this.#missing.size < FEWEST_SESSIONS) this.#missing.push(habit)
    if (this.#missing.size >= FEWEST_SESSIONS) this.#judge(slots)
    this.#sessionsSeen++
    if (this.#missing.size >= FEWEST_SESSIONS) this.#missing.push(habit)
    this.#lacking = 0
    this.#longestHole = 0
  }

  /** How long the fourth longest hole is: of the last ones, or of those to be judged. */
  #alike(): number {
    const own = this.#holes.map(({ count }) => count).sort((a, b) => b - a)
    return Math.max(this.#lengths.fromTop(ALIKE + 1), own[ALIKE] ?? 0)
  }

  #judge(slots: number): void {
    if (this.#holes.length === 0) return
    const usual = this.#missing.size === 0 ? 0 : this.#missing.median()
    const rare = shortestRareRun(usual, slots * Math.min(SESSIONS_A_MONTH, this.#sessionsSeen))
    const alike = usual > CLUSTERED ? this.#alike() : 0
    const shortest = Math.max(rare, alike + 1)
    for (const { row, from, to, count, known } of this.#holes) {
      if (count < shortest) continue
      const text = () =>
        `${count} ${count === 1 ? 'bar lacks' : 'bars lack'} up to ${timeText(to)}` +
        (usual > 0 ? `, where ${(usual * 100).toFixed(1)} % lack by habit` : '')
      const place = { row, rows: 0, from, to }
      this.#findings.add({ code: 'missingBars', ...place, count, known, text })
    }
    this.#holes = []
  }
}
