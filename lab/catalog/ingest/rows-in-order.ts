/**
 * Rows of one stream that come in any order: held until all have come, then put in order of receipt, of happening
 * where that is equal, and else as they came. Takes the memory of the whole stream; only where it is asked for.
 */
import type { KindRows } from '../schema.ts'
import type { SeriesKind } from '../series-reader.ts'
import { chosen } from './sound-rows.ts'

type Rows = KindRows[SeriesKind]
type Column = Float64Array | Uint16Array

export class RowsInOrder {
  #length = 0
  #numbers = new Float64Array(1024)
  readonly #columns = new Map<string, Column>()
  #rest: Rows | undefined

  /** Rows held now. */
  get length(): number {
    return this.#length
  }

  /** Copies the rows. */
  add(rows: Rows, rowNumber: (row: number) => number): void {
    const needed = this.#length + rows.length
    this.#rest ??= rows
    const given = rows as unknown as Readonly<Record<string, unknown>>
    for (const name of new Set([...Object.keys(rows), ...this.#columns.keys()])) {
      const column = given[name]
      const isColumn = column instanceof Float64Array || column instanceof Uint16Array
      if (!isColumn && !this.#columns.has(name)) continue
      const known = this.#columns.get(name)
      let held = known ?? empty(column instanceof Uint16Array)
      const unknown = held instanceof Uint16Array ? 0 : Number.NaN
      if (held.length < needed) {
        const wider = held instanceof Uint16Array ? new Uint16Array(needed * 2) : new Float64Array(needed * 2)
        wider.set(held)
        this.#columns.set(name, (held = wider))
      }
      // Rows of before had no such column.
      if (known === undefined) held.fill(unknown, 0, this.#length)
      if (isColumn) held.set(column.subarray(0, rows.length), this.#length)
      else held.fill(unknown, this.#length, needed)
    }
    if (this.#numbers.length < needed) {
      const wider = new Float64Array(needed * 2)
      wider.set(this.#numbers)
      this.#numbers = wider
    }
    for (let row = 0; row < rows.length; row++) this.#numbers[this.#length + row] = rowNumber(row)
    this.#length = needed
  }

  /** All rows, in order, with the number of each; undefined where none came. */
  take(): { readonly rows: Rows; readonly rowNumber: (row: number) => number } | undefined {
    const taken = this.takeAsTheyCame()
    if (taken === undefined) return undefined
    const { rows, rowNumber } = taken
    const { eventTime, receiveTime, eventNanos, receiveNanos } = rows
    const order = new Uint32Array(rows.length)
    for (let row = 0; row < order.length; row++) order[row] = row
    order.sort(
      (a, b) =>
        receiveTime[a] - receiveTime[b] ||
        // The more it was rounded up, the earlier it was.
        (receiveNanos === undefined ? 0 : receiveNanos[b] - receiveNanos[a]) ||
        eventTime[a] - eventTime[b] ||
        (eventNanos === undefined ? 0 : eventNanos[a] - eventNanos[b]) ||
        a - b,
    )
    return { rows: chosen(rows, order), rowNumber: row => rowNumber(order[row]) }
  }

  /** All rows as they came; nothing is held then. */
  takeAsTheyCame(): { readonly rows: Rows; readonly rowNumber: (row: number) => number } | undefined {
    if (this.#rest === undefined) return undefined
    const held: Record<string, unknown> = { ...this.#rest, length: this.#length }
    for (const [name, column] of this.#columns) held[name] = column.subarray(0, this.#length)
    const numbers = this.#numbers
    this.#rest = undefined
    this.#columns.clear()
    this.#numbers = new Float64Array(1024)
    this.#length = 0
    return { rows: held as unknown as Rows, rowNumber: row => numbers[row] }
  }
}

function empty(small: boolean): Column {
  return small ? new Uint16Array(0) : new Float64Array(0)
}
