/**
 * SHA-256 of the rows that a run reads, column by column, so that neither the size of batches nor the order of
 * files changes it. A column already hashed is not hashed again: columns are immutable once handed over.
 */
import { Digest } from '../core/digest.ts'
import type { BarSeries } from '../domain/bar.ts'

const COLUMNS = [
  'eventTime',
  'receiveTime',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'sessionClose',
] as const
const known = new WeakMap<Float64Array, string>()

/** Digest of a whole series in memory. */
export function seriesDigest(series: BarSeries): string {
  const digest = new Digest()
  for (const name of COLUMNS) {
    const column = series[name]
    digest.text(column === undefined ? `${name} none` : `${name} ${columnDigest(column)}`)
  }
  return digest.hex()
}

/** The same digest for a series that arrives in batches. */
export class StreamDigest {
  readonly #columns = COLUMNS.map(() => new Digest())
  #sessions = false

  add(batch: BarSeries): void {
    this.#sessions ||= batch.sessionClose !== undefined
    COLUMNS.forEach((name, place) => {
      const column = batch[name]
      if (column !== undefined) this.#columns[place].column(column, 0, batch.length)
    })
  }

  hex(): string {
    const digest = new Digest()
    COLUMNS.forEach((name, place) => {
      const absent = name === 'sessionClose' && !this.#sessions
      digest.text(absent ? `${name} none` : `${name} ${this.#columns[place].hex()}`)
    })
    return digest.hex()
  }
}

function columnDigest(column: Float64Array): string {
  let hex = known.get(column)
  if (hex === undefined) {
    const digest = new Digest()
    digest.column(column)
    hex = digest.hex()
    known.set(column, hex)
  }
  return hex
}
