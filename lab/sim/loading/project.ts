/** The folder of the gordon package that is running: from sources (lab/sim/loading) or built (dist/lab/sim/loading). */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '../../core/assert.ts'

const HERE = dirname(fileURLToPath(import.meta.url))

/** Root of the gordon package. */
export const PROJECT = findProject(HERE)

/** What `gordon/strategy` means in this process, from the bundle, the built modules or the sources: one instance. */
export const AUTHORING_MODULE = HERE.startsWith(resolve(PROJECT, 'dist/app'))
  ? resolve(PROJECT, 'dist/app/lab/strategy/index.js')
  : resolve(HERE, '../../strategy', HERE.startsWith(resolve(PROJECT, 'dist')) ? 'index.js' : 'index.ts')

function findProject(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const file = resolve(folder, 'package.json')
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'gordon') return folder
  }
  assert(false, `no package.json named gordon above ${start}`)
}
