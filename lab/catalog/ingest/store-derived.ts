/**
 * Data made of a dataset of the store, as a dataset of their own: rows come in batches, are looked at and written
 * aside as those of any source, and one snapshot makes them visible or nothing does. The manifest names as source the
 * manifest that they were made of, its hash, the snapshot in which it was found, and the terms.
 */
import { canonicalJson, textDigest } from '../../core/digest.ts'
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { tellFullDisk } from '../durable.ts'
import { checkDatasetId, foundStore } from '../layout.ts'
import { writeReadings } from '../lineage/readings.ts'
import { type ManifestSource, partsOf } from '../manifest.ts'
import type { QualityIssue } from '../quality/issue.ts'
import type { PriceType } from '../schema.ts'
import type { SeriesKind } from '../series-reader.ts'
import { newestSnapshot } from '../snapshot.ts'
import type { SourceBatch } from '../sources/source.ts'
import type { Store } from '../store.ts'
import { storageOf } from '../storage/storage.ts'
import type { IngestedDataset } from './ingest-source.ts'
import { IssueLog } from './issues.ts'
import { currentManifest, publishAdditions, sameSource, streamId } from './merge.ts'
import { Staging } from './partitions.ts'
import { Streams } from './streams.ts'

export interface DerivedRequest {
  /** Opened at the snapshot that is read; the newest is added to. */
  readonly store: Store
  /** Dataset that the rows are made of. */
  readonly from: string
  /** Dataset that they go into. */
  readonly dataset: string
  readonly kind: SeriesKind
  /** Of bars that are all of one price; else each price has its own dataset below: `eurusd-1h/bid`. */
  readonly price?: PriceType
  /** All that decides the rows beside those that they are made of; plain JSON. */
  readonly terms: Readonly<Record<string, unknown>>
  /** The rows, stream by stream or mixed. */
  readonly batches: AsyncIterable<SourceBatch>
  /** What there is to tell, when all rows have come. */
  readonly notes: () => readonly string[]
  /** Put them in the place of what the dataset has. */
  readonly replace?: boolean
  readonly now?: Micros
}

export interface Derived {
  readonly snapshot: string
  readonly datasets: readonly IngestedDataset[]
  readonly notes: readonly string[]
  readonly issueCounts: readonly QualityIssue[]
  /** True when the very same was stored before. */
  readonly unchanged: boolean
}

/** @throws GordonError in one sentence; the store is then as it was */
export async function storeDerived(request: DerivedRequest): Promise<Derived> {
  const { store, dataset, from } = request
  checkDatasetId(dataset)
  if (dataset === from)
    throw new GordonError(
      'DERIVED_IS_SOURCE',
      `${dataset} cannot be made of itself: choose another id with --dataset`,
    )
  return tellFullDisk(storageOf(store.storage).folder, async () => {
    await foundStore(store.storage)
    const source = await sourceOf(request)
    const stored = request.replace === true ? undefined : await storedAlready(request, source)
    return stored ?? (await storeRows(request, source))
  })
}

/** A manifest's name stands for every byte below it, so it is the source's hash. */
async function sourceOf({ store, from, terms }: DerivedRequest): Promise<ManifestSource> {
  const files = partsOf(await store.show(from)).flatMap(part => part.files)
  return {
    name: from,
    sha256: store.manifestOf(from),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    reading: textDigest(canonicalJson({ derived: terms })),
    derived: { snapshot: store.snapshot, terms },
  }
}

/** Datasets of that name that hold nothing but rows of this source, made by these terms. */
async function storedAlready(
  { store, dataset }: DerivedRequest,
  source: ManifestSource,
): Promise<Derived | undefined> {
  const { id: snapshot, datasets } = await newestSnapshot(store.storage)
  const found: IngestedDataset[] = []
  const notes = new Set<string>()
  for (const id of Object.keys(datasets).sort()) {
    if (id !== dataset && !id.startsWith(`${dataset}/`)) continue
    const manifest = (await currentManifest(store.storage, id))!
    const parts = manifest.instruments
    const same = parts.length > 0 && parts.every(one => one.sources.every(its => sameSource(its, source)))
    if (!same) {
      if (id === dataset) return undefined
      continue
    }
    const { kind, interval, adjustment, price } = manifest
    const streams = parts.map(one => ({
      id: streamId(one),
      rows: one.rows,
      first: one.first,
      last: one.last,
    }))
    found.push({
      ...{ id, kind, interval, adjustment, rows: 0, streams },
      ...(price === undefined ? {} : { price }),
    })
    for (const one of parts) for (const note of one.notes) notes.add(note)
  }
  if (found.length === 0) return undefined
  return { snapshot, datasets: found, notes: [...notes], issueCounts: [], unchanged: true }
}

/** Rows that no store takes, such as prices below zero: nothing can be dropped from what was made. */
function refuseFatal(log: IssueLog, { from, dataset }: DerivedRequest): void {
  if (log.fatalRows === 0) return
  const first = log.summary().find(({ severity }) => severity === 'fatal')
  throw new GordonError(
    'BAD_ROWS',
    `${log.fatalRows} rows of ${dataset} made of ${from} cannot be stored, the first as ${first?.example}: choose other ` +
      'terms (ratios never go below zero), or mend what they are made of',
  )
}

async function storeRows(request: DerivedRequest, source: ManifestSource): Promise<Derived> {
  const { store, dataset, kind, price, terms, now } = request
  const mode = request.replace === true ? 'replace' : 'add'
  const staging = await Staging.open(store.storage)
  try {
    const options = {
      store: store.storage,
      adapter: { kinds: [kind] },
      ...(price === undefined ? {} : { price }),
    }
    const streams = new Streams(staging, options, dataset, mode)
    const log = new IssueLog(request.from)
    await streams.begin(source, log)
    for await (const batch of request.batches) await streams.take(batch)
    await streams.settle()
    refuseFatal(log, request)
    if (streams.rows === 0)
      throw new GordonError(
        'NO_ROWS',
        `nothing came of ${request.from}: ${request.notes().join('; ') || 'it has no row in that time'}`,
      )
    const notes = request.notes()
    await streams.end(notes)
    const additions = await streams.finish()
    if (now !== undefined) await writeReadings(store.storage, [source], { at: now, options: terms })
    const { snapshot } = await publishAdditions(store.storage, additions, mode)
    return {
      snapshot: snapshot.id,
      datasets: additions.map(({ terms: own, instruments }) => ({
        ...own,
        rows: instruments.reduce((sum, { rows }) => sum + rows, 0),
        streams: instruments.map(one => ({
          id: streamId(one),
          rows: one.rows,
          first: one.first,
          last: one.last,
        })),
      })),
      notes,
      issueCounts: log.summary(),
      unchanged: false,
    }
  } finally {
    await staging.close()
  }
}
