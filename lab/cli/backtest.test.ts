/** `gordon backtest` as a whole: one document on stdout whatever a strategy prints, flags refused before the run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { backtestCommand } from './backtest.ts'
import { backtest } from './notebook/notebook-backtest.ts'
import { fileBars } from './notebook/notebook-store.ts'
import { program, runProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'backtest-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function given(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const bars = given(
  'coin.csv',
  'time,open,high,low,close,volume\n' +
    [1, 2, 3, 4, 5, 6].map(day => `2024-01-0${day},${day},${day + 1},${day},${day},10\n`).join(''),
)
const strategy = given(
  'loud.ts',
  `import { strategy } from 'gordon/strategy'
export default class Loud extends strategy() {
  onBar(bar, ctx) { console.log('bar', bar.close); if (ctx.position(bar.instrument) === 0) ctx.buy(bar.instrument, 1) }
}
`,
)
const table = { file: bars, venue: 'X', symbol: 'C', interval: '1d', calendar: '24/7' }

const { log, info, debug } = console
afterEach(() => {
  Object.assign(console, { log, info, debug })
  vi.restoreAllMocks()
  process.exitCode = 0
})

it('leaves stdout to its document, whatever a strategy prints', async () => {
  const written: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation(text => written.push(String(text)) > 0)
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  await runProgram(program(), ['backtest', strategy, '--file', bars, '--json'])
  expect(written.length).toBe(1)
  expect(JSON.parse(written[0]).fills.length).toBe(1)
  expect(said).toHaveBeenCalledWith('bar', 1)
})

it.each([
  [{ periodsPerYear: '0' }, '--periods-per-year is 0: give a number above 0, for example 252'],
  [{ periodsPerYear: '-5' }, '--periods-per-year is -5: give a number above 0, for example 252'],
  [{ riskFreeRate: '2' }, '--risk-free-rate is 2: give a fraction a year between -1 and 1, 0.02 for 2 %'],
  [{ riskFreeRate: 'x' }, '--risk-free-rate is "x"; give a number.'],
])('refuses %o before anything is read', async (flags, sentence) => {
  await expect(backtestCommand(['nowhere.ts'], flags)).rejects.toThrow(sentence)
})

it('refuses flags that would do nothing', async () => {
  await expect(backtestCommand([strategy], { ...table, symbols: 'C' })).rejects.toThrow(
    '--symbols does nothing with --file, whose rows are all read; leave it out.',
  )
  await expect(backtestCommand([strategy], { tick: '0.01' })).rejects.toThrow(
    '--tick does nothing with a store, whose rows were read when they were ingested; leave it out.',
  )
})

it('leaves what is no number out of its document', async () => {
  const odd = given(
    'odd.ts',
    `import { strategy } from 'gordon/strategy'
export default class Odd extends strategy() {
  onStart(ctx) { for (const q of [NaN, Infinity]) { ctx.buy(ctx.instruments[0], q); ctx.buy(ctx.instruments[0], 1, { limit: q, stop: q }) } }
}
`,
  )
  const text = await backtestCommand([odd], { ...table, json: true })
  expect(text).not.toMatch(/null|NaN|Infinity/)
  expect(JSON.parse(text).orders.map((order: { reason: string }) => order.reason)).toEqual([
    'notANumber',
    'notANumber',
    'tooLarge',
    'invalidPrice',
  ])
})

it('means the same days as a notebook does: a day that ends at midnight belongs to itself', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const days = { from: '2024-01-02', to: '2024-01-04' }
  const text = JSON.parse(await backtestCommand([strategy], { ...table, ...days, json: true }))
  expect([text.from, text.to]).toEqual(['2024-01-03T00:00:00Z', '2024-01-05T00:00:00Z'])
  const { file, ...how } = table
  const cell = await backtest({ strategy, bars: await fileBars(file, how), ...days })
  expect(cell.result.digest).toBe(text.digest)
})
