/**
 * What a strategy may not touch: the clock, chance, the machine. A run that read them could not be made again.
 * The compiler itself finds the uses: esbuild replaces global identifiers (never locals of the same name, never
 * text in strings) by marks, and whatever mark is left in its output is a use.
 *
 * This catches mistakes. It does not stop someone who wants to break out (`(() => {}).constructor('…')`):
 * strategies are trusted code.
 */
import type { TransformOptions } from 'esbuild'
import { SourceMap, type SourceMapPayload } from 'node:module'

const CLOCK = 'take the time from the bar or ctx'
const CHANCE = 'take chance from ctx.random, which is seeded'
const EDGE = 'strategies are synchronous and see only what ctx and events hand them'

/** Global names and what to do instead. */
const BANNED: Readonly<Record<string, string>> = {
  performance: CLOCK,
  'Intl.DateTimeFormat': CLOCK,
  crypto: CHANCE,
  ...Object.fromEntries(
    [
      ...['process', 'require', 'module', 'exports', '__dirname', '__filename', 'import.meta'],
      ...['globalThis', 'global', 'window', 'self', 'eval', 'Function', 'WeakRef', 'FinalizationRegistry'],
      ...['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'navigator', 'Worker', 'MessageChannel'],
      ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Promise', 'Atomics', 'WebAssembly'],
    ].map(name => [name, EDGE]),
  ),
}

const MARK = '__gordon_fence_'
const DYNAMIC_IMPORT = /__toESM\(require\(/
/** What `async` becomes where it is not supported: esbuild's helper, defined at the top, and its first call. */
const ASYNC =
  /^(?=[\s\S]*?\bvar __(?:async|asyncGenerator|forAwait) = )[\s\S]*?(?=\b__(?:async|asyncGenerator|forAwait)\()/

/** Names that are banned only in part: `new Date(x)` and `Math.abs` are fine. */
const PARTLY: Readonly<Record<string, { fine: RegExp; use: string; instead: string }>> = {
  Math: { fine: /^\.(?!random\b)\w/, use: 'Math.random', instead: CHANCE },
  Date: { fine: /^(\.(UTC|parse|prototype)\b|\((?!\)))/, use: 'the current Date', instead: CLOCK },
}

const NAMES = [...Object.keys(BANNED), ...Object.keys(PARTLY)]

/** What esbuild is told so that forbidden uses show. */
export const FENCE_OPTIONS: TransformOptions = {
  define: Object.fromEntries(NAMES.map((name, index) => [name, MARK + index])),
  supported: { 'dynamic-import': false, 'async-await': false, 'async-generator': false, 'for-await': false },
  sourcemap: 'external',
  format: 'esm',
  legalComments: 'none',
}

export interface ForbiddenUse {
  /** 1-based. */
  readonly line: number
  readonly column: number
  /** One sentence without the place. */
  readonly text: string
}

/** First forbidden use in a file that was transformed with FENCE_OPTIONS. */
export function forbiddenUse(code: string, map: string): ForbiddenUse | undefined {
  for (const found of code.matchAll(new RegExp(`${MARK}(\\d+)`, 'g'))) {
    const name = NAMES[Number(found[1])]
    const partly = PARTLY[name]
    if (partly?.fine.test(code.slice(found.index! + found[0].length))) continue
    const text =
      partly === undefined
        ? `a strategy may not use ${name}: ${BANNED[name]}.`
        : `a strategy may not use ${partly.use}: ${partly.instead}.`
    return { ...originalPlace(code, map, found.index!), text }
  }
  const awaits = ASYNC.exec(code)
  if (awaits !== null)
    return {
      ...originalPlace(code, map, awaits[0].length),
      text: `a strategy may not use async and await: ${EDGE}.`,
    }
  const dynamic = DYNAMIC_IMPORT.exec(code)
  if (dynamic === null) return undefined
  return {
    ...originalPlace(code, map, dynamic.index + '__toESM('.length),
    text: "a strategy may not use import(): import 'gordon/strategy' and its own relative files at the top.",
  }
}

function originalPlace(code: string, map: string, index: number): { line: number; column: number } {
  const before = code.slice(0, index).split('\n')
  const payload: SourceMapPayload = JSON.parse(map)
  const entry = new SourceMap(payload).findEntry(before.length - 1, before.at(-1)!.length)
  return 'originalLine' in entry
    ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
    : { line: 1, column: 1 }
}
