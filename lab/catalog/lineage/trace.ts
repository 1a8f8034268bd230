/**
 * Where a dataset's rows came from, down to the bytes: snapshot → manifest → sources → files, each held against its
 * hash now. What was changed, or is gone, is named; nothing is believed because it was true at ingest.
 */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isGordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { type DamageCode, isDamage } from '../damage.ts'
import { inParallel } from '../durable.ts'
import { streamId } from '../ingest/merge.ts'
import {
  everyPartOf,
  type Manifest,
  type ManifestPart,
  manifestName as manifestPlace,
  type ManifestSource,
  readManifest,
  sourcesOf,
} from '../manifest.ts'
import type { DataKind } from '../schema.ts'
import { placeOf } from '../sources/place.ts'
import type { Store } from '../store.ts'
import { type Reading, readReading } from './readings.ts'
import { fileBytes, folderBytes } from './source-digest.ts'

/** `missing`: there is nothing of that name; `not looked for`: nobody said where it should be. */
export type Found = 'same' | 'changed' | 'missing' | 'not looked for'

export interface TracedSource extends ManifestSource {
  /** When and how it was read; absent where whoever read it told no time. */
  readonly read?: Reading
  /** What is wrong with the note on that. */
  readonly unread?: string
  /** The source itself, in the folder that was given; or the dataset, as its manifest names it. */
  readonly now: Found
  /** The dataset that the rows were made of, traced in its turn; absent where retention took it away. */
  readonly dataset?: TracedDataset
}

export interface TracedFile {
  /** Relative to the store. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  /** Names of the sources that its rows came from. */
  readonly sources: readonly string[]
  readonly now: Exclude<Found, 'not looked for'>
}

export interface TracedStream {
  /** `XNAS:AAPL`; `table` where a kind has one table for all instruments. */
  readonly id: string
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
  readonly dropped: number
  readonly notes: readonly string[]
  readonly sources: readonly TracedSource[]
  readonly files: readonly TracedFile[]
}

export interface TracedDataset {
  readonly id: string
  readonly snapshot: string
  /** Name of its manifest, the SHA-256 of the manifest's text. */
  readonly manifest: string
  readonly kind: DataKind
  readonly rows: number
  readonly streams: readonly TracedStream[]
  /** Whatever is not as it was, one sentence each; none: every byte is. */
  readonly damage: readonly string[]
  /** CHECKSUM_MISMATCH where anything has other bytes, STORE_DAMAGED where something is missing; absent: neither. */
  readonly code?: DamageCode
}

/**
 * Reads every byte of the dataset's files, and of its sources where a folder is given.
 * @param sourceFolder where the files that were ingested lie, under the names that they had
 * @throws GordonError UNKNOWN_DATASET
 */
export async function traceDataset(store: Store, id: string, sourceFolder?: string): Promise<TracedDataset> {
  const manifestName = store.manifestOf(id)
  let manifest: Manifest
  try {
    manifest = await store.show(id)
  } catch (error) {
    if (!isGordonError(error) || !isDamage(error)) throw error
    const nothing = { kind: 'bars' as const, rows: 0, streams: [] }
    const told = { damage: [error.message], code: error.code as DamageCode }
    return { id, snapshot: store.snapshot, manifest: manifestName, ...nothing, ...told }
  }
  const damage: string[] = []
  let code: DamageCode | undefined
  const note = (text: string, how: DamageCode) => {
    damage.push(text)
    if (code !== 'CHECKSUM_MISMATCH') code = how
  }
  const sources = new Map<string, Promise<TracedSource>>()
  const traced = (source: ManifestSource) => {
    const key = `${source.sha256} ${source.reading} ${source.name}`
    let one = sources.get(key)
    if (one === undefined) sources.set(key, (one = traceSource(store, source, sourceFolder)))
    return one
  }
  const streams: TracedStream[] = []
  for (const part of everyPartOf(manifest)) {
    const files = await inParallel(part.files, async file => {
      const { path, rows, bytes, sha256 } = file
      const now = stateOf(file, await store.storage.inspect(file))
      const from = [...new Set(sourcesOf(file).map(({ source }) => part.sources[source]?.name ?? 'calendar'))]
      return { path, rows, bytes, sha256, sources: from, now }
    })
    const { rows, first, last, dropped, notes } = part
    const own = await Promise.all(part.sources.map(traced))
    streams.push({ id: nameOf(manifest, part), rows, first, last, dropped, notes, sources: own, files })
    for (const { path, now } of files) {
      if (now === 'missing') note(`${path} is missing`, 'STORE_DAMAGED')
      if (now === 'changed') note(`${path} was changed after it was written`, 'CHECKSUM_MISMATCH')
    }
  }
  for (const source of await Promise.all(sources.values())) {
    if (source.unread !== undefined) note(source.unread, 'CHECKSUM_MISMATCH')
    for (const text of source.dataset?.damage ?? []) note(text, source.dataset!.code ?? 'STORE_DAMAGED')
    if (source.now === 'changed' && source.derived === undefined)
      note(`${source.name} in ${sourceFolder} is no longer the file that was read`, 'CHECKSUM_MISMATCH')
  }
  const { kind, rows } = manifest
  const told = { damage, ...(code === undefined ? {} : { code }) }
  return { id, snapshot: store.snapshot, manifest: manifestName, kind, rows, streams, ...told }
}

function nameOf(manifest: Manifest, part: ManifestPart): string {
  const isCorrected = manifest.instruments.find(({ corrections }) => corrections === part)
  if (isCorrected !== undefined) return `${streamId(isCorrected)} corrected`
  if (part.files === manifest.sessions?.files) return 'sessions'
  const stream = manifest.instruments.find(one => one === part)
  return stream === undefined ? 'table' : streamId(stream)
}

async function traceSource(
  store: Store,
  source: ManifestSource,
  folder: string | undefined,
): Promise<TracedSource> {
  const read = await readReading(store.storage, source).catch((error: unknown) => {
    if (!isGordonError(error) || !isDamage(error)) throw error
    return error.message
  })
  const told = typeof read === 'string' ? { unread: read } : read === undefined ? {} : { read }
  if (source.derived !== undefined)
    return { ...source, ...told, ...(await traceDerived(store, source, folder)) }
  const { name, sha256, bytes, reading } = source
  const now = folder === undefined ? 'not looked for' : await sourceNow(placeIn(folder, name), source)
  return { name, sha256, bytes, reading, ...told, now }
}

/** Its manifest is found by its hash, whatever the newest snapshot knows by that name. */
async function traceDerived(
  store: Store,
  { name, sha256, derived }: ManifestSource,
  folder: string | undefined,
): Promise<Pick<TracedSource, 'now' | 'dataset'>> {
  const { storage } = store
  if ((await storage.read(manifestPlace(sha256))) === undefined) return { now: 'missing' }
  const then: Store = {
    ...store,
    snapshot: derived!.snapshot,
    manifestOf: () => sha256,
    show: () => readManifest(storage, sha256),
  }
  const dataset = await traceDataset(then, name, folder)
  return { now: dataset.damage.length === 0 ? 'same' : 'changed', dataset }
}

/** In the folder, or what was given itself where it has that name. */
function placeIn(folder: string, name: string): string {
  return basename(folder) === name ? folder : join(folder, name)
}

async function sourceNow(path: string, known: ManifestSource): Promise<Found> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 'missing'
  const { sha256 } = found.isDirectory()
    ? await folderBytes(path, (await placeOf(path)).files)
    : await fileBytes(path)
  return sha256 === known.sha256 ? 'same' : 'changed'
}

function stateOf(
  known: { readonly bytes: number; readonly sha256: string },
  found: { readonly bytes: number; readonly sha256?: string } | undefined,
): TracedFile['now'] {
  if (found === undefined) return 'missing'
  return found.bytes === known.bytes && found.sha256 === known.sha256 ? 'same' : 'changed'
}
