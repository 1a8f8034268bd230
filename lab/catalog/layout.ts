/**
 * Where things lie in a store:
 *
 *   store.json                        format of the store
 *   snapshots/snapshot-<n>.json       which manifest each dataset has; the highest n is the newest
 *   manifests/<sha256>.json           immutable, named by their own bytes
 *   datasets/<id>/kind=bars/venue=V/symbol=S/interval=I/year=Y/<sha256>.parquet
 *   cache/                            Arrow columns; may be deleted at any time
 *   incoming/                         what an ingest has not published yet; empty between ingests
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GordonError } from '../core/errors.ts'
import { writeExclusively, writeWhole } from './durable.ts'

/** Format of the folder, of manifests and of snapshots. */
export const STORE_FORMAT = 1

const DATASET_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/

/** @throws GordonError BAD_DATASET_ID */
export function checkDatasetId(id: string): void {
  if (!DATASET_ID.test(id)) {
    throw new GordonError(
      'BAD_DATASET_ID',
      `${JSON.stringify(id)} cannot name a dataset: use letters, digits, '.', '_', '-' and '/', for example us-daily/raw`,
    )
  }
}

export interface PartitionKey {
  readonly dataset: string
  readonly venue: string
  readonly symbol: string
  readonly interval: string
  readonly year: number
}

/** Folder of a partition, relative to the store, with `/` on every system. */
export function partitionFolder(key: PartitionKey): string {
  const hive = (name: string, value: string) => `${name}=${encodeURIComponent(value)}`
  return [
    'datasets',
    key.dataset,
    'kind=bars',
    hive('venue', key.venue),
    hive('symbol', key.symbol),
    hive('interval', key.interval),
    `year=${key.year}`,
  ].join('/')
}

interface StoreHeader {
  readonly format: number
  /** Nothing is written here: no ingest, no cache. */
  readonly readOnly?: boolean
}

/**
 * Writes store.json where there is none.
 * @throws GordonError STORE_READ_ONLY, STORE_VERSION
 */
export async function foundStore(folder: string): Promise<void> {
  const header = await readHeader(folder)
  if (header?.readOnly) {
    throw new GordonError(
      'STORE_READ_ONLY',
      `the store at ${folder} is for reading only: ingest into another, for example with --store data/store`,
    )
  }
  if (header === undefined) {
    await writeExclusively(join(folder, 'store.json'), JSON.stringify({ format: STORE_FORMAT }) + '\n')
  }
}

/** From now on nothing is written there. */
export async function closeStoreForWriting(folder: string): Promise<void> {
  await writeWhole(
    join(folder, 'store.json'),
    JSON.stringify({ format: STORE_FORMAT, readOnly: true }) + '\n',
  )
}

/** @throws GordonError STORE_NOT_FOUND, STORE_VERSION */
export async function requireStore(folder: string): Promise<StoreHeader> {
  const header = await readHeader(folder)
  if (header === undefined) {
    throw new GordonError(
      'STORE_NOT_FOUND',
      `there is no store at ${folder}: make one with gordon ingest, for example gordon ingest data/sample`,
    )
  }
  return header
}

/** True where the folder is a store of this format; throws when it is one of another. */
export async function isStore(folder: string): Promise<boolean> {
  return (await readHeader(folder)) !== undefined
}

async function readHeader(folder: string): Promise<StoreHeader | undefined> {
  let text: string
  try {
    text = await readFile(join(folder, 'store.json'), 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw cause
  }
  const header = readJson<StoreHeader>(text, join(folder, 'store.json'))
  const { format } = header
  if (format !== STORE_FORMAT) {
    throw new GordonError(
      'STORE_VERSION',
      `the store at ${folder} has format ${JSON.stringify(format)} and this gordon reads format ${STORE_FORMAT}: ` +
        'ingest its sources into a new folder, or use the gordon that made it',
    )
  }
  return header
}

/** @throws GordonError STORE_DAMAGED */
export function readJson<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new GordonError(
      'STORE_DAMAGED',
      `${path} is not whole JSON: restore it from a copy, or ingest its sources into a new store`,
      { cause, kind: 'failure' },
    )
  }
}
