/** Bars of one instrument while they come in: columns in shared memory that grow, and can be put in order. */
import type { BarSeries } from '../../domain/bar.ts'
import type { RowExtras } from '../schema.ts'
import { sharedColumn } from '../series.ts'

export interface BuilderOptions {
  /** Rows expected; more may come. */
  readonly capacity: number
  /** Keep the close of each bar's session. */
  readonly sessions: boolean
  /** Keep each bar's row of the file, to name it after sorting. */
  readonly rowNumbers: boolean
}

const NONE = new Float64Array(0)

export class BarColumnsBuilder {
  length = 0
  eventTime: Float64Array
  /** Nanoseconds of the event beyond its µs. */
  nanos: Uint16Array
  /** Empty where there are no sessions. */
  sessionClose: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
  /** NaN where it is not known. */
  volume: Float64Array
  /** Empty unless asked for. */
  row: Float64Array
  hasNanos = false
  #capacity: number

  constructor({ capacity, sessions, rowNumbers }: BuilderOptions) {
    this.#capacity = capacity
    this.eventTime = sharedColumn(capacity)
    this.nanos = new Uint16Array(capacity)
    this.sessionClose = sessions ? sharedColumn(capacity) : NONE
    this.open = sharedColumn(capacity)
    this.high = sharedColumn(capacity)
    this.low = sharedColumn(capacity)
    this.close = sharedColumn(capacity)
    this.volume = sharedColumn(capacity)
    this.row = rowNumbers ? new Float64Array(capacity) : NONE
  }

  get hasSessions(): boolean {
    return this.sessionClose !== NONE
  }

  get hasRowNumbers(): boolean {
    return this.row !== NONE
  }

  /** Makes room for so many rows more. */
  reserve(rows: number): void {
    const needed = this.length + rows
    if (needed > this.#capacity) this.#resize(Math.max(needed, this.#capacity * 2))
  }

  /** Forgets the first rows, which were written elsewhere. */
  dropFirst(rows: number): void {
    for (const column of this.#columns()) column.copyWithin(0, rows, this.length)
    this.length -= rows
  }

  /** Puts rows in order of time; rows of one time stay in the order of the file. */
  sort(): void {
    const n = this.length
    const { eventTime, nanos } = this
    let ordered = true
    for (let i = 1; i < n && ordered; i++) {
      ordered =
        eventTime[i - 1] < eventTime[i] || (eventTime[i - 1] === eventTime[i] && nanos[i - 1] <= nanos[i])
    }
    if (ordered) return
    const order = new Uint32Array(n)
    for (let i = 0; i < n; i++) order[i] = i
    order.sort((a, b) => eventTime[a] - eventTime[b] || nanos[a] - nanos[b] || a - b)
    for (const column of this.#columns()) {
      const copy = column.slice(0, n)
      for (let i = 0; i < n; i++) column[i] = copy[order[i]]
    }
  }

  /** Leaves only rows for which `keep` is 1. */
  filter(keep: Uint8Array): void {
    let to = 0
    const columns = this.#columns()
    for (let i = 0; i < this.length; i++) {
      if (keep[i] === 0) continue
      if (to !== i) for (const column of columns) column[to] = column[i]
      to++
    }
    this.length = to
  }

  #columns(): (Float64Array | Uint16Array)[] {
    const { eventTime, nanos, sessionClose, open, high, low, close, volume, row } = this
    const all = [eventTime, nanos, sessionClose, open, high, low, close, volume, row]
    return all.filter(column => column !== NONE)
  }

  #resize(capacity: number): void {
    const grow = (column: Float64Array): Float64Array => {
      if (column === NONE) return NONE
      const wider = sharedColumn(capacity)
      wider.set(column.subarray(0, this.length))
      return wider
    }
    this.#capacity = capacity
    this.eventTime = grow(this.eventTime)
    this.sessionClose = grow(this.sessionClose)
    this.open = grow(this.open)
    this.high = grow(this.high)
    this.low = grow(this.low)
    this.close = grow(this.close)
    this.volume = grow(this.volume)
    this.row = grow(this.row)
    const nanos = new Uint16Array(capacity)
    nanos.set(this.nanos.subarray(0, this.length))
    this.nanos = nanos
  }
}

/** The first rows as a series, with the nanoseconds beside it; views, not copies. */
export function rowsOf(bars: BarColumnsBuilder, length: number): BarSeries & RowExtras {
  const { eventTime, nanos, open, high, low, close, volume } = bars
  return {
    length,
    eventTime,
    receiveTime: bars.hasNanos ? roundedUp(bars, length) : eventTime,
    sessionClose: bars.hasSessions ? bars.sessionClose : undefined,
    open,
    high,
    low,
    close,
    volume,
    eventNanos: nanos,
  }
}

/** A time between two µs is known at the later one. */
function roundedUp(bars: BarColumnsBuilder, rows: number): Float64Array {
  const known = bars.eventTime.slice(0, rows)
  for (let i = 0; i < rows; i++) if (bars.nanos[i] > 0) known[i]++
  return known
}
