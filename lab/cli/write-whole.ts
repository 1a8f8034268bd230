/** Writes a file whole or not at all, making its folder. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** @returns the absolute path */
export async function writeWhole(path: string, text: string): Promise<string> {
  const target = resolve(path)
  const temporary = `${target}.${process.pid}`
  await mkdir(dirname(target), { recursive: true })
  try {
    await writeFile(temporary, text)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
  return target
}
