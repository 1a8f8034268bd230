/**
 * Orders of every type on daily bars agree with backtrader 1.9.78.123, run here: fill for fill (order, bar, price,
 * quantity), how every other order ended, and the account's worth at the end; on seeded markets and on the sample's
 * shares. order-plan.ts draws the orders, order_types_backtrader.py gives them to backtrader.
 *
 * Where the two differ, and what these plans therefore leave out:
 *   limits       a touch of the limit fills there; here it must be traded through, unless limitFill is 'touch'
 *   stop-limits  with a limit better than the stop: a bar that rises at its end back to the limit of a sale fills it
 *                there; here what follows the trigger in the same bar is not known. Limits lie beyond their stops
 *   trailing     the stop follows closes there, and the best price of each bar here: the days have one price. A
 *                distance in percent is rounded to a tick here and to nothing there: the ticks are millionths
 *   one bar      that reaches a stop and a target of one group: there the one sent first goes first, whatever the bar
 *                did; here what filled at the open, then the stop. Stops are sent first, and those markets open where
 *                they closed, so that no target is met at an open
 *   brackets     children work from the bar after their parent's there; here, as orders of a bracket, in the bar that
 *                fills it. They are sent from onFill, which is the next bar in both
 *   prices       it adds, multiplies and divides doubles and misses the last digits: compared to nine places; distances
 *                of trailing stops are half a cent off the grid of prices, so that no stop is met exactly
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adoptStore, openBars, openStore } from '../../catalog/index.ts'
import type { BarSeries } from '../../domain/bar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { backtest, memoryBars } from '../../sim/index.ts'
import { share } from '../fixtures.ts'
import { randomSeries } from '../fixtures-random.ts'
import { python } from '../python.ts'
import { Planned, type PlannedOrder, planOf, type PlanTerms } from './order-plan.ts'

const CASH = 100_000_000
const FEE = 0.001

interface Outcome {
  /** Name, row, price, quantity. */
  readonly fills: readonly (readonly [string, number, number, number])[]
  readonly ended: Readonly<Record<string, string>>
  readonly cash: number
  readonly equity: number
}

interface Work {
  readonly title: string
  readonly source: BarSource
  readonly series: BarSeries
  readonly digits: number
  readonly plan: readonly PlannedOrder[]
}

const SEEDS = [1, 2, 3, 4]
const BARS = 600

type Shape = (series: BarSeries) => BarSeries
const asDrawn: Shape = series => series
/** Each bar opens where the last one closed. */
const gapless: Shape = series => {
  const open = series.open.map((price, row) => (row === 0 ? price : series.close[row - 1]))
  return {
    ...series,
    open,
    high: series.high.map((price, row) => Math.max(price, open[row])),
    low: series.low.map((price, row) => Math.min(price, open[row])),
  }
}
/** One price a day. */
const closesAlone: Shape = series => ({
  ...series,
  open: series.close,
  high: series.close,
  low: series.close,
})

const MILLIONTHS = { ticksPerUnit: 1_000_000 }
const GROUPS: Readonly<Record<string, readonly [Shape, PlanTerms['kinds'], Partial<Instrument>?]>> = {
  'market, close and limit orders': [asDrawn, ['market', 'close', 'limit']],
  'stops and stop-limits': [asDrawn, ['stop', 'stopLimit']],
  'orders that cancel each other, and brackets': [gapless, ['oco', 'bracket']],
  'trailing stops': [closesAlone, ['trail'], MILLIONTHS],
  'all of them at once': [gapless, ['market', 'close', 'limit', 'stop', 'stopLimit', 'oco', 'bracket']],
}

function worksOf(name: string): Work[] {
  const [shape, kinds, terms] = GROUPS[name]
  return SEEDS.map(seed => {
    const series = shape(randomSeries(seed, BARS))
    return {
      title: `${name}, seed ${seed}`,
      source: memoryBars([{ instrument: share('A', terms), series }], { interval: '1d' }),
      series,
      digits: 2,
      plan: planOf(series, { seed, kinds, digits: 2 }),
    }
  })
}

async function ours({ source, series, digits, plan }: Work): Promise<Outcome> {
  Planned.plan = plan
  Planned.times = series.receiveTime
  Planned.digits = digits
  const run = await backtest({
    strategy: Planned,
    bars: source,
    cash: CASH,
    leverage: 100,
    limitFill: 'touch',
    fees: `${FEE * 10_000}bps`,
    strict: true,
  })
  const tagOf = (id: number) => run.orders[id - 1].tag!
  return {
    fills: run.fills.map(({ orderId, time, price, quantity }) => [
      tagOf(orderId),
      series.receiveTime.indexOf(time),
      price,
      quantity,
    ]),
    ended: Object.fromEntries(
      run.orders
        .filter(({ state }) => state === 'canceled' || state === 'expired' || state === 'rejected')
        .map(order => [order.tag!, order.state]),
    ),
    cash: run.curve.cash.at(-1)!,
    equity: run.endEquity,
  }
}

const theirs = new Map<Work, Outcome>()
const groups = Object.fromEntries(Object.keys(GROUPS).map(name => [name, worksOf(name)]))

async function ask(works: readonly Work[]): Promise<void> {
  const path = JSON.stringify(fileURLToPath(new URL('order_types_backtrader.py', import.meta.url)))
  const answer = (await python(
    `import runpy; runpy.run_path(${path}, run_name='__main__')`,
    works.map(({ series, digits, plan }) => ({
      bars: {
        open: [...series.open],
        high: [...series.high],
        low: [...series.low],
        close: [...series.close],
      },
      digits,
      fee: FEE,
      cash: CASH,
      plan,
    })),
  )) as { version: string; runs: Outcome[] }
  expect(answer.version).toBe('1.9.78.123')
  works.forEach((work, place) => {
    theirs.set(work, answer.runs[place])
  })
}

beforeAll(() => ask(Object.values(groups).flat()))

const folder = mkdtempSync(join(tmpdir(), 'gordon-agreement-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Shares of the sample, total return: prices have nine places. */
async function sampleWorks(): Promise<Work[]> {
  await adoptStore(fileURLToPath(new URL('../../../data/sample', import.meta.url)), folder)
  const bars = await openBars({ store: await openStore(folder), datasets: ['us-daily/total-return'] })
  return bars.instruments.map((instrument, place) => {
    const series = bars.streams[place].series!
    const plan = planOf(series, {
      seed: place,
      kinds: ['market', 'close', 'limit', 'stop', 'stopLimit'],
      digits: 9,
    })
    const source = memoryBars([{ instrument, series }], { interval: '1d', adjustment: 'total-return' })
    return { title: instrument.symbol, source, series, digits: 9, plan }
  })
}

async function agrees(work: Work): Promise<void> {
  const expected = theirs.get(work)!
  const run = await ours(work)
  // backtrader divides what it multiplied: its prices miss the last digits.
  const sorted = (fills: Outcome['fills']) =>
    fills
      .map(([name, row, price, quantity]) => [name, row, Number(price.toFixed(9)), quantity] as const)
      .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  expect(expected.fills.length).toBeGreaterThan(60)
  expect(sorted(run.fills)).toEqual(sorted(expected.fills))
  expect(run.ended).toEqual(expected.ended)
  expect(run.equity).toBeCloseTo(expected.equity, 5)
}

describe.each(Object.entries(groups))('%s', (_, works) => {
  test.each(works)('$title', agrees)
})

test('all of them on every share of the sample', { timeout: 60_000 }, async () => {
  const works = await sampleWorks()
  await ask(works)
  expect(works.length).toBe(3)
  for (const work of works) await agrees(work)
})
