/** `gordon backtest --ambiguity both`: one command, both readings of bars that do not say what came first. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { backtestCommand } from './backtest.ts'

const folder = mkdtempSync(join(tmpdir(), 'both-paths-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function given(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

// Bought at the open of 100; the second bar reaches the stop of 95 and the target of 105.
const file = given(
  'coin.csv',
  'time,open,high,low,close,volume\n2024-01-01,100,100,100,100,10\n2024-01-02,100,106,94,101,10\n2024-01-03,101,101,101,101,10\n',
)
const strategy = given(
  'bracket.ts',
  `import { strategy } from 'gordon/strategy'
export default class Bracket extends strategy() {
  sent = false
  onBar(bar, ctx) {
    if (!this.sent) ctx.buy(bar.instrument, 10, { takeProfit: 105, stopLoss: 95 })
    this.sent = true
  }
}
`,
)
const table = { file, venue: 'X', symbol: 'C', interval: '1d', calendar: '24/7', cash: '1000' }

it('tells both in the document, and the run is the one with stops first', async () => {
  const told = JSON.parse(await backtestCommand([strategy], { ...table, json: true, ambiguity: 'both' }))
  // 10 × (95 − 100) and 10 × (105 − 100) on 1,000.
  expect(told.paths.pessimistic).toMatchObject({
    endEquity: 950,
    ambiguousBars: 1,
    trades: 1,
  })
  expect(told.paths.optimistic).toMatchObject({ endEquity: 1050, ambiguousBars: 1, trades: 1 })
  expect(told.endEquity).toBe(950)
  expect(told.assumptions.ambiguity).toBe('pessimistic')
  const alone = JSON.parse(
    await backtestCommand([strategy], { ...table, json: true, ambiguity: 'optimistic' }),
  )
  expect(alone.digest).toBe(told.paths.optimistic.digest)
  expect(alone.paths).toBeUndefined()
})

it('prints them side by side, and calls them no bound', async () => {
  const told = await backtestCommand([strategy], { ...table, ambiguity: 'both' })
  expect(told).toMatch(/both paths +stops first +targets first\n/)
  expect(told).toMatch(/ambiguous +1 bar +1 bar\n/)
  expect(told).toMatch(/equity +950\.00 +1,050\.00\n/)
  expect(told).toContain('The truth need not lie between the two')
})

it('has a section in the report', async () => {
  const report = join(folder, 'both.html')
  await backtestCommand([strategy], { ...table, ambiguity: 'both', report })
  const page = readFileSync(report, 'utf8')
  expect(page).toContain('Both paths')
  expect(page).toContain('Targets first')
  expect(page).toContain('need not lie between')
  await backtestCommand([strategy], { ...table, report })
  expect(readFileSync(report, 'utf8')).not.toContain('Both paths')
})

it('refuses a path that there is not', async () => {
  await expect(backtestCommand([strategy], { ...table, ambiguity: 'best' })).rejects.toThrow('--ambiguity')
})
