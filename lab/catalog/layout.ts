/**
 * Where things lie in a store:
 *
 *   store.json                        format of the store
 *   snapshots/snapshot-<n>.json       which manifest each dataset has; the highest n is the newest
 *   manifests/<sha256>.json           immutable, named by their own bytes
 *   datasets/<id>/kind=bars/venue=V/symbol=S/interval=I/[price=bid/]year=Y/<sha256>.parquet
 *   datasets/<id>/kind=trades/venue=V/symbol=S/[name=news/]year=Y/<sha256>.parquet
 *   datasets/<id>/kind=actions/<sha256>.parquet
 *   readings/<source>.json            when and with which options a source was read; for people who look back
 *   repairs/<sha256>.json             every change of a mended dataset (quality/mend-dataset.ts)
 *   cache/                            Arrow columns; may be deleted at any time
 *   incoming/                         what an ingest has not published yet; what killed ones left goes with the next
 *                                     one that begins (leftovers.ts)
 */
import { GordonError } from '../core/errors.ts'
import { damaged } from './damage.ts'
import type { DataKind, PriceType } from './schema.ts'
import { type Storage, type StorePlace, storageOf } from './storage/storage.ts'

/** Format of the folder, of manifests and of snapshots, as it is written; older ones are read (migrations.ts). */
export const STORE_FORMAT = 2

/** @throws GordonError STORE_VERSION unless this gordon reads that format */
export function requireFormat(what: string, format: unknown): void {
  if (Number.isInteger(format) && (format as number) >= 1 && (format as number) <= STORE_FORMAT) return
  throw new GordonError(
    'STORE_VERSION',
    `${what} has format ${JSON.stringify(format)} and this gordon reads formats up to ${STORE_FORMAT}: ` +
      'ingest its sources into a new folder, or use the gordon that made it',
  )
}

const DATASET_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/

export function isDatasetId(id: string): boolean {
  return DATASET_ID.test(id)
}

/** @throws GordonError BAD_DATASET_ID */
export function checkDatasetId(id: string): void {
  if (!isDatasetId(id)) {
    throw new GordonError(
      'BAD_DATASET_ID',
      `${JSON.stringify(id)} cannot name a dataset: use letters, digits, '.', '_', '-' and '/', for example us-daily/raw`,
    )
  }
}

export interface PartitionKey {
  readonly dataset: string
  readonly kind: DataKind
  /** Absent in kinds that have one table for all instruments. */
  readonly venue?: string
  readonly symbol?: string
  /** Of a custom series. */
  readonly name?: string
  /** Of bars. */
  readonly interval?: string
  readonly price?: PriceType
  readonly year?: number
}

/** Folder of a partition, relative to the store, with `/` on every system. */
export function partitionFolder(key: PartitionKey): string {
  const { dataset, kind, venue, symbol, interval, price, name, year } = key
  const hive = { kind, venue, symbol, interval, price: price === 'trade' ? undefined : price, name, year }
  const folders = Object.entries(hive)
    .filter(([, value]) => value !== undefined)
    .map(([part, value]) => `${part}=${encodeURIComponent(value!)}`)
  return ['datasets', dataset, ...folders].join('/')
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
export async function foundStore(store: StorePlace): Promise<void> {
  const storage = storageOf(store)
  const header = await readHeader(storage)
  if (header?.readOnly) {
    throw new GordonError(
      'STORE_READ_ONLY',
      `the store at ${storage.name} is for reading only: ingest into another, for example with --store data/store`,
    )
  }
  await storage.ready()
  if (header === undefined) await storage.writeNew('store.json', headerText({ format: STORE_FORMAT }))
}

/** From now on nothing is written there. */
export async function closeStoreForWriting(store: StorePlace): Promise<void> {
  await storageOf(store).write('store.json', headerText({ format: STORE_FORMAT, readOnly: true }))
}

function headerText(header: StoreHeader): string {
  return JSON.stringify(header) + '\n'
}

/** @throws GordonError STORE_NOT_FOUND, STORE_VERSION */
export async function requireStore(store: StorePlace): Promise<StoreHeader> {
  const storage = storageOf(store)
  const header = await readHeader(storage)
  if (header === undefined) {
    throw new GordonError(
      'STORE_NOT_FOUND',
      `there is no store at ${storage.name}: make one with gordon ingest, for example gordon ingest data/sample`,
    )
  }
  return header
}

/** True where there is a store of this format; throws when it is one of another. */
export async function isStore(store: StorePlace): Promise<boolean> {
  return (await readHeader(storageOf(store))) !== undefined
}

async function readHeader(storage: Storage): Promise<StoreHeader | undefined> {
  const text = await storage.read('store.json')
  if (text === undefined) return undefined
  const path = `${storage.name}/store.json`
  const header = readJson<StoreHeader | null>(text, path)
  if (header === null || typeof header !== 'object' || !('format' in header))
    throw damaged(`${path} does not say what format the store has`)
  requireFormat(`the store at ${storage.name}`, header.format)
  return header
}

/** @throws GordonError STORE_DAMAGED */
export function readJson<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw damaged(`${path} is not whole JSON`, cause)
  }
}
