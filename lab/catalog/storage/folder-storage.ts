/**
 * A store in a folder: files are synced before they have their names, and names by syncing their folders. A file is
 * held to its hash when it is first asked for, and again when the system says that it is another than it was then.
 */
import { link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { GordonError } from '../../core/errors.ts'
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
      try {
        await makeFolder(folder)
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException
        if (code !== 'EEXIST' && code !== 'ENOTDIR') throw cause
        throw new GordonError(
          'NOT_A_FOLDER',
          `there is a file where the store ${folder} should be: name another place with --store`,
          { cause },
        )
      }
    },
    async take(staged, { path }) {
      const target = join(folder, path)
      // On the disk before it has its name.
      await syncFile(staged)
      await intoPlace(staged, target)
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
    async entries(below) {
      const names = (await told(readdir(join(folder, below), { recursive: below !== '' }))) ?? []
      const found = await inParallel(names, async name => {
        const path = [below, name.replaceAll('\\', '/')].filter(Boolean).join('/')
        // Undefined where whoever owned it has removed it meanwhile.
        const one = await told(stat(join(folder, path)))
        if (one?.isFile() !== true) return []
        const touched = Math.max(one.mtimeMs, one.ctimeMs) * 1000
        return [{ path, bytes: one.size, touched, mark: String(one.ino) }]
      })
      return found.flat()
    },
    async discard({ path, mark }) {
      const full = join(folder, path)
      // Out of the way first: a writer may have put the very same file into its place since it was seen.
      const aside = join(dirname(full), `.${basename(full)}.gone`)
      try {
        await rename(full, aside)
        touched.add(dirname(full))
        if (String((await stat(aside)).ino) === mark) {
          await rm(aside)
          return true
        }
        // Never over what came there since.
        await link(aside, full).catch((cause: unknown) => {
          if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
        })
        await rm(aside)
        return false
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException
        if (code === 'ENOENT') return false
        if (isForbidden(code)) throw forbidden(full, cause)
        throw cause
      }
    },
  }
}

/** Retention may take an empty folder away between the two steps. */
async function intoPlace(staged: string, target: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    await mkdir(dirname(target), { recursive: true })
    try {
      return await rename(staged, target)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 5) throw cause
    }
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
