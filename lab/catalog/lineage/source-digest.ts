/** Hash and size of a source as its manifest names them: of a file its bytes, of a folder its files' names and hashes. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { textDigest } from '../../core/digest.ts'
import { fileDigest, inParallel } from '../durable.ts'

export interface SourceBytes {
  readonly sha256: string
  readonly bytes: number
}

export async function fileBytes(path: string): Promise<SourceBytes> {
  const { size } = await stat(path)
  return { sha256: await fileDigest(path), bytes: size }
}

/** @param files relative to the folder, with `/`, sorted */
export async function folderBytes(path: string, files: readonly string[]): Promise<SourceBytes> {
  const parts = await inParallel(files, async file => ({ file, ...(await fileBytes(join(path, file))) }))
  return {
    sha256: textDigest(parts.map(({ file, sha256 }) => `${file}\n${sha256}\n`).join('')),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
