/** The command as a shell sees it: what it prints, on which stream, with which exit code. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const BIN = join(ROOT, 'dist/app/live/gordon.js')
let folder = ''
let store = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-'))
  store = join(folder, 'store')
  expect((await gordon('ingest', join(ROOT, 'data/sample'), '--store', store)).code).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function gordon(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(done => {
    execFile(process.execPath, [BIN, ...words], { cwd: ROOT, maxBuffer: 1 << 26 }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const backtest = (...words: string[]) =>
  gordon('backtest', 'strategies/sma-cross.ts', '--store', store, '--data', 'us-daily/total-return', ...words)

describe('backtest', () => {
  it('fits a terminal and ends with what to doubt', async () => {
    const { code, out, err } = await backtest('--fees', '10bps')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.trimEnd().split('\n')
    expect(lines.length).toBeLessThan(40)
    for (const line of lines) expect(line.length).toBeLessThan(140)
    for (const word of ['instruments', 'period', 'return', 'max drawdown', 'costs', 'trades', 'digest'])
      expect(out).toContain(`  ${word}`)
  })

  it('prints one JSON document with everything that a script needs', async () => {
    const { code, out, err } = await backtest('--json', '--params', '{"fast":20,"slow":60}')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const told = JSON.parse(out)
    for (const key of ['digest', 'inputs', 'decisions']) expect(told[key]).toMatch(/^[0-9a-f]{64}$/)
    expect(told).toMatchObject({
      strategy: 'SmaCross',
      params: { fast: 20, slow: 60 },
      dataset: { id: 'us-daily/total-return', snapshot: expect.stringMatching(/^snapshot-/) },
      from: '2000-03-01T21:00:00Z',
      to: '2013-03-01T21:00:00Z',
      startEquity: 100_000,
      assumptions: { marketFill: 'nextOpen', limitFill: 'through', fees: 'none', slippage: 'none' },
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'NO_COSTS' })]),
    })
    for (const key of ['totalReturn', 'cagr', 'sharpe', 'maxDrawdown', 'winRate', 'exposure', 'turnover'])
      expect(told.stats[key]).toBeTypeOf('number')
    expect(told.fills.length).toBeGreaterThan(10)
    expect(told.orders.length).toBeGreaterThanOrEqual(told.fills.length)
    expect(out).not.toMatch(/NaN|Infinity|:null/)
  })

  it('gives the same digest twice, and other inputs for another parameter', async () => {
    const [first, second, other] = await Promise.all([
      backtest('--json'),
      backtest('--json'),
      backtest('--json', '--params', '{"fast":49}'),
    ])
    expect(JSON.parse(second.out).digest).toBe(JSON.parse(first.out).digest)
    expect(JSON.parse(other.out).inputs).not.toBe(JSON.parse(first.out).inputs)
  })
})

describe('help', () => {
  it('shows examples that run', async () => {
    const { out } = await gordon('backtest', '--help')
    const examples = out.split('\n').flatMap(line => /^ {2}gordon (backtest .*)$/.exec(line)?.[1] ?? [])
    expect(examples.length).toBe(4)
    for (const example of examples) {
      const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(word => word[1] ?? word[2])
      const report = words.indexOf('--report')
      if (report >= 0) words[report + 1] = join(folder, 'example.html')
      expect({ example, ...(await gordon(...words, '--store', store)) }).toMatchObject({
        example,
        code: 0,
        err: '',
      })
    }
  })
})

describe('bad input gets one sentence, its code, and exit code 2', () => {
  const check = async (words: string[], sentence: string) => {
    const { code, out, err } = await gordon(...words)
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: `gordon: ${sentence}\n` })
  }
  const data = () => ['--store', store, '--data', 'us-daily/total-return']

  it('a command line that cannot be read', async () => {
    await check(['backtest'], "Missing required argument 'strategies'; add --help for what it takes. [USAGE]")
    await check(
      ['backtest', 'x.ts', '--fro', '1'],
      "Unknown option '--fro' (did you mean --from?); add --help for what it takes. [USAGE]",
    )
    await check(['nothing'], "Unknown command 'nothing'; add --help for what it takes. [USAGE]")
    await check(
      ['data', 'shw'],
      "Unknown command 'shw' (did you mean show?); add --help for what it takes. [USAGE]",
    )
  })

  it('a strategy file that is missing, does not parse, or holds none', async () => {
    await check(
      ['backtest', 'nowhere.ts', ...data()],
      'Strategy file nowhere.ts does not exist: check the path, which is taken from the current folder. [STRATEGY_MISSING]',
    )
    const broken = file('broken.ts', 'export default class {\n  x(\n}\n')
    const { code, err } = await gordon('backtest', broken, ...data())
    expect(code).toBe(2)
    expect(err).toContain('broken.ts:3:1: ')
    expect(err).toContain('[STRATEGY_SYNTAX]')
    const none = file('none.ts', 'export const a = 1\n')
    expect((await gordon('backtest', none, ...data())).err).toContain('[STRATEGY_NONE]')
  })

  it('a strategy that throws: which bar, which symbol, whose line', async () => {
    const thrower = file(
      'thrower.ts',
      `import { type BarView, strategy } from 'gordon/strategy'
export default class Thrower extends strategy({}) {
  seen = 0
  override onBar(bar: BarView): void {
    if (++this.seen === 5) throw new Error('no luck at ' + bar.instrument.symbol)
  }
}
`,
    )
    // Three symbols a day in canonical order, AAPL, MSFT, IBM: the fifth callback is MSFT's second bar.
    await check(
      ['backtest', thrower, ...data()],
      `Strategy Thrower threw "no luck at MSFT" in onBar at 2000-03-02T21:00:00Z for XNAS:MSFT (bar 2), ${thrower}:5:34. [STRATEGY_THREW]`,
    )
  })

  it('parameters that are unknown, of a wrong type, out of range, no JSON', async () => {
    const run = (params: string) => ['backtest', 'strategies/sma-cross.ts', ...data(), '--params', params]
    await check(
      run('{"fats":3}'),
      'Strategy SmaCross has no parameter "fats"; it has fast, slow. [PARAM_UNKNOWN]',
    )
    await check(
      run('{"fast":"3"}'),
      'Parameter fast of strategy SmaCross is "3"; it must be a whole number from 1 to 1000. [PARAM_INVALID]',
    )
    await check(
      run('{"fast":0}'),
      'Parameter fast of strategy SmaCross is 0; it must be a whole number from 1 to 1000. [PARAM_INVALID]',
    )
    await check(
      run('{fast:3}'),
      `--params is not JSON: {fast:3}; write it as '{"fast":10}'. [PARAMS_NOT_JSON]`,
    )
  })

  it('an unknown symbol or dataset, an empty range, prices across a split', async () => {
    const run = ['backtest', 'strategies/sma-cross.ts', '--store', store]
    await check(
      [...run, '--data', 'us-daily/total-return', '--symbols', 'XYZ'],
      'us-daily/total-return has no instrument XYZ: it has XNAS:AAPL, XNAS:MSFT, XNYS:IBM [UNKNOWN_SYMBOL]',
    )
    await check(
      [...run, '--data', 'monthly'],
      `the store at ${store} has no dataset "monthly": it has us-daily/raw, us-daily/total-return [UNKNOWN_DATASET]`,
    )
    await check(
      [...run, '--data', 'us-daily/total-return', '--from', '2020-01-01'],
      'The data has no bar from 2020-01-01 to the edge of the data; choose a range that it covers. [EMPTY_RANGE]',
    )
    expect((await gordon(...run, '--data', 'us-daily/raw')).err).toContain('[UNADJUSTED_SPLIT]')
  })

  it('as JSON on stdout when asked so', async () => {
    const { code, out, err } = await backtest('--json', '--cash', 'much')
    expect({ code, err }).toEqual({ code: 2, err: '' })
    expect(JSON.parse(out)).toEqual({
      error: { code: 'FLAG_NOT_A_NUMBER', message: '--cash is "much"; give a number.' },
    })
  })

  it('words that no command has', async () => {
    expect((await gordon('bogus')).code).toBe(2)
    expect((await gordon('backtest')).code).toBe(2)
    expect((await gordon('backtest', 'strategies/sma-cross.ts', '--fee', '1')).code).toBe(2)
    expect((await gordon('--version')).out).toBe('0.1.0\n')
  })
})

it('every command shows an example in its help', async () => {
  for (const words of [
    ['backtest'],
    ['ingest'],
    ['metrics'],
    ['data', 'list'],
    ['data', 'sql'],
    ['paper'],
    ['parity'],
  ])
    expect((await gordon(...words, '--help')).out, words.join(' ')).toContain('Example')
})
