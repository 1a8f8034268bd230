/**
 * Many small files of a stream become few: what a live recording leaves with every flush is slow to open and long to
 * list. The rows, their order and what is known of their sources stay; a new snapshot names the new files and older
 * ones name the old. Every new file is held against the rows of those that it replaces before anything names it.
 *
 * A file holds rows of one stream and one year, and no more than the writer gives one; files that are more than half
 * full, or of another version of the schema than their neighbour, stay as they are. Whoever appends meanwhile is not
 * disturbed: its files come after those that were joined, and stay there. Where another writer has replaced the
 * stream, nothing is published.
 */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { sqlParquet, sqlText, withDuckDb } from '../duckdb.ts'
import { fileDigest, tellFullDisk } from '../durable.ts'
import { openIncoming } from '../incoming.ts'
import { Staging } from '../ingest/partitions.ts'
import { foundStore, requireStore } from '../layout.ts'
import {
  type Manifest,
  type ManifestFile,
  type ManifestInstrument,
  type ManifestPart,
  partsOf,
  readManifest,
  sourcesOf,
  writeManifest,
} from '../manifest.ts'
import { PARQUET_WORDS } from '../parquet-writer.ts'
import { SCHEMAS } from '../schema.ts'
import { newestSnapshot, publish } from '../snapshot.ts'
import { type Storage, type StorePlace, storageOf } from '../storage/storage.ts'
import { rowsDigest } from './rows-digest.ts'

/** Rows of one file at most, as ingest cuts them: eight of DuckDB's row groups. */
const FILE_ROWS = 8 * 122_880

export interface Compacted {
  readonly dataset: string
  readonly snapshot: string
  readonly rows: number
  /** Files of the dataset, and their bytes. */
  readonly before: { readonly files: number; readonly bytes: number }
  readonly after: { readonly files: number; readonly bytes: number }
  /** True when there was nothing to join. */
  readonly unchanged: boolean
}

/** Files that became one. */
interface Joined {
  readonly old: readonly ManifestFile[]
  readonly file: ManifestFile
}

/**
 * @param options.fileRows rows of a file at most, by which a test makes do with few
 * @throws GordonError STORE_NOT_FOUND, STORE_READ_ONLY, UNKNOWN_DATASET, STORE_DAMAGED, CHECKSUM_MISMATCH; the store is then as it was
 */
export async function compactDataset(
  store: StorePlace,
  id: string,
  options: { readonly fileRows?: number } = {},
): Promise<Compacted> {
  const storage = storageOf(store)
  await requireStore(storage)
  await foundStore(storage)
  const { datasets } = await newestSnapshot(storage)
  if (datasets[id] === undefined) {
    throw new GordonError(
      'UNKNOWN_DATASET',
      `the store at ${storage.name} has no dataset ${JSON.stringify(id)}: see gordon data list`,
    )
  }
  const before = await readManifest(storage, datasets[id], id)
  return tellFullDisk(storage.folder, async () => {
    const staging = await Staging.open(storage)
    const folder = await openIncoming(storage.folder, 'compact')
    try {
      const joined: Joined[] = []
      for (const part of partsOf(before)) {
        for (const old of runsOf(part.files, options.fileRows ?? FILE_ROWS)) {
          const staged = join(folder, `${joined.length}.parquet`)
          joined.push({
            old,
            file: await joinFiles({ storage, manifest: before, part, old, staged }, staging),
          })
        }
      }
      await staging.settle()
      let after = before
      const snapshot = await publish(storage, async current => {
        if (joined.length === 0 || current[id] === undefined) return undefined
        const manifest = await readManifest(storage, current[id], id)
        after = withJoined(manifest, joined)
        if (after === manifest) return undefined
        return { ...current, [id]: await writeManifest(storage, after) }
      })
      return {
        dataset: id,
        snapshot: snapshot.id,
        rows: after.rows,
        before: sizeOf(before),
        after: sizeOf(after),
        unchanged: after === before,
      }
    } finally {
      await staging.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/** Neighbours that fit into one file, two at least. */
function runsOf(files: readonly ManifestFile[], most: number): ManifestFile[][] {
  const runs: ManifestFile[][] = []
  let run: ManifestFile[] = []
  let rows = 0
  const end = () => {
    if (run.length > 1) runs.push(run)
    run = []
    rows = 0
  }
  for (const file of files) {
    const first = run.at(0)
    if (first !== undefined && (file.year !== first.year || file.schema !== first.schema)) end()
    if (rows + file.rows > most) end()
    if (file.rows * 2 > most) {
      end()
      continue
    }
    run.push(file)
    rows += file.rows
  }
  end()
  return runs
}

interface Joining {
  readonly storage: Storage
  readonly manifest: Manifest
  readonly part: ManifestPart
  readonly old: readonly ManifestFile[]
  /** Where the new file is written first. */
  readonly staged: string
}

/** One file of the rows of several, in its place and held against them, but named by nothing yet. */
async function joinFiles(
  { storage, manifest, part, old, staged }: Joining,
  staging: Staging,
): Promise<ManifestFile> {
  const { id, kind, interval, price } = manifest
  const { schema, year, source } = old[0]
  const columns = SCHEMAS[kind].columns.filter(({ since }) => since <= schema).map(({ name }) => name)
  const { paths, release } = await storage.bring(old)
  try {
    const rows = sqlParquet(paths, ', hive_partitioning = false')
    await withDuckDb(connection =>
      connection.run(
        `COPY (SELECT ${columns.join(', ')} FROM ${rows}) TO ${sqlText(staged)} ${PARQUET_WORDS}`,
      ),
    )
  } finally {
    release()
  }
  const { first } = old[0]
  const { last } = old[old.length - 1]
  const count = old.reduce((sum, file) => sum + file.rows, 0)
  const { venue, symbol, name } = part as Partial<ManifestInstrument>
  const key = { dataset: id, kind, venue, symbol, name, ...(kind === 'bars' ? { interval, price } : {}) }
  const times = { first: first ?? 0, last: last ?? 0 }
  const written = {
    staged,
    year,
    rows: count,
    bytes: (await stat(staged)).size,
    sha256: await fileDigest(staged),
    empty: (old[0].empty ?? []).filter(column => old.every(({ empty }) => empty?.includes(column))),
    source,
    ...times,
  }
  const [{ first: _f, last: _l, ...file }] = await staging.moveIn(key, {
    rows: count,
    ...times,
    files: [written],
  })
  const from = joinedSources(old)
  const made: ManifestFile = {
    ...file,
    schema,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    ...(from.length === 1 ? {} : { from }),
  }
  const was = await rowsDigest(storage, kind, { files: old })
  if ((await rowsDigest(storage, kind, { files: [made] })) === was) return made
  throw new Error(`bug in gordon: joining ${old.length} files of ${id} changed their rows`)
}

/** Sources of the rows in order, neighbours of one source together. */
function joinedSources(files: readonly ManifestFile[]): NonNullable<ManifestFile['from']> {
  const joined: { source: number; rows: number }[] = []
  for (const { source, rows } of files.flatMap(sourcesOf)) {
    const last = joined.at(-1)
    if (last?.source === source) last.rows += rows
    else joined.push({ source, rows })
  }
  return joined
}

/** The manifest with the joined files in the places of the old ones; itself where none of them is there any more. */
function withJoined(manifest: Manifest, joined: readonly Joined[]): Manifest {
  let changed = false
  const replaced = <P extends ManifestPart>(part: P): P => {
    let { files } = part
    for (const { old, file } of joined) {
      const at = files.findIndex(one => one.path === old[0].path)
      if (at < 0 || !old.every(({ path }, i) => files[at + i]?.path === path)) continue
      files = [...files.slice(0, at), file, ...files.slice(at + old.length)]
      changed = true
    }
    return { ...part, files }
  }
  const next = {
    ...manifest,
    instruments: manifest.instruments.map(replaced),
    ...(manifest.table === undefined ? {} : { table: replaced(manifest.table) }),
  }
  return changed ? next : manifest
}

function sizeOf(manifest: Manifest): Compacted['before'] {
  const files = partsOf(manifest).flatMap(part => part.files)
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}
