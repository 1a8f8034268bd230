/**
 * From a source of any kind to a published snapshot, or to nothing: an adapter gives rows in batches, each is looked
 * at and written aside, then one small file makes all of it visible. A failure at any moment, a full disk included,
 * leaves the store as it was. A source may be larger than memory, and hold several kinds: each is a dataset.
 */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { canonicalJson, textDigest } from '../../core/digest.ts'
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { inParallel, tellFullDisk } from '../durable.ts'
import { checkDatasetId, foundStore } from '../layout.ts'
import { writeReadings } from '../lineage/readings.ts'
import { fileBytes, folderBytes } from '../lineage/source-digest.ts'
import { everyPartOf, type ManifestPart, type ManifestSource } from '../manifest.ts'
import type { QualityIssue } from '../quality/issue.ts'
import type { DataKind, PriceType } from '../schema.ts'
import { newestSnapshot } from '../snapshot.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'
import { placeOf } from '../sources/place.ts'
import type { SourceAdapter, SourcePlace } from '../sources/source.ts'
import { type Issue, IssueLog } from './issues.ts'
import { currentManifest, type MergeMode, publishAdditions, sameSource, streamId } from './merge.ts'
import { csvBytes, LONGEST_LINE, tooLong } from './csv-rows.ts'
import { formatOf, stemOf } from './open-table.ts'
import { Staging } from './partitions.ts'
import type { ReadingOptions } from './reading.ts'
import { Streams } from './streams.ts'

export interface IngestSourceRequest extends ReadingOptions {
  /** Folder of the store, or where else it lies; made where there is none. */
  readonly store: StorePlace
  readonly place: SourcePlace
  readonly adapter: SourceAdapter
  /** As the caller named it. */
  readonly format?: string
  /**
   * Id of the dataset; the file's or folder's name unless said. Where the adapter reads several kinds, each has its
   * own under it: `capture/trades`; so have bars of other prices than trades: `eurusd/bid`.
   */
  readonly dataset?: string
  /** Only rows of these kinds; all that the source has unless said. */
  readonly kinds?: readonly DataKind[]
  /** Which prices bars are, where the source does not say; trades unless said. */
  readonly price?: PriceType
  /** Put the new rows in the place of those that a stream has, or after them; refused where there are some unless said. */
  readonly mode?: MergeMode
}

export interface IngestedDataset {
  readonly id: string
  readonly kind: DataKind
  readonly interval: string
  readonly adjustment: 'raw' | 'split' | 'total-return'
  readonly price?: PriceType
  /** Rows stored now. */
  readonly rows: number
  readonly streams: readonly {
    /** `XNAS:AAPL`, with its name where it is a custom series. */
    readonly id: string
    readonly rows: number
    readonly first: Micros
    readonly last: Micros
  }[]
}

export interface IngestSourceResult {
  readonly snapshot: string
  readonly datasets: readonly IngestedDataset[]
  /** Rows left out because they could not be used. */
  readonly dropped: number
  /** The first twenty of each kind, each with its row. */
  readonly issues: readonly Issue[]
  /** All of them, counted. */
  readonly issueCounts: readonly QualityIssue[]
  /** How the input was understood. */
  readonly notes: readonly string[]
  /** True when the very same was stored before. */
  readonly unchanged: boolean
}

/** @throws GordonError with the sentence for whatever is wrong with the source; the store is then as it was */
export async function ingestSource(request: IngestSourceRequest): Promise<IngestSourceResult> {
  const { place, adapter } = request
  const id = request.dataset ?? stemOf(place.path)
  checkDatasetId(id)
  const paths = pathsOf(place, adapter)
  return tellDenied(() => ingestWhole(request, id, paths))
}

async function ingestWhole(
  request: IngestSourceRequest,
  id: string,
  paths: readonly string[],
): Promise<IngestSourceResult> {
  const { store, place } = request
  if (paths.length > 1) await checkAlike(request, paths)
  for (const path of paths) if (formatOf(path) === 'csv') await checkLines(path)
  return tellFullDisk(storageOf(store).folder, async () => {
    await foundStore(store)
    const reading = textDigest(canonicalJson(readingOf(request)))
    const sources = await inParallel(paths, path => sourceOf(path, place, reading))
    const stored = await storedAlready(request, id, sources)
    if (stored !== undefined) return stored
    return ingestPaths(request, id, paths, sources)
  })
}

/** A folder as a whole, or its files one after another. */
function pathsOf({ path, isFolder, files }: SourcePlace, adapter: SourceAdapter): string[] {
  if (!isFolder || adapter.readsFolders === true) return [path]
  const names = files.filter(file => !file.includes('/') && adapter.takes?.(file) !== false)
  if (names.length > 0) return names.map(name => join(path, name))
  throw new GordonError(
    'NO_FILES',
    `${path} holds no ${adapter.endings ?? adapter.name} file: name another folder`,
  )
}

/**
 * All tables of a folder are what its first one is: else some would be read as something else.
 * @throws GordonError MIXED_FOLDER
 */
async function checkAlike(
  { place, adapter, header, columns }: IngestSourceRequest,
  paths: readonly string[],
): Promise<void> {
  if (header !== undefined || columns !== undefined || !(adapter.guess(place).confidence >= SURE)) return
  for (const path of paths) {
    const other = await placeOf(path)
    if (adapter.guess(other).confidence >= SURE || other.columns.length === 0) continue
    throw new GordonError(
      'MIXED_FOLDER',
      `${place.name} holds tables of different kinds, ${adapter.name} with columns ${place.columns.join(', ')} and ` +
        `${basename(path)} with ${other.columns.join(', ')}: ingest them apart, file by file or from folders of their own`,
    )
  }
}

/** A guess of less may be anything. */
const SURE = 0.5

/**
 * A file with an endless line near its beginning is no table, which is seen before all of it is read for its hash.
 * @throws GordonError LINE_TOO_LONG
 */
async function checkLines(path: string): Promise<void> {
  if (!((await stat(path)).size > 4 * LONGEST_LINE)) return
  let bytes = 0
  let line = 1
  let long = 0
  for await (const piece of csvBytes(path, basename(path))) {
    const end = piece.lastIndexOf(10)
    if (end >= 0) for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) line++
    long = end < 0 ? long + piece.length : piece.length - end - 1
    if (long > LONGEST_LINE) throw tooLong(basename(path), line)
    bytes += piece.length
    if (bytes > 2 * LONGEST_LINE && long < LONGEST_LINE / 2) return
  }
}

/**
 * What the machine forbids, in one sentence.
 * @throws GordonError NO_PERMISSION
 */
async function tellDenied<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { code, path, syscall } = cause as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw cause
    const reads = syscall === 'open' || syscall === 'scandir' || syscall === 'stat'
    throw new GordonError(
      'NO_PERMISSION',
      `${path ?? 'a file'} may not be ${reads ? 'opened' : 'written'}: give yourself permission, or name another place; nothing was ingested`,
      { cause },
    )
  }
}

/** What of a folder is not looked into. */
function leftAside({ isFolder, files, linked }: SourcePlace, adapter: SourceAdapter): string[] {
  if (!isFolder) return []
  const notes = linked.map(link => `${link} is a link to a folder, and not followed`)
  const deeper = adapter.readsFolders === true ? [] : files.filter(file => file.includes('/'))
  if (deeper.length > 0)
    notes.push(`${deeper.length} files in folders below it are left aside, ${deeper[0]} the first of them`)
  return notes
}

/** What was read and how: equal for equal bytes read with equal options. */
async function sourceOf(path: string, place: SourcePlace, reading: string): Promise<ManifestSource> {
  const whole = place.isFolder && path === place.path
  const bytes = whole ? await folderBytes(path, place.files) : await fileBytes(path)
  return { name: basename(path), ...bytes, reading }
}

/** What the caller said of how to read it, and nothing of where it goes. */
function readingOf(request: IngestSourceRequest): Readonly<Record<string, unknown>> {
  const { store: _s, place: _p, adapter, dataset: _d, mode: _m, now: _n, ...reading } = request
  // Bars of tables were hashed without a name before there were other sources; the same file must stay the same.
  return { ...reading, ...(adapter.name === 'bars-table' ? {} : { adapter: adapter.name }) }
}

/** The datasets that hold all of these sources already. */
async function storedAlready(
  { store, adapter, kinds }: IngestSourceRequest,
  id: string,
  sources: readonly ManifestSource[],
): Promise<IngestSourceResult | undefined> {
  const { id: snapshot, datasets } = await newestSnapshot(store)
  const several = (kinds ?? adapter.kinds).length > 1
  const holds = (part: ManifestPart, source: ManifestSource): boolean =>
    part.sources.some(known => sameSource(known, source))
  const found: IngestedDataset[] = []
  const parts: ManifestPart[] = []
  for (const name of Object.keys(datasets).sort()) {
    if (name !== id && !name.startsWith(`${id}/`)) continue
    if (several && name === id) continue
    const manifest = (await currentManifest(store, name))!
    const own = everyPartOf(manifest).filter(part => sources.some(source => holds(part, source)))
    if (own.length === 0) continue
    parts.push(...own)
    const { kind, interval, adjustment, price } = manifest
    const streams = manifest.instruments
      .filter(one => own.includes(one) || (one.corrections !== undefined && own.includes(one.corrections)))
      .map(one => ({ id: streamId(one), rows: one.rows, first: one.first, last: one.last }))
    found.push({
      id: name,
      kind,
      interval,
      adjustment,
      ...(price === undefined ? {} : { price }),
      rows: 0,
      streams,
    })
  }
  if (!sources.every(source => parts.some(part => holds(part, source)))) return undefined
  return {
    snapshot,
    datasets: found,
    dropped: sources.reduce(
      (sum, source) => sum + (parts.find(part => holds(part, source))?.dropped ?? 0),
      0,
    ),
    issues: [],
    issueCounts: sources.flatMap(source => parts.find(part => holds(part, source))?.issues ?? []),
    notes: [...new Set(parts.flatMap(part => part.notes))],
    unchanged: true,
  }
}

async function ingestPaths(
  request: IngestSourceRequest,
  id: string,
  paths: readonly string[],
  sources: readonly ManifestSource[],
): Promise<IngestSourceResult> {
  const { store, adapter, mode = 'add' } = request
  const staging = await Staging.open(store)
  try {
    const streams = new Streams(staging, request, id, mode)
    const issues: Issue[] = []
    const issueCounts: QualityIssue[] = []
    let dropped = 0
    for (const [at, path] of paths.entries()) {
      const log = new IssueLog(basename(path))
      const notes: string[] = at === 0 ? leftAside(request.place, adapter) : []
      const before = streams.rows
      await streams.begin(sources[at], log)
      const reading = { path, options: request, issues: log, note: (text: string) => void notes.push(text) }
      for await (const batch of adapter.read(reading)) {
        if (request.kinds === undefined || request.kinds.includes(batch.kind)) await streams.take(batch)
      }
      await streams.settle()
      const taken = streams.rows - before
      if (request.onIssue !== 'drop') log.refuseFatal(taken + log.fatalRows)
      if (taken === 0) {
        const first = log.summary()[0]
        throw new GordonError(
          'NO_ROWS',
          `${basename(path)} has no row that can be used: ${first?.example ?? 'there is nothing in it'}`,
        )
      }
      await streams.end(notes)
      issues.push(...log.examples)
      issueCounts.push(...log.summary())
      dropped += log.fatalRows
    }
    const additions = await streams.finish()
    if (request.now !== undefined)
      await writeReadings(store, sources, { at: request.now, options: readingOf(request) })
    const { snapshot } = await publishAdditions(store, additions, mode)
    return {
      snapshot: snapshot.id,
      datasets: additions.map(({ terms, instruments, table }) => ({
        ...terms,
        rows: [...instruments, ...(table === undefined ? [] : [table])].reduce(
          (sum, one) => sum + one.rows,
          0,
        ),
        streams: instruments.map(one => ({
          id: streamId(one),
          rows: one.rows,
          first: one.first,
          last: one.last,
        })),
      })),
      dropped,
      issues,
      issueCounts,
      notes: [
        ...new Set(
          additions.flatMap(({ instruments, table }) =>
            [...instruments, ...(table === undefined ? [] : [table])].flatMap(one => one.notes),
          ),
        ),
      ],
      unchanged: false,
    }
  } finally {
    await staging.close()
  }
}
