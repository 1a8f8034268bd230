import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isGordonError } from '../core/errors.ts'
import { strategyDefinition } from '../strategy/strategy.ts'
import { runChild } from '../testing/child.ts'
import { loadStrategy } from './loader.ts'

const folder = mkdtempSync(join(tmpdir(), 'gordon-loader-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes files below the folder; returns the path of the first. */
function given(files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return join(folder, Object.keys(files)[0])
}

const STRATEGY = (body = '', before = '') => `import { strategy } from 'gordon/strategy'
${before}
export default class Quiet extends strategy({}) {
  onBar(): void { ${body} }
}
`

async function refused(file: string): Promise<{ code: string; message: string }> {
  const error = await loadStrategy(file).catch((error: unknown) => error)
  if (!isGordonError(error)) throw new Error(`expected a refusal, got ${String(error)}`)
  return { code: error.code, message: error.message.replaceAll(folder, '…') }
}

describe('a strategy file', () => {
  it('becomes a class of the running instance', async () => {
    const loaded = await loadStrategy(given({ 'quiet.ts': STRATEGY() }))
    expect(strategyDefinition(loaded.strategy)).toEqual({})
    expect((loaded.strategy as { name: string }).name).toBe('Quiet')
    expect(loaded.files).toEqual([join(folder, 'quiet.ts')])
  })

  it('keeps its class and its hash while untouched, and changes both with one line', async () => {
    const file = given({ 'edited.ts': STRATEGY() })
    const first = await loadStrategy(file)
    const again = await loadStrategy(file)
    expect(again.strategy).toBe(first.strategy)
    expect(again.codeHash).toBe(first.codeHash)
    given({ 'edited.ts': STRATEGY('/* one more word */ 1 + 1') })
    const edited = await loadStrategy(file)
    expect(edited.strategy).not.toBe(first.strategy)
    expect(edited.codeHash).not.toBe(first.codeHash)
  })

  it('changes its hash with a file that it imports through another', async () => {
    const file = given({
      'deep.ts': STRATEGY('near', "import { near } from './parts/near.ts'"),
      'parts/near.ts': "export { far as near } from './far.ts'\n",
      'parts/far.ts': 'export const far = 1\n',
    })
    const first = await loadStrategy(file)
    expect(first.files).toEqual(['deep.ts', 'parts/far.ts', 'parts/near.ts'].map(name => join(folder, name)))
    given({ 'parts/far.ts': 'export const far = 2\n' })
    expect((await loadStrategy(file)).codeHash).not.toBe(first.codeHash)
  })

  it('has the same hash in another folder', async () => {
    const here = await loadStrategy(given({ 'here/same.ts': STRATEGY('1') }))
    const there = await loadStrategy(given({ 'there/same.ts': STRATEGY('1') }))
    expect(here.codeHash).toBe(there.codeHash)
  })

  it('loads without the compiler when nothing changed', async () => {
    const file = given({ 'warm.ts': STRATEGY('2') })
    const script = `
      import { createRequire } from 'node:module'
      import { loadStrategy } from '${resolve('dist/lab/sim/loader.js')}'
      await loadStrategy('${file}')
      const loaded = Object.keys(createRequire('${resolve('package.json')}').cache)
      console.log(loaded.some(path => path.includes('/esbuild/')))
      process.exit()`
    const first = await runChild(process.execPath, ['--input-type=module', '-e', script])
    const second = await runChild(process.execPath, ['--input-type=module', '-e', script])
    expect([first.out, second.out]).toEqual(['true\n', 'false\n'])
  })

  it('throws from its own line', async () => {
    const file = given({ 'thrower.ts': STRATEGY('', '\ninterface Gone { readonly x: number }\nnull!.x') })
    const { code, message } = await refused(file)
    expect(code).toBe('STRATEGY_FAILED')
    expect(message).toBe(
      "…/thrower.ts:4:7 failed while it was loaded: Cannot read properties of null (reading 'x')",
    )
  })
})

describe('the loader refuses', () => {
  it('a file that is not there, or is no source', async () => {
    expect(await refused(join(folder, 'nowhere.ts'))).toEqual({
      code: 'STRATEGY_MISSING',
      message:
        'Strategy file …/nowhere.ts does not exist: check the path, which is taken from the current folder.',
    })
    expect((await refused(given({ 'notes.md': '# notes' }))).message).toBe(
      '…/notes.md is not a strategy file: give the path of a .ts file.',
    )
  })

  it('a syntax error, with its place and its line', async () => {
    expect(await refused(given({ 'broken.ts': 'const a = 1\nconst b = = 2\n' }))).toEqual({
      code: 'STRATEGY_SYNTAX',
      message: '…/broken.ts:2:11: Unexpected "="\n  const b = = 2\n            ^',
    })
  })

  it('a file without a strategy', async () => {
    const sentence =
      "has no strategy in it: write `export default class Name extends strategy({ … }) { … }` with strategy from 'gordon/strategy'."
    expect(await refused(given({ 'empty.ts': 'export const x = 1\n' }))).toEqual({
      code: 'STRATEGY_NONE',
      message: `…/empty.ts ${sentence}`,
    })
    expect((await refused(given({ 'plain.ts': 'export default class Plain {}\n' }))).code).toBe(
      'STRATEGY_NONE',
    )
  })

  it('imports that were not agreed', async () => {
    expect(await refused(given({ 'fs.ts': STRATEGY('fs', "import fs from 'node:fs'") }))).toEqual({
      code: 'FORBIDDEN_IMPORT',
      message:
        "…/fs.ts:2:16: a strategy may import only 'gordon/strategy' and its own relative files, not 'node:fs'.\n" +
        "  import fs from 'node:fs'\n                 ^",
    })
    for (const path of ['gordon', 'zod', '/etc/x.ts', 'https://example.com/x.ts'])
      expect((await refused(given({ 'import.ts': STRATEGY('x', `import x from '${path}'`) }))).code).toBe(
        'FORBIDDEN_IMPORT',
      )
    expect(
      (await refused(given({ 'ext.ts': STRATEGY('x', "import { x } from './there'"), 'there.ts': '' })))
        .message,
    ).toContain("'./there' names no file: write its extension, './there.ts'.")
  })

  it.each([
    ['Date.now()', 'the current Date'],
    ['new Date()', 'the current Date'],
    ['new Date', 'the current Date'],
    ['const D = Date', 'the current Date'],
    ['Math.random()', 'Math.random'],
    ['Math["random"]()', 'Math.random'],
    ['const { random } = Math', 'Math.random'],
    ['performance.now()', 'performance'],
    ['process.env.HOME', 'process'],
    ['globalThis.Date', 'globalThis'],
    ['require("fs")', 'require'],
    ['void import("node:fs")', 'import()'],
    ['const name = "fs"; void import(name)', 'import()'],
    ['eval("1")', 'eval'],
    ['new Function("return 1")', 'Function'],
    ['setTimeout(() => {}, 1)', 'setTimeout'],
    ['fetch("x")', 'fetch'],
    ['crypto.randomUUID()', 'crypto'],
    ['import.meta.url', 'import.meta'],
    ['void Promise.resolve().then(() => 1)', 'Promise'],
    ['void (async () => { await null })()', 'async and await'],
    ['void async function* () { yield 1 }', 'async and await'],
  ])('the use of %s', async (use, name) => {
    const { code, message } = await refused(given({ 'use.ts': STRATEGY(`let a = 1; ${use}; a`) }))
    expect(code).toBe('FORBIDDEN_USE')
    expect(message).toContain(`a strategy may not use ${name}`)
    expect(message).toMatch(/^…\/use\.ts:4:\d+: /)
  })

  it('await at the top of the file', async () => {
    const { code, message } = await refused(given({ 'top.ts': STRATEGY('', 'await 5') }))
    expect(code).toBe('STRATEGY_SYNTAX')
    expect(message).toMatch(/^…\/top\.ts:2:1: Top-level await is not available/)
  })

  it('forbidden uses in a file that the strategy imports, at their place', async () => {
    const file = given({
      'outer.ts': STRATEGY('inner', "import { inner } from './inner.ts'"),
      'inner.ts': 'type T = number\n\nexport const inner: T = Math.abs(-1) + Math.random()\n',
    })
    expect((await refused(file)).message).toMatch(/inner\.ts:3:40: a strategy may not use Math\.random: /)
  })

  it('nothing that only looks like it', async () => {
    const body = [
      'const process = 1, text = "Date.now() import(x) process.env async __async()"',
      'const when = new Date(0).getTime() + Date.UTC(2020, 1) + Math.max(process, 2)',
      'return void [text, when, { performance: 1 }.performance] // Math.random()\n',
    ].join('; ')
    await expect(loadStrategy(given({ 'innocent.ts': STRATEGY(body) }))).resolves.toBeDefined()
  })
})

it('a debugger finds the .ts file: the map names it and its lines', async () => {
  const file = given({
    'mapped.ts': STRATEGY('', '\n\nexport function fail(): never { throw new Error("here") }'),
  })
  const loaded = await loadStrategy(file)
  let stack = ''
  try {
    ;(loaded.module.fail as () => never)()
  } catch (error) {
    stack = (error as Error).stack ?? ''
  }
  expect(stack).toContain(`${file}:4:`)
  expect(execFileSync('ls', [folder]).toString()).toContain('mapped.ts')
})
