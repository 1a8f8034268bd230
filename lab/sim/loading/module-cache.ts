/**
 * Compiled strategies on disk. `.cache/modules/<entry>.json` names the files that went into a module with
 * their hashes; it holds only while every one of them is unchanged. Modules lie under the hash of their own
 * content, written beside and renamed, so that two processes never see half of one.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { textDigest } from '../../core/digest.ts'
import { VERSION } from '../../core/version.ts'
import { AUTHORING_MODULE, PROJECT } from './project.ts'
import type { CompiledModule, SourceFile } from './source-file.ts'

export const MODULE_CACHE = resolve(PROJECT, '.cache/modules')

/** Rises when the compiler's options or the fence change. */
const FORMAT = 2

interface Entry {
  readonly module: string
  readonly files: readonly { readonly path: string; readonly sha256: string }[]
}

/** The module of this entry file, if none of its sources changed since it was compiled. */
export function readCompiled(entry: string): CompiledModule | undefined {
  const known = readEntry(entry)
  if (known === undefined) return undefined
  const files: SourceFile[] = []
  for (const { path, sha256 } of known.files) {
    if (!existsSync(path)) return undefined
    const text = readFileSync(path, 'utf8')
    if (textDigest(text) !== sha256) return undefined
    files.push({ path, text })
  }
  const module = resolve(MODULE_CACHE, known.module)
  return existsSync(module) ? { module, files } : undefined
}

export function writeCompiled(
  entry: string,
  made: { readonly code: string; readonly files: readonly SourceFile[] },
): CompiledModule {
  mkdirSync(MODULE_CACHE, { recursive: true })
  const name = `${textDigest(made.code).slice(0, 32)}.mjs`
  const known: Entry = {
    module: name,
    files: made.files.map(file => ({ path: file.path, sha256: textDigest(file.text) })),
  }
  const module = resolve(MODULE_CACHE, name)
  if (!existsSync(module)) writeWhole(module, made.code)
  writeWhole(entryFile(entry), JSON.stringify(known))
  return { module, files: made.files }
}

function readEntry(entry: string): Entry | undefined {
  const file = entryFile(entry)
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // cut short by a full disk: compile again
  }
}

function entryFile(entry: string): string {
  const key = textDigest([FORMAT, VERSION, AUTHORING_MODULE, entry].join('\n')).slice(0, 32)
  return resolve(MODULE_CACHE, `${key}.json`)
}

let writes = 0

/** Written beside and renamed: there or not, never half. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.${writes++}`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}
