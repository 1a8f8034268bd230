/**
 * A table of doubles that grows by blocks of rows and never copies: rows lie together, so that writing one
 * touches one place in memory, and a table of a million rows costs no more per row than one of a hundred.
 */
import { objectList } from '../core/object-list.ts'

const SHIFT = 9
const ROWS = 1 << SHIFT

export class RowBlocks {
  readonly width: number
  readonly #blocks = objectList<Float64Array>()

  /** @param width doubles per row */
  constructor(width: number) {
    this.width = width
  }

  /** The block that holds a row, made when it is the next one. */
  block(row: number): Float64Array {
    const place = row >> SHIFT
    while (place >= this.#blocks.length) this.#blocks.push(new Float64Array(ROWS * this.width))
    return this.#blocks[place]
  }

  /** Where in its block a row begins. */
  start(row: number): number {
    return (row & (ROWS - 1)) * this.width
  }

  get(row: number, field: number): number {
    return this.#blocks[row >> SHIFT][(row & (ROWS - 1)) * this.width + field]
  }

  /** One field of the first `rows` rows, gathered. */
  column(field: number, rows: number): Float64Array {
    const column = new Float64Array(rows)
    for (let row = 0; row < rows; row++) column[row] = this.get(row, field)
    return column
  }
}
