/**
 * Prices that stand still longer than they do by habit: a feed that repeats its last value. A bar is unchanged where
 * all four prices are those of the bar before, or all are its close; a quote where both prices and sizes are the
 * same; a trade where price and size are. How often that happens by itself is measured over the last thousand rows
 * or so (at least one in a thousand is assumed); a run is told where one that long is no accident among 100,000 rows
 * (rare-run.ts), and not below three rows.
 */
import type { Micros } from '../../core/time.ts'
import { type Check, type CheckedRows, type CheckedStream, columnOf, streamName } from './check.ts'
import { type Finding, Findings, timeText } from './findings.ts'
import { shortestRareRun } from './rare-run.ts'

const WEIGHT = 1 / 1000
const LEAST = 1 / 1000
const PLACES = 100_000
const FEWEST_ROWS = 3

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
  /** One in twenty is believed of an instrument before its first row, as strongly as though fifty had been seen. */
  #chance = 0.05
  #seen = 50
  #run = 0
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
      for (let c = 0; c < columns.length; c++) last[c] = columns[c][i]
      if (same || flat) {
        if (this.#run === 0) {
          this.#firstRow = this.#row + i
          this.#from = eventTime[i]
        }
        this.#run++
        this.#to = eventTime[i]
        if (this.#known === undefined && this.#run >= this.#shortest()) this.#known = receiveTime[i]
      } else {
        if (this.#run > 0) this.#close()
        this.#learn(0)
      }
    }
    this.#row += rows.length
  }

  end(): readonly Finding[] {
    this.#close()
    return this.#findings.list()
  }

  #shortest(): number {
    return Math.max(FEWEST_ROWS, shortestRareRun(Math.max(LEAST, this.#chance), PLACES))
  }

  #close(): void {
    const count = this.#run
    const known = this.#known
    if (known !== undefined) {
      const to = this.#to
      const place = { row: this.#firstRow, rows: count, from: this.#from, to }
      const text = () => `nothing changes in ${count} rows up to ${timeText(to)}`
      this.#findings.add({ code: 'staleRun', ...place, count, known, text })
    }
    // A frozen feed shall not become the habit, however long it was.
    for (let i = 0; i < Math.min(count, FEWEST_ROWS); i++) this.#learn(1)
    this.#run = 0
    this.#known = undefined
  }

  #learn(unchanged: 0 | 1): void {
    this.#seen++
    this.#chance += (unchanged - this.#chance) * Math.max(WEIGHT, 1 / this.#seen)
  }
}
