/** `gordon backtest a.ts b.ts`: several files in one run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { backtestCommand } from './backtest.ts'
import { backtest, load } from './notebook/notebook-backtest.ts'
import { fileBars } from './notebook/notebook-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'strategies-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function given(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const file = given(
  'coin.csv',
  'time,open,high,low,close,volume\n2024-01-01,10,10,10,10,9\n2024-01-02,10,10,10,10,9\n2024-01-03,20,20,20,20,9\n',
)
const buyer = (name: string) =>
  given(
    `${name.toLowerCase()}.ts`,
    `import { integer, strategy } from 'gordon/strategy'
export default class ${name} extends strategy({ params: { units: integer({ default: 1, min: 1 }) } }) {
  onBar(bar, ctx) {
    if (ctx.position(bar.instrument) === 0) ctx.buy(bar.instrument, this.params.units)
  }
}
`,
  )
const few = buyer('Few')
const many = buyer('Many')
const table = { venue: 'X', symbol: 'C', interval: '1d', calendar: '24/7' }
const options = { ...table, file, cash: '1000' }
const params = '[{"units":3},{"units":20}]'

it('gives each its parameters and its share, and tells what became of it', async () => {
  const text = await backtestCommand([few, many], { ...options, params, shares: '0.25,0.75', json: true })
  const told = JSON.parse(text)
  // Bought at 10 and worth 20: 3 and 20 units.
  expect(told).toMatchObject({
    strategy: 'Few + Many',
    startEquity: 1000,
    endEquity: 1230,
    params: { 'Few.units': 3, 'Many.units': 20 },
    members: [
      { name: 'Few', strategyFile: few, share: 0.25, startEquity: 250, endEquity: 280, params: { units: 3 } },
      { name: 'Many', strategyFile: many, share: 0.75, startEquity: 750, endEquity: 950 },
    ],
    fills: [
      { strategy: 'Few', quantity: 3 },
      { strategy: 'Many', quantity: 20 },
    ],
  })
  const summary = await backtestCommand([few, many], { ...options, params })
  expect(summary).toContain('Few + Many\n')
  expect(summary).toContain(
    '  Few           50.00 % of the money: 500.00 → 530.00 (6.00 %), fees 0.00, 0 trades  {"units":3}',
  )
})

it('is the run of a notebook', async () => {
  const { digest } = JSON.parse(await backtestCommand([few, many], { ...options, params, json: true }))
  const bars = await fileBars(file, table)
  const run = await backtest({
    bars,
    strategies: [
      { strategy: await load(few), params: { units: 3 } },
      { strategy: many, params: { units: 20 } },
    ],
    cash: 1000,
  })
  expect(run.digest).toBe(digest)
  expect([...run.members].map(row => [row.name, row.return])).toEqual([
    ['Few', expect.closeTo(0.06, 12)],
    ['Many', expect.closeTo(0.4, 12)],
  ])
  expect([...run.fills].map(row => row.strategy)).toEqual(['Few', 'Many'])
  await expect(backtest({ bars })).rejects.toThrow(
    'Give backtest either strategy, or strategies: [{ strategy, share }, …] for several that trade together.',
  )
  await expect(backtest({ bars, strategies: [{ strategy: few }], params: {} })).rejects.toThrow(
    'With strategies, params are given to each of them',
  )
})

it.each([
  [{ shares: '0.5' }, '--shares has 1 part for 2 strategies; give one for each, such as 0.5,0.5.'],
  [{ shares: '0.5,x' }, '--shares is "x"; give a number.'],
  [{ shares: '0.5,0.6' }, 'The shares 0.5, 0.6 of the money add up to 1.1; they must add up to 1.'],
  [
    { params: '{"units":3}' },
    `--params of 2 strategies is a list of 2 objects, in their order, such as '[{},{}]', not {"units":3}.`,
  ],
  [{ params: '[{}]' }, '--params of 2 strategies is a list of 2 objects'],
  [{ params: '[{},3]' }, '--params must be an object such as'],
])('refuses %o', async (flags, sentence) => {
  await expect(backtestCommand([few, many], { ...options, ...flags })).rejects.toThrow(sentence)
})
