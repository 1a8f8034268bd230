/**
 * Architecture as a test: who may import whom, who may read the clock, what may lie in the root. The table is
 * the one in ARCHITECTURE.md.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

/** A room imports from rooms with lower numbers, and from itself. */
const LAYERS: Readonly<Record<string, number>> = {
  core: 0,
  ...{ domain: 1, math: 1 },
  ...{ book: 2, indicators: 2, features: 2, costs: 2, catalog: 2, journal: 2, analytics: 2, synthetic: 2 },
  ...{ portfolio: 3, allocation: 3, derive: 3 },
  ...{ risk: 4, execution: 4, strategy: 4 },
  engine: 5,
  sim: 6,
  research: 7,
  ml: 8,
  report: 9,
  ...{ cli: 10, testing: 10, bench: 10 },
}

/** Siblings that may import each other, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'catalog → book': 'recordings of books are joined to their snapshots by the rules of book/sync',
}

/** Rooms at the edge, where a clock, chance and the environment come from. */
const EDGES = ['cli', 'bench', 'testing']

const BANNED: Readonly<Record<string, RegExp>> = {
  'the wall clock': /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()|\bhrtime\b|\bperformance\.now\b/,
  'the environment': /\bprocess\.env\b/,
  'unseeded chance': /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/,
}

const ROOT_ENTRIES = [
  ...[
    'README.md',
    'LICENSE',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'biome.json',
    'vitest.config.ts',
  ],
  ...['notebooks', 'strategies', 'data', 'models', 'reports', 'live', 'lab'],
]

interface Source {
  /** Path from the root, with slashes. */
  readonly path: string
  /** Text without comments; strings stay. */
  readonly code: string
  readonly imports: readonly string[]
}

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter(path => path !== '')

const sources = tracked
  .filter(path => /^(lab|live|strategies|data|models|reports)\/.*\.ts$/.test(path) && !path.endsWith('.d.ts'))
  .flatMap(path => readSource(path) ?? [])

function readSource(path: string): Source | undefined {
  let text: string
  try {
    text = readFileSync(resolve(ROOT, path), 'utf8')
  } catch {
    return undefined // deleted, and not yet staged
  }
  const code = withoutComments(text)
  const statements =
    /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*'([^']+)'|\bimport\(\s*(?:\/\*.*?\*\/\s*)?'([^']+)'/gm
  const imports = [...code.matchAll(statements)].map(match => match[1] ?? match[2])
  return { path, code, imports }
}

/** Cuts comments, leaving strings and templates alone; lines stay. */
function withoutComments(text: string): string {
  const pieces = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return text.replace(pieces, piece => (piece.startsWith('/') ? piece.replace(/[^\n]/g, '') : piece))
}

/** Path from the root of what a relative import names; undefined for packages. */
function target(source: Source, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return relative(ROOT, resolve(ROOT, dirname(source.path), specifier))
    .split(sep)
    .join('/')
}

const roomOf = (path: string) => /^lab\/([^/]+)\//.exec(path)?.[1]
/** What the main job compiles: setup/tsconfig.build.json leaves these out. */
const isBuilt = (path: string) =>
  !path.endsWith('.test.ts') && path !== 'lab/testing/chromium.ts' && !isCorpus(path)
/** Strategies as a quant writes them, on which `vet` is tested: no part of the product. */
const isCorpus = (path: string) => /^lab\/research\/corpus\/(cheating|honest)\//.test(path)
const isTest = (path: string) => path.endsWith('.test.ts') || roomOf(path) === 'testing'

describe('a room of lab/', () => {
  it('is in the layer table', () => {
    const rooms = new Set(sources.flatMap(source => roomOf(source.path) ?? []))
    expect([...rooms].filter(room => LAYERS[room] === undefined && room !== 'decisions')).toEqual([])
  })

  it('imports only from lower layers', () => {
    const wrong = sources
      .filter(source => roomOf(source.path) !== undefined && !isTest(source.path))
      .flatMap(source =>
        source.imports.flatMap(specifier => {
          const to = target(source, specifier)
          if (to === undefined) return []
          const [from, into] = [roomOf(source.path)!, roomOf(to)]
          const fine =
            into === from ||
            (into !== undefined && LAYERS[into] < LAYERS[from]) ||
            EXCEPTIONS[`${from} → ${into}`] !== undefined
          return fine ? [] : [`${source.path} imports ${to}`]
        }),
      )
    expect(wrong).toEqual([])
  })

  it('never imports what stands outside, where users and the live edge are', () => {
    const outside = /^(live|strategies|notebooks|models|data|reports)\//
    const wrong = sources
      .filter(source => source.path.startsWith('lab/') && !isTest(source.path))
      .flatMap(source =>
        source.imports
          .map(specifier => target(source, specifier) ?? '')
          .filter(to => outside.test(to))
          .map(to => `${source.path} imports ${to}`),
      )
    expect(wrong).toEqual([])
  })

  it('keeps its own name out of its imports: inside, files are named by path', () => {
    const wrong = sources
      .filter(source => source.path.startsWith('lab/') && !isTest(source.path) && !isCorpus(source.path))
      .filter(source => source.imports.some(specifier => /^gordon(\/|$)/.test(specifier)))
    expect(wrong.map(source => source.path)).toEqual([])
  })

  it('is built without the packages that only tests and notebooks install', () => {
    const { devDependencies } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'))
    const absent = Object.keys(devDependencies)
    const wrong = sources
      .filter(source => isBuilt(source.path))
      .flatMap(source =>
        [...source.code.matchAll(/^(?:import|export) (?!type\b)[^']*?from '([^'.][^']*)'/gm)]
          .map(match => match[1])
          .filter(
            name =>
              name !== 'gordon/strategy' && absent.some(one => name === one || name.startsWith(`${one}/`)),
          )
          .map(name => `${source.path} imports ${name}`),
      )
    expect(wrong).toEqual([])
  })

  it.each(Object.entries(BANNED))('does not read %s, except at the edges', (_what, pattern) => {
    const wrong = sources
      .filter(source => source.path.startsWith('lab/') && !isTest(source.path))
      .filter(source => !EDGES.includes(roomOf(source.path) ?? ''))
      // The loader's fence names what it forbids, in strings.
      .filter(source => pattern.test(source.code.replace(/'(?:\\.|[^'\\\n])*'/g, "''")))
    expect(wrong.map(source => source.path)).toEqual([])
  })
})

describe('a strategy', () => {
  it("imports only 'gordon/strategy' and its own relative files", () => {
    const wrong = sources
      .filter(source => source.path.startsWith('strategies/') && !isTest(source.path))
      .flatMap(source =>
        source.imports
          .filter(
            name => name !== 'gordon/strategy' && !(target(source, name) ?? '').startsWith('strategies/'),
          )
          .map(name => `${source.path} imports ${name}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('the project', () => {
  it('has no root entries beyond the agreed ones', () => {
    const roots = new Set(tracked.map(path => path.split('/')[0]))
    expect([...roots].filter(name => !name.startsWith('.') && !ROOT_ENTRIES.includes(name))).toEqual([])
  })

  it('skips and focuses no test', () => {
    const marks = /\b(?:it|test|describe)\.(?:skip|only|todo|fails|skipIf|runIf)\b/
    expect(
      sources.filter(source => isTest(source.path) && marks.test(source.code)).map(source => source.path),
    ).toEqual([])
  })

  it('locks packages without naming a registry', () => {
    const lock = readFileSync(resolve(ROOT, 'package-lock.json'), 'utf8')
    expect(lock.match(/"resolved": "https?:[^"]*"/g)).toBeNull()
  })

  it('tells one version everywhere', async () => {
    const { VERSION } = await import('./core/version.ts')
    for (const file of ['package.json', 'package-lock.json'])
      expect(JSON.parse(readFileSync(resolve(ROOT, file), 'utf8')).version).toBe(VERSION)
  })
})
