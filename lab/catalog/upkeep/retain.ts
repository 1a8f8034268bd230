/**
 * Takes away what no kept snapshot names: old snapshots beyond the newest few, and then the manifests, data files,
 * notes and caches that only they named, with what killed ingests left behind.
 *
 * Nobody is asked whether they still read. Instead there is a grace: a snapshot goes only when it stopped being the
 * newest that long ago, so whoever opened the store as it was then had all that time; and a file that nothing names
 * goes only when it has lain there that long, since an ingest puts its files in place before it names them. Of each
 * file the later of its two times counts, that of its bytes and that of its name. With a grace of nothing it is for
 * stores that nobody else uses.
 *
 * Killed at any moment it leaves a whole store: snapshots go first, and what they named is nobody's then.
 */
import { link, mkdir, mkdtemp, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { cacheKey } from '../column-cache.ts'
import { inParallel, syncFolder } from '../durable.ts'
import { foundStore, requireStore } from '../layout.ts'
import { readingPath } from '../lineage/readings.ts'
import { everyPartOf, readManifest } from '../manifest.ts'
import { namedSnapshot, type Snapshot } from '../snapshot.ts'

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

/** @throws GordonError STORE_NOT_FOUND, STORE_READ_ONLY, BAD_KEEP, STORE_DAMAGED; nothing is taken away then */
export async function retainSnapshots(store: string, request: RetainRequest): Promise<Retained> {
  const { keep, grace, now, dryRun = false } = request
  if (!Number.isInteger(keep) || keep < 1)
    throw new GordonError('BAD_KEEP', `${keep} snapshots cannot be kept: keep one at least`)
  await requireStore(store)
  await foundStore(store)
  const old = (path: Entry) => path.touched + grace <= now
  const files = await entriesBelow(join(store, 'snapshots'))
  const numbered = files
    .flatMap(file =>
      /^snapshot-(\d+)\.json$/.exec(file.name) === null ? [] : [{ ...file, n: numberOf(file.name) }],
    )
    .sort((a, b) => a.n - b.n)
  // Overtaken when the next one came.
  const going = numbered.filter((_, i) => i < numbered.length - keep && old(numbered[i + 1]))
  const staying = numbered.slice(going.length)
  const read = (one: { readonly n: number }) => namedSnapshot(store, String(one.n))
  const [kept, removed] = [await inParallel(staying, read), await inParallel(going, read)]
  const named = await namesOf(store, kept)
  const trash = dryRun ? undefined : await Trash.open(store)
  let count = 0
  let bytes = 0
  try {
    for (const { path } of dryRun ? [] : going) await rm(path, { force: true })
    if (going.length > 0 && !dryRun) await syncFolder(join(store, 'snapshots'))
    const nameless = [
      ...(await left(store, 'manifests', named)),
      ...(await left(store, 'datasets', named)),
      ...(await left(store, 'readings', named)),
      ...(await left(store, 'cache', named)),
      ...files.filter(({ name }) => name.endsWith('.part')),
    ]
    for (const entry of nameless.filter(old)) {
      if (trash !== undefined && !(await trash.take(entry))) continue
      count++
      bytes += entry.bytes
    }
    for (const folder of await foldersOf(join(store, 'incoming'))) {
      const inside = await entriesBelow(folder)
      const own = await entryOf(folder, '')
      if (own === undefined || folder === trash?.folder || ![own, ...inside].every(old)) continue
      if (!dryRun) await rm(folder, { recursive: true, force: true })
      count += inside.length
      bytes += inside.reduce((sum, entry) => sum + entry.bytes, 0)
    }
    if (!dryRun) await removeEmpty(join(store, 'datasets'), old)
  } finally {
    await trash?.close()
  }
  const ids = (some: readonly Snapshot[]) => some.map(({ id }) => id)
  const waiting = Math.max(0, kept.length - keep)
  return { kept: ids(kept), removed: ids(removed), waiting, files: count, bytes }
}

interface Entry {
  readonly path: string
  /** Relative to where it was looked for. */
  readonly name: string
  readonly isFile: boolean
  readonly bytes: number
  readonly inode: number
  /** The later of its times, µs UTC. */
  readonly touched: Micros
}

function numberOf(name: string): number {
  return Number(/\d+/.exec(name)![0])
}

/** Everything that these snapshots name, relative to the store. @throws GordonError STORE_DAMAGED */
async function namesOf(store: string, snapshots: readonly Snapshot[]): Promise<ReadonlySet<string>> {
  const manifests = new Set(snapshots.flatMap(({ datasets }) => Object.values(datasets)))
  const names = new Set<string>()
  for (const manifest of manifests) {
    names.add(`manifests/${manifest}.json`)
    for (const part of everyPartOf(await readManifest(store, manifest))) {
      for (const { path } of part.files) names.add(path)
      for (const source of part.sources) names.add(readingPath(source))
      const key = cacheKey(part.files.map(({ sha256 }) => sha256))
      names.add(`cache/${key}.json`)
      names.add(`cache/${key}.arrow`)
    }
  }
  return names
}

async function left(store: string, folder: string, named: ReadonlySet<string>): Promise<Entry[]> {
  return (await entriesBelow(join(store, folder))).filter(({ name }) => !named.has(`${folder}/${name}`))
}

/** Every file below a folder, with `/` in its name; none where there is no folder. */
async function entriesBelow(folder: string): Promise<Entry[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const found = await inParallel(names, async name => {
    const path = join(folder, name)
    return entryOf(path, name.replaceAll('\\', '/'))
  })
  return found.filter(entry => entry?.isFile === true) as Entry[]
}

/** Undefined where whoever owned it has removed it meanwhile. */
async function entryOf(path: string, name: string): Promise<Entry | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return undefined
  const touched = Math.max(found.mtimeMs, found.ctimeMs) * 1000
  return { path, name, isFile: found.isFile(), bytes: found.size, inode: found.ino, touched }
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => join(folder, name))
}

/** Folders that lost their last file, the deepest first; one that a writer has just made stays. */
async function removeEmpty(folder: string, old: (entry: Entry) => boolean): Promise<void> {
  for (const inner of await foldersOf(folder)) {
    await removeEmpty(inner, old)
    const own = await entryOf(inner, '')
    // Refused by the system where something is in it.
    if (own !== undefined && old(own)) await rmdir(inner).catch(() => undefined)
  }
}

/**
 * Takes files out of the way first and looks at what it has: a writer may have put the very same file into its place
 * since it was seen, and then it goes back.
 */
class Trash {
  readonly folder: string
  #count = 0

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(store: string): Promise<Trash> {
    await mkdir(join(store, 'incoming'), { recursive: true })
    return new Trash(await mkdtemp(join(store, 'incoming', 'retain-')))
  }

  /** False where it is gone already, or is another one now. */
  async take({ path, inode }: Entry): Promise<boolean> {
    const aside = join(this.folder, `${this.#count++}-${basename(path)}`)
    try {
      await rename(path, aside)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw cause
    }
    if ((await stat(aside)).ino === inode) {
      await rm(aside)
      return true
    }
    // Never over what came there since.
    await link(aside, path).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    })
    await rm(aside)
    return false
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
