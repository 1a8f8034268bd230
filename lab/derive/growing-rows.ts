/** Finished rows in columns until somebody takes them: room that doubles, and copies of what was filled. */
export class GrowingRows<Name extends string> {
  length = 0
  columns: Record<Name, Float64Array>
  readonly #names: readonly Name[]
  #room = 64

  constructor(names: readonly Name[]) {
    this.#names = names
    this.columns = this.#make(() => new Float64Array(this.#room))
  }

  /** Place of a new row; every column is then to be written there. */
  next(): number {
    if (this.length === this.#room) {
      this.#room *= 2
      const before = this.columns
      this.columns = this.#make(name => {
        const wider = new Float64Array(this.#room)
        wider.set(before[name])
        return wider
      })
    }
    return this.length++
  }

  /** What was filled; empty from then on. */
  take(): Record<Name, Float64Array> & { readonly length: number } {
    const { length } = this
    this.length = 0
    return { ...this.#make(name => this.columns[name].slice(0, length)), length }
  }

  #make(column: (name: Name) => Float64Array): Record<Name, Float64Array> {
    return Object.fromEntries(this.#names.map(name => [name, column(name)])) as Record<Name, Float64Array>
  }
}
