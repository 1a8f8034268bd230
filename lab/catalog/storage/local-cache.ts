/**
 * Copies of a remote store's files on this machine: found by their path, believed by their SHA-256, and the longest
 * unused removed when all of them together pass a limit. When a file was last used is told by its ctime, which the
 * system sets when the file is brought again, so that processes that share a cache agree about it.
 */
import { createHash, type Hash } from 'node:crypto'
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileDigest, inParallel } from '../durable.ts'
import type { StoredFile } from './storage.ts'

/** What is kept in the folder of a store: data files, manifests, and the Arrow columns made from them. */
const KEPT = ['datasets', 'manifests', 'cache']

export type Fetch = (path: string, into: () => Promise<(piece: Uint8Array) => Promise<void>>) => Promise<void>

export interface CacheCounts {
  /** Files that were there, with the right bytes. */
  readonly hits: number
  /** Files fetched because they were not there. */
  readonly misses: number
  /** Files that were there with other bytes, and were fetched again. */
  readonly damaged: number
}

export class LocalCache {
  readonly #folder: string
  readonly #limitBytes: number
  /** Files in use by this process, with the number of users. */
  readonly #pinned = new Map<string, number>()
  /** What each file looked like when its bytes were last held to their hash. */
  readonly #believed = new Map<string, string>()
  /** Being fetched or held to its hash now. */
  readonly #under = new Map<string, Promise<void>>()
  #counts = { hits: 0, misses: 0, damaged: 0 }
  #count = 0

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder
    this.#limitBytes = limitBytes
  }

  get counts(): CacheCounts {
    return { ...this.#counts }
  }

  /**
   * Has all files here, whole, and keeps them until `unpin`.
   * @throws what `fetch` throws, or `damaged` makes of a path whose bytes are not those of its hash
   */
  async bring(files: readonly StoredFile[], fetch: Fetch, damaged: (path: string) => Error): Promise<void> {
    this.pin(files, 1)
    try {
      const before = this.#counts.misses + this.#counts.damaged
      await inParallel(files, file => this.#once(file, fetch, damaged))
      if (this.#counts.misses + this.#counts.damaged > before) await this.trim()
    } catch (cause) {
      this.pin(files, -1)
      throw cause
    }
  }

  pin(files: readonly StoredFile[], by: 1 | -1): void {
    for (const { path } of files) {
      const users = (this.#pinned.get(path) ?? 0) + by
      if (users === 0) this.#pinned.delete(path)
      else this.#pinned.set(path, users)
    }
  }

  /** Takes a file that was just put into the store. */
  async adopt(staged: string, { path }: StoredFile): Promise<void> {
    const target = join(this.#folder, path)
    await mkdir(dirname(target), { recursive: true })
    await rename(staged, target)
  }

  /** Removes what was not used for longest until the limit holds. */
  async trim(): Promise<void> {
    const kept: { path: string; size: number; used: number }[] = []
    for (const folder of KEPT)
      for (const name of await namesBelow(join(this.#folder, folder))) {
        const path = `${folder}/${name}`
        const found = await stat(join(this.#folder, path)).catch(() => undefined)
        if (found?.isFile()) kept.push({ path, size: found.size, used: found.ctimeMs })
      }
    let total = kept.reduce((sum, { size }) => sum + size, 0)
    kept.sort((a, b) => a.used - b.used)
    for (const { path, size } of kept) {
      if (total <= this.#limitBytes) return
      if (this.#pinned.has(path)) continue
      await rm(join(this.#folder, path), { force: true })
      total -= size
    }
  }

  /** Two who want the same file wait for the same fetch. */
  async #once(file: StoredFile, fetch: Fetch, damaged: (path: string) => Error): Promise<void> {
    const under = this.#under.get(file.path)
    if (under !== undefined) return under
    const work = this.#have(file, fetch, damaged).finally(() => this.#under.delete(file.path))
    this.#under.set(file.path, work)
    return work
  }

  async #have(file: StoredFile, fetch: Fetch, damaged: (path: string) => Error): Promise<void> {
    const state = await this.#look(file)
    this.#counts[state]++
    if (state === 'hits') return
    const local = join(this.#folder, file.path)
    await mkdir(dirname(local), { recursive: true })
    const part = join(dirname(local), `.${process.pid}-${this.#count++}.part`)
    let handle: FileHandle | undefined
    let hash: Hash | undefined
    try {
      await fetch(file.path, async () => {
        await handle?.close()
        hash = createHash('sha256')
        const into = (handle = await open(part, 'w'))
        return async piece => {
          hash!.update(piece)
          await into.writeFile(piece)
        }
      })
      await handle?.close()
      handle = undefined
      if (hash?.digest('hex') !== file.sha256) throw damaged(file.path)
      await rename(part, local)
      this.#believed.set(file.path, await faceOf(local))
    } finally {
      await handle?.close().catch(() => undefined)
      await rm(part, { force: true })
    }
  }

  async #look({ path, sha256 }: StoredFile): Promise<keyof CacheCounts> {
    const local = join(this.#folder, path)
    const face = await faceOf(local).catch(() => undefined)
    if (face === undefined) return 'misses'
    if (this.#believed.get(path) !== face && (await fileDigest(local)) !== sha256) return 'damaged'
    this.#believed.set(path, face)
    // Sets its ctime.
    await chmod(local, 0o644)
    return 'hits'
  }
}

/** Changes when a file's bytes are written. */
async function faceOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path)
  return `${ino} ${size} ${mtimeMs}`
}

async function namesBelow(folder: string): Promise<string[]> {
  return readdir(folder, { recursive: true }).catch(() => [])
}
