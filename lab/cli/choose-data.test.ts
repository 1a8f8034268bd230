/** `gordon backtest --data`: bars, ticks, terms and actions of one store in one run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ingestSource, placeOf, type SourceAdapter, type SourceBatch } from '../catalog/index.ts'
import { DAY, HOUR } from '../core/time.ts'
import { backtestCommand, type BacktestOptions } from './backtest.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'choose-data-'))
const store = join(folder, 'store')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function given(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const BEGIN = Date.parse('2024-01-01T00:00:00Z') * 1000

/** Ingests what an adapter of the test hands over. */
async function put(id: string, batch: SourceBatch): Promise<void> {
  const adapter: SourceAdapter = {
    name: id,
    kinds: [batch.kind],
    about: '',
    guess: () => ({ confidence: 0, because: '' }),
    async *read() {
      yield batch
    },
  }
  await ingestSource({ store, dataset: id, place: await placeOf(given(`${id}.txt`, id)), adapter })
}

beforeAll(async () => {
  // A trade a second, the price a unit up each time.
  const trades = [1, 2, 3, 4, 5, 6].map(k => `2024-01-01T00:00:0${k}Z,${100 + k},5,buy\n`).join('')
  await ingestCommand(given('trades.csv', `time,price,size,side\n${trades}`), {
    ...{
      store,
      dataset: 'coin-trades',
      venue: 'X',
      symbol: 'C',
      calendar: '24/7',
      tick: '0.01',
      lot: '0.01',
    },
  })
  const bars = (times: readonly string[]) =>
    `time,open,high,low,close,volume\n${times.map((time, k) => `${time},${100 + k},${100 + k},${100 + k},${100 + k},9\n`).join('')}`
  const table = { store, venue: 'X', symbol: 'C', calendar: '24/7', tick: '0.01', lot: '0.01', stamp: 'open' }
  const hours = ['00', '01', '02', '03'].map(hour => `2024-01-01T${hour}:00:00Z`)
  await ingestCommand(given('hours.csv', bars(hours)), { ...table, dataset: 'coin-hours', interval: '1h' })
  await ingestCommand(given('days.csv', bars(['2023-12-31T00:00:00Z', '2024-01-01T00:00:00Z'])), {
    ...{ ...table, dataset: 'coin-days', interval: '1d' },
  })
  await put('terms', {
    kind: 'instruments',
    rows: [
      {
        instrument: {
          ...{
            venue: 'X',
            symbol: 'C',
            ticksPerUnit: 100,
            lotsPerUnit: 100,
            currency: 'USD',
            calendar: '24/7',
          },
          ...{ kind: 'linear', multiplier: 10 },
        },
        validFrom: Number.NEGATIVE_INFINITY,
        validTo: Number.POSITIVE_INFINITY,
        receiveTime: Number.NEGATIVE_INFINITY,
      },
    ],
  } as SourceBatch)
  await put('happened', {
    kind: 'actions',
    rows: [
      {
        action: {
          kind: 'dividend',
          instrument: 'X:C',
          time: BEGIN + 3 * HOUR,
          payTime: BEGIN + 3 * HOUR,
          amount: 2,
        },
        receiveTime: BEGIN - DAY,
      },
    ],
  } as SourceBatch)
})

const run = async (name: string, body: string, options: BacktestOptions) =>
  JSON.parse(
    await backtestCommand(
      [
        given(
          `${name}.ts`,
          `import { strategy } from 'gordon/strategy'
export default class Once extends strategy({ history: 1 }) {
  sent = false
  ${body}
  once(ctx) { if (!this.sent) ctx.buy(ctx.instruments[0], 2); this.sent = true }
}
`,
        ),
      ],
      { store, json: true, ...options },
    ),
  )

it('runs on trades, with latency', async () => {
  const told = await run('trades', 'onTrade(trade, ctx) { this.once(ctx) }', {
    data: ['coin-trades'],
    latency: '1500ms',
  })
  // Sent at second 1, there at 2.5, filled by the trade of second 3, known 1.5 later.
  expect(told.fills).toMatchObject([{ price: 103, quantity: 2, time: '2024-01-01T00:00:04.500000Z' }])
  expect(told.datasets).toMatchObject([{ id: 'coin-trades' }])
})

it('shows bars of two intervals, and fills on the finer', async () => {
  const told = await run(
    'intervals',
    "onBar(bar, ctx) { if (ctx.history(bar.instrument, 1, '1d') !== undefined) this.once(ctx) }",
    { data: ['coin-days', 'coin-hours'] },
  )
  // The day of 31 December is known at midnight, where the first hour opens at 100.
  expect(told.fills).toMatchObject([{ price: 100, quantity: 2 }])
  expect(told.datasets.map((set: { interval: string }) => set.interval).sort()).toEqual(['1d', '1h'])
})

it('takes terms of instruments and what happens to them from the store', async () => {
  const act = 'onBar(bar, ctx) { this.once(ctx) }'
  const share = await run('share', act, { data: ['coin-hours', 'happened'] })
  // Bought at 101 of 02:00, 2 units; 2 each at 03:00; worth 103.
  expect(share.cashFlows).toMatchObject([
    { kind: 'entitlement', amount: 4 },
    { kind: 'dividend', amount: 4 },
  ])
  expect(share.endEquity).toBe(100_000 + 2 * (103 - 101) + 4)
  const contract = await run('contract', act, { data: ['coin-hours', 'terms'], account: 'margin' })
  // Ten units a contract.
  expect(contract.instruments).toMatchObject([{ kind: 'linear', multiplier: 10 }])
  expect(contract.endEquity).toBe(100_000 + 2 * 10 * (103 - 101))
})

it.each([
  [
    { data: ['terms'] },
    'There are no prices in terms; name a dataset of bars, trades, quotes or a book with --data too.',
  ],
  [
    { data: ['coin-hours', 'happened'], actions: 'more.csv' },
    'Actions are in happened and in more.csv; choose the dataset or --actions.',
  ],
  [{ data: ['nowhere', 'coin-trades'] }, 'nowhere'],
  [{ data: ['coin-trades'], queue: 'longest' }, 'Queue "longest" is not understood'],
])('refuses %o', async (options, sentence) => {
  given('more.csv', 'kind,instrument,date,ratio\n')
  const actions = 'actions' in options ? { actions: join(folder, 'more.csv') } : {}
  await expect(run('any', 'onBar(bar, ctx) {}', { ...options, ...actions })).rejects.toThrow(
    sentence.replace('more.csv', join(folder, 'more.csv')),
  )
})
