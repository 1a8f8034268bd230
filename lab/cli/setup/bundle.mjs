/**
 * What people start, in few files: the command, the notebook façade and `gordon/strategy`, bundled with shared
 * chunks into dist/app. Reading 180 small modules costs a third of a cold start; the chunks are read in one go.
 * Packages stay outside, source maps name the TypeScript.
 */
import { readdirSync, rmSync } from 'node:fs'
import { place } from './place.mjs'

/** @throws when a source does not parse; the compiler has said so before */
export async function bundle() {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: place(),
    entryPoints: ['live/gordon.ts', 'lab/index.ts', 'lab/strategy/index.ts'],
    outbase: place(),
    outdir: place('dist/app'),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    metafile: true,
  })
  removeOthers(Object.keys(metafile.outputs).map(file => place(file)))
}

/** Chunks of earlier builds go last, so that whoever starts meanwhile finds a whole set. */
function removeOthers(made) {
  for (const name of readdirSync(place('dist/app'), { recursive: true })) {
    const file = place('dist/app', String(name))
    if (/\.js(\.map)?$/.test(file) && !made.includes(file)) rmSync(file)
  }
}
