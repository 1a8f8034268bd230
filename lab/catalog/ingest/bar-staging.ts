/** Bars of one file's instruments on their way into Parquet: a year is written away when it is over. */
import { fieldsOf } from '../fields.ts'
import type { InstrumentRows } from './assemble.ts'
import type { BarColumnsBuilder } from './bar-columns.ts'
import { type StagedPart, type StagedRows, type Staging, startOfYear } from './partitions.ts'

/** Rows of a year that is not over that may stay with their builder. */
const FEW_ROWS = 65_536

export class BarStaging {
  readonly #staging: Staging
  readonly #start: (symbol: string) => number
  readonly #parts = new Map<string, StagedPart>()

  /** @param start number of a symbol's first bar */
  constructor(staging: Staging, start: (symbol: string) => number) {
    this.#staging = staging
    this.#start = start
  }

  /** Writes away every year that is over, and the rest where it is long. */
  async relieve(instruments: Iterable<InstrumentRows>): Promise<void> {
    for (const rows of instruments) {
      const { length, eventTime } = rows.bars
      if (length === 0) continue
      if (length >= FEW_ROWS) {
        await this.#take(rows, length)
        continue
      }
      const yearStart = startOfYear(eventTime[length - 1])
      let end = length
      while (end > 0 && eventTime[end - 1] >= yearStart) end--
      if (end === 0) continue
      await this.#take(rows, end)
      // With thousands of instruments no table stays open for a handful of rows each.
      await this.#part(rows.symbol).cut()
    }
  }

  /** Writes away the rest. */
  async finish(rows: InstrumentRows): Promise<StagedRows> {
    await this.#take(rows, rows.bars.length)
    return this.#part(rows.symbol).finish()
  }

  #part(symbol: string): StagedPart {
    let part = this.#parts.get(symbol)
    if (part === undefined) this.#parts.set(symbol, (part = this.#staging.part('bars', this.#start(symbol))))
    return part
  }

  async #take({ symbol, bars }: InstrumentRows, end: number): Promise<void> {
    if (end === 0) return
    await this.#part(symbol).append(fieldsOf('bars', rowsOf(bars, end)))
    bars.dropFirst(end)
  }
}

function rowsOf(bars: BarColumnsBuilder, length: number) {
  const { eventTime, nanos, open, high, low, close, volume } = bars
  return {
    length,
    eventTime,
    receiveTime: bars.hasNanos ? roundedUp(bars, length) : eventTime,
    sessionClose: bars.hasSessions ? bars.sessionClose : undefined,
    open,
    high,
    low,
    close,
    volume,
    eventNanos: nanos,
  }
}

/** A time between two µs is known at the later one. */
function roundedUp(bars: BarColumnsBuilder, rows: number): Float64Array {
  const known = bars.eventTime.slice(0, rows)
  for (let i = 0; i < rows; i++) if (bars.nanos[i] > 0) known[i]++
  return known
}
