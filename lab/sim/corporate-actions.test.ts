/**
 * Splits, dividends, new names and delistings in whole runs. Amounts by hand; rules in models/accounts.md. A daily
 * bar k covers the day that ends at START + k days; actions fall into the days, or on their midnights.
 */
import { describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { imbalances } from '../testing/books.ts'
import {
  barsOf,
  dayOf,
  fillsOf,
  market,
  ordersOf,
  type Plan,
  planned,
  play,
  START,
  share,
} from '../testing/fixtures.ts'
import type { Context } from '../strategy/context.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

const at = (day: number) => START + day * DAY
const split = (day: number, ratio: number, instrument = 'A'): CorporateAction => ({
  kind: 'split',
  instrument,
  time: at(day),
  ratio,
})
const dividend = (day: number, pay: number, amount: number, currency?: string): CorporateAction => ({
  kind: 'dividend',
  instrument: 'A',
  time: at(day),
  payTime: at(pay),
  amount,
  currency,
})

describe('a split', () => {
  it('changes the holding and the mark, and pays what is no whole lot in cash', async () => {
    // 25 at 4.20, one for ten: 2 shares at 42 and 0.5 × 42 = 21 in cash. Then 44.
    const run = await play(
      { A: ['4.20', '4.20', '42 45 42 44'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 25) },
      { cash: 1000, actions: [split(2.5, 0.1)] },
    )
    expect([...run.curve.equity]).toEqual([1000, 1000, 895 + 21 + 88])
    expect([...run.curve.cash]).toEqual([1000, 895, 916])
    expect(run.cashFlows).toMatchObject([
      { kind: 'split', time: at(2.5), amount: 21, quantity: 25, rate: 0.1, price: 42 },
    ])
    // Cash in lieu closes 5 of the old 25 shares; 2 new ones from 42 stay.
    expect(run.openTrades).toMatchObject([{ quantity: 2, entryPrice: 42, profit: 4 }])
    expect(imbalances(run)).toEqual([])
  })

  it('of a short is paid by the short', async () => {
    const run = await play(
      { A: ['4.20', '4.20', '42'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 25) },
      { cash: 1000, account: 'margin', actions: [split(2.5, 0.1)] },
    )
    expect([...run.curve.equity]).toEqual([1000, 1000, 1000])
    expect([...run.curve.cash]).toEqual([1000, 1105, 1084])
    expect(imbalances(run)).toEqual([])
  })

  it('at the time of a bar’s close comes after that bar, whose prices are of old shares', async () => {
    // Bought 10 in the bar that closes with the split: 20 at 50 after it.
    const run = await play(
      { A: ['100', '100', '50', '55'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          expect(ctx.position(of.A)).toBe(20)
          expect(ctx.price(of.A)).toBe(50)
        },
      },
      { cash: 1000, actions: [split(2, 2)] },
    )
    expect([...run.curve.equity]).toEqual([1000, 1000, 1000, 1100])
  })

  it('cancels what works: its price means another thing now', async () => {
    const run = await play(
      { A: ['100', '100', '50', '50'], B: ['10', '10', '10', '10'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 90 })
          ctx.buy(of.B, 1, { limit: 9 })
          ctx.buy(of.A, 1)
        },
        3: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 51 }),
      },
      { actions: [split(2.5, 2)] },
    )
    expect(ordersOf(run)).toEqual([
      '1: canceled 0 split (2.5)',
      '1: accepted 0',
      '1: filled 1 (2)',
      '3: filled 1 (4)',
    ])
    expect(run.why(1)).toContain('because its instrument was split, and the venue cancels orders then.')
  })

  it('is told to onAction when it has happened, before the next bar', async () => {
    const told: string[] = []
    class Told extends planned({ 1: ({ ctx, of }) => ctx.buy(of.A, 10) }) {
      override onAction(action: CorporateAction, ctx: Context): void {
        told.push(
          `${action.kind} ${dayOf(ctx.now)} ${ctx.position(ctx.instruments[0])} ${ctx.price(ctx.instruments[0])}`,
        )
        ctx.sell(ctx.instruments[0], 20)
      }
    }
    const run = await backtest({
      strategy: Told,
      bars: market({ A: ['100', '100', '50', '55 55 55 55', '60'] }),
      actions: [split(0.5, 3), split(3, 2), split(9, 7)],
      cash: 1000,
      strict: true,
    })
    // Of the one before the first bar there was nobody to tell; the last never came.
    expect(told).toEqual(['split 3 20 25'])
    expect(fillsOf(run)).toEqual(['2: buy 10 A at 100', '4: sell 20 A at 55'])
  })
})

describe('a dividend', () => {
  it('is owed from its ex time, counts in equity at once, and is cash when it is paid', async () => {
    // 100 at 50; ex 0.50, the price falls by it; paid two days later.
    const run = await play(
      { A: ['50', '50', '49.50', '49.50', '49.50'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 100) },
      { cash: 10_000, actions: [dividend(2.5, 4.5, 0.5)] },
    )
    expect([...run.curve.equity]).toEqual([10_000, 10_000, 10_000, 10_000, 10_000])
    // Money tells what is owed too; cash to spend, `ctx.cash`, comes with the payment.
    expect([...run.curve.cash]).toEqual([10_000, 5000, 5050, 5050, 5050])
    expect(run.cashFlows.map(flow => [flow.kind, dayOf(flow.time), flow.amount])).toEqual([
      ['entitlement', 2.5, 50],
      ['dividend', 4.5, 50],
    ])
    expect(run.openTrades).toMatchObject([{ profit: -50, income: 50 }])
    expect(imbalances(run)).toEqual([])
  })

  it('belongs to who held before, also when sold before it is paid; who buys later has none', async () => {
    const cash: number[] = []
    const run = await play(
      { A: ['50', '50', '49.50', '49.50', '49.50'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 100),
        2: ({ ctx, of }) => ctx.sell(of.A, 100),
        3: ({ ctx, of }) => ctx.buy(of.A, 10),
        4: ({ ctx }) => cash.push(ctx.cash),
        5: ({ ctx }) => cash.push(ctx.cash),
      },
      { cash: 10_000, actions: [dividend(2.5, 4.5, 0.5)] },
    )
    // 10,000 − 50 − 495, then 50 more
    expect(cash).toEqual([9455, 9505])
    expect(run.endEquity).toBe(10_000)
    expect(run.trades[0]).toMatchObject({ profit: -50, income: 50 })
    expect(imbalances(run)).toEqual([])
  })

  it('is paid by shorts', async () => {
    const run = await play(
      { A: ['50', '50', '49.50', '49.50'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 100) },
      { cash: 10_000, account: 'margin', actions: [dividend(2.5, 3, 0.5)] },
    )
    expect([...run.curve.equity]).toEqual([10_000, 10_000, 10_000, 10_000])
    expect([...run.curve.cash]).toEqual([10_000, 15_000, 14_950, 14_950])
    expect(imbalances(run)).toEqual([])
  })

  it('that is paid after the run’s end still counts', async () => {
    const run = await play(
      { A: ['50', '50', '49.50'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 100) },
      { cash: 10_000, actions: [dividend(2.5, 9, 0.5)] },
    )
    expect(run.endEquity).toBe(10_000)
    expect(run.cashFlows.map(flow => flow.kind)).toEqual(['entitlement'])
  })

  it('may come in another currency, whose rate is known', async () => {
    const run = await play(
      { A: ['50', '50', '50', '50'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 100) },
      {
        cash: 10_000,
        currency: 'USD',
        deposits: { EUR: 0 },
        rates: { EUR: 1.2 },
        actions: [dividend(2.5, 3, 0.5, 'EUR')],
      },
    )
    expect([...run.curve.equity]).toEqual([10_000, 10_000, 10_060, 10_060])
  })
})

describe('a new name', () => {
  it('that the run has as another instrument takes the position at its cost; the old one trades no more', async () => {
    const run = await backtest({
      strategy: planned({
        1: ({ ctx, of }) => ctx.buy(of.FB, 10),
        2: ({ ctx, of }) => ctx.buy(of.FB, 10, { limit: 90 }),
        3: ({ ctx, of }) => {
          expect([ctx.position(of.FB), ctx.position(of.META)]).toEqual([0, 10])
          ctx.buy(of.FB, 1)
          ctx.close(of.META)
        },
      }),
      bars: memoryBars(
        [
          { instrument: share('FB'), series: barsOf(['100', '100', '-', '-']) },
          { instrument: share('META'), series: barsOf(['-', '-', '103', '110']) },
        ],
        { interval: '1d' },
      ),
      actions: [{ kind: 'symbolChange', instrument: 'FB', time: at(2.5), to: 'META' }],
      cash: 2000,
      strict: true,
    })
    expect(ordersOf(run)).toEqual([
      '1: filled 10 (2)',
      '2: canceled 0 delisted (2.5)',
      '3: rejected 0 delisted',
      '3: filled 10 (4)',
    ])
    expect([...run.curve.equity]).toEqual([2000, 2000, 2030, 2100])
    expect(run.trades).toMatchObject([
      { instrument: 'TEST:META', entryPrice: 100, exitPrice: 110, profit: 100 },
    ])
    expect(imbalances(run)).toEqual([])
  })

  it('that the run does not have goes on under the old one', async () => {
    const run = await play(
      { A: ['100', '100', '100', '110'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1), 3: ({ ctx, of }) => ctx.sell(of.A, 1) },
      { actions: [{ kind: 'symbolChange', instrument: 'A', time: at(2.5), to: 'B' }] },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 100', '4: sell 1 A at 110'])
  })
})

describe('a delisting', () => {
  const delisted = (price?: number) =>
    play(
      { A: ['100', '100', '80', '-', '99'], B: ['1', '1', '1', '1', '1'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 5),
        2: ({ ctx, of }) => ctx.sell(of.A, 5, { limit: 120 }),
        4: ({ ctx, of }) => ctx.buy(of.A, 1),
      },
      { cash: 1000, actions: [{ kind: 'delisting', instrument: 'A', time: at(3.5), price }] },
    )

  it('pays the price that is told', async () => {
    const run = await delisted(0)
    expect([...run.curve.equity]).toEqual([1000, 1000, 900, 500, 500])
    expect(run.trades).toMatchObject([{ exitPrice: 0, profit: -500, exitOrderId: 0 }])
    expect(run.openTrades).toEqual([])
    expect(imbalances(run)).toEqual([])
  })

  it('else the last known one; what works is cancelled and nothing more is traded', async () => {
    const run = await delisted()
    expect([...run.curve.equity]).toEqual([1000, 1000, 900, 900, 900])
    expect(ordersOf(run)).toEqual([
      '1: filled 5 (2)',
      '2: canceled 0 delisted (3.5)',
      '4: rejected 0 delisted',
    ])
    expect(imbalances(run)).toEqual([])
  })
})

describe('actions that cannot be are refused before the run begins', () => {
  const refused = async (action: object, terms = {}, more = {}) => {
    const error = await play({ A: ['100'] }, {} as Plan, {
      actions: [action as CorporateAction],
      account: 'margin',
      terms,
      ...more,
    }).catch(thrown => thrown)
    return `${error.code}: ${error.message}`
  }

  it('each with its sentence', async () => {
    expect(await refused(split(9, 0))).toBe(
      'INVALID_SPLIT: The split of TEST:A on 2024-01-10 has ratio 0; it must be new shares per old one, above zero.',
    )
    for (const ratio of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await refused(split(9, ratio))).toMatch(/^INVALID_SPLIT: /)
    expect(await refused(split(9, 2, 'B'))).toBe(
      'ACTION_INSTRUMENT: A split of 2024-01-10 is for B, and the run has TEST:A; leave it out or add the instrument.',
    )
    expect(await refused(dividend(9, 9, -1))).toBe(
      'INVALID_DIVIDEND: The dividend of TEST:A on 2024-01-10 is -1 a share; it must be zero or more.',
    )
    expect(await refused(dividend(9, 8, 1))).toBe(
      'ACTION_TIME: The dividend of TEST:A on 2024-01-10 is paid on 2024-01-09T00:00:00Z; it is paid at its ex time or later.',
    )
    expect(await refused(dividend(9, 9, 1, 'EUR'))).toBe(
      'CURRENCY_UNKNOWN: The dividend of TEST:A on 2024-01-10 is paid in EUR, which the account does not know; open it with a deposit of 0 EUR and a rate.',
    )
    expect(await refused(split(9, 2), { kind: 'linear' })).toBe(
      'NOT_A_SHARE: The split of TEST:A on 2024-01-10 is of an instrument of kind linear; only spot instruments have them.',
    )
    expect(await refused({ ...split(9, 2), time: Number.NaN })).toBe(
      'ACTION_TIME: The split of TEST:A on NaN has the time NaN; give it in µs UTC.',
    )
    expect(await refused({ kind: 'delisting', instrument: 'A', time: at(9), price: -1 })).toBe(
      'INVALID_DELISTING: The delisting of TEST:A on 2024-01-10 pays -1 a share; give zero or more, or leave it out.',
    )
    expect(await refused({ kind: 'merger', instrument: 'A', time: at(9) })).toBe(
      'ACTION_KIND: An action of 2024-01-10 is of kind merger; it is one of split, dividend, symbolChange, delisting.',
    )
  })

  it('and a symbol that two venues have asks for its venue', async () => {
    const bars = memoryBars([
      { instrument: share('A', { venue: 'X' }), series: barsOf(['1']) },
      { instrument: share('A', { venue: 'Y' }), series: barsOf(['1']) },
    ])
    expect(await refused(split(9, 2), {}, { bars })).toBe(
      'ACTION_INSTRUMENT: A split of 2024-01-10 is for A, which may be X:A or Y:A; name the venue with it.',
    )
    await play({}, {}, { bars, actions: [split(9, 2, 'Y:A')] } as never)
  })
})
