/** Margin accounts in whole runs: what may be opened, what is closed by force, what is owed. Amounts by hand. */
import { describe, expect, it } from 'vitest'
import { imbalances } from '../testing/books.ts'
import { barsOf, fillsOf, ordersOf, planned, play, type Settings, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

const MARGIN: Settings = { account: 'margin', cash: 1000 }

function told(run: { readonly warnings: readonly { code: string; text: string }[] }, code: string) {
  return run.warnings.filter(one => one.code === code).map(one => one.text)
}

describe('initial margin', () => {
  it('is a half of the value where nothing else is said, and refuses beyond with buyingPower', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 21)
          ctx.buy(of.A, 20)
        },
      },
      MARGIN,
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 buyingPower', '1: filled 20 (2)'])
    expect(run.why(1)).toContain(
      'It was refused because it could have exceeded the buying power of the margin account.',
    )
  })

  it('is the instrument’s own where it names one', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.sell(of.A, 101)
          ctx.sell(of.A, 100)
        },
      },
      { ...MARGIN, terms: { kind: 'linear', initialMargin: 0.1, maintenanceMargin: 0.05 } },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 buyingPower', '1: filled 100 (2)'])
  })

  it('counts what is open at its worth now: profit may be traded with, loss not', async () => {
    // 20 at 100, now 110: equity 1,200, bound 1,100; 1 more binds 55, 2 more 110.
    const run = await play(
      { A: ['100', '100 110 100 110', '110'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 20),
        2: ({ ctx, of }) => {
          expect(ctx.buyingPower).toBeCloseTo(200, 9)
          ctx.buy(of.A, 2)
          ctx.buy(of.A, 1)
        },
      },
      MARGIN,
    )
    expect(ordersOf(run).slice(1)).toEqual(['2: rejected 0 buyingPower', '2: filled 1 (3)'])
  })
})

describe('a liquidation', () => {
  it('cancels what works and closes no more than it takes, at the next price', async () => {
    // 20 from 100. At 66: equity 320 < a quarter of 1,320; 19 × 16.5 = 313.5 fits. The next open is 60: equity
    // 200 < 19 × 15 = 285; 13 × 15 = 195 fits, 6 go.
    const run = await play(
      { A: ['100', '100', '100 100 66 66', '60', '60', '60'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 20),
        2: ({ ctx, of }) => ctx.sell(of.A, 5, { limit: 150 }),
      },
      MARGIN,
    )
    expect(ordersOf(run)).toEqual([
      '1: filled 20 (2)',
      '2: canceled 0 liquidation (3)',
      '3: filled 1 (4)',
      '4: filled 6 (5)',
    ])
    expect(fillsOf(run).slice(1)).toEqual(['4: sell 1 A at 60', '5: sell 6 A at 60'])
    expect(run.orders.slice(2).map(order => [order.tag, order.reduceOnly])).toEqual([
      ['liquidation', true],
      ['liquidation', true],
    ])
    expect([...run.curve.equity]).toEqual([1000, 1000, 320, 200, 200, 200])
    expect(told(run, 'MARGIN_CALL')).toEqual([
      'Margin did not suffice 2 times (first on 2024-01-04): the venue cancelled all open orders and closed positions by 2 orders (tag liquidation).',
    ])
    expect(told(run, 'BANKRUPT')).toEqual([])
    expect(run.why(2)).toContain(
      'It was cancelled at 2024-01-04T00:00:00Z because the margin did not suffice, and the venue cancels orders before it closes positions.',
    )
    expect(imbalances(run)).toEqual([])
  })

  it('of a short closes as it would of a long', async () => {
    // 10 short from 100 on 500; at 140 equity is 100, a quarter of 1,400 is 350: 2 × 35 fits, 8 are bought at 140.
    const run = await play(
      { A: ['100', '100', '140', '140'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 10) },
      { account: 'margin', cash: 500 },
    )
    expect(fillsOf(run)).toEqual(['2: sell 10 A at 100', '4: buy 8 A at 140'])
    expect([...run.curve.equity]).toEqual([500, 500, 100, 100])
  })

  it('takes the position with the largest maintenance first', async () => {
    // 30 A long and 20 B short from 100 on 300 at 5 %; A at 92, B at 101: equity 40, maintenance 239: all of A,
    // 13 of 20 B (models/accounts.md).
    const terms = { kind: 'linear', initialMargin: 0.06, maintenanceMargin: 0.05 } as const
    const run = await play(
      { A: ['100', '100', '92', '92'], B: ['100', '100', '101', '101'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 30)
          ctx.sell(of.B, 20)
        },
      },
      { account: 'margin', cash: 300, terms },
    )
    expect(fillsOf(run).slice(2)).toEqual(['4: sell 30 A at 92', '4: buy 13 B at 101'])
    expect([...run.curve.equity]).toEqual([300, 300, 40, 40])
    expect(imbalances(run)).toEqual([])
  })

  it('does not stand beside the strategy’s own closing: reduce-only never turns a position', async () => {
    // The strategy closes all 20 at the same instant: the venue's one finds nothing left.
    const run = await play(
      { A: ['100', '100', '66', '60', '60'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 20), 3: ({ ctx, of }) => ctx.sell(of.A, 19) },
      MARGIN,
    )
    expect(fillsOf(run).slice(1)).toEqual(['4: sell 1 A at 60', '4: sell 19 A at 60'])
    expect(run.openTrades).toEqual([])
  })

  it('too late leaves a debt, which is told', async () => {
    // At 66 one is sold, at 40: equity 1,000 − 2,000 + 40 + 19 × 40 = −200. All go at 45: −105.
    const run = await play(
      { A: ['100', '100', '66', '40', '45'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 20),
        5: ({ ctx, of }) => ctx.buy(of.A, 1),
      },
      MARGIN,
    )
    expect(fillsOf(run).slice(1)).toEqual(['4: sell 1 A at 40', '5: sell 19 A at 45'])
    expect([...run.curve.equity]).toEqual([1000, 1000, 320, -200, -105])
    expect(run.cashFlows).toMatchObject([{ kind: 'bankruptcy', amount: -200 }])
    expect(ordersOf(run).at(-1)).toBe('5: rejected 0 buyingPower')
    expect(told(run, 'BANKRUPT')).toEqual([
      'Equity fell below zero on 2024-01-05, to -200.00 USD: the account owes what closing its positions did not bring, and what follows is no result.',
    ])
    expect(imbalances(run)).toEqual([])
  })

  it('that closes all into a gap tells the debt though nothing is held any more', async () => {
    // All 20 at 66, filled at 40: 1,000 − 2,000 + 800 = −200.
    const run = await play(
      { A: ['100', '100', '66', '40', '40'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 20) },
      { ...MARGIN, margin: { closeWhole: true } },
    )
    expect([...run.curve.equity]).toEqual([1000, 1000, 320, -200, -200])
    expect(told(run, 'BANKRUPT')).toHaveLength(1)
  })

  it('is sent again where its instrument found no market', async () => {
    // B has no bar on days 4 and 5: the order of day 3 is cancelled, another follows, and fills on day 6.
    const run = await backtest({
      strategy: planned({ 1: ({ ctx, of }) => ctx.buy(of.B, 20) }),
      bars: memoryBars(
        [
          { instrument: share('A'), series: barsOf(['1', '1', '1', '1', '1', '1']) },
          { instrument: share('B'), series: barsOf(['100', '100', '66', '-', '-', '66']) },
        ],
        { interval: '1d' },
      ),
      ...MARGIN,
      strict: true,
    })
    expect(ordersOf(run)).toEqual([
      '1: filled 20 (2)',
      '3: canceled 0 noMarket (4)',
      '4: canceled 0 noMarket (5)',
      '5: filled 1 (6)',
    ])
  })
})

describe('pools by settlement currency', () => {
  it('do not back each other: a coin’s loss is not paid in dollars', async () => {
    // 0.1 BTC alone backs 40 contracts of 100 USD from 20,000 (0.2 BTC, half of it bound). At 15,000 they are worth
    // 0.26667 BTC and have lost 0.06667: equity 0.03333 < a quarter of 0.26667. 100,000 USD beside it do not help.
    const terms = { kind: 'inverse', settlement: 'BTC', base: 'BTC', multiplier: 100 } as const
    const held = (pools: 'cross' | 'settlement') =>
      play(
        { X: ['20000', '20000', '15000', '15000'] },
        { 1: ({ ctx, of }) => ctx.buy(of.X, 40) },
        {
          account: 'margin',
          currency: 'USD',
          cash: 100_000,
          deposits: { BTC: 0.1 },
          terms,
          margin: { pools },
        },
      )
    const alone = await held('settlement')
    // 20 contracts keep 20 × 100 / 15,000 / 4 = 0.03333 bound, all of the equity; 21 do not.
    expect(alone.fills.map(fill => [fill.side, fill.quantity])).toEqual([
      ['buy', 40],
      ['sell', 20],
    ])
    expect((await held('cross')).fills).toHaveLength(1)
  })
})
