/** A path inside the project that is worked in: the nearest folder above with a package.json, where a notebook or a shell may be deeper. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** @param path relative to the project's root */
export function projectPath(path: string, from: string = process.cwd()): string {
  for (let folder = resolve(from); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(resolve(folder, 'package.json'))) return resolve(folder, path)
  return resolve(from, path)
}
