/**
 * Strategy file → one ES module, by esbuild: types dropped, relative imports bundled in, source map inline, so
 * that breakpoints and stack traces name the .ts file. Class fields keep their standard meaning whatever
 * tsconfig.json lies near the file.
 */
import { build, type Message, type Plugin, type PartialMessage, transform } from 'esbuild'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GordonError } from '../../core/errors.ts'
import { FENCE_OPTIONS, forbiddenUse } from './fence.ts'
import { MODULE_CACHE } from './module-cache.ts'
import { AUTHORING_MODULE, PROJECT } from './project.ts'
import type { SourceFile } from './source-file.ts'

const AUTHORING = 'gordon/strategy'
const LOADERS: Readonly<Record<string, 'ts' | 'js' | 'json'>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.js': 'js',
  '.mjs': 'js',
  '.json': 'json',
}
const TSCONFIG = { compilerOptions: { target: 'ES2022', useDefineForClassFields: true } }

/** Rooms of gordon that a strategy reaches only through `gordon/strategy`. */
const INSIDE = ['lab', 'live', 'dist', 'node_modules']

/**
 * @param entry absolute path
 * @param given the path as the person wrote it, for messages
 */
export async function compile(
  entry: string,
  given: string,
): Promise<{ code: string; files: readonly SourceFile[] }> {
  const files = new Map<string, SourceFile>()
  const name = (path: string) => (path === entry ? given : relative('.', path))
  try {
    const result = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      target: 'node20',
      supported: { 'top-level-await': false },
      outfile: resolve(MODULE_CACHE, 'strategy.mjs'),
      sourcemap: 'inline',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
      tsconfigRaw: TSCONFIG,
      plugins: [onlyAgreedImports(), fencedSources(files)],
    })
    const sources = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
    return { code: result.outputFiles[0].text, files: sources }
  } catch (cause) {
    const first = (cause as { errors?: readonly Message[] }).errors?.[0]
    if (first === undefined) throw cause
    throw refusal(first, name)
  }
}

/** Resolves imports by hand: what a path means depends on nothing but the file that it names. */
function onlyAgreedImports(): Plugin {
  return {
    name: 'only-agreed-imports',
    setup(pass) {
      pass.onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
        if (kind === 'entry-point') return { path }
        if (path === AUTHORING) return { path: pathToFileURL(AUTHORING_MODULE).href, external: true }
        if (!/^\.{1,2}\//.test(path)) return refuse(`'${path}'`)
        const file = resolve(resolveDir, path)
        const room = relative(PROJECT, file).split(sep)[0]
        if (INSIDE.includes(room)) return refuse(`'${path}', which is inside gordon`)
        if (LOADERS[extname(file)] === undefined || !existsSync(file))
          return missing(
            existsSync(file + '.ts')
              ? `'${path}' names no file: write its extension, '${path}.ts'.`
              : `'${path}' names no file: looked for ${relative('.', file)} (.ts, .js or .json).`,
          )
        return { path: file }
      })
    },
  }
}

function refuse(what: string): { errors: PartialMessage[] } {
  return {
    errors: [
      {
        detail: 'FORBIDDEN_IMPORT',
        text: `a strategy may import only '${AUTHORING}' and its own relative files, not ${what}.`,
      },
    ],
  }
}

function missing(text: string): { errors: PartialMessage[] } {
  return { errors: [{ detail: 'STRATEGY_SYNTAX', text }] }
}

/** Reads each source once, keeps what was read for the hash, and holds it to the fence. */
function fencedSources(files: Map<string, SourceFile>): Plugin {
  return {
    name: 'fenced-sources',
    setup(pass) {
      pass.onLoad({ filter: /.*/ }, async ({ path }) => {
        const loader = LOADERS[extname(path)] ?? 'ts'
        const text = await readFile(path, 'utf8')
        files.set(path, { path, text })
        if (loader !== 'json') {
          const marked = await markUses(text, path, loader)
          const use = marked && forbiddenUse(marked.code, marked.map)
          if (use !== undefined) return { errors: [located(use, path, text)] }
        }
        return { contents: text, loader, resolveDir: dirname(path) }
      })
    },
  }
}

/** Undefined when the file does not parse: the build itself then says where. */
async function markUses(text: string, path: string, loader: 'ts' | 'js') {
  try {
    return await transform(text, {
      ...FENCE_OPTIONS,
      loader,
      sourcefile: path,
      tsconfigRaw: TSCONFIG,
      logLevel: 'silent',
    })
  } catch {
    return undefined
  }
}

function located(
  use: { line: number; column: number; text: string },
  file: string,
  text: string,
): PartialMessage {
  const lineText = text.split('\n')[use.line - 1] ?? ''
  return {
    text: use.text,
    detail: 'FORBIDDEN_USE',
    location: { file, line: use.line, column: use.column - 1, lineText },
  }
}

/** One sentence with the place, then the line itself with a caret under it. */
function refusal(message: Message, name: (path: string) => string): GordonError {
  const { location, text } = message
  const code = typeof message.detail === 'string' ? message.detail : 'STRATEGY_SYNTAX'
  if (location === null) return new GordonError(code, text)
  const place = `${name(resolve(location.file))}:${location.line}:${location.column + 1}`
  const shown = location.lineText.replace(/\t/g, ' ')
  return new GordonError(code, `${place}: ${text}\n  ${shown}\n  ${' '.repeat(location.column)}^`)
}
