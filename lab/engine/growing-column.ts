/** Doubles appended row by row; read out as one array at the end. For what grows now and then, not per bar. */
const PIECE = 1 << 14

export class GrowingColumn {
  readonly #full: Float64Array[] = []
  #piece = new Float64Array(64)
  #filled = 0
  #before = 0

  get length(): number {
    return this.#before + this.#filled
  }

  push(value: number): void {
    if (this.#filled === this.#piece.length) this.#next()
    this.#piece[this.#filled++] = value
  }

  toArray(): Float64Array {
    const whole = new Float64Array(this.length)
    let at = 0
    for (const piece of this.#full) {
      whole.set(piece, at)
      at += piece.length
    }
    whole.set(this.#piece.subarray(0, this.#filled), at)
    return whole
  }

  #next(): void {
    this.#full.push(this.#piece)
    this.#before += this.#piece.length
    this.#piece = new Float64Array(Math.min(PIECE, this.#piece.length * 4))
    this.#filled = 0
  }
}
