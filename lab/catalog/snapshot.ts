/**
 * A snapshot maps dataset ids to manifests. Publishing is optimistic: take the newest, apply the change, publish
 * as n + 1, which fails when somebody else was first (link(2), or If-None-Match in a bucket); then take theirs and apply
 * the change again. No lock is held, so a killed process leaves nothing to clear away.
 */
import { canonicalJson, textDigest } from '../core/digest.ts'
import { GordonError } from '../core/errors.ts'
import { changed } from './damage.ts'
import { isDatasetId, readJson, requireFormat, STORE_FORMAT } from './layout.ts'
import { type Storage, type StorePlace, storageOf } from './storage/storage.ts'

export interface Snapshot {
  readonly n: number
  /** `snapshot-<n>-<hash>`: the hash is over the datasets' manifests, hence over every byte that they name. */
  readonly id: string
  /** Dataset id → name of its manifest. */
  readonly datasets: Readonly<Record<string, string>>
}

const NAME = /^snapshot-(\d+)\.json$/
const EMPTY: Snapshot = { n: 0, id: snapshotId(0, {}), datasets: {} }

function snapshotId(n: number, datasets: Readonly<Record<string, string>>): string {
  return `snapshot-${n}-${textDigest(canonicalJson(datasets)).slice(0, 16)}`
}

/**
 * The newest snapshot; one without datasets where nothing was published yet.
 * @throws GordonError STORE_DAMAGED, CHECKSUM_MISMATCH, STORE_VERSION
 */
export async function newestSnapshot(store: StorePlace): Promise<Snapshot> {
  const storage = storageOf(store)
  const n = Math.max(0, ...(await snapshotNumbers(storage)))
  return n === 0 ? EMPTY : readSnapshot(storage, n)
}

/**
 * By id, `snapshot-3-…`, or by number, `3` or `snapshot-3`.
 * @throws GordonError UNKNOWN_SNAPSHOT
 */
export async function namedSnapshot(store: StorePlace, name: string): Promise<Snapshot> {
  const storage = storageOf(store)
  const match = /^(?:snapshot-)?(\d+)(?:-[0-9a-f]{16})?$/.exec(name)
  const numbers = await snapshotNumbers(storage)
  const n = Number(match?.[1])
  const snapshot = numbers.includes(n) ? await readSnapshot(storage, n) : undefined
  if (snapshot === undefined || (name.split('-').length === 3 && snapshot.id !== name)) {
    throw new GordonError(
      'UNKNOWN_SNAPSHOT',
      `the store at ${storage.name} has no snapshot ${name}: it has ${numbers.map(k => `snapshot-${k}`).join(', ') || 'none'}`,
    )
  }
  return snapshot
}

async function snapshotNumbers(storage: Storage): Promise<number[]> {
  return (await storage.names('snapshots'))
    .flatMap(name => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

async function readSnapshot(storage: Storage, n: number): Promise<Snapshot> {
  const path = snapshotPath(n)
  const where = `${storage.name}/${path}`
  const text = await storage.read(path)
  if (text === undefined) {
    throw new GordonError(
      'STORE_DAMAGED',
      `${where} is gone: open the store again, or restore it from a copy`,
      { kind: 'failure' },
    )
  }
  const read = readJson<{ format?: unknown; datasets?: Readonly<Record<string, string>> } | null>(text, where)
  if (read?.format !== undefined) requireFormat(where, read.format)
  // It has no hash of its own, but one way only to be written, and each manifest says whose it is.
  if (read === null || !isDatasets(read.datasets) || textOf(read.format, read.datasets) !== text)
    throw changed(where)
  return { n, id: snapshotId(n, read.datasets), datasets: read.datasets }
}

function isDatasets(read: unknown): read is Readonly<Record<string, string>> {
  if (read === null || typeof read !== 'object' || Array.isArray(read)) return false
  return Object.entries(read).every(([id, name]) => isDatasetId(id) && /^[0-9a-f]{64}$/.test(name))
}

function textOf(format: unknown, datasets: Readonly<Record<string, string>>): string {
  return canonicalJson({ format, datasets }) + '\n'
}

function snapshotPath(n: number): string {
  return `snapshots/snapshot-${n}.json`
}

/**
 * Publishes a change on top of whatever is newest at that moment.
 * @param change from the newest snapshot's datasets to those of the next, or undefined when nothing is left to
 *   do; called again after a lost race, so it must look at what it is given
 */
export async function publish(
  store: StorePlace,
  change: (datasets: Readonly<Record<string, string>>) => Promise<Record<string, string> | undefined>,
): Promise<Snapshot> {
  const storage = storageOf(store)
  for (;;) {
    const base = await newestSnapshot(storage)
    const datasets = await change(base.datasets)
    if (datasets === undefined) return base
    const n = base.n + 1
    const text = textOf(STORE_FORMAT, datasets)
    if ((await storage.writeNew(snapshotPath(n), text)) === 'published')
      return { n, id: snapshotId(n, datasets), datasets }
  }
}
