/** Bars of one instrument while they come in: columns that grow, and can be put in order. */

export const PRICE_COLUMNS = ['open', 'high', 'low', 'close'] as const

export class BarColumnsBuilder {
  length = 0
  eventTime: Float64Array
  /** Nanoseconds of the event beyond its µs. */
  nanos: Uint16Array
  sessionClose: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
  volume: Float64Array
  /** 1 where the file held no volume, so that NULL stays NULL. */
  volumeMissing: Uint8Array
  /** Row of the file. */
  row: Float64Array
  hasNanos = false

  constructor(capacity = 4096) {
    this.eventTime = new Float64Array(capacity)
    this.nanos = new Uint16Array(capacity)
    this.sessionClose = new Float64Array(capacity)
    this.open = new Float64Array(capacity)
    this.high = new Float64Array(capacity)
    this.low = new Float64Array(capacity)
    this.close = new Float64Array(capacity)
    this.volume = new Float64Array(capacity)
    this.volumeMissing = new Uint8Array(capacity)
    this.row = new Float64Array(capacity)
  }

  /** Makes room for so many rows more. */
  reserve(rows: number): void {
    const needed = this.length + rows
    if (needed <= this.eventTime.length) return
    this.#resize(Math.max(needed, this.eventTime.length * 2))
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

  #columns(): (Float64Array | Uint16Array | Uint8Array)[] {
    const { eventTime, nanos, sessionClose, open, high, low, close, volume, volumeMissing, row } = this
    return [eventTime, nanos, sessionClose, open, high, low, close, volume, volumeMissing, row]
  }

  #resize(capacity: number): void {
    const grow = (column: Float64Array): Float64Array => {
      const wider = new Float64Array(capacity)
      wider.set(column.subarray(0, this.length))
      return wider
    }
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
    const missing = new Uint8Array(capacity)
    missing.set(this.volumeMissing.subarray(0, this.length))
    this.volumeMissing = missing
  }
}
