/**
 * Takes the datasets of another store, byte for byte: how the committed sample gets into a working store, without
 * DuckDB and in no time.
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileDigest, inParallel, syncFile, syncFolder, tellFullDisk } from './durable.ts'
import { closeStoreForWriting, foundStore, requireStore } from './layout.ts'
import { readingPath } from './lineage/readings.ts'
import { damaged, manifestPath, partsOf, readManifest } from './manifest.ts'
import { newestSnapshot, publish } from './snapshot.ts'

export interface Adopted {
  readonly datasets: readonly string[]
  readonly snapshot: string
  /** True when all of it was there. */
  readonly unchanged: boolean
}

/**
 * @param options.readOnly close the new store for writing afterwards
 * @throws GordonError STORE_NOT_FOUND, STORE_VERSION, STORE_DAMAGED, STORE_READ_ONLY
 */
export async function adoptStore(
  from: string,
  into: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<Adopted> {
  await requireStore(from)
  const { datasets } = await newestSnapshot(from)
  const ids = Object.keys(datasets).sort()
  const present = await newestSnapshot(into)
  if (ids.every(id => present.datasets[id] === datasets[id])) {
    return { datasets: ids, snapshot: present.id, unchanged: true }
  }
  return tellFullDisk(into, async () => {
    await mkdir(into, { recursive: true })
    await foundStore(into)
    for (const id of ids) await copyDataset(from, into, datasets[id])
    const snapshot = await publish(into, async current =>
      ids.every(id => current[id] === datasets[id]) ? undefined : { ...current, ...datasets },
    )
    if (options.readOnly) await closeStoreForWriting(into)
    return { datasets: ids, snapshot: snapshot.id, unchanged: false }
  })
}

/** Files have their hash for a name and are seen only through the manifest, which comes last. */
async function copyDataset(from: string, into: string, name: string): Promise<void> {
  const manifest = await readManifest(from, name)
  const folders = new Set<string>()
  const copy = async (source: string, target: string): Promise<void> => {
    await mkdir(dirname(target), { recursive: true })
    const part = join(dirname(target), `.adopt-${process.pid}-${basename(target)}.part`)
    try {
      await copyFile(source, part)
      await syncFile(part)
      await rename(part, target)
    } finally {
      await rm(part, { force: true })
    }
    folders.add(dirname(target))
  }
  await inParallel(
    partsOf(manifest).flatMap(({ files }) => files),
    async ({ path, sha256 }) => {
      await copy(join(from, path), join(into, path))
      if ((await fileDigest(join(into, path))) !== sha256) {
        throw damaged(`${join(from, path)} was changed after it was written`)
      }
    },
  )
  const readings = new Set(partsOf(manifest).flatMap(({ sources }) => sources.map(readingPath)))
  await inParallel([...readings], async path => {
    if (existsSync(join(from, path))) await copy(join(from, path), join(into, path))
  })
  await copy(manifestPath(from, name), manifestPath(into, name))
  await inParallel([...folders], syncFolder)
}
