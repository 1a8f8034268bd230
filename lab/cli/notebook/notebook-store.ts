/** The store as a notebook opens it: the project's own unless said, answers as tables, bars and ticks ready for runs. */
import type {
  DatasetInfo,
  FileBarsOptions,
  OpenBarsRequest,
  OpenTicksRequest,
  Store,
} from '../../catalog/index.ts'
import {
  adoptStore,
  openBars,
  openStore as openPlainStore,
  openTicks,
  fileBars as readFileBars,
  traceDataset,
} from '../../catalog/index.ts'
import { foundStore } from '../../catalog/layout.ts'
import type { BarSource, TickSource } from '../../domain/ports/store.ts'
import { attachFile, attachSql } from '../attach.ts'
import { projectPath } from '../project-path.ts'
import { storePlace } from '../store-place.ts'
import { type FrameTable, withDataFrame } from './frame-table.ts'
import { NotebookBars } from './notebook-bars.ts'
import { checkOf, type NotebookCheck } from './notebook-check.ts'
import { ingestPath, type NotebookIngest, type NotebookIngestOptions } from './notebook-ingest.ts'
import { NotebookTicks } from './notebook-ticks.ts'
import { traceTable } from './trace-table.ts'

export interface OpenStoreOptions {
  /** An older one, by id or number. */
  readonly snapshot?: string
  /** Make an empty store where there is none. */
  readonly create?: boolean
}

/** @param place a folder or s3://bucket/prefix; data/store of the project unless said, wherever the notebook lies */
export async function openStore(
  place: string = projectPath('data/store'),
  { snapshot, create }: OpenStoreOptions = {},
): Promise<NotebookStore> {
  const opened = await storePlace(place)
  if (create === true) await foundStore(opened)
  return new NotebookStore(await openPlainStore(opened, { snapshot }))
}

export class NotebookStore {
  #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  get store(): Store {
    return this.#store
  }

  get snapshot(): string {
    return this.#store.snapshot
  }

  /** The same store as it was. @param snapshot by id or number. @throws GordonError UNKNOWN_SNAPSHOT */
  async at(snapshot: string): Promise<NotebookStore> {
    return new NotebookStore(await openPlainStore(this.#store.storage, { snapshot }))
  }

  /** What the store holds; times are Dates. */
  async datasets(): Promise<(Omit<DatasetInfo, 'first' | 'last'> & { first: Date; last: Date })[]> {
    const found = await this.#store.datasets()
    return found.map(one => ({ ...one, first: new Date(one.first / 1000), last: new Date(one.last / 1000) }))
  }

  /** Any question in SQL; every dataset is a view. */
  async sql(query: string): Promise<FrameTable> {
    return withDataFrame(await this.#store.sql(query))
  }

  /** SQL that makes the same views in a DuckDB of your own, over the files of this snapshot: `duckdb -init views.sql`. */
  async attachSql(): Promise<string> {
    return attachSql(this.#store)
  }

  /**
   * The same views as a small database that any DuckDB attaches: `ATTACH 'market.duckdb' (READ_ONLY)`.
   * @returns its absolute path
   */
  async saveViews(path: string): Promise<string> {
    return attachFile(this.#store, path)
  }

  /** Bars to look at and to run on. */
  async bars(request: Omit<OpenBarsRequest, 'store'> = {}): Promise<NotebookBars> {
    const asked = { ...request, store: this.#store }
    return new NotebookBars(await openBars(asked), () => openBars(asked))
  }

  /** Trades, quotes, books, funding and custom series to look at and to run on. */
  async ticks(request: Omit<OpenTicksRequest, 'store'> = {}): Promise<NotebookTicks> {
    const asked = { ...request, store: this.#store }
    return new NotebookTicks(await openTicks(asked), () => openTicks(asked))
  }

  /** Whether a dataset's files are whole and its rows can be believed. @param dataset its id */
  async check(dataset: string): Promise<NotebookCheck> {
    return checkOf(this.#store, dataset)
  }

  /**
   * Where a dataset's rows came from: its manifest, sources and files, each with its hash, and whether it has that now.
   * @param sources the file that was ingested, or the folder where such files lie
   */
  async trace(dataset: string, sources?: string): Promise<FrameTable> {
    return traceTable(await traceDataset(this.#store, dataset, sources))
  }

  /**
   * Takes every dataset of another store, byte for byte; from then on this store stands at the snapshot that came of it.
   * @param folder `../data/sample`
   */
  async adopt(folder: string): Promise<void> {
    const { storage } = this.#store
    const { snapshot } = await adoptStore(folder, storage)
    this.#store = await openPlainStore(storage, { snapshot })
  }

  /**
   * Brings a file or folder in; from then on this store stands at the snapshot that came of it. Bars, ticks and checks
   * that were opened before keep theirs.
   */
  async ingest(path: string, options: NotebookIngestOptions = {}): Promise<NotebookIngest> {
    const { storage } = this.#store
    const done = await ingestPath(storage, path, options)
    this.#store = await openPlainStore(storage, { snapshot: done.snapshot })
    return done
  }
}

/** A CSV or Parquet file as bars, without a store: held in memory, checked like an ingest. */
export async function fileBars(path: string, options: FileBarsOptions = {}): Promise<NotebookBars> {
  return new NotebookBars(await readFileBars(path, options))
}

/** A market in memory, looked at as one of the store: what `memoryBars` and `memoryTicks` give. */
export function look(source: BarSource): NotebookBars
export function look(source: TickSource): NotebookTicks
export function look(source: BarSource | TickSource): NotebookBars | NotebookTicks {
  return 'intervals' in source ? new NotebookBars(source) : new NotebookTicks(source)
}
