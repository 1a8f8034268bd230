/**
 * From files to a published snapshot, or to nothing: read and check, write aside, then let one small file make all
 * of it visible. A failure at any moment, a full disk included, leaves the store as it was.
 */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { canonicalJson, textDigest } from '../../core/digest.ts'
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import type { Adjustment } from '../../domain/bar.ts'
import { compareInstruments, instrumentId } from '../../domain/instrument.ts'
import { barDate } from '../dates.ts'
import { fileDigest, inParallel, tellFullDisk } from '../durable.ts'
import { checkDatasetId, foundStore, STORE_FORMAT } from '../layout.ts'
import {
  type Manifest,
  type ManifestInstrument,
  type ManifestIssue,
  type ManifestSource,
  readManifest,
  writeManifest,
} from '../manifest.ts'
import { newestSnapshot, publish } from '../snapshot.ts'
import { assemble } from './assemble.ts'
import type { Issue } from './issues.ts'
import { formatOf, openTable, requireFile, stemOf, type TableFormat } from './open-table.ts'
import { Staging } from './partitions.ts'
import type { ReadingOptions } from './reading.ts'

export interface IngestRequest extends ReadingOptions {
  /** Folder of the store; made where there is none. */
  readonly store: string
  /** A file, or a folder with one file per symbol. */
  readonly path: string
  /** Id of the dataset to add to; the file's or folder's name unless said. */
  readonly dataset?: string
  /** By the file's ending unless said. */
  readonly format?: TableFormat
  /** Put the new bars in the place of those that an instrument has. */
  readonly replace?: boolean
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
  readonly issueCounts: readonly ManifestIssue[]
  /** How the input was understood. */
  readonly notes: readonly string[]
  /** True when nothing was left to do. */
  readonly unchanged: boolean
}

/** @throws GordonError with the sentence for whatever is wrong with the input; the store is then as it was */
export async function ingestBars(request: IngestRequest): Promise<IngestResult> {
  const files = await filesOf(request)
  const id = request.dataset ?? stemOf(request.path)
  checkDatasetId(id)
  return tellFullDisk(request.store, async () => {
    await mkdir(request.store, { recursive: true })
    await foundStore(request.store)
    const sources = await Promise.all(files.map(path => sourceOf(path, request)))
    const stored = await storedAlready(request.store, id, sources)
    if (stored !== undefined) return stored
    return ingestFiles(request, id, files, sources)
  })
}

async function filesOf(request: IngestRequest): Promise<string[]> {
  const isFolder = await stat(request.path).then(
    found => found.isDirectory(),
    () => false,
  )
  if (!isFolder) {
    await requireFile(request.path)
    return [request.path]
  }
  const names = (await readdir(request.path)).filter(name => formatOf(name) !== undefined).sort()
  if (names.length === 0) {
    throw new GordonError(
      'NO_FILES',
      `${request.path} holds no .csv, .csv.gz or .parquet file: name another folder`,
    )
  }
  return names.map(name => join(request.path, name))
}

/** What was read and how: equal for equal bytes read with equal options. */
async function sourceOf(path: string, request: IngestRequest): Promise<ManifestSource> {
  const { store: _store, path: _path, dataset: _dataset, replace: _replace, now: _now, ...reading } = request
  const { size } = await stat(path)
  return {
    name: basename(path),
    sha256: await fileDigest(path),
    bytes: size,
    reading: textDigest(canonicalJson(reading)),
  }
}

function sameSource(a: ManifestSource, b: ManifestSource): boolean {
  return a.sha256 === b.sha256 && a.reading === b.reading && a.name === b.name
}

async function storedAlready(
  store: string,
  id: string,
  sources: readonly ManifestSource[],
): Promise<IngestResult | undefined> {
  const snapshot = await newestSnapshot(store)
  const name = snapshot.datasets[id]
  if (name === undefined) return undefined
  const manifest = await readManifest(store, name)
  const found = sources.map(source => manifest.instruments.filter(one => sameSource(one.source, source)))
  if (found.some(instruments => instruments.length === 0)) return undefined
  return {
    ...resultOf(manifest, snapshot.id, found.flat()),
    rows: 0,
    issues: [],
    issueCounts: found.flatMap(instruments => instruments[0].issues),
    unchanged: true,
  }
}

function resultOf(manifest: Manifest, snapshot: string, instruments: readonly ManifestInstrument[]) {
  return {
    dataset: manifest.id,
    snapshot,
    interval: manifest.interval,
    adjustment: manifest.adjustment,
    dropped: instruments.reduce((sum, one) => sum + one.dropped, 0),
    instruments: instruments.map(one => ({
      id: instrumentId(one),
      rows: one.rows,
      first: one.first,
      last: one.last,
    })),
    notes: [...new Set(instruments.flatMap(one => one.notes))],
  }
}

async function ingestFiles(
  request: IngestRequest,
  id: string,
  files: readonly string[],
  sources: readonly ManifestSource[],
): Promise<IngestResult> {
  const staging = await Staging.open(request.store)
  try {
    const ingested: ManifestInstrument[] = []
    const places: (() => Promise<ManifestInstrument>)[] = []
    const issues: Issue[] = []
    const issueCounts: ManifestIssue[] = []
    let kind: { interval: string; adjustment: Adjustment } | undefined
    for (const [at, path] of files.entries()) {
      const table = await openTable(path, request, request.format)
      const part = staging.table()
      const assembled = await assemble(table, request, stemOf(path), rows => part.relieve(rows))
      const { interval, adjustment, log, notes } = assembled
      if (kind !== undefined && kind.interval !== interval) {
        throw new GordonError(
          'MIXED_INTERVALS',
          `${basename(path)} has bars of ${interval} and ${basename(files[0])} of ${kind.interval}: ingest them into two datasets`,
        )
      }
      kind = { interval, adjustment }
      issues.push(...log.examples)
      issueCounts.push(...log.summary())
      for (const { instrument, rows } of assembled.instruments) {
        const staged = await part.finish(rows)
        const entry = {
          ...instrument,
          rows: rows.rows,
          first: staged.first,
          last: staged.last,
          source: sources[at],
          notes,
          issues: log.summary(),
          dropped: log.fatalRows,
        }
        const key = { dataset: id, venue: instrument.venue, symbol: instrument.symbol, interval }
        places.push(async () => ({ ...entry, files: await staging.moveIn(key, staged.files) }))
        ingested.push({ ...entry, files: [] })
      }
    }
    const header = { id, interval: kind!.interval, adjustment: kind!.adjustment }
    refuseTwice(ingested)
    // Said before anything is moved; looked at again when publishing, for another ingest may come between.
    merge(await currentManifest(request.store, id), header, ingested, request.replace === true)
    const placed = await inParallel(places, place => place())
    await staging.settle()
    let manifest: Manifest | undefined
    const snapshot = await publish(request.store, async datasets => {
      const current = datasets[id] === undefined ? undefined : await readManifest(request.store, datasets[id])
      manifest = merge(current, header, placed, request.replace === true)
      return { ...datasets, [id]: await writeManifest(request.store, manifest) }
    })
    const rows = placed.reduce((sum, one) => sum + one.rows, 0)
    return { ...resultOf(manifest!, snapshot.id, placed), rows, issues, issueCounts, unchanged: false }
  } finally {
    await staging.close()
  }
}

async function currentManifest(store: string, id: string): Promise<Manifest | undefined> {
  const name = (await newestSnapshot(store)).datasets[id]
  return name === undefined ? undefined : readManifest(store, name)
}

function refuseTwice(instruments: readonly ManifestInstrument[]): void {
  const seen = new Map<string, string>()
  for (const one of instruments) {
    const name = instrumentId(one)
    const other = seen.get(name)
    if (other !== undefined) {
      throw new GordonError(
        'INSTRUMENT_TWICE',
        `${name} is in ${other} and in ${one.source.name}: leave one of them out, or give them different symbols`,
      )
    }
    seen.set(name, one.source.name)
  }
}

/**
 * The dataset with these instruments added.
 * @throws GordonError DATASET_DIFFERS, INSTRUMENT_EXISTS
 */
function merge(
  current: Manifest | undefined,
  header: { readonly id: string; readonly interval: string; readonly adjustment: Adjustment },
  added: readonly ManifestInstrument[],
  replace: boolean,
): Manifest {
  if (
    current !== undefined &&
    (current.interval !== header.interval || current.adjustment !== header.adjustment)
  ) {
    throw new GordonError(
      'DATASET_DIFFERS',
      `dataset ${header.id} holds ${current.adjustment} bars of ${current.interval} and these are ${header.adjustment} bars of ` +
        `${header.interval}: choose another id with --dataset`,
    )
  }
  const instruments = new Map((current?.instruments ?? []).map(one => [instrumentId(one), one]))
  for (const one of added) {
    const name = instrumentId(one)
    const present = instruments.get(name)
    if (present !== undefined && !replace && !sameSource(present.source, one.source)) {
      throw new GordonError(
        'INSTRUMENT_EXISTS',
        `${name} is already in dataset ${header.id} with ${present.rows} bars from ${barDate(present.first)} to ` +
          `${barDate(present.last)}: pass --replace to put these in their place`,
      )
    }
    instruments.set(name, one)
  }
  const all = [...instruments.values()].sort(compareInstruments)
  return {
    format: STORE_FORMAT,
    kind: 'bars',
    ...header,
    rows: all.reduce((sum, one) => sum + one.rows, 0),
    first: all.reduce((first, one) => Math.min(first, one.first), Number.POSITIVE_INFINITY),
    last: all.reduce((last, one) => Math.max(last, one.last), Number.NEGATIVE_INFINITY),
    instruments: all,
  }
}
