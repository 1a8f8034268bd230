/**
 * A store in a folder: files are synced before they have their names, and names by syncing their folders. A file is
 * held to its hash when it is first asked for, and again when the system says that it is another than it was then.
 */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { changed, damaged } from '../damage.ts'
import {
  fileDigest,
  forbidden,
  inParallel,
  isForbidden,
  makeFolder,
  syncFile,
  syncFolder,
  writeExclusively,
  writeWhole,
} from '../durable.ts'
import type { Storage, StoredFile } from './storage.ts'

/** Which bytes a file was found to have, and what it looked like then, by its path, over all stores of this process. */
const believed = new Map<string, string>()

export function folderStorage(folder: string): Storage {
  /** Folders with names that are not on the disk yet. */
  const touched = new Set<string>()
  return {
    name: folder,
    folder,
    remote: false,
    async names(below) {
      return (await told(readdir(join(folder, below)))) ?? []
    },
    async read(path) {
      return told(readFile(join(folder, path), 'utf8'))
    },
    async write(path, text) {
      await writeWhole(join(folder, path), text)
    },
    async writeNew(path, text) {
      return writeExclusively(join(folder, path), text)
    },
    async remove(path) {
      await rm(join(folder, path), { force: true })
    },
    async ready() {
      await makeFolder(folder)
    },
    async take(staged, { path }) {
      const target = join(folder, path)
      await mkdir(dirname(target), { recursive: true })
      // On the disk before it has its name.
      await syncFile(staged)
      await rename(staged, target)
      for (let above = dirname(target); ; above = dirname(above)) {
        touched.add(above)
        if (relative(folder, above) === '') break
      }
    },
    async settle() {
      const folders = [...touched]
      touched.clear()
      await inParallel(folders, syncFolder)
    },
    async bring(files) {
      await inParallel(files, file => believe(folder, file))
      return { paths: files.map(({ path }) => join(folder, path)), release: () => undefined }
    },
    async inspect({ path, bytes }) {
      const found = await told(stat(join(folder, path)))
      if (found === undefined || found.size !== bytes) return found && { bytes: found.size }
      return { bytes, sha256: await fileDigest(join(folder, path)) }
    },
  }
}

/** @throws GordonError STORE_DAMAGED, CHECKSUM_MISMATCH, STORE_FORBIDDEN */
async function believe(folder: string, { path, sha256 }: StoredFile): Promise<void> {
  const full = resolve(folder, path)
  const found = await told(stat(full, { bigint: true }))
  if (found === undefined) throw damaged(`${path} is missing in ${folder}`)
  const { ino, size, mtimeNs, ctimeNs } = found
  const face = `${sha256} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
  if (believed.get(full) === face) return
  if ((await told(fileDigest(full))) !== sha256) throw changed(`${path} in ${folder}`)
  believed.set(full, face)
}

/** Undefined where nothing is of that name. @throws GordonError STORE_FORBIDDEN */
async function told<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (cause) {
    const { code, path = '' } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (isForbidden(code)) throw forbidden(path, cause)
    throw cause
  }
}
