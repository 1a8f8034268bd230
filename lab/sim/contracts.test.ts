/** Perpetuals, futures and currency pairs in whole runs. Amounts by hand; rules in models/accounts.md. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../core/time.ts'
import type { FundingSeries } from '../domain/market-events.ts'
import { imbalances } from '../testing/books.ts'
import {
  barsOf,
  fillsOf,
  ordersOf,
  type Plan,
  planned,
  play,
  type Settings,
  START,
  share,
} from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'
import { memoryTicks } from './ticks.ts'

/** Rows of `day rate mark`. */
function funding(...rows: readonly (readonly [number, number, number])[]): FundingSeries {
  const column = (place: number) => Float64Array.from(rows, row => row[place])
  const time = column(0).map(day => START + day * DAY)
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    rate: column(1),
    markPrice: column(2),
  }
}

const PERPETUAL = { kind: 'linear', base: 'BTC', currency: 'USDT' } as const

/** A perpetual P in USDT on a margin account. */
function perpetual(
  texts: readonly string[],
  rows: readonly (readonly [number, number, number])[],
  plan: Plan,
  settings: Settings = {},
): Promise<Run> {
  return play({ P: texts }, plan, {
    account: 'margin',
    cash: 1000,
    terms: PERPETUAL,
    ticks: memoryTicks([{ instrument: share('P', PERPETUAL), funding: funding(...rows) }]),
    ...settings,
  })
}

describe('a linear perpetual', () => {
  it('pays fees, profit on what is closed, and funding; what is open counts at its mark', async () => {
    const run = await perpetual(
      ['100', '100', '110', '121'],
      [[3, 0.001, 109]],
      { 1: ({ ctx, of }) => ctx.buy(of.P, 5), 3: ({ ctx, of }) => ctx.sell(of.P, 2) },
      { fees: '10bps' },
    )
    // 5 at 100: fee 0.50. At 110: +50, funding 5 × 109 × 0.001 = 0.545. 2 sold at 121: +42, fee 0.242; 3 open: +63.
    expect([...run.curve.equity]).toEqual([1000, 999.5, 1048.955, 1103.713])
    expect([...run.curve.cash]).toEqual([1000, 999.5, 998.955, 1040.713])
    expect([...run.curve.netExposure]).toEqual([0, 500, 550, 363])
    expect(run.fees).toBeCloseTo(0.742, 12)
    expect(run.cashFlows).toEqual([
      {
        kind: 'funding',
        time: START + 3 * DAY,
        instrument: 'TEST:P',
        currency: 'USDT',
        amount: -0.545,
        quantity: 5,
        price: 109,
        rate: 0.001,
        afterFills: 1,
      },
    ])
    expect(imbalances(run)).toEqual([])
  })

  it('pays funding on what it holds at that time: a fill of the bar that closes then was before it', async () => {
    // Sold short in the bar of day 2, bought back in that of day 4; nothing is held on days 1 and 4.
    const rows = [1, 2, 2.5, 3, 4].map(day => [day, 0.01, Number.NaN] as const)
    const run = await perpetual(['100', '100', '90', '80'], rows, {
      1: ({ ctx, of }) => ctx.sell(of.P, 1),
      // The funding of 2.5 is an instant too.
      4: ({ ctx, of }) => ctx.buy(of.P, 1),
    })
    // Shorts receive, at the last price where no mark is told: 100, 100 and 90 × 0.01.
    expect(run.cashFlows.map(flow => [(flow.time - START) / DAY, flow.amount])).toEqual([
      [2, 1],
      [2.5, 1],
      [3, 0.9],
    ])
    expect(run.endEquity).toBe(1000 + 2.9 + 20)
    expect(imbalances(run)).toEqual([])
  })

  it('tells onPoint of each funding rate after it was paid', async () => {
    const seen: string[] = []
    const source = memoryBars([
      { instrument: share('P', PERPETUAL), series: barsOf(['100', '100', '100', '100']) },
    ])
    await backtest({
      strategy: class extends planned({ 1: ({ ctx, of }) => ctx.buy(of.P, 1) }) {
        // biome-ignore lint/suspicious/noExplicitAny: the base class is any strategy
        override onPoint(point: any, ctx: any): void {
          seen.push(`${point.name} ${point.value} ${ctx.cash}`)
        }
      },
      bars: source,
      ticks: memoryTicks([
        { instrument: share('P', PERPETUAL), funding: funding([2.5, 0.01, 100], [3.5, -0.02, 100]) },
      ]),
      account: 'margin',
      cash: 1000,
    })
    expect(seen).toEqual(['funding 0.01 999', 'funding -0.02 1001'])
  })
})

describe('an inverse perpetual', () => {
  const XBT = { kind: 'inverse', currency: 'USD', settlement: 'BTC', base: 'BTC' } as const

  it('earns in coin: BitMEX’s 15,000 contracts from 750 to 800, and its funding', async () => {
    // 15,000 × (1 / 750 − 1 / 800) = 1.25; 15,000 / 750 × 0.25 % = 0.05. Bound at first: half of 20 XBT.
    const run = await play(
      { X: ['750', '750', '800', '800'] },
      { 1: ({ ctx, of }) => ctx.buy(of.X, 15000), 2: ({ ctx, of }) => ctx.sell(of.X, 15000) },
      {
        account: 'margin',
        cash: 10,
        terms: XBT,
        ticks: memoryTicks([{ instrument: share('X', XBT), funding: funding([2.5, 0.0025, 750]) }]),
      },
    )
    expect(run.currency).toBe('BTC')
    expect([...run.curve.equity]).toEqual([10, 10, 11.2, 11.2])
    expect(run.trades[0]).toMatchObject({ profit: expect.closeTo(1.25, 12), income: -0.05 })
    expect(imbalances(run)).toEqual([])
  })

  it('in an account of dollars is worth its coin at the last price', async () => {
    // 0.5 BTC beside 1,000 USD; 100 contracts of 100 USD short from 20,000 at 25,000: 10,000 × (1 / 25,000 −
    // 1 / 20,000) = −0.1 BTC. Equity 1,000 + 0.4 × 25,000.
    const run = await play(
      { X: ['20000', '20000', '25000'] },
      { 1: ({ ctx, of }) => ctx.sell(of.X, 100) },
      {
        account: 'margin',
        currency: 'USD',
        cash: 1000,
        deposits: { BTC: 0.5 },
        terms: { ...XBT, multiplier: 100 },
      },
    )
    expect(run.startEquity).toBe(11_000)
    expect([...run.curve.equity]).toEqual([11_000, 11_000, 11_000])
    expect([...run.curve.cash]).toEqual([11_000, 11_000, 13_500])
    expect(run.curve.grossExposure[2]).toBeCloseTo(10_000, 9)
    // The trade is a loss of 0.1 BTC of 25,000; the coin beside it rose by 0.5 × 5,000.
    expect(run.openTrades[0].profit).toBeCloseTo(-2500, 9)
  })
})

describe('a future', () => {
  const expiry = START + 3 * DAY
  const FUTURE = {
    kind: 'future',
    multiplier: 50,
    expiry,
    initialMargin: 0.1,
    maintenanceMargin: 0.08,
  } as const

  it('fills in the bar that closes at its expiry, is settled at that close, and trades no more', async () => {
    // Two sold at 4,000, settled at 3,987.25: 2 × 50 × 12.75 = 1,275.
    const run = await play(
      { F: ['4010', '4005', '4000 4001 3980 3987.25', '9999', '9999'] },
      {
        2: ({ ctx, of }) => {
          ctx.sell(of.F, 2)
          ctx.buy(of.F, 1, { limit: 3900 })
        },
        4: ({ ctx, of }) => {
          expect(ctx.position(of.F)).toBe(0)
          ctx.buy(of.F, 1)
        },
      },
      { account: 'margin', cash: 100_000, terms: FUTURE },
    )
    expect(fillsOf(run)).toEqual(['3: sell 2 F at 4000'])
    expect(ordersOf(run)).toEqual([
      '2: filled 2 (3)',
      '2: canceled 0 contractExpired (3)',
      '4: rejected 0 contractExpired',
    ])
    expect(run.why(3)).toContain('It was refused because its contract expired.')
    expect([...run.curve.equity]).toEqual([100_000, 100_000, 101_275, 101_275, 101_275])
    expect(run.cashFlows).toMatchObject([{ kind: 'expiry', amount: 1275, quantity: -2, price: 3987.25 }])
    expect(run.trades).toMatchObject([{ direction: 'short', profit: 1275, exitOrderId: 0 }])
    expect(imbalances(run)).toEqual([])
  })

  it('that expires between bars is settled at the last known price', async () => {
    const run = await play(
      { F: ['4000', '4000', '4020', '4100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.F, 1) },
      { account: 'margin', cash: 100_000, terms: { ...FUTURE, expiry: START + 3 * DAY + 6 * HOUR } },
    )
    expect(run.cashFlows).toMatchObject([
      { kind: 'expiry', time: START + 3 * DAY + 6 * HOUR, amount: 1000, price: 4020 },
    ])
    expect([...run.curve.equity]).toEqual([100_000, 100_000, 101_000, 101_000])
  })

  it('is rolled by its strategy; what the next one costs more is no loss', async () => {
    const front = share('F1', { ...FUTURE, expiry: START + 4 * DAY })
    const next = share('F2', { ...FUTURE, expiry: START + 9 * DAY })
    const run = await backtest({
      strategy: planned({
        1: ({ ctx, of }) => ctx.buy(of.F1, 1),
        3: ({ ctx, of }) => {
          ctx.close(of.F1)
          ctx.buy(of.F2, 1)
        },
      }),
      bars: memoryBars([
        { instrument: front, series: barsOf(['100', '100', '104', '105']) },
        { instrument: next, series: barsOf(['110', '110', '114', '115', '116']) },
      ]),
      account: 'margin',
      cash: 10_000,
      fees: '2/order',
      strict: true,
    })
    // Bought at 100, sold at 105: 5 × 50 = 250. The next from 115 to 116: 50. Three fees of 2.
    expect(run.fills.map(fill => `${fill.side} ${fill.instrument} ${fill.price}`)).toEqual([
      'buy TEST:F1 100',
      'sell TEST:F1 105',
      'buy TEST:F2 115',
    ])
    expect([...run.curve.equity]).toEqual([10_000, 9998, 10_198, 10_244, 10_294])
    expect(run.trades[0].profit).toBe(246)
    expect(run.openTrades[0].profit).toBe(48)
    expect(imbalances(run)).toEqual([])
  })
})

describe('a currency pair', () => {
  it('in an account of its quote currency earns the difference; nothing changes hands', async () => {
    // 1,000 EUR from 1.10 to 1.12 USD: 20 USD.
    const run = await play(
      { EURUSD: ['1.10', '1.10', '1.12'] },
      { 1: ({ ctx, of }) => ctx.buy(of.EURUSD, 1000), 2: ({ ctx, of }) => ctx.sell(of.EURUSD, 1000) },
      { account: 'margin', cash: 1000, terms: { kind: 'fx', base: 'EUR', ticksPerUnit: 100_000 } },
    )
    expect([...run.curve.equity]).toEqual([1000, 1000, 1020])
    expect([...run.curve.cash]).toEqual([1000, 1000, 1020])
    expect(imbalances(run)).toEqual([])
  })

  it('in another is turned into the account’s currency at the last rate when it is realised', async () => {
    // 1,000 USDJPY from 150 to 152 earn 2,000 JPY, at the last known 151: 13.245033113 USD.
    const run = await play(
      { USDJPY: ['150', '150 151 150 151', '152'] },
      { 1: ({ ctx, of }) => ctx.buy(of.USDJPY, 1000), 2: ({ ctx, of }) => ctx.sell(of.USDJPY, 1000) },
      {
        account: 'margin',
        cash: 1000,
        currency: 'USD',
        terms: { kind: 'fx', base: 'USD', currency: 'JPY', ticksPerUnit: 1000 },
      },
    )
    expect(run.curve.cash[2]).toBe(1013.245033113)
    expect(run.curve.equity[2]).toBe(1013.245033113)
    // Open at 151: 1,000 JPY = 6.6225… USD.
    expect(run.curve.equity[1]).toBeCloseTo(1000 + 1000 / 151, 9)
    expect(run.trades[0].profit).toBeCloseTo(2000 / 151, 9)
  })
})
