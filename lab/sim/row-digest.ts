/**
 * SHA-256 of the rows that a run reads, column by column, so that neither the size of batches nor the order of
 * files changes it. A column already hashed is not hashed again: columns are immutable once handed over.
 */
import { Digest } from '../core/digest.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { TickKind } from '../domain/ports/store.ts'

/** Rows in columns. */
interface Rows {
  readonly length: number
}

const BARS = ['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume', 'sessionClose'] as const
/** Columns of each kind of ticks beside its times. */
const TICKS: Readonly<Record<TickKind, readonly string[]>> = {
  quotes: ['bid', 'ask', 'bidSize', 'askSize'],
  trades: ['price', 'size', 'side'],
  book: ['price', 'size', 'side', 'action', 'order'],
  funding: ['rate', 'markPrice'],
  custom: ['value'],
}
/** Columns that a series may lack. */
const OPTIONAL: ReadonlySet<string> = new Set(['sessionClose', 'order'])
const known = new WeakMap<Float64Array, string>()

/** Names of the columns of a kind of ticks, times first. */
export function tickColumns(kind: TickKind): readonly string[] {
  return ['eventTime', 'receiveTime', ...TICKS[kind]]
}

/** Digest of a whole series of bars in memory. */
export function seriesDigest(series: BarSeries): string {
  return rowsDigest(series, BARS)
}

/** The same of any rows in columns. */
export function rowsDigest(series: Rows, names: readonly string[]): string {
  const digest = new Digest()
  for (const name of names) {
    const column = columnOf(series, name)
    digest.text(column === undefined ? `${name} none` : `${name} ${columnDigest(column)}`)
  }
  return digest.hex()
}

/** The same digest for a series that arrives in batches; of bars where no names are given. */
export class StreamDigest {
  readonly #names: readonly string[]
  readonly #columns: (Digest | undefined)[]

  constructor(names: readonly string[] = BARS) {
    this.#names = names
    this.#columns = names.map(name => (OPTIONAL.has(name) ? undefined : new Digest()))
  }

  add(batch: Rows): void {
    this.#names.forEach((name, place) => {
      const column = columnOf(batch, name)
      if (column === undefined) return
      this.#columns[place] ??= new Digest()
      this.#columns[place].column(column, 0, batch.length)
    })
  }

  hex(): string {
    const digest = new Digest()
    this.#names.forEach((name, place) => {
      digest.text(`${name} ${this.#columns[place]?.hex() ?? 'none'}`)
    })
    return digest.hex()
  }
}

function columnOf(series: Rows, name: string): Float64Array | undefined {
  return (series as unknown as Readonly<Record<string, Float64Array | undefined>>)[name]
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
