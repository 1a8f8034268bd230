/**
 * When and with which options a source was read: one small file per source, beside the manifests and not in them, so
 * that the same bytes read in the same way make the same snapshot today and tomorrow. For people who look back;
 * nothing that is read out of the store depends on it. A note bears the hash of what it says.
 */
import { canonicalJson, textDigest } from '../../core/digest.ts'
import type { Micros } from '../../core/time.ts'
import { changed, damaged } from '../damage.ts'
import { inParallel } from '../durable.ts'
import { readJson, STORE_FORMAT } from '../layout.ts'
import type { ManifestSource } from '../manifest.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'

export interface Reading {
  /** When it was first read, µs UTC, by the clock of whoever read it. */
  readonly at: Micros
  /** What the caller said of it; its canonical JSON has the hash that the manifest names. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Name of a source's file, relative to the store. */
export function readingPath({ name, sha256, reading }: ManifestSource): string {
  return `readings/${sha256.slice(0, 32)}-${textDigest(`${reading}\n${name}`).slice(0, 16)}.json`
}

/** Leaves a note of each source; where there is one already the first reading stands. */
export async function writeReadings(
  store: StorePlace,
  sources: readonly ManifestSource[],
  reading: Reading,
): Promise<void> {
  const storage = storageOf(store)
  await inParallel(sources, source =>
    storage.writeNew(readingPath(source), noteText({ format: STORE_FORMAT, source, ...reading })),
  )
}

interface Note extends Reading {
  readonly format: number
  readonly source: ManifestSource
  /** Absent in the first ones that were written. */
  readonly sha256?: string
}

/** One note has one text. */
function noteText({ sha256: _, ...note }: Note): string {
  return canonicalJson({ ...note, sha256: textDigest(canonicalJson(note)) }) + '\n'
}

/** Undefined where nobody told when it was read. @throws GordonError STORE_DAMAGED, CHECKSUM_MISMATCH */
export async function readReading(store: StorePlace, source: ManifestSource): Promise<Reading | undefined> {
  const storage = storageOf(store)
  const path = readingPath(source)
  const text = await storage.read(path)
  if (text === undefined) return undefined
  const where = `${storage.name}/${path}`
  const note = readJson<Note | null>(text, where)
  if (note === null || typeof note !== 'object') throw damaged(`${where} is no note on a source`)
  const { sha256, at, options } = note
  const older = canonicalJson({ format: note.format, source, at, options }) + '\n'
  if (text !== (sha256 === undefined ? older : noteText(note))) throw changed(where)
  if (canonicalJson(note.source) !== canonicalJson(source)) throw changed(where)
  return { at, options }
}
