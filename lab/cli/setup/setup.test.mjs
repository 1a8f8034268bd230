import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHROMIUM_PLACES } from './chromium.mjs'
import { SetupError } from './command.mjs'
import { checkNode, missingPackages } from './packages.mjs'
import { place } from './place.mjs'
import { findPython } from './python.mjs'

describe('packages', () => {
  const lock = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/zod': { version: '4.1.0' },
      'node_modules/vitest': { version: '4.0.0', dev: true },
      'node_modules/@esbuild/aix-ppc64': { version: '0.28.2', optional: true },
      'node_modules/gordon': { resolved: '', link: true, dev: true },
    },
  }
  const installed = packages => ({ packages })

  it('are all missing where nothing was installed', () => {
    expect(missingPackages(lock, undefined, false)).toEqual(['zod'])
    expect(missingPackages(lock, undefined, true)).toEqual(['zod', 'vitest'])
  })

  it('of the main job suffice for it, and not for the tests', () => {
    const main = installed({ 'node_modules/zod': { version: '4.1.0' } })
    expect(missingPackages(lock, main, false)).toEqual([])
    expect(missingPackages(lock, main, true)).toEqual(['vitest'])
  })

  it('are missing in another version', () => {
    expect(missingPackages(lock, installed({ 'node_modules/zod': { version: '4.0.9' } }), false)).toEqual([
      'zod',
    ])
  })

  it('that run install scripts were reviewed, each by name', () => {
    const real = JSON.parse(readFileSync(place('package-lock.json'), 'utf8'))
    const reviewed = JSON.parse(readFileSync(place('package.json'), 'utf8')).allowScripts
    const withScripts = Object.entries(real.packages)
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
    expect(withScripts.filter(name => reviewed[name] === undefined)).toEqual([])
  })

  it('are locked for every platform, not only for the one that wrote the lockfile', () => {
    const { packages } = JSON.parse(readFileSync(place('package-lock.json'), 'utf8'))
    const unlocked = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter(name => packages[`${path}/node_modules/${name}`] === undefined)
        .filter(name => packages[`node_modules/${name}`] === undefined)
        .map(name => `${path}: ${name}`),
    )
    expect(unlocked).toEqual([])
  })
})

describe('one sentence says what to install', () => {
  it('when Node is too old', () => {
    expect(() => checkNode('20.18.3')).toThrow('Node 20.18.3 is too old: install Node 20.19 or newer.')
    expect(() => checkNode('18.20.0')).toThrow(SetupError)
    for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0'])
      expect(() => checkNode(version)).not.toThrow()
  })

  it('when there is no Python', () => {
    expect(() => findPython(['no-such-python'])).toThrow(
      'The notebooks and the tests need Python, and no Python was found: install Python 3.11 or newer with its venv ' +
        'module (Debian and Ubuntu: `apt-get install python3 python3-venv`; macOS: `brew install python`; ' +
        'Windows: python.org), then run this again.',
    )
  })
})

it('setup and tests look for Chromium in the same places', () => {
  const tests = readFileSync(place('lab/testing/chromium.ts'), 'utf8')
  const listed = /const PLACES = \[([^\]]*)\]/.exec(tests)[1]
  expect([...listed.matchAll(/'([^']+)'/g)].map(match => match[1])).toEqual(CHROMIUM_PLACES)
})

it('the check before landing is npm test and nothing else', () => {
  const script = readFileSync(place('.ci/run'), 'utf8')
  expect(statSync(place('.ci/run')).mode & 0o111).not.toBe(0)
  expect(script.match(/\bnpm .*/g)).toEqual(['npm test` says.', 'npm test'])
})

it('npm start, once everything is there, installs and builds nothing and leaves the report', () => {
  const report = place('reports/out/sma-cross.html')
  rmSync(report, { force: true })
  const { status, stdout, stderr } = spawnSync(process.execPath, [place('lab/cli/setup/start.mjs')], {
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  expect(stderr).not.toMatch(/Installing|Building/)
  expect(stdout).toContain('Open reports/out/sma-cross.html in a browser')
  // It fits a terminal: 40 lines.
  expect(stdout.trim().split('\n').length).toBeLessThan(40)
  expect(statSync(report).size).toBeLessThan(3_000_000)
})
