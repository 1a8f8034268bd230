/** Opens a file of bars by what it is. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { openArrow } from './arrow-rows.ts'
import { type Delimited, openText, tableOf } from './csv.ts'
import { openJson } from './json-rows.ts'
import { openParquetRows } from './parquet-rows.ts'
import { openParquet } from './parquet-table.ts'
import type { RawTable } from './raw-batch.ts'
import type { ReadingOptions } from './reading.ts'

export const TABLE_FORMATS = ['csv', 'parquet', 'arrow', 'json'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

/** @throws GordonError FILE_NOT_FOUND, UNKNOWN_FORMAT, NOT_A_TABLE and what the formats throw */
export async function openTable(
  path: string,
  options: ReadingOptions,
  format?: TableFormat,
): Promise<RawTable> {
  const file = basename(path)
  const known = await knownFormat(path, file, format)
  if (known === 'parquet') return openParquet(path, file, options)
  return tableOf(await openAs(known, path, options, BAR_COLUMNS), file, options)
}

const BAR_COLUMNS = 'time,open,high,low,close,volume'

/**
 * Rows of any kind as they lie in a file of any format.
 * @param example columns that a text without a header could have, for the message
 * @throws GordonError FILE_NOT_FOUND, UNKNOWN_FORMAT, NOT_A_TABLE and what the formats throw
 */
export async function openRows(path: string, options: ReadingOptions, example: string): Promise<Delimited> {
  return openAs(await knownFormat(path, basename(path)), path, options, example)
}

async function openAs(
  format: TableFormat,
  path: string,
  options: ReadingOptions,
  example: string,
): Promise<Delimited> {
  const file = basename(path)
  switch (format) {
    case 'csv':
      return openText(path, file, options, example)
    case 'parquet':
      return openParquetRows(path, file)
    case 'arrow':
      return openArrow(path, file)
    case 'json':
      return openJson(path, file)
  }
}

/** @throws GordonError FILE_NOT_FOUND, UNKNOWN_FORMAT */
async function knownFormat(path: string, file: string, told?: TableFormat): Promise<TableFormat> {
  await requireFile(path)
  const known = told ?? formatOf(file)
  if (known !== undefined) return known
  throw new GordonError(
    'UNKNOWN_FORMAT',
    `${file} has no ending that tells its format: rename it to .csv, .csv.gz, .parquet, .arrow or .json, or give --format`,
  )
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
  if (/\.(csv|tsv|tab|txt)(\.gz|\.zip|\.zst)?$/i.test(file)) return 'csv'
  if (/\.(json|jsonl|ndjson)(\.gz|\.zip|\.zst)?$/i.test(file)) return 'json'
  if (/\.(arrow|arrows|ipc|feather|ftr)$/i.test(file)) return 'arrow'
  return /\.(parquet|pq)$/i.test(file) ? 'parquet' : undefined
}

/** `AAPL.csv.gz` → `AAPL` */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.(gz|zip|zst)$/i, '')
    .replace(/\.[^.]+$/, '')
}
