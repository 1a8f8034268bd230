/** Opens a file of bars by what it is. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { openCsv } from './csv.ts'
import { openParquet } from './parquet-table.ts'
import type { RawTable } from './raw-batch.ts'
import type { ReadingOptions } from './reading.ts'

export type TableFormat = 'csv' | 'parquet'

/** @throws GordonError FILE_NOT_FOUND, UNKNOWN_FORMAT, NOT_A_TABLE and what the formats throw */
export async function openTable(
  path: string,
  options: ReadingOptions,
  format?: TableFormat,
): Promise<RawTable> {
  const file = basename(path)
  await requireFile(path)
  const known = format ?? formatOf(file)
  if (known === undefined) {
    throw new GordonError(
      'UNKNOWN_FORMAT',
      `${file} has no ending that tells its format: rename it to .csv, .csv.gz or .parquet, or give --format`,
    )
  }
  return known === 'parquet' ? openParquet(path, file, options) : openCsv(path, file, options)
}

/** @throws GordonError FILE_NOT_FOUND, NOT_A_FILE */
export async function requireFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return
  } catch (cause) {
    throw new GordonError('FILE_NOT_FOUND', `there is no file ${path}: check the path`, { cause })
  }
  throw new GordonError('NOT_A_FILE', `${path} is a folder and not a file: name a file in it`)
}

/** By the file's ending. */
export function formatOf(file: string): TableFormat | undefined {
  if (/\.(csv|tsv|txt)(\.gz|\.zip)?$/i.test(file)) return 'csv'
  return /\.(parquet|pq)$/i.test(file) ? 'parquet' : undefined
}

/** `AAPL.csv.gz` → `AAPL` */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.(gz|zip)$/i, '')
    .replace(/\.[^.]+$/, '')
}
