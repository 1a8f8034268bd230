/** `gordon vet` as a whole: its words, its document, its exit codes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { ingestSample } from '../../data/us-daily.ts'
import { program, runProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'vet-command-'))
const store = join(folder, 'store')
beforeAll(() => ingestSample(store))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { log, info, debug } = console
afterEach(() => {
  Object.assign(console, { log, info, debug })
  vi.restoreAllMocks()
  process.exitCode = 0
})

function given(name: string, body: string, head = ''): string {
  writeFileSync(
    join(folder, name),
    `import { ema, strategy } from 'gordon/strategy'
${head}
export default class Given extends strategy() {
  ${body}
}
`,
  )
  return join(folder, name)
}

async function gordon(...words: string[]): Promise<{ out: string; err: string; code: number | undefined }> {
  let out = ''
  let err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(text => (out += String(text)) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation(text => (err += String(text)) !== '')
  process.exitCode = 0
  await runProgram(program(), words)
  const code = process.exitCode as number | undefined
  vi.restoreAllMocks()
  return { out, err, code }
}

it('vets a strategy of trades, and says what it could not ask there', async () => {
  const rows = Array.from({ length: 600 }, (_, k) => {
    const time = new Date(Date.UTC(2024, 0, 1) + k * 1000).toISOString()
    return `${time},${(100 + ((k * 7919) % 50) / 100).toFixed(2)},${1 + (k % 3)},${k % 2 ? 'buy' : 'sell'}`
  })
  const table = join(folder, 'trades.csv')
  writeFileSync(table, `time,price,size,side\n${rows.join('\n')}\n`)
  const ticks = join(folder, 'ticks')
  const terms = ['--venue', 'X', '--symbol', 'C', '--calendar', '24/7', '--tick', '0.01', '--lot', '1']
  expect((await gordon('ingest', table, '--store', ticks, '--dataset', 'coin', ...terms)).err).toBe('')
  const strategy = given(
    'trader.ts',
    `last = 0
  onTrade(trade, ctx) {
    const held = ctx.position(trade.instrument)
    if (trade.price > this.last && held === 0) ctx.buy(trade.instrument, 1)
    else if (trade.price < this.last && held > 0) ctx.close(trade.instrument)
    this.last = trade.price
  }`,
  )
  const words = ['--store', ticks, '--data', 'coin', '--places', '12']
  const { out, code } = await gordon('vet', strategy, ...words)
  expect(out).toMatch(/^Given: passed\n {2}decisions {5}\d{2,} orders before the last place\n/)
  expect(out).toContain('The run reads trades of X:C: vet changed their futures and their dates.')
  expect(out).toContain('[VET_FUTURE_AND_DATES]')
  expect(out).toContain('[WARM_UP_BARS]')
  expect(code).toBe(0)
})

const data = ['--store', store, '--data', 'us-daily/total-return', '--symbols', 'IBM']
const flips = `onBar(bar, ctx) {
    const held = ctx.position(bar.instrument)
    if (bar.close < bar.open && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.9]]))
    else if (bar.close > bar.open && held > 0) ctx.close(bar.instrument)
  }`

it('passes an honest strategy, and says the same for the same seed', async () => {
  const words = ['vet', given('honest.ts', flips), ...data, '--places', '12', '--to', '2002-12-31']
  const first = await gordon(...words)
  expect(first.out).toMatch(/^Given: passed\n {2}decisions {5}\d{2,} orders before the last place\n/)
  expect(first.out).toContain('0 bars; 50 of 50 starts decide as with all of history')
  expect(first.code).toBe(0)
  expect((await gordon(...words)).out).toBe(first.out)
  const other = await gordon(...words, '--seed', '2', '--json')
  const document = JSON.parse(other.out)
  expect(document).toMatchObject({ verdict: 'passed', findings: [], vetSeed: 2 })
  expect(document.places).toHaveLength(12)
  expect(document.places[0]).toEqual({ time: expect.stringMatching(/^200\d-.*Z$/), kind: expect.any(String) })
  expect(first.out).not.toContain(document.digest)
})

it('fails a cheat with its sentence and exit code 1', async () => {
  const cheat = given(
    'cheat.ts',
    flips.replace('onBar(bar, ctx) {', 'onBar(bar, ctx) {\n    seen++\n    if (seen > 700) return'),
    'let seen = 0',
  )
  const { out, code } = await gordon('vet', cheat, ...data, '--places', '4', '--to', '2002-12-31')
  expect(out).toMatch(/^Given: failed\n/)
  expect(out).toMatch(/ {2}! A run depends on earlier runs in the process: at 200\d-.*\[STATE_ACROSS_RUNS\]/)
  expect(code).toBe(1)
})

it('fails a strategy whose fills are at the close that decided them', async () => {
  const words = [...data, '--places', '4', '--to', '2000-12-31', '--market-fill', 'last', '--json']
  const { out, code } = await gordon('vet', given('honest.ts', flips), ...words)
  expect(JSON.parse(out).findings.map((finding: { code: string }) => finding.code)).toEqual(['SAME_BAR_FILL'])
  expect(code).toBe(1)
})

it('tells what the loader refuses as a finding', async () => {
  const reader = given('reader.ts', 'onBar() { readFileSync("x") }', `import { readFileSync } from 'node:fs'`)
  const { out, code } = await gordon('vet', reader, ...data)
  expect(out).toMatch(
    /: failed\n[\s\S]*a strategy may import only 'gordon\/strategy'[\s\S]*\[FORBIDDEN_IMPORT\]/,
  )
  expect(code).toBe(1)
})

it('never passes what hardly decides', async () => {
  const once = given('once.ts', 'onStart(ctx) { ctx.buy(ctx.instruments[0], 1) }')
  const { out, code } = await gordon('vet', once, ...data, '--places', '4', '--to', '2000-12-31')
  expect(out).toMatch(/^Given: inconclusive\n/)
  expect(out).toContain('1 decisions are too few to tell')
  expect(code).toBe(1)
})

it('says how much warm-up is missing', async () => {
  const short = given(
    'short.ts',
    `line = this.indicator(ema(30, { seed: 'ta-lib' }))
  onBar(bar, ctx) {
    const line = this.line.at(bar)
    if (line === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close > line && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.9]]))
    else if (bar.close < line && held > 0) ctx.close(bar.instrument)
  }`,
  )
  const { out, code } = await gordon('vet', short, ...data, '--places', '4', '--to', '2003-12-31')
  expect(out).toMatch(
    /declares 30 bars of warm-up and lacks \d+: begun at .*write warmup: \d+ .*\[WARM_UP_SHORT\]/,
  )
  expect(code).toBe(1)
})

it('exits with 2 for wrong usage', async () => {
  const missing = await gordon('vet', join(folder, 'nowhere.ts'), ...data)
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('[STRATEGY_MISSING]')])
  const places = await gordon('vet', given('honest.ts', flips), ...data, '--places', '0')
  expect([places.code, places.err]).toEqual([
    2,
    'gordon: --places is 0; give a whole number of at least 1. [FLAG_OUT_OF_RANGE]\n',
  ])
})
