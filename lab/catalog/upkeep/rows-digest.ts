/**
 * SHA-256 over the rows of a part of a dataset, every column with its bookkeeping, in their order: equal before and
 * after whatever moves rows from file to file, however these are cut.
 */
import { Digest, textDigest } from '../../core/digest.ts'
import { sqlParquet, withDuckDb } from '../duckdb.ts'
import type { ManifestFile, ManifestPart } from '../manifest.ts'
import { type DataKind, isTickKind } from '../schema.ts'
import { readStream } from '../series-reader.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'

const BATCH_ROWS = 65_536

/** @param files of one stream, or of the one table of a kind, in order */
export async function rowsDigest(
  store: StorePlace,
  kind: DataKind,
  { files }: Pick<ManifestPart, 'files'>,
): Promise<string> {
  if (kind !== 'bars' && !isTickKind(kind)) return tableDigest(store, files)
  const storage = storageOf(store)
  const from = { folder: storage.folder, storage }
  const reader = readStream(from, { kind }, { files }, { bookkeeping: true })
  const columns = new Map<string, Digest>()
  for (
    let batch = await reader.next(BATCH_ROWS);
    batch !== undefined;
    batch = await reader.next(BATCH_ROWS)
  ) {
    for (const [name, values] of Object.entries(batch)) {
      if (!(values instanceof Float64Array)) continue
      let digest = columns.get(name)
      if (digest === undefined) columns.set(name, (digest = new Digest()))
      digest.column(values, 0, batch.length)
    }
  }
  return textDigest([...columns].map(([name, digest]) => `${name} ${digest.hex()}\n`).join(''))
}

/** Few rows, of texts and times: as JSON. */
async function tableDigest(store: StorePlace, files: readonly ManifestFile[]): Promise<string> {
  const { paths, release } = await storageOf(store).bring(files)
  const from = sqlParquet(paths, ', hive_partitioning = false, union_by_name = true')
  try {
    return await withDuckDb(async connection => {
      const result = await connection.runAndReadAll(`SELECT * FROM ${from}`)
      return textDigest(JSON.stringify(result.getRowsJson()))
    })
  } finally {
    release()
  }
}
