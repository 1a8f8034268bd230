/** Bars as a notebook holds them: to look at, to mend, to make coarser, and to run on. */
import type { QualityPolicy } from '../../catalog/quality/policy.ts'
import { GordonError } from '../../core/errors.ts'
import { derived, joined } from '../../derive/deriver.ts'
import { Resampler, type ResampleTerms } from '../../derive/resample.ts'
import type { BarSeries } from '../../domain/bar.ts'
import { instrumentId } from '../../domain/instrument.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { heldBars } from './held-bars.ts'
import { columnTable, type FrameTable } from './frame-table.ts'
import type { Bundle } from './kernel.ts'
import { type Mended, mendBars, undoneBars } from './mend-bars.ts'
import { JUPYTER, type Row, tableBundle } from './table.ts'

export class NotebookBars {
  readonly #source: BarSource
  readonly #reopen: () => Promise<BarSource>

  /** @param reopen for streams that can be read once; a source in memory serves any number of runs */
  constructor(source: BarSource, reopen: () => Promise<BarSource> = async () => source) {
    this.#source = source
    this.#reopen = reopen
  }

  get datasets(): BarSource['datasets'] {
    return this.#source.datasets
  }

  get instruments(): BarSource['instruments'] {
    return this.#source.instruments
  }

  /** For one run: bars in memory serve any number, a stream is opened anew. */
  async source(): Promise<BarSource> {
    return this.#source.streams.every(stream => stream.series !== undefined) ? this.#source : this.#reopen()
  }

  /** One instrument's bars in columns of times and numbers. @param symbol `AAPL` or `XNAS:AAPL`; the first unless said */
  series(symbol?: string): BarSeries {
    const { instruments, streams } = this.#source
    const handle =
      symbol === undefined
        ? 0
        : instruments.findIndex(one => one.symbol === symbol || instrumentId(one) === symbol)
    if (handle < 0)
      throw new GordonError(
        'UNKNOWN_SYMBOL',
        `These bars have no ${symbol}: they have ${instruments.map(instrumentId).join(', ')}.`,
      )
    const series = streams[handle].series
    if (series === undefined)
      throw new GordonError(
        'LARGER_THAN_MEMORY',
        `The bars of ${instrumentId(instruments[handle])} are streamed, not held: narrow them with from and to, or ask the store in SQL.`,
      )
    return series
  }

  /** As an Arrow table. @param symbol as in `series` */
  table(symbol?: string): FrameTable {
    const { eventTime, open, high, low, close, volume } = this.series(symbol)
    return columnTable({ time: eventTime, open, high, low, close, volume })
  }

  /**
   * Coarser bars of every instrument, by the sessions of its own calendar.
   * @param interval `1h`, `1d`, `1w`, `month`
   * @throws GordonError DERIVE_INTERVAL, DERIVE_EDGE
   */
  async resample(
    interval: string,
    terms: Partial<Omit<ResampleTerms, 'interval' | 'from'>> = {},
  ): Promise<NotebookBars> {
    const source = await this.source()
    const made: BarSeries[] = []
    for (const [handle, stream] of source.streams.entries()) {
      const { calendar } = source.instruments[handle]
      const resampler = new Resampler({ calendar, ...terms, from: source.intervals[handle], interval })
      const batches =
        stream.series === undefined ? derived(stream, resampler) : [resampler.add(stream.series)]
      const parts: BarSeries[] = []
      for await (const part of batches) parts.push(part)
      if (stream.series !== undefined) parts.push(resampler.end())
      made.push(joined(parts))
    }
    return new NotebookBars(heldBars(source, made, { interval, words: `resampled to ${interval}` }))
  }

  /**
   * The bars looked through and mended as a policy says, every change on record; the store is left as it is.
   * @param policy `outlier=repair,duplicate=repair`; what it does not name stays
   * @throws GordonError BAD_POLICY, QUALITY_REFUSED where it finds what the policy refuses, LARGER_THAN_MEMORY
   */
  async mend(policy: QualityPolicy | string): Promise<MendedBars> {
    const series = this.#source.instruments.map(one => this.series(instrumentId(one)))
    return new MendedBars(await mendBars(this.#source, series, policy), this.datasets)
  }

  [JUPYTER](): Bundle {
    return tableBundle(this.rows())
  }

  /** A row per instrument, as it is shown. */
  protected rows(): Row[] {
    return this.#source.instruments.map((instrument, handle) => {
      const { rows, series } = this.#source.streams[handle]
      const day = (at: number) =>
        series === undefined || rows === 0 ? undefined : new Date(series.eventTime[at] / 1000)
      return {
        instrument: instrumentId(instrument),
        bars: rows,
        first: day(0),
        last: day(rows - 1),
        currency: instrument.currency,
      }
    })
  }
}

/** Bars with what was done to them. */
export class MendedBars extends NotebookBars {
  /** Every change: rows left out, moved, and values replaced, with what was there. */
  readonly edits: FrameTable
  /** What the policy would have mended, and nothing here knows how. */
  readonly left: FrameTable
  /** The same as plain JSON, per instrument: keep it with what you publish. */
  readonly records: Mended['records']
  readonly #mended: Mended
  readonly #datasets: BarSource['datasets']

  /** @param datasets what they were called before */
  constructor(mended: Mended, datasets: BarSource['datasets']) {
    super(mended.source)
    this.edits = mended.edits
    this.left = mended.left
    this.records = mended.records
    this.#mended = mended
    this.#datasets = datasets
  }

  /** The bars as they were, made of the mended ones and the record: every value to the bit. */
  undo(): NotebookBars {
    return new NotebookBars(undoneBars(this.#mended, this.#datasets))
  }

  protected override rows(): Row[] {
    return super.rows().map((row, handle) => ({ ...row, ...this.#mended.counts[handle] }))
  }
}
