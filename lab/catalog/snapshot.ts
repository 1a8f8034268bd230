/**
 * A snapshot maps dataset ids to manifests. Publishing is optimistic: take the newest, apply the change, publish
 * as n + 1 with link(2), which fails when somebody else was first; then take theirs and apply the change again.
 * No lock is held, so a killed process leaves nothing to clear away.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, textDigest } from '../core/digest.ts'
import { GordonError } from '../core/errors.ts'
import { writeExclusively } from './durable.ts'
import { readJson, requireFormat, STORE_FORMAT } from './layout.ts'

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

/** The newest snapshot; one without datasets where nothing was published yet. */
export async function newestSnapshot(store: string): Promise<Snapshot> {
  const n = Math.max(0, ...(await snapshotNumbers(store)))
  return n === 0 ? EMPTY : readSnapshot(store, n)
}

/**
 * By id, `snapshot-3-…`, or by number, `3` or `snapshot-3`.
 * @throws GordonError UNKNOWN_SNAPSHOT
 */
export async function namedSnapshot(store: string, name: string): Promise<Snapshot> {
  const match = /^(?:snapshot-)?(\d+)(?:-[0-9a-f]{16})?$/.exec(name)
  const numbers = await snapshotNumbers(store)
  const n = Number(match?.[1])
  const snapshot = numbers.includes(n) ? await readSnapshot(store, n) : undefined
  if (snapshot === undefined || (name.split('-').length === 3 && snapshot.id !== name)) {
    throw new GordonError(
      'UNKNOWN_SNAPSHOT',
      `the store at ${store} has no snapshot ${name}: it has ${numbers.map(k => `snapshot-${k}`).join(', ') || 'none'}`,
    )
  }
  return snapshot
}

async function snapshotNumbers(store: string): Promise<number[]> {
  let names: string[]
  try {
    names = await readdir(join(store, 'snapshots'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
  return names
    .flatMap(name => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

async function readSnapshot(store: string, n: number): Promise<Snapshot> {
  const path = join(store, 'snapshots', `snapshot-${n}.json`)
  const read = readJson<{ format: unknown; datasets: Record<string, string> }>(
    await readFile(path, 'utf8'),
    path,
  )
  requireFormat(path, read.format)
  return { n, id: snapshotId(n, read.datasets), datasets: read.datasets }
}

/**
 * Publishes a change on top of whatever is newest at that moment.
 * @param change from the newest snapshot's datasets to those of the next, or undefined when nothing is left to
 *   do; called again after a lost race, so it must look at what it is given
 */
export async function publish(
  store: string,
  change: (datasets: Readonly<Record<string, string>>) => Promise<Record<string, string> | undefined>,
): Promise<Snapshot> {
  for (;;) {
    const base = await newestSnapshot(store)
    const datasets = await change(base.datasets)
    if (datasets === undefined) return base
    const n = base.n + 1
    const text = canonicalJson({ format: STORE_FORMAT, datasets }) + '\n'
    const path = join(store, 'snapshots', `snapshot-${n}.json`)
    if ((await writeExclusively(path, text)) === 'published')
      return { n, id: snapshotId(n, datasets), datasets }
  }
}
