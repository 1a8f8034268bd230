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
import { instrumentId } from '../../domain/instrument.ts'
import { fileDigest, inParallel, tellFullDisk } from '../durable.ts'
import { checkDatasetId, foundStore } from '../layout.ts'
import type { Manifest, ManifestInstrument, ManifestSource } from '../manifest.ts'
import type { QualityIssue } from '../quality/issue.ts'
import type { PriceType } from '../schema.ts'
import { newestSnapshot } from '../snapshot.ts'
import { assemble } from './assemble.ts'
import { BarStaging } from './bar-staging.ts'
import type { Issue } from './issues.ts'
import {
  currentManifest,
  type DatasetTerms,
  merge,
  type MergeMode,
  publishAdditions,
  sameSource,
} from './merge.ts'
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
  const { store: _s, path: _p, dataset: _d, replace: _r, append: _a, now: _n, ...reading } = request
  const { size } = await stat(path)
  return {
    name: basename(path),
    sha256: await fileDigest(path),
    bytes: size,
    reading: textDigest(canonicalJson(reading)),
  }
}

async function storedAlready(
  store: string,
  id: string,
  sources: readonly ManifestSource[],
): Promise<IngestResult | undefined> {
  const snapshot = await newestSnapshot(store)
  const manifest = await currentManifest(store, id)
  if (manifest === undefined) return undefined
  const found = sources.map(source =>
    manifest.instruments.filter(one => one.sources.some(known => sameSource(known, source))),
  )
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
  const mode: MergeMode = request.replace === true ? 'replace' : request.append === true ? 'append' : 'add'
  const present = await currentManifest(request.store, id)
  const starts = new Map((present?.instruments ?? []).map(one => [instrumentId(one), one.rows]))
  const staging = await Staging.open(request.store)
  try {
    const ingested: ManifestInstrument[] = []
    const places: (() => Promise<ManifestInstrument>)[] = []
    const issues: Issue[] = []
    const issueCounts: QualityIssue[] = []
    let terms: DatasetTerms | undefined
    for (const [at, path] of files.entries()) {
      const table = await openTable(path, request, request.format)
      const part = new BarStaging(staging, symbol =>
        mode === 'append' ? (starts.get(`${request.venue ?? 'FILE'}:${symbol}`) ?? 0) : 0,
      )
      const assembled = await assemble(table, request, stemOf(path), rows => part.relieve(rows))
      const { interval, adjustment, log, notes } = assembled
      if (terms !== undefined && terms.interval !== interval) {
        throw new GordonError(
          'MIXED_INTERVALS',
          `${basename(path)} has bars of ${interval} and ${basename(files[0])} of ${terms.interval}: ingest them into two datasets`,
        )
      }
      const price = request.price ?? 'trade'
      terms = { id, kind: 'bars', interval, adjustment, price }
      issues.push(...log.examples)
      issueCounts.push(...log.summary())
      for (const { instrument, rows } of assembled.instruments) {
        const staged = await part.finish(rows)
        const entry = {
          ...instrument,
          rows: rows.rows,
          first: staged.first,
          last: staged.last,
          sources: [sources[at]],
          notes,
          issues: log.summary(),
          dropped: log.fatalRows,
        }
        const { venue, symbol } = instrument
        const key = { dataset: id, kind: 'bars', venue, symbol, interval, price } as const
        places.push(async () => ({ ...entry, files: await staging.moveIn(key, staged, 0) }))
        ingested.push({ ...entry, files: [] })
      }
    }
    refuseTwice(ingested)
    // Said before anything is moved; looked at again when publishing, for another ingest may come between.
    merge(present, { terms: terms!, instruments: ingested, starts }, mode)
    const instruments = await inParallel(places, place => place())
    await staging.settle()
    const { snapshot, manifests } = await publishAdditions(
      request.store,
      [{ terms: terms!, instruments, starts }],
      mode,
    )
    const rows = instruments.reduce((sum, one) => sum + one.rows, 0)
    return {
      ...resultOf(manifests[0], snapshot.id, instruments),
      rows,
      issues,
      issueCounts,
      unchanged: false,
    }
  } finally {
    await staging.close()
  }
}

function refuseTwice(instruments: readonly ManifestInstrument[]): void {
  const seen = new Map<string, string>()
  for (const one of instruments) {
    const name = instrumentId(one)
    const other = seen.get(name)
    if (other !== undefined) {
      throw new GordonError(
        'INSTRUMENT_TWICE',
        `${name} is in ${other} and in ${one.sources[0].name}: leave one of them out, or give them different symbols`,
      )
    }
    seen.set(name, one.sources[0].name)
  }
}
