/**
 * Files that are whole or absent. A file is written beside its place, synced, then named in one step; the folder
 * is synced after it, since a name is data too, and so is every folder above that is new. A full disk, and a folder
 * that nothing may be written to, become one sentence, and nothing half-written stays.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GordonError, isGordonError } from '../core/errors.ts'

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a folder with those above it; each new one has its name on the disk when it returns. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  const above = dirname(first)
  for (let one = dirname(folder); ; one = dirname(one)) {
    await syncFolder(one)
    if (one === above || one === dirname(one)) return
  }
}

export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Does work on many things, sixteen at a time: a disk takes as long for one sync as for several together. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      results[at] = await work(items[at], at)
    }
  }
  await Promise.all(Array.from({ length: Math.min(16, items.length) }, worker))
  return results
}

/** Replaces a file as a whole, or leaves what was there. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = await writeBeside(path, bytes)
  try {
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
  await syncFolder(dirname(path))
}

/**
 * As writeWhole, for what may be lost but never be wrong: the bytes are on the disk before they have their name, the
 * name may be forgotten.
 */
export async function writeLosable(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = await writeBeside(path, bytes)
  await rename(temporary, path)
}

/** Publishes a file only where none of that name exists: link(2) is atomic and never overwrites. */
export async function writeExclusively(path: string, text: string): Promise<'published' | 'taken'> {
  const temporary = await writeBeside(path, text)
  try {
    await link(temporary, path)
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return 'taken'
    // exFAT and some network shares know no second name of a file; none is needed anywhere else.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw cause
    throw new GordonError(
      'NO_LINKS',
      `the disk that ${dirname(path)} is on knows no hard links, without which two writers lose each other's work: ` +
        'put the store on another disk',
      { cause, kind: 'failure' },
    )
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
  return 'published'
}

let counter = 0

/** Writes a temporary file in the same folder; another process, or a dead one of our id, may hold a name. */
async function writeBeside(path: string, bytes: Uint8Array | string): Promise<string> {
  await makeFolder(dirname(path))
  for (;;) {
    const temporary = join(dirname(path), `.${process.pid}-${counter++}.part`)
    let handle: FileHandle
    try {
      handle = await open(temporary, 'wx')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw cause
    }
    try {
      await handle.writeFile(bytes)
      await handle.sync()
      await handle.close()
      return temporary
    } catch (cause) {
      await handle.close().catch(() => undefined)
      await rm(temporary, { force: true })
      throw cause
    }
  }
}

/** SHA-256 of a file's bytes, lower-case hex, without holding the file. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  // A stream costs as much as reading a quarter of a megabyte does.
  if ((await stat(path)).size <= 1 << 20) return hash.update(await readFile(path)).digest('hex')
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  return hash.digest('hex')
}

/** Full disk, exceeded quota, file size limit: errno of Node, or the words of DuckDB. */
const NO_ROOM = /ENOSPC|EDQUOT|EFBIG|No space left on device|Disk quota exceeded|File too large/i

/** Runs work that writes into a store, and says a full disk, and one that nothing may be written to, in one sentence. */
export async function tellFullDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isGordonError(cause)) throw cause
    const text = cause instanceof Error ? cause.message : String(cause)
    const { code = '', path = folder } = cause as NodeJS.ErrnoException
    if (isForbidden(code)) throw forbidden(path, cause)
    if (!NO_ROOM.test(text) && !NO_ROOM.test(code)) throw cause
    throw new GordonError(
      'DISK_FULL',
      `no room left in ${folder}: nothing was ingested and the store is as it was; free some space and run it again`,
      { cause, kind: 'failure' },
    )
  }
}

export function isForbidden(code: string | undefined): boolean {
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
}

/** What the system does not let us touch. */
export function forbidden(path: string, cause: unknown): GordonError {
  const readOnly = (cause as NodeJS.ErrnoException).code === 'EROFS'
  return new GordonError(
    'STORE_FORBIDDEN',
    readOnly
      ? `${path} is on a disk that is mounted read-only: the store is as it was; use a store elsewhere, with --store`
      : `you may not touch ${path}: the store is as it was; ask whoever owns it for permission, or use a store elsewhere, with --store`,
    { cause, kind: 'failure' },
  )
}
