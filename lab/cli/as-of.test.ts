/** The command asked as of a date: what it prints is worked out by hand from the rows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backtestCommand } from './backtest.ts'
import { dataShow, dataSql } from './data.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'as-of-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const store = join(folder, 'store')

const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text.trim().replace(/^ +/gm, '') + '\n')
  return path
}

const DAYS = ['2024-05-01', '2024-05-02', '2024-05-03', '2024-05-06', '2024-05-07', '2024-05-08']
const bars = (name: string, symbol: string, closes: readonly number[], days = DAYS) =>
  ingestCommand(
    file(
      name,
      ['date,open,high,low,close,volume', ...closes.map((p, i) => `${days[i]},${p},${p},${p},${p},100`)].join(
        '\n',
      ),
    ),
    { store, venue: 'XNYS', symbol, dataset: 'raw', interval: '1d' },
  )

beforeAll(async () => {
  await bars('a.csv', 'AAA', [100, 100, 50, 50, 50, 50])
  await bars('b.csv', 'BBB', [10, 10, 10, 10, 10, 10])
  const corrected = file('a2.csv', 'date,open,high,low,close,volume\n2024-05-06,50,55,50,55,100')
  const appended = { store, venue: 'XNYS', symbol: 'AAA', dataset: 'raw', interval: '1d', append: true }
  await ingestCommand(corrected, { ...appended, known: '2024-05-07' })
  await ingestCommand(
    file('actions.csv', 'kind,instrument,date,ratio,amount,known\nsplit,XNYS:AAA,2024-05-03,2,,2024-05-02'),
    { store },
  )
  await ingestCommand(
    file(
      'index.csv',
      `universe,symbol,from,to,known
       index,XNYS:AAA,2024-01-02,,2023-12-20
       index,XNYS:BBB,2024-01-02,,2023-12-20
       index,XNYS:BBB,2024-01-02,2024-05-06,2024-05-03`,
    ),
    { store },
  )
})

const strategy = () =>
  file(
    'buy.ts',
    `import { strategy, type Context } from 'gordon/strategy'
     export default class Buy extends strategy({ name: 'buy', history: 1 }) {
       override onInstant(ctx: Context): void {
         ctx.log(ctx.universe.map(one => one.symbol).join('+'))
         for (const one of ctx.instruments) ctx.buy(one, 1)
       }
     }`,
  )

const run = async (more: object) =>
  JSON.parse(
    await backtestCommand([strategy()], { store, data: ['raw', 'actions', 'index'], json: true, ...more }),
  ) as {
    logs: { text: string }[]
    orders: { instrument: string; reason?: string; submittedAt: string }[]
    to: string
    warnings: { code: string }[]
  }

test('sql and show answer for the date that is asked', async () => {
  const asked = async (query: string, asOf?: string, adjusted?: string) =>
    (
      JSON.parse(await dataSql(query, { store, asOf, adjusted, json: true })) as { rows: object[] }
    ).rows.flatMap(row => Object.values(row) as unknown[])
  const closes = "SELECT close FROM raw WHERE symbol = 'AAA' ORDER BY event_time, receive_time"
  expect(await asked(closes, '2024-05-06')).toEqual([100, 100, 50, 50])
  expect(await asked(closes, '2024-05-07')).toEqual([100, 100, 50, 55, 50])
  expect(await asked(closes)).toEqual([100, 100, 50, 50, 55, 50, 50])
  expect(await asked(closes, '2024-05-02', 'split')).toEqual([100, 100])
  expect(await asked(closes, '2024-05-06', 'split')).toEqual([50, 50, 50, 50])
  const shown = JSON.parse(await dataShow('raw', { store, asOf: '2024-05-06', json: true })) as {
    rows: number
  }
  expect(shown.rows).toBe(8)
  expect(JSON.parse(await dataShow('raw', { store, json: true }))).toMatchObject({ rows: 12 })
  await expect(dataSql('SELECT 1', { store, asOf: 'monday' })).rejects.toThrow(/--as-of is "monday"/)
})

test('a run trades the members of the day, and as of a date ends with it', async () => {
  const whole = await run({})
  const days = whole.logs.map(({ text }) => text)
  // BBB leaves after May 6; the bars of the 7th and 8th know it.
  expect(days).toEqual(['AAA+BBB', 'AAA+BBB', 'AAA+BBB', 'AAA+BBB', 'AAA', 'AAA'])
  const refused = whole.orders.filter(({ reason }) => reason === 'instrumentNotInUniverse')
  expect(refused.map(({ instrument, submittedAt }) => `${instrument} ${submittedAt.slice(0, 10)}`)).toEqual([
    'XNYS:BBB 2024-05-07',
    'XNYS:BBB 2024-05-08',
  ])
  // On May 2 nobody knew that BBB would leave, nor anything of the days after.
  const early = await run({ asOf: '2024-05-02' })
  expect(early.logs).toHaveLength(2)
  expect(early.to.slice(0, 10)).toBe('2024-05-02')
})

test('what cannot be is said', async () => {
  await expect(run({ universe: 'other' })).rejects.toThrow(/no universe other: the data know index/)
  await expect(run({ asOf: '2020-01-01' })).rejects.toThrow(/that was known on 2020-01-01/)
})
