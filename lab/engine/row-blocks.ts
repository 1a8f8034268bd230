/**
 * A table of doubles that grows by blocks of rows and never copies: rows lie together, so that writing one
 * touches one place in memory, and a table of a million rows costs no more per row than one of a hundred.
 */
const ROWS = 512

export class RowBlocks {
  readonly width: number
  readonly #blocks: Float64Array[] = []

  /** @param width doubles per row */
  constructor(width: number) {
    this.width = width
  }

  /** The block that holds a row, made when it is the next one. */
  block(row: number): Float64Array {
    const place = (row / ROWS) | 0
    while (place >= this.#blocks.length) this.#blocks.push(new Float64Array(ROWS * this.width))
    return this.#blocks[place]
  }

  /** Where in its block a row begins. */
  start(row: number): number {
    return (row % ROWS) * this.width
  }

  get(row: number, field: number): number {
    return this.#blocks[(row / ROWS) | 0][(row % ROWS) * this.width + field]
  }

  /** One field of the first `rows` rows, gathered. */
  column(field: number, rows: number): Float64Array {
    return Float64Array.from({ length: rows }, (_, row) => this.get(row, field))
  }
}
