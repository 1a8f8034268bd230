/**
 * A manifest says what one dataset is at one moment: of which kind, which instruments, from which sources, in which
 * files, with which flaws. It is never changed; another ingest writes another. Its name is the SHA-256 of its text
 * and it names its files by theirs, so a manifest's name stands for every byte below it.
 */
import { canonicalJson, textDigest } from '../core/digest.ts'
import type { Micros } from '../core/time.ts'
import type { Adjustment } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import { changed, damaged } from './damage.ts'
import { readJson } from './layout.ts'
import { upgradeManifest } from './migrations.ts'
import type { QualityIssue } from './quality/issue.ts'
import type { DataKind, PriceType } from './schema.ts'
import { type StorePlace, storageOf } from './storage/storage.ts'

export interface Manifest {
  readonly format: number
  readonly id: string
  readonly kind: DataKind
  /** Version of the kind's schema that the newest of its files have. */
  readonly schema: number
  /** Of bars, `1d`; `ticks` where rows are no bars. */
  readonly interval: string
  readonly adjustment: Adjustment
  /** Of bars. */
  readonly price?: PriceType
  readonly rows: number
  /** First and last time over all instruments: of bars the event time, of ticks the receive time. */
  readonly first: Micros
  readonly last: Micros
  /** In canonical order, then by name; none in kinds that have one table. */
  readonly instruments: readonly ManifestInstrument[]
  /** The one table of actions, instruments, members or sessions. */
  readonly table?: ManifestPart
  /** Sessions of its instruments' calendars, as they were when the rows came in (written-sessions.ts). */
  readonly sessions?: ManifestSessions
}

/** Sessions that were written down, of each calendar for some days. */
export interface ManifestSessions {
  /** Days since 1970-01-01, both included. */
  readonly covers: Readonly<Record<string, { readonly firstDay: number; readonly lastDay: number }>>
  /** Calendars whose sessions begin on the evening before their date. */
  readonly overnight: Readonly<Record<string, boolean>>
  readonly files: readonly ManifestFile[]
}

/** Rows that belong together, and where they came from. */
export interface ManifestPart {
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
  /** Files that the rows came from, in the order in which they were taken. */
  readonly sources: readonly ManifestSource[]
  /** What was understood of the sources, in words. */
  readonly notes: readonly string[]
  readonly issues: readonly QualityIssue[]
  /** Rows of the sources that were left out because of an issue. */
  readonly dropped: number
  /** In order of time. */
  readonly files: readonly ManifestFile[]
}

/** One stream of a dataset. */
export interface ManifestInstrument extends Instrument, ManifestPart {
  /** Of a custom series: `news`. */
  readonly name?: string
  /** Of bars: what was published again later, otherwise. */
  readonly corrections?: ManifestPart
}

export interface ManifestSource {
  /** File or folder name, without the folder that it is in. */
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  /** SHA-256 of the options that it was read with. */
  readonly reading: string
  /** It is a dataset of this store: `name` is its id and `sha256` the name of its manifest. */
  readonly derived?: {
    /** In which it was found. */
    readonly snapshot: string
    /** What was made of it. */
    readonly terms: Readonly<Record<string, unknown>>
  }
}

export interface ManifestFile {
  /** Relative to the store. */
  readonly path: string
  /** Absent where a kind has one table. */
  readonly year?: number
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  /** Version of the schema that it was written with. */
  readonly schema: number
  /** Columns that it holds nothing in: NULL, or 0 where they may not be NULL; absent: none is known to be empty. */
  readonly empty?: readonly string[]
  /** Place of its source among the part's; of the first, where its rows are of several. */
  readonly source: number
  /** Where its rows are of several sources (upkeep/compact.ts): how many of which, in order. */
  readonly from?: readonly { readonly source: number; readonly rows: number }[]
  /** Of its rows, as in the manifest; absent in files of format 1. */
  readonly first?: Micros
  readonly last?: Micros
}

/** Every part of a dataset: its streams, or its one table. */
export function partsOf(manifest: Manifest): readonly ManifestPart[] {
  return manifest.table === undefined ? manifest.instruments : [manifest.table]
}

/** These, what was corrected later, and the sessions that were written down. */
export function everyPartOf(manifest: Manifest): readonly ManifestPart[] {
  const corrections = manifest.instruments.flatMap(one => one.corrections ?? [])
  return [...partsOf(manifest), ...corrections, ...sessionsPart(manifest)]
}

/** They came from no source: the calendar of the day made them. */
function sessionsPart({ sessions, first, last }: Manifest): ManifestPart[] {
  if (sessions === undefined) return []
  const { files } = sessions
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  return [{ rows, first, last, sources: [], notes: [], issues: [], dropped: 0, files }]
}

/** The sources of a file's rows, in order. */
export function sourcesOf(file: ManifestFile): NonNullable<ManifestFile['from']> {
  return file.from ?? [{ source: file.source, rows: file.rows }]
}

/** Writes the manifest and gives its name, the SHA-256 of its text. */
export async function writeManifest(store: StorePlace, manifest: Manifest): Promise<string> {
  const text = canonicalJson(manifest) + '\n'
  const name = textDigest(text)
  await storageOf(store).write(manifestName(name), text)
  return name
}

/**
 * @param id of the dataset that a snapshot says it is of
 * @throws GordonError STORE_DAMAGED, CHECKSUM_MISMATCH, STORE_VERSION
 */
export async function readManifest(store: StorePlace, name: string, id?: string): Promise<Manifest> {
  const storage = storageOf(store)
  const path = `${storage.name}/${manifestName(name)}`
  const text = await storage.read(manifestName(name), name)
  if (text === undefined) throw damaged(`${path} is missing`)
  if (textDigest(text) !== name) throw changed(path)
  const manifest = upgradeManifest(readJson(text, path), path)
  if (id === undefined || manifest.id === id) return manifest
  throw damaged(`${storage.name} calls ${id} what ${path} knows as ${manifest.id}`)
}

/** Place of a manifest, relative to the store. */
export function manifestName(name: string): string {
  return `manifests/${name}.json`
}
