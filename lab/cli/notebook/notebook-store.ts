/** The store as a notebook opens it: the project's own unless said, answers as tables, bars ready for runs. */
import type { DatasetInfo, FileBarsOptions, OpenBarsRequest, Store } from '../../catalog/index.ts'
import { openBars, openStore as openPlainStore, fileBars as readFileBars } from '../../catalog/index.ts'
import { GordonError } from '../../core/errors.ts'
import { instrumentId } from '../../domain/instrument.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { projectPath } from '../project-path.ts'
import { storePlace } from '../store-place.ts'
import { columnTable, type FrameTable, withDataFrame } from './frame-table.ts'
import type { Bundle } from './kernel.ts'
import { JUPYTER, tableBundle } from './table.ts'

/** @param place a folder or s3://bucket/prefix; data/store of the project unless said, wherever the notebook lies */
export async function openStore(
  place: string = projectPath('data/store'),
  options: { readonly snapshot?: string } = {},
): Promise<NotebookStore> {
  return new NotebookStore(await openPlainStore(await storePlace(place), options))
}

export class NotebookStore {
  readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  get snapshot(): string {
    return this.store.snapshot
  }

  /** What the store holds; times are Dates. */
  async datasets(): Promise<(Omit<DatasetInfo, 'first' | 'last'> & { first: Date; last: Date })[]> {
    const found = await this.store.datasets()
    return found.map(one => ({ ...one, first: new Date(one.first / 1000), last: new Date(one.last / 1000) }))
  }

  /** Any question in SQL; every dataset is a view. */
  async sql(query: string): Promise<FrameTable> {
    return withDataFrame(await this.store.sql(query))
  }

  /** Bars to look at and to run on. */
  async bars(request: Omit<OpenBarsRequest, 'store'> = {}): Promise<NotebookBars> {
    const asked = { ...request, store: this.store }
    return new NotebookBars(await openBars(asked), () => openBars(asked))
  }
}

/** A CSV or Parquet file as bars, without a store: held in memory, checked like an ingest. */
export async function fileBars(path: string, options: FileBarsOptions = {}): Promise<NotebookBars> {
  const source = await readFileBars(path, options)
  return new NotebookBars(source, async () => source)
}

export class NotebookBars {
  readonly #source: BarSource
  readonly #reopen: () => Promise<BarSource>

  constructor(source: BarSource, reopen: () => Promise<BarSource>) {
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

  /** One instrument's bars in columns. @param symbol `AAPL` or `XNAS:AAPL`; the first unless said */
  table(symbol?: string): FrameTable {
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
    const { eventTime, open, high, low, close, volume } = series
    return columnTable({ time: eventTime, open, high, low, close, volume })
  }

  [JUPYTER](): Bundle {
    const rows = this.#source.instruments.map((instrument, handle) => {
      const { rows, series } = this.#source.streams[handle]
      const day = (at: number) => (series === undefined ? undefined : new Date(series.eventTime[at] / 1000))
      return {
        instrument: instrumentId(instrument),
        bars: rows,
        first: day(0),
        last: day(rows - 1),
        currency: instrument.currency,
      }
    })
    return tableBundle(rows)
  }
}
