/**
 * Takes the datasets of another store, byte for byte: how the committed sample gets into a working store, without
 * DuckDB and in no time.
 */
import { copyFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { changed } from './damage.ts'
import { fileDigest, inParallel, tellFullDisk } from './durable.ts'
import { openIncoming } from './incoming.ts'
import { closeStoreForWriting, foundStore, requireStore } from './layout.ts'
import { readingPath } from './lineage/readings.ts'
import { everyPartOf, manifestName, readManifest } from './manifest.ts'
import { newestSnapshot, publish } from './snapshot.ts'
import { type Storage, type StorePlace, storageOf } from './storage/storage.ts'

export interface Adopted {
  readonly datasets: readonly string[]
  readonly snapshot: string
  /** True when all of it was there. */
  readonly unchanged: boolean
}

/**
 * @param options.readOnly close the new store for writing afterwards
 * @throws GordonError STORE_NOT_FOUND, STORE_VERSION, STORE_DAMAGED, CHECKSUM_MISMATCH, STORE_READ_ONLY
 */
export async function adoptStore(
  source: StorePlace,
  target: StorePlace,
  options: { readonly readOnly?: boolean } = {},
): Promise<Adopted> {
  const from = storageOf(source)
  const into = storageOf(target)
  await requireStore(from)
  const { datasets } = await newestSnapshot(from)
  const ids = Object.keys(datasets).sort()
  const present = await newestSnapshot(into)
  if (ids.every(id => present.datasets[id] === datasets[id])) {
    return { datasets: ids, snapshot: present.id, unchanged: true }
  }
  return tellFullDisk(into.folder, async () => {
    await foundStore(into)
    const folder = await openIncoming(into.folder, 'adopt')
    try {
      for (const id of ids) await copyDataset(from, into, datasets[id], folder)
      const snapshot = await publish(into, async current =>
        ids.every(id => current[id] === datasets[id]) ? undefined : { ...current, ...datasets },
      )
      if (options.readOnly) await closeStoreForWriting(into)
      return { datasets: ids, snapshot: snapshot.id, unchanged: false }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/** Files have their hash for a name and are seen only through the manifest, which comes last. */
async function copyDataset(from: Storage, into: Storage, name: string, folder: string): Promise<void> {
  const manifest = await readManifest(from, name)
  const files = everyPartOf(manifest).flatMap(part => part.files)
  await inParallel(files, async (file, at) => {
    const brought = await from.bring([file])
    try {
      const staged = join(folder, `${at}-${basename(file.path)}`)
      await copyFile(brought.paths[0], staged)
      if ((await fileDigest(staged)) !== file.sha256) throw changed(`${from.name}/${file.path}`)
      await into.take(staged, file)
    } finally {
      brought.release()
    }
  })
  await into.settle()
  const readings = new Set(everyPartOf(manifest).flatMap(({ sources }) => sources.map(readingPath)))
  await inParallel([...readings], async path => {
    const text = await from.read(path)
    if (text !== undefined) await into.write(path, text)
  })
  const text = await from.read(manifestName(name), name)
  if (text !== undefined) await into.write(manifestName(name), text)
}
