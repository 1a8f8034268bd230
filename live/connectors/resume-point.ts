/**
 * How far a feed's stream has come in without a hole: from there it is asked to go on. Bars that came beyond a hole
 * are asked for again with it; they are recognised as duplicates.
 */
export class ResumePoint {
  /** The stream that the sequences belong to; undefined before the first connection. */
  stream: string | undefined
  #after = 0
  #highest = 0
  readonly #beyond = new Set<number>()

  /** Every bar up to this sequence has come. */
  get after(): number {
    return this.#after
  }

  /** A connection begins; another stream counts anew. */
  connected(stream: string | undefined): void {
    if (stream === this.stream) return
    this.stream = stream
    this.#after = 0
    this.#highest = 0
    this.#beyond.clear()
  }

  /** A bar came. Returns the sequences that it jumped over. */
  take(sequence: number): { from: number; to: number } | undefined {
    const hole = sequence > this.#highest + 1 ? { from: this.#highest + 1, to: sequence - 1 } : undefined
    this.#highest = Math.max(this.#highest, sequence)
    if (sequence > this.#after) this.#beyond.add(sequence)
    while (this.#beyond.delete(this.#after + 1)) this.#after++
    return hole
  }
}
