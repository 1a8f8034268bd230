/** The price grid that a source tells, held against its prices: old prices may lie on a finer one than today's. */
import { GridFinder } from '../ingest/grid.ts'

export class ToldGrid {
  readonly #told: number
  readonly #found = new GridFinder()
  #holds = true

  constructor(told: number) {
    this.#told = told
  }

  see(prices: Float64Array, length: number): void {
    this.#found.seeAll(prices, length)
    const told = this.#told
    for (let i = 0; i < length && this.#holds; i++) {
      const price = prices[i]
      const ticks = Math.round(price * told)
      this.#holds = Number.isNaN(price) || (ticks / told === price && ticks <= Number.MAX_SAFE_INTEGER)
    }
  }

  /** Every price so far is on the grid that was told. */
  get holds(): boolean {
    return this.#holds
  }

  /** As told, or as measured where some price lies off it. */
  get ticksPerUnit(): number {
    return this.#holds ? this.#told : this.#found.ticksPerUnit
  }
}
