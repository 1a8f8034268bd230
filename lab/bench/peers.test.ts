/**
 * Every workload small, so that none rots, against lab/testing/agreement/reference.py: plain loops in exact
 * integers and fractions that share nothing with the engine. Markets are seeded and made with numpy.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlText, withDuckDb } from '../catalog/duckdb.ts'
import { backtest } from '../sim/index.ts'
import { python } from '../testing/python.ts'
import type { PeerLine } from './measure.ts'
import { runPeers } from './peers.ts'
import { panelSource } from './peers-data.ts'
import { PAIRS } from './w2.ts'
import { MomentumRotation } from './w3.ts'

const agreement = (name: string) =>
  readFileSync(new URL(`../testing/agreement/${name}`, import.meta.url), 'utf8')
const BARS = 6_000
const SYMBOLS = 120
const DAYS = 300

/** What an engine must reach, as the reference prints it. */
interface Expected {
  readonly fills: number
  readonly equity: string
}

async function lines(args: string, folder: string): Promise<PeerLine[]> {
  const printed: PeerLine[] = []
  await runPeers(args.split(' '), folder, line => printed.push(JSON.parse(line) as PeerLine))
  return printed
}

describe.each([0, 7])('on markets of seed %i', seed => {
  const folder = mkdtempSync(join(tmpdir(), `gordon-peers-${seed}-`))
  const reference = (ask: object) =>
    python(agreement('reference.py'), { folder, symbols: SYMBOLS, ...ask }) as Promise<Expected[]>

  beforeAll(async () => {
    await python(agreement('markets.py'), { folder, seed, bars: BARS, symbols: SYMBOLS, days: DAYS })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  function check(line: PeerLine, expected: readonly Expected[]): void {
    expect(line.trades).toBe(expected.reduce((sum, one) => sum + one.fills, 0))
    const equity = expected.reduce((sum, one) => sum + Number(one.equity), 0)
    expect(Math.abs(line.final_equity - equity)).toBeLessThan(1e-4)
  }

  test('W1 agrees with the reference, also after six other strategies', async () => {
    const expected = await reference({ work: 'w1' })
    expect(expected[0].fills).toBeGreaterThan(100)
    const pristine = await lines('w1 --reps 2', folder)
    expect(pristine).toHaveLength(2)
    const later = await lines('w1 --reps 1 --after-others', folder)
    for (const line of [...pristine, ...later]) check(line, expected)
    expect(pristine[0]).toMatchObject({ engine: 'gordon', workload: 'w1', n: BARS })
    expect(later[0].note).toBe('after six other strategies')
  })

  test('W2 agrees for each of its hundred pairs together', async () => {
    const expected = await reference({
      work: 'w2',
      bars: 2_000,
      pairs: PAIRS.map(pair => [pair.fast, pair.slow]),
    })
    const [line] = await lines('w2 --reps 1 --n 2000', folder)
    expect(line.n).toBe(200_000)
    check(line, expected)
  })

  test('W3 rebalances as the reference does, without a refusal or negative cash', async () => {
    const expected = await reference({ work: 'w3' })
    expect(expected[0].fills).toBeGreaterThan(300)
    const [line] = await lines(`w3 --reps 1 --symbols ${SYMBOLS}`, folder)
    expect(line.n).toBe(SYMBOLS * DAYS)
    check(line, expected)
    const run = await backtest({
      strategy: MomentumRotation,
      bars: panelSource(folder, SYMBOLS),
      cash: 10_000_000,
      fees: '10bps',
    })
    expect(run.orders.filter(order => order.state !== 'filled')).toEqual([])
    expect(Math.min(...run.curve.cash)).toBeGreaterThan(0)
  })

  test('W1 from Parquet agrees as well', async () => {
    await withDuckDb(connection =>
      connection.run(
        `COPY (FROM read_csv(${sqlText(join(folder, 'w1.csv'))})) TO ${sqlText(join(folder, 'w1.parquet'))}`,
      ),
    )
    const [line] = await lines('w1load --reps 1', folder)
    expect(line).toMatchObject({ workload: 'w1load', n: BARS })
    check(line, await reference({ work: 'w1' }))
  })

  test('cold is W1 on its first bars, once', async () => {
    const printed = await lines('cold --n 3000', folder)
    expect(printed).toHaveLength(1)
    check(printed[0], await reference({ work: 'w1', bars: 3_000 }))
  })
})

test('as a command, W2 on two threads gives what one thread gives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-peers-command-'))
  try {
    await python(agreement('markets.py'), { folder, seed: 3, bars: 1_500, symbols: 60, days: 70 })
    // The engine looks for its version above the module that it runs from.
    copyFileSync(new URL('../../package.json', import.meta.url), join(folder, 'package.json'))
    await build({
      entryPoints: ['peers.ts', 'w2-worker.ts'].map(name => fileURLToPath(new URL(name, import.meta.url))),
      outdir: join(folder, 'built'),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outExtension: { '.js': '.mjs' },
      external: ['esbuild', 'typescript', '@duckdb/node-api'],
    })
    const command = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(folder, 'built', 'peers.mjs'), 'w2', '--n', '1500', ...args],
        { env: { ...process.env, PEERS_DATA: folder } },
      )
      return stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as PeerLine)
    }
    const [one] = await command('--reps', '1')
    const two = await command('--threads', '2', '--reps', '2')
    expect(two).toHaveLength(2)
    for (const line of two) {
      expect(line.note).toBe('2 threads')
      expect(line.trades).toBe(one.trades)
      expect(Math.abs(line.final_equity - one.final_equity)).toBeLessThan(1e-4)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  ['w9', 'No workload "w9": give one of w1, w2, w3, w4, w5, w1load, cold.'],
  ['w1 --reps 0', '--reps is "0"; it must be a whole number of at least 1.'],
  ['w1', "There is no w1.f64 in /nowhere; make the peers' data there, or point PEERS_DATA to them."],
])('"%s" is refused', async (args, sentence) => {
  await expect(lines(args, '/nowhere')).rejects.toThrow(sentence)
})
