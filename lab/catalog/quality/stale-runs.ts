/**
 * Prices that stand still longer than they do by habit: a feed that repeats its last value. A bar is unchanged where
 * all four prices are those of the bar before, or all are its close; a quote where both prices and sizes are the
 * same; a trade where price and size are. How often that happens by itself is measured over the last thousand rows
 * or so (at least one in a thousand is assumed); a run is told where one that long is no accident among 100,000
 * (rare-run.ts), and not below five.
 *
 * One taker who meets several makers at once makes many rows in an instant, and that is no standstill: so instants are
 * counted and have a habit, rows of one instant with the same values being one. Where a frozen feed goes through such
 * sweeps its instants are few and its rows too many: rows are counted by a habit of their own too, and are told where
 * they take three instants at least.
 */
import type { Micros } from '../../core/time.ts'
import { type Check, type CheckedRows, type CheckedStream, columnOf, streamName } from './check.ts'
import { type Finding, Findings, timeText } from './findings.ts'
import { shortestRareRun } from './rare-run.ts'

const WEIGHT = 1 / 1000
const LEAST = 1 / 1000
const PLACES = 100_000
const FEWEST = 5
const FEWEST_INSTANTS = 3

const VALUES: Readonly<Partial<Record<CheckedStream['kind'], readonly string[]>>> = {
  bars: ['close', 'open', 'high', 'low'],
  trades: ['price', 'size'],
  quotes: ['bid', 'ask', 'bidSize', 'askSize'],
}

export class StaleRuns implements Check {
  readonly #findings: Findings
  readonly #names: readonly string[]
  readonly #bars: boolean
  readonly #last: Float64Array
  readonly #instants = new Habit()
  readonly #rows = new Habit()
  /** Of the run, and what it has in rows. */
  #run = 0
  #runRows = 0
  #lastRow = 0
  #lastTime: Micros = Number.NaN
  #from: Micros = Number.NaN
  #to: Micros = Number.NaN
  #firstRow = 0
  /** When the run became long enough to be told. */
  #known: Micros | undefined
  #row = 0

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#names = VALUES[stream.kind] ?? []
    this.#bars = stream.kind === 'bars'
    this.#last = new Float64Array(this.#names.length).fill(Number.NaN)
  }

  add(rows: CheckedRows): void {
    const columns = this.#names.map(name => columnOf(rows, name)!)
    const last = this.#last
    const { eventTime, receiveTime } = rows
    for (let i = 0; i < rows.length; i++) {
      let same = true
      let flat = this.#bars
      for (let c = 0; c < columns.length; c++) {
        const value = columns[c][i]
        if (value !== last[c]) same = false
        if (value !== last[0]) flat = false
      }
      const time = eventTime[i]
      const isSweep = same && time === this.#lastTime
      this.#lastTime = time
      for (let c = 0; c < columns.length; c++) last[c] = columns[c][i]
      if (same || flat) {
        if (this.#runRows === 0) {
          this.#firstRow = this.#row + i
          this.#from = time
        }
        if (!isSweep) this.#run++
        this.#runRows++
        this.#lastRow = this.#row + i
        this.#to = time
        if (this.#known === undefined && this.#isLong()) this.#known = receiveTime[i]
      } else {
        if (this.#runRows > 0) this.#close()
        this.#instants.learn(0)
        this.#rows.learn(0)
      }
    }
    this.#row += rows.length
  }

  end(): readonly Finding[] {
    this.#close()
    return this.#findings.list()
  }

  #isLong(): boolean {
    if (this.#run >= this.#instants.shortest()) return true
    return this.#run >= FEWEST_INSTANTS && this.#runRows >= this.#rows.shortest()
  }

  #close(): void {
    const rows = this.#runRows
    const known = this.#known
    if (known !== undefined) {
      const to = this.#to
      const count = this.#lastRow - this.#firstRow + 1
      const place = { row: this.#firstRow, rows: 0, from: this.#from, to }
      const text = () => `nothing changes in ${rows} rows up to ${timeText(to)}`
      this.#findings.add({ code: 'staleRun', ...place, count, known, text })
    }
    // A frozen feed shall not become the habit, however long it was.
    const most = known === undefined ? Number.POSITIVE_INFINITY : FEWEST
    for (let i = 0; i < Math.min(this.#run, most); i++) this.#instants.learn(1)
    for (let i = 0; i < Math.min(rows, most); i++) this.#rows.learn(1)
    this.#run = 0
    this.#runRows = 0
    this.#known = undefined
  }
}

/** How often nothing changes. */
class Habit {
  /** One in twenty is believed of an instrument before its first row, as strongly as though fifty had been seen. */
  #chance = 0.05
  #seen = 50

  shortest(): number {
    return Math.max(FEWEST, shortestRareRun(Math.max(LEAST, this.#chance), PLACES))
  }

  learn(unchanged: 0 | 1): void {
    this.#seen++
    this.#chance += (unchanged - this.#chance) * Math.max(WEIGHT, 1 / this.#seen)
  }
}
