/** Bars from a CSV, a Parquet file or a folder of them, one file per symbol. */
import type { Micros } from '../../core/time.ts'
import type { Adjustment } from '../../domain/bar.ts'
import type { QualityIssue } from '../quality/issue.ts'
import type { PriceType } from '../schema.ts'
import { barsTable } from '../sources/bars-table.ts'
import { placeOf } from '../sources/place.ts'
import type { StorePlace } from '../storage/storage.ts'
import { ingestSource } from './ingest-source.ts'
import type { Issue } from './issues.ts'
import type { TableFormat } from './open-table.ts'
import type { ReadingOptions } from './reading.ts'

export interface IngestRequest extends ReadingOptions {
  /** Folder of the store; made where there is none. */
  readonly store: StorePlace
  /** A file, or a folder with one file per symbol. */
  readonly path: string
  /** Id of the dataset to add to; the file's or folder's name unless said. */
  readonly dataset?: string
  /** By the file's ending unless said. */
  readonly format?: TableFormat
  /** Put the new bars in the place of those that an instrument has. */
  readonly replace?: boolean
  /** Put the new bars after those that an instrument has. */
  readonly append?: boolean
  /** Which prices these are; trades unless said. */
  readonly price?: PriceType
}

export interface IngestResult {
  readonly dataset: string
  readonly snapshot: string
  readonly interval: string
  readonly adjustment: Adjustment
  /** Rows stored; 0 when the very same was stored before. */
  readonly rows: number
  /** Rows left out because they could not be bars. */
  readonly dropped: number
  readonly instruments: readonly {
    readonly id: string
    readonly rows: number
    readonly first: Micros
    readonly last: Micros
  }[]
  /** The first twenty of each kind, each with its row. */
  readonly issues: readonly Issue[]
  /** All of them, counted. */
  readonly issueCounts: readonly QualityIssue[]
  /** How the input was understood. */
  readonly notes: readonly string[]
  /** True when nothing was left to do. */
  readonly unchanged: boolean
}

/** @throws GordonError with the sentence for whatever is wrong with the input; the store is then as it was */
export async function ingestBars(request: IngestRequest): Promise<IngestResult> {
  const { path, replace, append, ...rest } = request
  const result = await ingestSource({
    ...rest,
    place: await placeOf(path),
    adapter: barsTable(request.format),
    mode: replace === true ? 'replace' : append === true ? 'append' : 'add',
  })
  const [{ id, interval, adjustment, rows, streams }] = result.datasets
  const { snapshot, dropped, issues, issueCounts, notes, unchanged } = result
  return {
    dataset: id,
    snapshot,
    interval,
    adjustment,
    rows,
    dropped,
    instruments: streams,
    issues,
    issueCounts,
    notes,
    unchanged,
  }
}
