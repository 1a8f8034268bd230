/** A store in a folder: files are synced before they have their names, and names by syncing their folders. */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileDigest, inParallel, syncFile, syncFolder, writeExclusively, writeWhole } from '../durable.ts'
import type { Storage } from './storage.ts'

export function folderStorage(folder: string): Storage {
  /** Folders with names that are not on the disk yet. */
  const touched = new Set<string>()
  return {
    name: folder,
    folder,
    remote: false,
    async names(below) {
      return (await unlessMissing(readdir(join(folder, below)))) ?? []
    },
    async read(path) {
      return unlessMissing(readFile(join(folder, path), 'utf8'))
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
      await mkdir(folder, { recursive: true })
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
      return { paths: files.map(({ path }) => join(folder, path)), release: () => undefined }
    },
    async inspect({ path, bytes }) {
      const found = await unlessMissing(stat(join(folder, path)))
      if (found === undefined || found.size !== bytes) return found && { bytes: found.size }
      return { bytes, sha256: await fileDigest(join(folder, path)) }
    },
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw cause
  }
}
