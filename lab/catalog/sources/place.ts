/** A file or folder as adapters look at it before one of them reads it. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { csvBytes } from '../ingest/csv-rows.ts'
import type { SourcePlace } from './source.ts'

const HEAD_BYTES = 1 << 16
const DEEPEST = 8

/** @throws GordonError FILE_NOT_FOUND, NOT_A_FILE */
export async function placeOf(path: string): Promise<SourcePlace> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new GordonError('FILE_NOT_FOUND', `there is no file ${path}: check the path`, { cause })
  })
  const name = basename(path)
  if (found.isFile()) return { path, name, isFolder: false, files: [], head: await headOf(path, name) }
  if (!found.isDirectory())
    throw new GordonError('NOT_A_FILE', `${path} is neither a file nor a folder: name another`)
  const files: string[] = []
  await list(path, '', 0, files)
  files.sort()
  const head = files.length === 0 ? Buffer.alloc(0) : await headOf(join(path, files[0]), files[0])
  return { path, name, isFolder: true, files, head }
}

/** Links are not followed: a folder cannot lead out of itself, nor into itself. */
async function list(root: string, under: string, depth: number, files: string[]): Promise<void> {
  const entries = await readdir(join(root, under), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isFile()) files.push(path)
    else if (entry.isDirectory() && depth < DEEPEST) await list(root, path, depth + 1, files)
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

/** Names in the first line of a delimited text, in lower case; none where it is no text. */
export function headerOf(head: Buffer): readonly string[] {
  if (head.includes(0)) return []
  const line = head.toString('utf8').split(/[\r\n]/, 1)[0]
  return line.split(/[,;\t|]/).map(name => name.trim().replace(/^"|"$/g, '').toLowerCase())
}
