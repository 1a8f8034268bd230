/**
 * What code a run was made with: sha256 over the strategy file and its transitive relative imports (names
 * relative to the entry, sorted, with contents), gordon's version, and names and versions of the locked
 * packages that run. Independent of where the checkout lies.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { Digest, textDigest } from '../../core/digest.ts'
import { VERSION } from '../../core/version.ts'
import { MODULE_CACHE, writeWhole } from './module-cache.ts'
import { PROJECT } from './project.ts'
import type { SourceFile } from './source-file.ts'

export function codeHash(entry: string, files: readonly SourceFile[]): string {
  const digest = new Digest()
  digest.text(`gordon ${VERSION}`)
  digest.text(lockedPackages())
  const named = files.map(file => ({
    name: relative(dirname(entry), file.path).split(sep).join('/'),
    text: file.text,
  }))
  for (const file of named.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    digest.text(file.name)
    digest.text(file.text)
  }
  return digest.hex()
}

let locked: string | undefined

/**
 * `name@version` of every package that the product itself runs on; empty where no lockfile was shipped. Read off
 * once per lockfile and kept beside the compiled modules: parsing it costs more than loading a strategy.
 */
function lockedPackages(): string {
  if (locked !== undefined) return locked
  const file = resolve(PROJECT, 'package-lock.json')
  if (!existsSync(file)) return (locked = '')
  const text = readFileSync(file, 'utf8')
  const kept = resolve(MODULE_CACHE, `locked-${textDigest(text).slice(0, 32)}.txt`)
  if (existsSync(kept)) return (locked = readFileSync(kept, 'utf8'))
  locked = readLocked(text)
  mkdirSync(MODULE_CACHE, { recursive: true })
  writeWhole(kept, locked)
  return locked
}

function readLocked(text: string): string {
  const packages: Record<string, { version?: string; dev?: boolean; devOptional?: boolean }> =
    JSON.parse(text).packages
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional)
    .map(([path, entry]) => `${path}@${entry.version}`)
    .sort()
    .join('\n')
}
