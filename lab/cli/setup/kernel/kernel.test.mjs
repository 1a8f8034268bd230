/** A real kernel, driven as JupyterLab drives it: what a cell may say, what it shows, what the stop button does. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { place, venvBin } from '../place.mjs'

// Below the project, so that cells find `gordon` as notebooks do.
const folder = mkdtempSync(place('.cache/kernel-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs cells in one kernel; what each showed, by its place. */
function session(cells) {
  const input = JSON.stringify({
    folder,
    cells: cells.map(cell => (typeof cell === 'string' ? { code: cell } : cell)),
  })
  const script = join(import.meta.dirname, 'session.py')
  const { stdout, stderr } = spawnSync(venvBin('python'), [script], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

const text = cell => cell.outputs.map(output => output.text ?? output.data['text/plain']).join('')

describe('a cell', () => {
  const cases = [
    [
      'shows an array of objects as a table',
      "const rows = [{ a: 1, b: '<x>' }, { a: 2.5 }]; rows",
      '  a  b\n  1  <x>\n2.5',
    ],
    ['takes a shorthand of an earlier cell', 'const pair = { rows }; pair.rows.length', '2\n'],
    ['awaits a parenthesis', 'const late = await (Promise.resolve(7)); late', '7\n'],
    [
      'iterates asynchronously at its top',
      'let sum = 0; for await (const n of (async function* () { yield 1; yield 2 })()) { sum += n }\nsum',
      '3\n',
    ],
    ['destructures as always', 'let b: string; ({ b } = rows[0] as { b: string }); b', '<x>\n'],
    [
      'says a type error with its place',
      "const wrong: number = 'text'",
      "1:7 - Type 'string' is not assignable to type 'number'.\n",
    ],
    [
      'shows an error without the frames of the kernel',
      "throw new Error('on purpose')",
      /^(?!.*tslab)(?!.*node:)[\s\S]*Error: on purpose\n {4}at this cell\n$/,
    ],
    ['goes on after an error', '1 + 1', '2\n'],
  ]
  let told
  beforeAll(() => {
    told = session(cases.map(([, code]) => code))
  })
  it.each(cases.map(([name, , expected], at) => [name, at, expected]))('%s', (_name, at, expected) => {
    if (expected instanceof RegExp) expect(text(told.cells[at])).toMatch(expected)
    else expect(text(told.cells[at])).toBe(expected)
  })
})

describe('the stop button', () => {
  let told
  beforeAll(() => {
    told = session([
      { code: 'for (;;) {}', interruptAfter: 0.5 },
      "import { interruptible, progress } from 'gordon'\nlet reason: unknown",
      {
        code:
          'await interruptible(signal => new Promise((_, no) => signal.addEventListener("abort", () => { ' +
          'reason = signal.reason; no(signal.reason) })))',
        interruptAfter: 0.5,
      },
      'String(reason)',
      { code: 'while (true) await new Promise(done => setTimeout(done, 10))', interruptAfter: 0.5 },
      '2 + 2',
    ])
  })

  it('ends a loop that never yields', () => {
    expect(told.cells[0].status).toBe('error')
    expect(text(told.cells[0])).toBe('Interrupted.\n')
  })

  it('aborts work that listens', () => {
    expect(told.cells[2].status).toBe('error')
    expect(told.cells[2].seconds).toBeLessThan(3)
    expect(text(told.cells[3])).toBe('GordonError: Interrupted.\n')
  })

  it('ends a wait', () => expect(text(told.cells[4])).toBe('Interrupted.\n'))

  it('leaves the kernel alive', () => {
    expect(told.alive).toBe(true)
    expect(text(told.cells[5])).toBe('4\n')
  })
})

describe('a strategy file', () => {
  it('is picked up by running the cell again after an edit, with no restart', () => {
    const file = join(folder, 'edited.ts')
    writeFileSync(file, QUIET('first'))
    writeFileSync(join(folder, 'after.ts'), QUIET('second'))
    const told = session([
      "import { load } from 'gordon'\nimport * as fs from 'node:fs'",
      "(await load('edited.ts')).name",
      "fs.copyFileSync('after.ts', 'edited.ts')",
      "(await load('edited.ts')).name",
      "await load('nowhere.ts')",
    ])
    expect(text(told.cells[1])).toBe('first\n')
    expect(text(told.cells[3])).toBe('second\n')
    expect(text(told.cells[4])).toBe(
      'Strategy file nowhere.ts does not exist: check the path, which is taken from the current folder. [STRATEGY_MISSING]\n',
    )
  })
})

const QUIET = name => `import { strategy } from 'gordon/strategy'
export default class ${name} extends strategy({}) {}
`
