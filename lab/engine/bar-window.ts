/**
 * The part of one instrument's bars that a run holds: the newest rows with a tail of history behind them, and
 * beside them the columns of its indicators. `cursor` is the last bar that is known; rows after it are the
 * future and are read by the engine alone.
 *
 * A series in memory is windowed without copying; a stream hands batches over; live bars come one by one. The
 * indicators are filled row by row in the same order in all three.
 */
import type { BarColumns, BarSeries } from '../domain/bar.ts'
import type { Indicator } from '../indicators/indicator.ts'
import { keptColumns } from './kept-columns.ts'

type Columns = { -readonly [Name in keyof BarColumns]: BarColumns[Name] } & {
  eventTime: Float64Array
  receiveTime: Float64Array
  sessionClose: Float64Array
}

const NONE: Float64Array = new Float64Array(0)
const NAMES = ['open', 'high', 'low', 'close', 'volume', 'eventTime', 'receiveTime', 'sessionClose'] as const
const BARS = ['open', 'high', 'low', 'close', 'volume'] as const
const DAY = 86_400_000_000

const one = () => new Float64Array(1)

export interface WindowIndicator {
  readonly indicator: Indicator
  readonly outputs: number
  /** Under what its columns may be kept for other runs; undefined when they may not. */
  readonly key?: string
  /** An author's own: it is shown each bar by itself, when it becomes known. */
  readonly foreign?: boolean
}

/** One output of one indicator. */
export interface OutputCell {
  column: Float64Array
  readonly window: BarWindow
}

export class BarWindow implements Columns {
  open = NONE
  high = NONE
  low = NONE
  close = NONE
  volume = NONE
  eventTime = NONE
  receiveTime = NONE
  sessionClose = NONE
  /** Row of the newest known bar, −1 before the first. */
  cursor = -1
  /** Rows held. */
  end = 0
  /** The newest bar came after an instant of its close, or of a later one, had been worked. */
  late = false
  /** A callback is looking at the newest bar: its view is alive. */
  shown = false
  /** cells[indicator][output]; their columns have the rows of the bar columns. */
  readonly cells: OutputCell[][]
  readonly #indicators: readonly WindowIndicator[]
  readonly #keep: number
  /** Rows that have left the window. */
  #gone = 0
  #series: BarSeries | undefined
  /** Outputs over the whole of the one series that all rows will come from, where another run left them. */
  #kept: readonly (readonly Float64Array[] | undefined)[] = []
  /** The cells' columns as `fill` wants them. */
  readonly #columns: Float64Array[][]

  /** Its place among the run's bar windows: the finest of each instrument by handle, then the others. */
  readonly slot: number
  readonly interval: string
  /** Some indicator is an author's own: `takeForeign` must be called whenever the cursor has moved. */
  readonly foreign: boolean
  /** The one bar that such an indicator is shown. */
  readonly #shown = { open: one(), high: one(), low: one(), close: one(), volume: one() }
  readonly #made: readonly Float64Array[][]
  /** Bars that were published again, in the order in which that became known; `copy` shows them from then on. */
  corrections: BarSeries | undefined
  /** Splits of its instrument, in order of time; the first bar that closes after one is in new shares. */
  readonly splits: { readonly time: number; readonly ratio: number }[] = []
  /** First rows in new shares, counted from the first row ever held, with their ratios. */
  readonly #splitRows: { readonly row: number; readonly ratio: number }[] = []

  /** @param history rows that must stay reachable behind the cursor */
  constructor(indicators: readonly WindowIndicator[], history: number, slot = 0, interval = '') {
    this.slot = slot
    this.interval = interval
    this.#indicators = indicators
    this.#keep = Math.max(1, history)
    this.cells = indicators.map(entry =>
      Array.from({ length: entry.outputs }, () => ({ column: NONE, window: this })),
    )
    this.#columns = this.cells.map(() => [])
    this.foreign = indicators.some(entry => entry.foreign === true)
    this.#made = indicators.map(entry => Array.from({ length: entry.outputs }, one))
  }

  /** Has authors' own indicators take in the newest bar. */
  takeForeign(): void {
    const row = this.cursor
    for (const name of BARS) this.#shown[name][0] = this[name][row]
    this.#indicators.forEach(({ indicator, foreign }, i) => {
      if (foreign !== true) return
      for (const split of this.#splitRows)
        if (split.row === this.#gone + row) indicator.rescale(1 / split.ratio, split.ratio)
      indicator.fill(this.#shown, 0, 1, this.#made[i])
      this.cells[i].forEach((cell, k) => {
        cell.column[row] = this.#made[i][k][0]
      })
    })
  }

  /** Bars known since the start, whatever has left the window. */
  get known(): number {
    return this.#gone + this.cursor + 1
  }

  /** Says before the first load that all rows will be those of this series, in order and from its first. */
  expect(series: BarSeries): void {
    this.#kept = this.#indicators.map(({ indicator, outputs, key }) =>
      key === undefined || this.splits.length > 0 ? undefined : keptColumns(series, key, indicator, outputs),
    )
  }

  /** Holds rows [from, to) of a series next, after the tail of what it holds now. */
  load(series: BarSeries, from: number, to: number): void {
    const tail = Math.min(this.#keep, this.end)
    if (tail === 0 || (series === this.#series && from >= tail)) {
      for (const name of NAMES) {
        const column = series[name]
        this[name] = column === undefined ? NONE : rowsOf(column, from - tail, to)
      }
      // One object where two would say the same: a panel reads both for every symbol at every instant.
      if (series.receiveTime === series.eventTime) this.receiveTime = this.eventTime
    } else {
      for (const name of NAMES) {
        const column = series[name]
        if (column === undefined) this[name] = NONE
        else {
          const joined = new Float64Array(tail + to - from)
          joined.set(this[name].subarray(this.end - tail, this.end))
          joined.set(column.subarray(from, to), tail)
          this[name] = joined
        }
      }
    }
    this.#series = series
    this.#gone += this.end - tail
    this.#carryOutputs(tail, tail + to - from)
    this.cursor = tail - 1
    this.end = tail + to - from
    const start = this.#fillToSplits(tail)
    for (let i = 0; i < this.#indicators.length; i++) {
      const kept = this.#kept[i]
      if (this.#indicators[i].foreign === true) continue
      if (kept === undefined) this.#indicators[i].indicator.fill(this, start, this.end, this.#columns[i])
      else for (let k = 0; k < kept.length; k++) this.cells[i][k].column = rowsOf(kept[k], from - tail, to)
    }
  }

  /** Appends one bar that has just become known (paper and live); the caller moves the cursor as for any other. */
  push(bar: BarSeries, row: number): void {
    if (this.end === this.open.length) this.#grow()
    for (const name of NAMES) {
      const column = bar[name]
      this[name][this.end] = column !== undefined ? column[row] : Math.ceil(bar.eventTime[row] / DAY) * DAY
    }
    this.end++
    for (let i = 0; i < this.#indicators.length; i++)
      if (this.#indicators[i].foreign !== true)
        this.#indicators[i].indicator.fill(this, this.end - 1, this.end, this.#columns[i])
  }

  /** Rows [from, to) of a column as a copy, in the shares of the newest known bar, corrected by what is known by now. */
  copy(
    name: 'open' | 'high' | 'low' | 'close' | 'volume',
    from: number,
    to: number,
    now: number,
  ): Float64Array {
    const copied = this[name].slice(from, to)
    if (this.corrections !== undefined) this.#correct(this.corrections, name, copied, from, now)
    const known = this.known
    for (const { row, ratio } of this.#splitRows) {
      if (row >= known) break
      const before = Math.min(copied.length, row - this.#gone - from)
      for (let k = 0; k < before; k++) copied[k] = name === 'volume' ? copied[k] * ratio : copied[k] / ratio
    }
    return copied
  }

  /** A bar that was not there before stays unseen: histories have the bars that came. */
  #correct(
    corrections: BarSeries,
    name: 'open' | 'high' | 'low' | 'close' | 'volume',
    copied: Float64Array,
    from: number,
    now: number,
  ): void {
    for (let i = 0; i < corrections.length && corrections.receiveTime[i] <= now; i++) {
      const time = corrections.eventTime[i]
      for (let k = copied.length - 1; k >= 0 && this.eventTime[from + k] >= time; k--)
        if (this.eventTime[from + k] === time) copied[k] = corrections[name][i]
    }
  }

  /** Fills indicators up to the last split in the rows held, rescaling them at each; returns where it stopped. */
  #fillToSplits(from: number): number {
    let start = from
    while (this.#splitRows.length < this.splits.length) {
      const { time, ratio } = this.splits[this.#splitRows.length]
      let row = start
      while (row < this.end && this.eventTime[row] <= time) row++
      if (row === this.end) break
      this.#indicators.forEach(({ indicator, foreign }, i) => {
        if (foreign === true) return
        indicator.fill(this, start, row, this.#columns[i])
        indicator.rescale(1 / ratio, ratio)
      })
      this.#splitRows.push({ row: this.#gone + row, ratio })
      start = row
    }
    return start
  }

  /** Close of the session of a row; each UTC day is one where nothing else is recorded. */
  sessionCloseAt(row: number): number {
    return this.sessionClose.length > 0 ? this.sessionClose[row] : Math.ceil(this.eventTime[row] / DAY) * DAY
  }

  #grow(): void {
    const tail = Math.min(this.#keep, this.end)
    const rows = Math.max(1024, 2 * tail)
    for (const name of NAMES) {
      const column = new Float64Array(rows)
      column.set(this[name].subarray(this.end - tail, this.end))
      this[name] = column
    }
    this.#gone += this.end - tail
    this.#carryOutputs(tail, rows)
    this.cursor = tail - 1
    this.end = tail
  }

  /** Makes room for `rows` output rows; the last `tail` values stay readable before them. */
  #carryOutputs(tail: number, rows: number): void {
    this.cells.forEach((cells, place) => {
      if (this.#kept[place] !== undefined) return
      for (const cell of cells) {
        const old = cell.column
        if (old.length < rows) cell.column = new Float64Array(rows)
        if (tail > 0) cell.column.set(old.subarray(this.end - tail, this.end))
      }
      this.#columns[place] = cells.map(cell => cell.column)
    })
  }
}

/** Rows [from, to) as a view; the column itself where that is all of it, so that series that share one go on sharing. */
function rowsOf(column: Float64Array, from: number, to: number): Float64Array {
  return from === 0 && to === column.length ? column : column.subarray(from, to)
}
