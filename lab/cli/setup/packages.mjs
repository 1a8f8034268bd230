/**
 * Node packages. Whether something is missing is read from npm's own record of what it installed
 * (node_modules/.package-lock.json) against the lockfile, so a plain `npm ci` by hand counts as well.
 * Heavy parts are devDependencies: the main job installs without them (lab/decisions/heavy-parts.md).
 */
import { existsSync, readFileSync } from 'node:fs'
import { must, SetupError } from './command.mjs'
import { place } from './place.mjs'

const NODE_AT_LEAST = [20, 19]

/** Stops with one sentence on a Node that cannot run Gordon. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  if (major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1])) return
  throw new SetupError(`Node ${version} is too old: install Node ${NODE_AT_LEAST.join('.')} or newer.`)
}

/**
 * Names of locked packages that are not installed, or in another version.
 * @param lock package-lock.json
 * @param installed node_modules/.package-lock.json, undefined when there is none
 * @param everything also devDependencies
 */
export function missingPackages(lock, installed, everything) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && (everything || !(entry.dev || entry.devOptional)))
    .filter(([, entry]) => !entry.optional && !entry.link)
    .filter(([path, entry]) => installed?.packages[path]?.version !== entry.version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
}

/** Installs what is missing; returns whether anything was installed. */
export function installPackages({ everything }) {
  const missing = missingPackages(
    read('package-lock.json'),
    read('node_modules/.package-lock.json'),
    everything,
  )
  const linked = !everything || existsSync(place('node_modules/gordon/package.json'))
  if (missing.length === 0 && linked) return false
  console.error(everything ? 'Installing packages (all, about 800 MB) …' : 'Installing packages …')
  must(
    'npm could not install the packages (its words are above): check the network and the disk, then run this again.',
    'npm',
    ['ci', '--no-progress', ...(everything ? ['--include=dev'] : ['--omit=dev'])],
  )
  return true
}

function read(path) {
  return existsSync(place(path)) ? JSON.parse(readFileSync(place(path), 'utf8')) : undefined
}
