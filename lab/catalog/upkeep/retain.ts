/**
 * Takes away what no kept snapshot names: old snapshots beyond the newest few, and then the manifests, data files,
 * notes and caches that only they named, with what killed ingests left behind.
 *
 * Nobody is asked whether they still read. Instead there is a grace: a snapshot goes only when it stopped being the
 * newest that long ago, so whoever opened the store as it was then had all that time; and a file that nothing names
 * goes only when it has lain there that long. Of each file the later of its two times counts, that of its bytes and
 * that of its name. With a grace of nothing it is for stores that nobody else reads.
 *
 * Writers are safe whatever the grace: an ingest puts its files in place before it names them, and all that time it
 * has a folder in `incoming/` (incoming.ts). What came since the oldest such folder began stays. The order is the proof:
 * first the time is taken and the folders are looked at, then the snapshots are read. A writer that was gone by then
 * had published, so its files are named; one that came later puts its files in place after that time. Of a bucket
 * other machines' folders are not seen: there the grace is an hour at least.
 *
 * Killed at any moment it leaves a whole store: snapshots go first, and what they named is nobody's then.
 */
import { chmod, mkdir, mkdtemp, readdir, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { HOUR, type Micros } from '../../core/time.ts'
import { cacheKey } from '../column-cache.ts'
import { inParallel, tellFullDisk } from '../durable.ts'
import { sweepIncoming } from '../incoming.ts'
import { foundStore, requireStore } from '../layout.ts'
import { readingPath } from '../lineage/readings.ts'
import { everyPartOf, readManifest } from '../manifest.ts'
import { namedSnapshot, type Snapshot } from '../snapshot.ts'
import { type Storage, type StoredEntry, type StorePlace, storageOf } from '../storage/storage.ts'

export interface RetainRequest {
  /** Newest snapshots that stay; one at least. */
  readonly keep: number
  /** How long ago a snapshot must have been overtaken, and a nameless file have come, µs. */
  readonly grace: Micros
  /** µs UTC, by the clock of the machine that the store lies on. */
  readonly now: Micros
  /** Tell what would go and take nothing away. */
  readonly dryRun?: boolean
}

export interface Retained {
  /** Ids, oldest first. */
  readonly kept: readonly string[]
  readonly removed: readonly string[]
  /** Of those kept: beyond the newest, but within their grace. */
  readonly waiting: number
  /** Whatever went beside the snapshots. */
  readonly files: number
  readonly bytes: number
}

/** @throws GordonError STORE_NOT_FOUND, STORE_READ_ONLY, BAD_KEEP, BAD_GRACE, STORE_DAMAGED; nothing is taken away then */
export async function retainSnapshots(store: StorePlace, request: RetainRequest): Promise<Retained> {
  const { keep, grace, now, dryRun = false } = request
  const storage = storageOf(store)
  if (!Number.isInteger(keep) || keep < 1)
    throw new GordonError('BAD_KEEP', `${keep} snapshots cannot be kept: keep one at least`)
  if (storage.remote && grace < HOUR)
    throw new GordonError(
      'BAD_GRACE',
      `${storage.name} may be written to by machines that are not seen from here: give a grace of an hour at least`,
    )
  await requireStore(storage)
  await foundStore(storage)
  return tellFullDisk(storage.folder, () => retain(storage, { keep, grace, now, dryRun }))
}

async function retain(storage: Storage, terms: Required<RetainRequest>): Promise<Retained> {
  const { keep, grace, now, dryRun } = terms
  const old = ({ touched }: { readonly touched: Micros }) => touched + grace <= now
  // Before anything is looked at; see above.
  const begun = storage.remote ? Number.POSITIVE_INFINITY : await instantOf(storage.folder)
  const swept = await sweepIncoming(storage.folder, { old, dryRun })
  const horizon = Math.min(begun, storage.remote ? Number.POSITIVE_INFINITY : swept.oldest)

  const files = await storage.entries('snapshots')
  const numbered = files
    .flatMap(file => {
      const n = /^snapshots\/snapshot-(\d+)\.json$/.exec(file.path)?.[1]
      return n === undefined ? [] : [{ ...file, n: Number(n) }]
    })
    .sort((a, b) => a.n - b.n)
  // Overtaken when the next one came.
  const going = numbered.filter((_, i) => i < numbered.length - keep && old(numbered[i + 1]))
  const staying = numbered.slice(going.length)
  const read = (one: { readonly n: number }) => namedSnapshot(storage, String(one.n))
  const [kept, removed] = [await inParallel(staying, read), await inParallel(going, read)]
  const named = await namesOf(storage, kept)

  let { files: count, bytes } = swept
  // The oldest first, so that whoever reads meanwhile finds the newer ones.
  for (const one of dryRun ? [] : going) await storage.discard(one)
  await storage.settle()
  const nameless = [...(await unnamed(storage, named)), ...files.filter(isUnfinished)]
  await inParallel(nameless, async entry => {
    if (!old(entry) || entry.touched >= horizon) return
    if (!dryRun && !(await storage.discard(entry))) return
    count++
    bytes += entry.bytes
  })
  if (!dryRun && !storage.remote)
    await removeEmpty(join(storage.folder, 'datasets'), one => old(one) && one.touched < horizon)
  const ids = (some: readonly Snapshot[]) => some.map(({ id }) => id)
  const waiting = Math.max(0, kept.length - keep)
  return { kept: ids(kept), removed: ids(removed), waiting, files: count, bytes }
}

/** Now, by the clock that the times of files are told by. */
async function instantOf(folder: string): Promise<Micros> {
  let made: string | undefined
  try {
    await mkdir(join(folder, 'incoming'), { recursive: true })
    made = await mkdtemp(join(folder, 'incoming', 'retain-'))
    return (await stat(made)).ctimeMs * 1000
  } catch (cause) {
    if (!/ENOSPC|EDQUOT/.test((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    // A full disk has no room for a folder, and it is where this is wanted most.
    await chmod(folder, (await stat(folder)).mode)
    return (await stat(folder)).ctimeMs * 1000
  } finally {
    if (made !== undefined) await rmdir(made).catch(() => undefined)
  }
}

/** Everything that these snapshots name, relative to the store. @throws GordonError STORE_DAMAGED */
async function namesOf(storage: Storage, snapshots: readonly Snapshot[]): Promise<ReadonlySet<string>> {
  const manifests = new Set(snapshots.flatMap(({ datasets }) => Object.values(datasets)))
  const names = new Set<string>()
  for (const manifest of manifests) {
    names.add(`manifests/${manifest}.json`)
    for (const part of everyPartOf(await readManifest(storage, manifest))) {
      for (const { path } of part.files) names.add(path)
      for (const source of part.sources) names.add(readingPath(source))
      const key = cacheKey(part.files.map(({ sha256 }) => sha256))
      names.add(`cache/${key}.json`)
      names.add(`cache/${key}.arrow`)
    }
  }
  return names
}

/** Caches first: on a full disk they make room, and nobody misses them. */
async function unnamed(storage: Storage, named: ReadonlySet<string>): Promise<StoredEntry[]> {
  const found: StoredEntry[] = []
  for (const folder of ['cache', 'datasets', 'manifests', 'readings'])
    found.push(...(await storage.entries(folder)).filter(({ path }) => !named.has(path)))
  return [...found, ...(await storage.entries('')).filter(isUnfinished)]
}

/** `.1234-0.part`: what a killed writer had not named, and what a killed removal had put out of the way. */
function isUnfinished({ path }: StoredEntry): boolean {
  return /(^|\/)\.[^/]*\.(part|gone)$/.test(path)
}

/** Folders that lost their last file, the deepest first; one that a writer has just made stays. */
async function removeEmpty(folder: string, old: (entry: { touched: Micros }) => boolean): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const { name } of inside.filter(entry => entry.isDirectory())) {
    const inner = join(folder, name)
    await removeEmpty(inner, old)
    const own = await stat(inner).catch(() => undefined)
    // Refused by the system where something is in it.
    if (own !== undefined && old({ touched: Math.max(own.mtimeMs, own.ctimeMs) * 1000 }))
      await rmdir(inner).catch(() => undefined)
  }
}
