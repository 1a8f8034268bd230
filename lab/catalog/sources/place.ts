/** A file or folder as adapters look at it before one of them reads it. */
import { constants, type Stats } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { arrowColumns } from '../ingest/arrow-rows.ts'
import { csvBytes, splitLine } from '../ingest/csv-rows.ts'
import { jsonColumns } from '../ingest/json-rows.ts'
import { formatOf } from '../ingest/open-table.ts'
import { parquetColumns } from '../ingest/parquet-rows.ts'
import { findHead } from '../ingest/text-head.ts'
import type { SourcePlace } from './source.ts'

const HEAD_BYTES = 1 << 16

/** @throws GordonError FILE_NOT_FOUND, NOT_A_FILE, NO_PERMISSION, BROKEN_LINK */
export async function placeOf(path: string): Promise<SourcePlace> {
  const found = await look(path)
  const name = basename(path)
  if (found.isFile()) {
    await checkReadable(path)
    const head = await headOf(path, name)
    return {
      path,
      name,
      isFolder: false,
      files: [],
      linked: [],
      head,
      columns: await columnsOf(path, name, head),
    }
  }
  if (!found.isDirectory())
    throw new GordonError('NOT_A_FILE', `${path} is neither a file nor a folder: name another`)
  const files: string[] = []
  const linked: string[] = []
  await list(path, '', files, linked)
  files.sort()
  // What lies beside tables, a licence or a list, tells nothing of them.
  const first = files.find(file => !file.includes('/') && formatOf(file) !== undefined) ?? files[0]
  const head = first === undefined ? Buffer.alloc(0) : await headOf(join(path, first), first)
  const columns = first === undefined ? [] : await columnsOf(join(path, first), first, head)
  return { path, name, isFolder: true, files, linked, head, columns }
}

/**
 * That there is something at a path, and that it may be looked at.
 * @throws GordonError FILE_NOT_FOUND, NO_PERMISSION, BROKEN_LINK
 */
export async function checkPlace(path: string): Promise<void> {
  const found = await look(path)
  if (found.isDirectory() || found.isFile()) await checkReadable(path, found.isDirectory())
}

async function look(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (cause) {
    throw troubleWith(path, cause)
  }
}

/** What the machine says of a path, in one sentence. */
function troubleWith(path: string, cause: unknown): GordonError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM')
    return new GordonError('NO_PERMISSION', `${path} may not be read: give yourself permission to read it`, {
      cause,
    })
  if (code === 'ELOOP')
    return new GordonError('BROKEN_LINK', `${path} is a link that leads in a circle: name the file itself`, {
      cause,
    })
  return new GordonError('FILE_NOT_FOUND', `there is no file ${path}: check the path`, { cause })
}

async function checkReadable(path: string, isFolder = false): Promise<void> {
  try {
    await access(path, isFolder ? constants.R_OK | constants.X_OK : constants.R_OK)
  } catch (cause) {
    throw troubleWith(path, cause)
  }
}

/** Links to files are followed. Links to folders are not: a folder cannot lead out of itself, nor into itself. */
async function list(root: string, under: string, files: string[], linked: string[]): Promise<void> {
  const folder = join(root, under)
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw troubleWith(folder, cause)
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isFile()) files.push(path)
    else if (entry.isDirectory()) await list(root, path, files, linked)
    else if (entry.isSymbolicLink()) {
      const target = await stat(join(root, path)).catch((cause: unknown) => {
        const { code } = cause as NodeJS.ErrnoException
        const where = code === 'ELOOP' ? 'in a circle' : 'nowhere'
        throw new GordonError(
          'BROKEN_LINK',
          `${join(root, path)} is a link that leads ${where}: take it away`,
          { cause },
        )
      })
      if (target.isFile()) files.push(path)
      else if (target.isDirectory()) linked.push(path)
    }
  }
}

async function headOf(path: string, name: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of csvBytes(path, name)) {
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= HEAD_BYTES) break
    }
  } catch {
    // What cannot be unpacked is refused by whoever reads it, with its own words.
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES)
}

/** Names of the columns of a table, by its format; none where it is none. */
async function columnsOf(path: string, name: string, head: Buffer): Promise<readonly string[]> {
  try {
    switch (formatOf(name)) {
      case 'parquet':
        return [...(await parquetColumns(path, name)).keys()]
      case 'arrow':
        return await arrowColumns(path, name)
      case 'json':
        return await jsonColumns(path, name)
      default:
        return headerOf(head)
    }
  } catch {
    // Whoever reads it says what is wrong with it.
    return []
  }
}

/** Names in the header of a delimited text; none where it is no text. */
export function headerOf(head: Buffer): readonly string[] {
  if (head.includes(0)) return []
  const found = findHead(head.toString('utf8'))
  return found === undefined ? [] : splitLine(found.line, found.delimiter).map(name => name.trim())
}
