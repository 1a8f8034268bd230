/**
 * Brings a strategy file into the process as it is on disk now: TypeScript in, class out, no build step.
 *
 * Compiled modules lie in .cache/modules under the hash of their content, so that an edit anywhere in the
 * import graph gives a new class and an untouched file keeps its own. When nothing changed since last time no
 * compiler is loaded. `gordon/strategy` is always the running instance, also in workers.
 *
 * A strategy may import only 'gordon/strategy' and its own relative files, and may not reach for the clock,
 * for chance or for the machine (loading/fence.ts). The fence is against mistakes, not against malice.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GordonError } from '../core/errors.ts'
import { STRATEGY_BRAND } from '../strategy/strategy.ts'
import { authorLine } from './author-line.ts'
import { codeHash } from './loading/code-hash.ts'
import { readCompiled, writeCompiled } from './loading/module-cache.ts'
import { AUTHORING_MODULE } from './loading/project.ts'
import { sealColumns } from './loading/seal.ts'

export interface LoadedStrategy {
  /** The class that `export default class … extends strategy(…)` made. */
  readonly strategy: unknown
  /** sha256 of the file, its transitive relative imports, gordon's version and the locked packages. */
  readonly codeHash: string
  /** Absolute paths of the file and of everything it imports by relative path, sorted. */
  readonly files: readonly string[]
  readonly module: Readonly<Record<string, unknown>>
}

/**
 * @param file path of a .ts (or .js) file, absolute or from the current folder
 * @throws STRATEGY_MISSING, STRATEGY_SYNTAX, FORBIDDEN_IMPORT, FORBIDDEN_USE, STRATEGY_FAILED (it threw while
 *   loading) and STRATEGY_NONE, each naming the file as given and, where there is one, line and column
 */
export async function loadStrategy(file: string): Promise<LoadedStrategy> {
  const entry = resolve(file)
  if (!/\.[mc]?[tj]s$/.test(entry) || !existsSync(entry))
    throw new GordonError(
      'STRATEGY_MISSING',
      existsSync(entry)
        ? `${file} is not a strategy file: give the path of a .ts file.`
        : `Strategy file ${file} does not exist: check the path, which is taken from the current folder.`,
    )
  let compiled = readCompiled(entry)
  if (compiled === undefined) {
    const { compile } = await import('./loading/compile.ts')
    compiled = writeCompiled(entry, await compile(entry, file))
  }
  const module = await importModule(compiled.module, file)
  const found = module.default
  if (typeof found !== 'function' || !(STRATEGY_BRAND in found))
    throw new GordonError(
      'STRATEGY_NONE',
      `${file} has no strategy in it: write \`export default class Name extends strategy({ … }) { … }\` ` +
        `with strategy from 'gordon/strategy'.`,
    )
  return {
    strategy: found,
    codeHash: codeHash(entry, compiled.files),
    files: compiled.files.map(source => source.path),
    module,
  }
}

async function importModule(path: string, file: string): Promise<Record<string, unknown>> {
  // Before source maps are read, so that only the strategy's own map is.
  await import(/* @vite-ignore */ pathToFileURL(AUTHORING_MODULE).href)
  // Breakpoints need only the inline map; stack traces need node to read it, from here on.
  process.setSourceMapsEnabled(true)
  sealColumns()
  try {
    return await import(/* @vite-ignore */ pathToFileURL(path).href)
  } catch (cause) {
    const place = authorLine(cause) ?? file
    const said = cause instanceof Error ? cause.message : String(cause)
    const method = /read only property '(\w+)'/.exec(said)?.[1]
    if (cause instanceof TypeError && method !== undefined && method in Float64Array.prototype)
      throw new GordonError(
        'FORBIDDEN_USE',
        `${place} puts a method in place of Float64Array.prototype.${method}, which would be handed whole columns, rows to come included: a strategy sees only what it is handed; remove it.`,
        { cause },
      )
    throw new GordonError('STRATEGY_FAILED', `${place} failed while it was loaded: ${said}`, { cause })
  }
}
