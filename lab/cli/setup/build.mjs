/**
 * TypeScript → dist/, only when a source is newer than the last build. Tests stay out: they
 * need packages that the main job does not install; `npm run typecheck` covers them.
 */
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundle } from './bundle.mjs'
import { main, must } from './command.mjs'
import { place, ROOT } from './place.mjs'

const SOURCES = [
  'lab',
  'live',
  'strategies',
  'data',
  'reports',
  'models',
  'package-lock.json',
  'tsconfig.json',
]
const STAMP = place('dist/.built')

/** Builds when needed; returns whether it did. */
export async function build() {
  const built = existsSync(STAMP) ? statSync(STAMP).mtimeMs : Number.NEGATIVE_INFINITY
  const sources = SOURCES.flatMap(name => files(place(name)))
  const newest = Math.max(...sources.map(file => statSync(file).mtimeMs))
  const stale = existsSync(place('dist')) ? orphans(place('dist')) : []
  for (const file of stale) rmSync(file)
  if (newest < built && stale.length === 0) return false
  console.error('Building …')
  const started = new Date()
  must('The sources do not compile (the places are above).', process.execPath, [
    place('node_modules/typescript/bin/tsc'),
    '-p',
    place('lab/cli/setup/tsconfig.build.json'),
  ])
  await bundle()
  writeFileSync(STAMP, '')
  utimesSync(STAMP, started, started)
  return true
}

/** Every source file below a folder (or the file itself). */
function files(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true }).flatMap(entry => {
    if (
      entry.name === 'store' ||
      entry.name === 'out' ||
      entry.name === 'registry' ||
      entry.name === 'sample'
    )
      return []
    if (entry.isDirectory()) return files(join(path, entry.name))
    return /(?<!\.test)\.(ts|json)$/.test(entry.name) ? [join(path, entry.name)] : []
  })
}

/** Compiled files whose source is gone: a renamed module must not live on in dist/. */
function orphans(dist) {
  return readdirSync(dist, { recursive: true })
    .map(name => join(dist, String(name)))
    .filter(file => file.endsWith('.js') && !file.startsWith(place('dist/app')))
    .filter(
      file => !existsSync(join(ROOT, relative(dist, file).split(sep).join('/').replace(/\.js$/, '.ts'))),
    )
    .flatMap(file => [file, `${file}.map`, file.replace(/\.js$/, '.d.ts')])
    .filter(file => existsSync(file))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    await build()
    return 0
  })
}
