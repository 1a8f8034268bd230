/**
 * Hands one stream of bars to its window: a series in memory as views, a larger one batch by batch, and as many
 * rows before the first decision as the strategy needs to warm up.
 */
import { DAY, isoDate, isoTime } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { BarStream } from '../domain/ports/store.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'
import { seriesDigest, StreamDigest } from './row-digest.ts'
import { rowAtOrAfter, sliceSeries } from './series.ts'
import { warmStart } from './warm-start.ts'

export class BarFeed {
  /** The rows of this run when they are in memory, warm-up included. */
  readonly series: BarSeries | undefined
  readonly rows: number
  given = 0
  readonly #next: BarStream['next']
  readonly #engine: Engine
  readonly #place: number
  readonly #rowsAtOnce: number
  readonly #to: number
  #streamed: StreamDigest | undefined

  constructor(
    stream: BarStream,
    terms: {
      readonly engine: Engine
      /** Its place among the engine's streams. */
      readonly place: number
      readonly id: string
      readonly from?: number
      readonly to?: number
      readonly warmup: number
      readonly rowsAtOnce: number
      readonly warnings: RunWarning[]
    },
  ) {
    this.#engine = terms.engine
    this.#place = terms.place
    this.#to = terms.to ?? Number.POSITIVE_INFINITY
    this.#rowsAtOnce = terms.rowsAtOnce
    const from = terms.from ?? Number.NEGATIVE_INFINITY
    const warnShort = (found: number): void => {
      if (terms.from !== undefined && found < terms.warmup)
        terms.warnings.push({
          code: 'SHORT_WARMUP',
          text: `${terms.id} has ${found} of the ${terms.warmup} warm-up bars before ${edge(terms.from)}; its first decisions come later.`,
        })
    }
    if (stream.series !== undefined) {
      const start = rowAtOrAfter(stream.series, from)
      const first = Math.max(0, start - terms.warmup)
      warnShort(start - first)
      this.series = sliceSeries(stream.series, first, rowAtOrAfter(stream.series, this.#to + 1))
    }
    this.#next = warmStart(stream, { from, warmup: terms.warmup, onFound: warnShort })
    this.rows = this.series?.length ?? stream.rows
  }

  /** The next rows; a promise only when they must be read. */
  fill(): Promise<void> | undefined {
    if (this.series === undefined) return this.#read()
    const from = this.given
    const to = Math.min(this.series.length, from + this.#rowsAtOnce)
    this.given = to
    const window = this.#engine.streams.barOf[this.#place]!
    if (from === 0) window.expect(this.series)
    window.load(this.series, from, to)
    this.#engine.streams.loaded(this.#place, to < this.series.length)
    return undefined
  }

  digest(): string {
    return this.series === undefined
      ? (this.#streamed ?? new StreamDigest()).hex()
      : seriesDigest(this.series)
  }

  async #read(): Promise<void> {
    let batch = await this.#next(this.#rowsAtOnce)
    let more = batch !== undefined
    if (batch !== undefined) {
      const end = rowAtOrAfter(batch, this.#to + 1)
      more = end === batch.length
      if (!more) batch = sliceSeries(batch, 0, end)
      this.#streamed ??= new StreamDigest()
      this.#streamed.add(batch)
      this.given += batch.length
      this.#engine.streams.barOf[this.#place]!.load(batch, 0, batch.length)
    }
    this.#engine.streams.loaded(this.#place, more)
  }
}

/** A day as the command line means it begins a microsecond after midnight. */
export function edge(time: number): string {
  return time % DAY === 1 ? isoDate(time) : isoTime(time)
}
