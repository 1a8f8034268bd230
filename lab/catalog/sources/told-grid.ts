/** The price grid that a source tells, held against its prices: old prices may lie on a finer one than today's. */
import { GridFinder } from '../ingest/grid.ts'
import type { SourceBatch, SourceReading } from './source.ts'

const PRICES = ['open', 'high', 'low', 'close', 'price', 'bid', 'ask'] as const

/** The grids of all instruments of a source. */
export class ToldGrids {
  readonly #whose: string
  readonly #reading: SourceReading
  readonly #grids = new Map<string, ToldGrid>()

  /** @param whose grids they are, for notes: `LEAN’s` */
  constructor(whose: string, reading: SourceReading) {
    this.#whose = whose
    this.#reading = reading
  }

  /** The batch with the grid that holds every price of its instrument so far; it never becomes coarser. */
  hold(batch: SourceBatch): SourceBatch {
    if (!('instrument' in batch)) return batch
    const { instrument, rows } = batch
    const told = instrument.ticksPerUnit
    if (told === undefined) return batch
    const key = `${instrument.venue}:${instrument.symbol}`
    let grid = this.#grids.get(key)
    if (grid === undefined) this.#grids.set(key, (grid = new ToldGrid(told)))
    const before = grid.holds
    const columns = rows as unknown as Readonly<Record<string, Float64Array | undefined>>
    for (const name of PRICES) {
      const prices = columns[name]
      if (prices !== undefined) grid.see(prices, rows.length)
    }
    if (before && !grid.holds)
      this.#reading.note(`prices of ${key} lie off ${this.#whose} grid of ${1 / told}: their own is measured`)
    return { ...batch, instrument: { ...instrument, ticksPerUnit: grid.ticksPerUnit } } as SourceBatch
  }
}

class ToldGrid {
  holds = true
  readonly #told: number
  readonly #found = new GridFinder()

  constructor(told: number) {
    this.#told = told
  }

  see(prices: Float64Array, length: number): void {
    this.#found.seeAll(prices, length)
    const told = this.#told
    for (let i = 0; i < length && this.holds; i++) {
      const price = prices[i]
      const ticks = Math.round(price * told)
      this.holds = Number.isNaN(price) || (ticks / told === price && ticks <= Number.MAX_SAFE_INTEGER)
    }
  }

  /** As told, or as measured where some price lies off it. */
  get ticksPerUnit(): number {
    return this.holds ? this.#told : this.#found.ticksPerUnit
  }
}
