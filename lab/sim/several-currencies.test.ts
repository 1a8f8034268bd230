/** Accounts of several currencies in whole runs. Amounts by hand; rules in models/accounts.md. */
import { describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import { turnover } from '../analytics/turnover.ts'
import {
  barsOf,
  fillsOf,
  type Moment,
  ordersOf,
  type Plan,
  planned,
  START,
  share,
} from '../testing/fixtures.ts'
import { type BacktestRequest, backtest } from './backtest.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'

const EURUSD = share('EURUSD', { kind: 'fx', base: 'EUR', ticksPerUnit: 100_000 })
const SAP = share('SAP', { currency: 'EUR' })

/** A share in euros and the pair that tells what a euro is worth, in an account of dollars. */
function two(
  shares: readonly string[],
  pair: readonly string[],
  plan: Plan,
  settings: Partial<BacktestRequest> = {},
): Promise<Run> {
  return backtest({
    strategy: planned(plan),
    bars: memoryBars(
      [
        { instrument: SAP, series: barsOf(shares) },
        { instrument: EURUSD, series: barsOf(pair) },
      ],
      { interval: '1d' },
    ),
    currency: 'USD',
    account: 'margin',
    cash: 10_000,
    strict: true,
    ...settings,
  })
}

describe('a share in another currency than the account’s', () => {
  it('is paid for in its own, on credit where there is none; equity follows the pair', async () => {
    const run = await two(
      ['100', '100', '110', '120'],
      ['1.10', '1.10', '1.20', '1.25'],
      { 1: ({ ctx, of }) => ctx.buy(of.SAP, 50), 3: ({ ctx, of }) => ctx.sell(of.SAP, 20) },
      { fees: '10bps' },
    )
    // Day 2: −5,000 EUR and a fee of 5 EUR; 50 × 100 EUR beside. At 1.10: 10,000 − 5.5.
    // Day 3: −5,005 + 5,500 EUR at 1.20. Day 4: 20 sold at 120, fee 2.4 EUR: −2,607.4 + 3,600 EUR at 1.25.
    expect([...run.curve.equity]).toEqual([10_000, 9994.5, 10_594, 11_240.75])
    expect([...run.curve.cash]).toEqual([10_000, 4494.5, 3994, 6740.75])
    expect([...run.curve.grossExposure]).toEqual([0, 5500, 6600, 4500])
    // Fees at the rates of their fills, the last ones known when they came: 5 × 1.10 + 2.4 × 1.20.
    expect(run.fees).toBeCloseTo(8.38, 12)
    expect(run.fills.map(fill => [fill.fee, fill.accountRate, fill.value])).toEqual([
      [5, 1.1, expect.closeTo(5500, 9)],
      [2.4, 1.2, expect.closeTo(2880, 9)],
    ])
    expect(turnover({ fills: run.fills, meanEquity: 10_000, years: 2 })).toBeCloseTo(0.419, 12)
  })

  it('shows its strategy the money of each currency', async () => {
    const seen: number[] = []
    const look: Plan[number] = ({ ctx }) => seen.push(ctx.balance('USD'), ctx.balance('EUR'))
    const plan = { 1: ({ ctx, of }: Moment) => ctx.buy(of.SAP, 50), 2: look }
    const run = two(['100', '100', '110'], ['1.10', '1.10', '1.20'], plan, { fees: '10bps' })
    expect((await run).fills.length).toBe(1)
    // 50 × 100 EUR and a fee of 5 EUR.
    expect(seen).toEqual([10_000, -5005])
    await expect(two(['100'], ['1.10'], { 1: ({ ctx }) => ctx.balance('GBP') })).rejects.toThrow(
      "balance('GBP') asks for money that the account does not keep; it keeps USD, EUR.",
    )
  })

  it('binds margin in the account’s currency', async () => {
    // 10,000 USD back 20,000 USD: 181 at 110 USD, not 182.
    const run = await two(['100', '100'], ['1.10', '1.10'], {
      1: ({ ctx, of }) => {
        ctx.buy(of.SAP, 182)
        ctx.buy(of.SAP, 181)
      },
    })
    expect(ordersOf(run)).toEqual(['1: rejected 0 buyingPower', '1: filled 181 (2)'])
  })

  it('in a cash account is bought from the balance of its currency alone', async () => {
    const run = await two(
      ['100', '100'],
      ['1.10', '1.10'],
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.SAP, 6)
          ctx.buy(of.SAP, 5)
        },
      },
      {
        account: 'cash',
        deposits: { EUR: 500 },
        bars: memoryBars([
          { instrument: SAP, series: barsOf(['100', '100']) },
          { instrument: { ...EURUSD, kind: 'spot' }, series: barsOf(['1.10', '1.10']) },
        ]),
      },
    )
    expect(run.startEquity).toBe(10_550)
    expect(ordersOf(run)).toEqual(['1: rejected 0 insufficientCash', '1: filled 5 (2)'])
    expect([...run.curve.equity]).toEqual([10_550, 10_550])
  })

  it('is weighed in the account’s currency: targets, limits of weight and of one order', async () => {
    // Half of 10,000 USD at 110 USD: 45. A weight of 0.5 is 45, an order of 2,000 USD 18.
    const run = await two(['100', '100', '100'], ['1.10', '1.10', '1.10'], {
      1: ({ ctx, of }) => ctx.targetWeights(new Map([[of.SAP, 0.5]])),
    })
    expect(fillsOf(run)).toEqual(['2: buy 45 SAP at 100'])
    const weighed = await two(
      ['100', '100'],
      ['1.10', '1.10'],
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.SAP, 46)
          ctx.buy(of.SAP, 45)
        },
      },
      { maxPositionWeight: 0.5 },
    )
    expect(ordersOf(weighed)).toEqual(['1: rejected 0 positionLimit', '1: filled 45 (2)'])
    const bounded = await two(
      ['100', '100'],
      ['1.10', '1.10'],
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.SAP, 19)
          ctx.buy(of.SAP, 18)
        },
      },
      { maxOrderValue: 2000 },
    )
    expect(ordersOf(bounded)).toEqual(['1: rejected 0 tooLarge', '1: filled 18 (2)'])
  })
})

describe('rates', () => {
  it('that are set hold for the whole run', async () => {
    const run = await backtest({
      strategy: planned({ 1: ({ ctx, of }) => ctx.buy(of.BTCUSDT, 0.05) }),
      bars: memoryBars([
        {
          instrument: share('BTCUSDT', { currency: 'USDT', base: 'BTC', lotsPerUnit: 1e8 }),
          series: barsOf(['10000', '10000', '12000']),
        },
      ]),
      currency: 'USD',
      cash: 100,
      deposits: { USDT: 1000 },
      rates: { USDT: 0.999 },
      strict: true,
    })
    // 100 + 1,000 × 0.999; 500 USDT and 0.05 BTC: 100 + (500 + 600) × 0.999.
    expect(run.startEquity).toBe(1099)
    expect([...run.curve.equity]).toEqual([1099, 1099, 1198.9])
    expect(run.currency).toBe('USD')
  })

  it('that nothing tells yet when decisions begin refuse the run, and say how to mend it', async () => {
    const late = (from?: number) =>
      two(['100', '100', '100'], ['-', '1.10', '1.10'], {}, { deposits: { EUR: 10 }, from })
    await expect(late()).rejects.toThrow(
      'Nothing has told yet what EUR is worth in USD when decisions begin; begin after the first price of the pair, or set rates: { EUR: … }, --rate EUR=… on the command line.',
    )
    // 10,000 USD and 10 EUR at 1.10
    expect((await late(START + 2 * DAY)).startEquity).toBe(10_011)
  })

  it('of a currency that nobody holds may come later', async () => {
    const run = await two(['100', '100', '100'], ['-', '1.10', '1.10'], {
      1: ({ ctx, of }) => ctx.buy(of.SAP, 1),
      2: ({ ctx, of }) => ctx.buy(of.SAP, 1),
    })
    // Before the pair has a price nobody knows what the order would bind.
    expect(ordersOf(run)).toEqual(['1: rejected 0 buyingPower', '2: filled 1 (3)'])
    expect(run.startEquity).toBe(10_000)
  })

  it('that no pair and no setting tells refuse the run before it begins', async () => {
    const alone = { bars: memoryBars([{ instrument: SAP, series: barsOf(['100']) }]) }
    await expect(two([], [], {}, alone)).rejects.toThrow(
      'The run has no pair that tells what EUR is worth in USD; add one (an instrument with base) or set its rate: rates: { EUR: … }, --rate EUR=… on the command line.',
    )
    await expect(two([], [], {}, { ...alone, rates: { EUR: 0 } })).rejects.toMatchObject({
      code: 'RATE_INVALID',
    })
  })

  it('decide the start: opening money is worth what the first instant’s prices say', async () => {
    const run = await two(['100', '100'], ['1.10', '1.20'], {}, { deposits: { EUR: 1000, USD: 5 } })
    expect(run.startEquity).toBe(10_000 + 5 + 1100)
    expect([...run.curve.equity]).toEqual([11_105, 11_205])
  })
})

describe('opening money', () => {
  it('in the account’s own currency adds to its cash', async () => {
    const run = await backtest({
      strategy: planned({}),
      bars: memoryBars([{ instrument: share('A'), series: barsOf(['1', '1']) }]),
      cash: 100,
      deposits: { USD: 50 },
    })
    expect(run.startEquity).toBe(150)
    expect([...run.curve.equity]).toEqual([150, 150])
    expect([...run.curve.cash]).toEqual([150, 150])
  })
})

describe('several venues', () => {
  it('quote the same symbol: handles, orders and sums go by venue and symbol', async () => {
    const at = (venue: string) => share('BTC', { venue, currency: 'USD' })
    const texts = { Z: ['10', '10', '20'], A: ['11', '11', '12'] }
    const run = (venues: readonly ('A' | 'Z')[]) =>
      backtest({
        strategy: planned({
          1: ({ ctx }) => {
            ctx.buy(ctx.instrument('A:BTC'), 1)
            ctx.sell(ctx.instrument('Z:BTC'), 1)
          },
        }),
        bars: venues.map(venue =>
          memoryBars([{ instrument: at(venue), series: barsOf(texts[venue]) }], { interval: '1d' }),
        ),
        account: 'margin',
        cash: 1000,
      })
    const [one, other] = [await run(['A', 'Z']), await run(['Z', 'A'])]
    expect(one.fills.map(fill => `${fill.side} ${fill.instrument} ${fill.price}`)).toEqual([
      'buy A:BTC 11',
      'sell Z:BTC 10',
    ])
    // +1 and −10
    expect([...one.curve.equity]).toEqual([1000, 1000, 991])
    expect(one.digest).toBe(other.digest)
  })
})
