/**
 * A manifest says what one dataset is at one moment: which instruments, from which source, in which files, with
 * which flaws. It is never changed; another ingest writes another. Its name is the SHA-256 of its text and it
 * names its files by theirs, so a manifest's name stands for every byte below it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, textDigest } from '../core/digest.ts'
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import type { Adjustment } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import { writeWhole } from './durable.ts'
import { readJson, STORE_FORMAT } from './layout.ts'

export interface Manifest {
  readonly format: number
  readonly id: string
  readonly kind: 'bars'
  readonly interval: string
  readonly adjustment: Adjustment
  readonly rows: number
  /** First and last event time over all instruments. */
  readonly first: Micros
  readonly last: Micros
  /** In canonical order. */
  readonly instruments: readonly ManifestInstrument[]
}

export interface ManifestInstrument extends Instrument {
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
  readonly source: ManifestSource
  /** What was understood of the source, in words. */
  readonly notes: readonly string[]
  readonly issues: readonly ManifestIssue[]
  /** Rows of the source that were left out because of an issue. */
  readonly dropped: number
  /** In order of time. */
  readonly files: readonly ManifestFile[]
}

export interface ManifestSource {
  /** File name, without its folder. */
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  /** SHA-256 of the options that it was read with. */
  readonly reading: string
}

export interface ManifestIssue {
  readonly code: string
  readonly count: number
  /** The first of them, in words. */
  readonly example: string
}

export interface ManifestFile {
  /** Relative to the store. */
  readonly path: string
  readonly year: number
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** Columns of every Parquet file of bars; the partition's keys stand in the path. */
export const BAR_SCHEMA = [
  ['event_time', 'TIMESTAMPTZ'],
  ['receive_time', 'TIMESTAMPTZ'],
  ['session_close', 'TIMESTAMPTZ'],
  ['open', 'DOUBLE'],
  ['high', 'DOUBLE'],
  ['low', 'DOUBLE'],
  ['close', 'DOUBLE'],
  ['volume', 'DOUBLE'],
  ['sequence', 'INTEGER'],
  ['event_ns', 'SMALLINT'],
] as const

/** Writes the manifest and gives its name, the SHA-256 of its text. */
export async function writeManifest(store: string, manifest: Manifest): Promise<string> {
  const text = canonicalJson(manifest) + '\n'
  const name = textDigest(text)
  await writeWhole(manifestPath(store, name), text)
  return name
}

/** @throws GordonError STORE_DAMAGED, STORE_VERSION */
export async function readManifest(store: string, name: string): Promise<Manifest> {
  const path = manifestPath(store, name)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw damaged(`${path} is missing`, cause)
  }
  if (textDigest(text) !== name) throw damaged(`${path} was changed after it was written`)
  const manifest = readJson<Manifest>(text, path)
  if (manifest.format !== STORE_FORMAT) {
    throw new GordonError(
      'STORE_VERSION',
      `${path} has format ${JSON.stringify(manifest.format)} and this gordon reads format ${STORE_FORMAT}: ` +
        'ingest its sources into a new folder, or use the gordon that made it',
    )
  }
  return manifest
}

export function manifestPath(store: string, name: string): string {
  return join(store, 'manifests', `${name}.json`)
}

export function damaged(what: string, cause?: unknown): GordonError {
  return new GordonError(
    'STORE_DAMAGED',
    `${what}: restore it from a copy, or ingest its sources into a new store`,
    { cause, kind: 'failure' },
  )
}
