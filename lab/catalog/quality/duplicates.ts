/**
 * The same thing told twice. Of bars a second one at the time of the one before; of trades a second one with an id
 * of the last few thousand (`duplicate`, as ids are the venue's promise). Without ids a row that is the same in
 * every column as one of the last few thousand is a `repeatedRow`: probably a message sent twice, yet two makers may
 * be filled at one price and size in one microsecond.
 *
 * The last rows are kept in a direct-mapped table, the newer in the place of the older: one look per row, a fixed
 * 2 MB, and no false alarm by collision, since a row is compared whole.
 */
import { type Check, type CheckedRows, type CheckedStream, columnOf, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'

const VALUES: Readonly<Record<CheckedStream['kind'], readonly string[]>> = {
  bars: [],
  trades: ['price', 'size', 'side'],
  quotes: ['bid', 'ask', 'bidSize', 'askSize', 'venueSequence'],
  book: ['action', 'side', 'price', 'size', 'order', 'venueSequence'],
  funding: ['rate', 'markPrice'],
  custom: ['value'],
}
const SLOTS = 32_768

export class Duplicates implements Check {
  readonly #findings: Findings
  readonly #kind: CheckedStream['kind']
  /** eventTime, then the values. */
  readonly #table: readonly Float64Array[]
  readonly #ids: Float64Array
  /** Of the row that is looked at. */
  readonly #values: Float64Array
  #row = 0
  #last = Number.NaN
  #known = Number.NEGATIVE_INFINITY

  constructor(stream: CheckedStream) {
    this.#findings = new Findings(streamName(stream))
    this.#kind = stream.kind
    const columns = stream.kind === 'bars' ? 0 : VALUES[stream.kind].length + 1
    this.#table = Array.from({ length: columns }, () => new Float64Array(SLOTS).fill(Number.NaN))
    this.#values = new Float64Array(VALUES[stream.kind].length)
    this.#ids = new Float64Array(stream.kind === 'trades' ? SLOTS : 0).fill(Number.NaN)
  }

  add(rows: CheckedRows): void {
    if (this.#kind === 'bars') this.#bars(rows)
    else this.#ticks(rows)
    this.#row += rows.length
  }

  end(): readonly Finding[] {
    return this.#findings.list()
  }

  #bars({ length, eventTime, receiveTime }: CheckedRows): void {
    for (let i = 0; i < length; i++) {
      const time = eventTime[i]
      if (time === this.#last) {
        const text = () => 'there is a second bar of that time'
        const known = receiveTime[i]
        this.#findings.add({ code: 'duplicate', row: this.#row + i, from: time, to: time, known, text })
      }
      this.#last = time
    }
  }

  #ticks(rows: CheckedRows): void {
    const { length, eventTime, receiveTime, venueSequence } = rows
    const columns = VALUES[this.#kind].map(name => columnOf(rows, name))
    const [times, ...values] = this.#table
    const row = this.#values
    for (let i = 0; i < length; i++) {
      const id = venueSequence === undefined || this.#kind !== 'trades' ? Number.NaN : venueSequence[i]
      if (receiveTime[i] > this.#known) this.#known = receiveTime[i]
      if (!Number.isNaN(id)) {
        const slot = Math.abs(Math.trunc(id)) % SLOTS
        if (this.#ids[slot] === id) this.#tell('duplicate', i, eventTime[i], `trade ${id} is there twice`)
        this.#ids[slot] = id
        continue
      }
      const time = eventTime[i]
      let hash = time | 0
      for (let c = 0; c < columns.length; c++) {
        const value = known(columns[c], i)
        row[c] = value
        // Prices lie on grids that are powers of ten, mostly: their digits shall count.
        hash = Math.imul(hash ^ (value * 1e4), 0x9e3779b1)
      }
      const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
      let same = times[slot] === time
      for (let c = 0; same && c < row.length; c++) same = values[c][slot] === row[c]
      if (same) this.#tell('repeatedRow', i, time, 'the very same row came before')
      times[slot] = time
      for (let c = 0; c < row.length; c++) values[c][slot] = row[c]
    }
  }

  #tell(code: 'duplicate' | 'repeatedRow', i: number, time: number, words: string): void {
    const text = () => words
    this.#findings.add({ code, row: this.#row + i, from: time, to: time, known: this.#known, text })
  }
}

/** A value of a row; what is not there is as good as any other value that no row has. */
function known(column: Float64Array | undefined, i: number): number {
  const value = column === undefined ? Number.NaN : column[i]
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value
}
