/** Cash and margin accounts in whole runs: funding, batches, limits. Amounts by hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, market, ordersOf, planned, play } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'

describe('a cash account', () => {
  it('refuses a buy that its cash does not cover at the last price', async () => {
    const run = await play({ A: ['100', '100'] }, { 1: ({ ctx, of }) => ctx.buy(of.A, 11) }, { cash: 1000 })
    expect(ordersOf(run)).toEqual(['1: rejected 0 insufficientCash'])
    expect(run.why(1)).toBe(
      'Order 1: buy 11 TEST:A market GTC, sent at 2024-01-02T00:00:00Z. It was refused because the cash did not suffice.',
    )
  })

  it('counts the fee when it asks whether the cash covers', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 10) // 1000 + 1 > 1000
          ctx.buy(of.A, 9) // 900 + 0.9
        },
      },
      { cash: 1000, fees: '10bps' },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 insufficientCash', '1: filled 9 (2)'])
    expect(run.curve.cash[1]).toBe(1000 - 900 - 0.9)
  })

  it('cuts a buy that a higher open makes unaffordable to the largest payable lot', async () => {
    // 10 × 100 was affordable; at 130 with 1 % of fees 7 cost 919.10 and 8 cost 1050.40.
    const run = await play(
      { A: ['100', '130'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 9) },
      { cash: 1000, fees: '100bps' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 7 A at 130'])
    expect(ordersOf(run)).toEqual(['1: canceled 7 insufficientCash (2)'])
    expect(run.curve.cash[1]).toBeCloseTo(80.9, 9)
    expect(run.why(1)).toBe(
      'Order 1: buy 9 TEST:A market GTC, sent at 2024-01-02T00:00:00Z. 7 filled at 130 on 2024-01-03T00:00:00Z, ' +
        'fee 9.1. The rest was cancelled at 2024-01-03T00:00:00Z because the cash did not suffice.',
    )
    expect(run.warnings.map(one => one.text)).toContain(
      '1 order was cut short: insufficientCash (first: order 1).',
    )
  })

  it('cancels it whole when not one lot is payable', async () => {
    const run = await play({ A: ['100', '1100'] }, { 1: ({ ctx, of }) => ctx.buy(of.A, 9) }, { cash: 1000 })
    expect(ordersOf(run)).toEqual(['1: canceled 0 insufficientCash (2)'])
  })

  it('does not sell what it does not hold', async () => {
    const run = await play(
      { A: ['100', '100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.sell(of.A, 1)
          ctx.buy(of.A, 5)
        },
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 6)
          ctx.sell(of.A, 3)
          ctx.sell(of.A, 3)
          ctx.sell(of.A, 2)
        },
      },
    )
    expect(ordersOf(run)).toEqual([
      '1: rejected 0 shortNotAllowed',
      '1: filled 5 (2)',
      '2: rejected 0 shortNotAllowed',
      '2: filled 3 (3)',
      '2: rejected 0 shortNotAllowed',
      '2: filled 2 (3)',
    ])
    expect(run.why(1)).toContain(
      'It was refused because a cash account cannot sell what it does not hold; use account: margin to sell short.',
    )
  })

  it('refuses to be a margin account for a strategy that declares one', async () => {
    await expect(
      backtest({ strategy: planned({}, { account: 'margin' }), bars: market({ A: ['1'] }), account: 'cash' }),
    ).rejects.toThrow('The strategy declares a margin account')
  })
})

describe('a sale whose fee is more than it brings', () => {
  it('is refused when cash would go negative', async () => {
    // 1,000 buys 199 at 5 and the fee of 5; nothing is left. Selling one at 1 costs 5: not payable.
    const run = await play(
      { A: ['5', '5', '1', '1'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 199), 3: ({ ctx, of }) => ctx.sell(of.A, 1) },
      { cash: 1000, fees: '5/order' },
    )
    expect(run.curve.cash[1]).toBe(0)
    expect(ordersOf(run)).toEqual(['1: filled 199 (2)', '3: rejected 0 insufficientCash'])
  })

  it('is cancelled when the open makes it so', async () => {
    // At 6 the sale brings 1 after its fee; at the open of 4 it would cost 1.
    const run = await play(
      { A: ['5', '5', '6', '4', '20'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 199), 3: ({ ctx, of }) => ctx.sell(of.A, 1) },
      { cash: 1000, fees: '5/order' },
    )
    expect(ordersOf(run)).toEqual(['1: filled 199 (2)', '3: canceled 0 insufficientCash (4)'])
    expect(Math.min(...run.curve.cash)).toBe(0)
  })
})

describe('a batch', () => {
  it('sends reductions first and spends their proceeds', async () => {
    // Day 2 holds 10 A, no cash. Day 2's batch asks to buy B before selling A: the sale goes first.
    const run = await play(
      { A: ['100', '100', '110'], B: ['50', '50', '50'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.buy(of.B, 20)
          ctx.sell(of.A, 10)
        },
      },
      { cash: 1000 },
    )
    expect(fillsOf(run)).toEqual(['2: buy 10 A at 100', '3: sell 10 A at 110', '3: buy 20 B at 50'])
    expect(run.curve.cash[2]).toBe(100)
  })

  it('counts proceeds less their fees', async () => {
    // The sale of 10 at 100 brings 990 after 1 %; with 99 left of the cash 20 × 50 × 1.01 = 1010 is covered,
    // 22 × 50 × 1.01 = 1111 is not.
    const run = await play(
      { A: ['100', '100', '100'], B: ['50', '50', '50'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.buy(of.B, 22)
          ctx.buy(of.B, 20)
          ctx.sell(of.A, 10)
        },
      },
      { cash: 1109, fees: '100bps' },
    )
    expect(ordersOf(run)).toEqual([
      '1: filled 10 (2)',
      '2: rejected 0 insufficientCash',
      '2: filled 20 (3)',
      '2: filled 10 (3)',
    ])
  })

  it('does not count the proceeds of a limit sale, which may not come', async () => {
    const run = await play(
      { A: ['100', '100', '100'], B: ['50', '50', '50'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 10, { limit: 90 })
          ctx.buy(of.B, 20)
        },
      },
      { cash: 1000 },
    )
    expect(ordersOf(run)).toEqual(['1: filled 10 (2)', '2: filled 10 (3)', '2: rejected 0 insufficientCash'])
  })

  it('cuts the buy when the sale brought less than was approved', async () => {
    // Approved at 100; A opens at 60: 600 buy 12 of 50.
    const run = await play(
      { A: ['100', '100', '60'], B: ['50', '50', '50'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 10)
          ctx.buy(of.B, 20)
        },
      },
      { cash: 1000 },
    )
    expect(fillsOf(run).slice(1)).toEqual(['3: sell 10 A at 60', '3: buy 12 B at 50'])
    expect(ordersOf(run)[2]).toBe('2: canceled 12 insufficientCash (3)')
    expect(run.curve.cash[2]).toBe(0)
  })
})

describe('target weights', () => {
  it('floor to whole lots at the last close and close the others first', async () => {
    const run = await play(
      { A: ['100', '100', '100'], B: ['30', '30', '30'], C: ['7', '7', '7'] },
      {
        1: ({ ctx, of }) => ctx.targetWeights(new Map([[of.C, 0.95]])),
        2: ({ ctx, of }) =>
          ctx.targetWeights(
            new Map([
              [of.A, 0.5],
              [of.B, 0.5],
            ]),
            { closeOthers: true },
          ),
      },
      { cash: 1000 },
    )
    // 950 / 7 = 135.7; then 500 / 100 = 5 and 500 / 30 = 16.7, funded by the sale of C
    expect(fillsOf(run)).toEqual([
      '2: buy 135 C at 7',
      '3: sell 135 C at 7',
      '3: buy 5 A at 100',
      '3: buy 16 B at 30',
    ])
  })

  it('count what works already', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          expect(ctx.target(of.A, 5)).toBe(1)
          expect(ctx.target(of.A, 5)).toBeUndefined()
          expect(ctx.target(of.A, 8)).toBe(2)
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 5 A at 100', '2: buy 3 A at 100'])
  })

  it('leave protective stops out of account, and count resting limits', async () => {
    await play(
      { A: ['100', '100', '100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 4, { stop: 80 })
          expect(ctx.target(of.A, 10)).toBeUndefined()
          ctx.sell(of.A, 6, { limit: 120 })
          expect(ctx.target(of.A, 4)).toBeUndefined()
        },
        3: ({ ctx, of }) => expect(ctx.target(of.A, 4)).toBeUndefined(),
      },
    )
  })

  it('named by another object than the run’s are refused loudly', async () => {
    await expect(
      play({ A: ['100'] }, { 1: ({ ctx, of }) => ctx.targetWeights(new Map([[{ ...of.A }, 0.5]])) }),
    ).rejects.toThrow(
      'targetWeights was given TEST:A, which is no instrument object of this run; take them from ctx.instruments or ctx.instrument(symbol).',
    )
  })

  it('of an instrument without a price are refused with that reason', async () => {
    const run = await play(
      { A: ['100', '100'], B: ['-', '10'] },
      { 1: ({ ctx, of }) => ctx.targetWeights(new Map([[of.B, 0.5]])) },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 noPrice'])
  })
})

describe('close', () => {
  it('cancels what works for the instrument and sells the whole position', async () => {
    const run = await play(
      { A: ['100', '100', '100'], B: ['1', '1', '1'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 10, { stop: 80 })
          ctx.buy(of.B, 1, { limit: 0.5 })
          ctx.close(of.A)
        },
      },
    )
    expect(ordersOf(run)).toEqual([
      '1: filled 10 (2)',
      '2: canceled 0 byStrategy',
      '2: accepted 0',
      '2: filled 10 (3)',
    ])
  })

  it('without a position only cancels', async () => {
    const run = await play(
      { A: ['100', '100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 10, { limit: 90 })
          expect(ctx.close(of.A)).toBeUndefined()
        },
      },
      { account: 'margin' },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 byStrategy'])
  })
})

describe('a margin account', () => {
  const margin = { account: 'margin', cash: 1000 } as const

  it('sells short, marks the loss and buys back', async () => {
    const run = await play(
      { A: ['100', '100', '110', '120'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 5), 3: ({ ctx, of }) => ctx.close(of.A) },
      margin,
    )
    expect(fillsOf(run)).toEqual(['2: sell 5 A at 100', '4: buy 5 A at 120'])
    // 1000; cash 1500 − 500; 1500 − 550; 1500 − 600 in cash
    expect([...run.curve.equity]).toEqual([1000, 1000, 950, 900])
    expect([...run.curve.netExposure]).toEqual([0, -500, -550, 0])
    expect([...run.curve.grossExposure]).toEqual([0, 500, 550, 0])
    expect(run.trades).toMatchObject([{ direction: 'short', quantity: 5, profit: -100 }])
  })

  it('buys up to equity times leverage and refuses more', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          expect(ctx.buyingPower).toBe(3000)
          ctx.buy(of.A, 31)
          ctx.buy(of.A, 30)
          expect(ctx.order(1)).toMatchObject({ state: 'submitted' })
        },
      },
      { ...margin, leverage: 3 },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 buyingPower', '1: filled 30 (2)'])
    expect(run.why(1)).toContain('because it could have exceeded the buying power of the margin account.')
    expect(run.curve.cash[1]).toBe(-2000)
  })

  it('counts working orders as filled, the worst case', async () => {
    const run = await play(
      { A: ['100', '100'], B: ['10', '10'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 15, { limit: 90 }) // 1500 of 2000 at the mark
          ctx.sell(of.B, 51)
          ctx.sell(of.B, 50)
        },
      },
      margin,
    )
    expect(ordersOf(run)).toEqual(['1: accepted 0', '1: rejected 0 buyingPower', '1: filled 50 (2)'])
  })

  it('may always reduce, also when it is over its leverage', async () => {
    const run = await play(
      { A: ['100', '100', '60', '60', '60'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 20),
        3: ({ ctx, of }) => {
          ctx.buy(of.A, 1)
          ctx.sell(of.A, 5)
        },
      },
      margin,
    )
    // At 60: equity 1000 − 800 = 200, gross 1200 > 400. Half of the initial half must be kept: 0.25 × 60 × 13 = 195
    // fits into 200, 14 would not, so that the venue closes 7 of 20 at the next open.
    expect(ordersOf(run)).toEqual([
      '1: filled 20 (2)',
      '3: filled 7 (4)',
      '3: rejected 0 buyingPower',
      '3: filled 5 (4)',
    ])
  })

  it('flips from long to short in one order: two trades', async () => {
    const run = await play(
      { A: ['100', '100', '110', '110', '90'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 5), 3: ({ ctx, of }) => ctx.sell(of.A, 8) },
      margin,
    )
    expect(run.trades).toMatchObject([{ direction: 'long', quantity: 5, profit: 50 }])
    expect(run.openTrades).toMatchObject([{ direction: 'short', quantity: 3, entryPrice: 110, profit: 60 }])
    expect(run.endEquity).toBe(1000 + 50 + 60)
  })
})

describe('position limits', () => {
  it('in units count what works', async () => {
    const run = await play(
      { A: ['10', '10', '10'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 60)
          ctx.buy(of.A, 41)
          ctx.buy(of.A, 40)
        },
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 100)
          ctx.buy(of.A, 100)
        },
      },
      { maxPosition: 100 },
    )
    expect(ordersOf(run)).toEqual([
      '1: filled 60 (2)',
      '1: rejected 0 positionLimit',
      '1: filled 40 (2)',
      '2: filled 100 (3)',
      '2: filled 100 (3)',
    ])
    expect(run.why(2)).toContain('because it could have exceeded the position limit.')
  })

  it('as a fraction of equity', async () => {
    const run = await play(
      { A: ['10', '10'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 26)
          ctx.buy(of.A, 25)
        },
      },
      { cash: 1000, maxPositionWeight: 0.25 },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 positionLimit', '1: filled 25 (2)'])
  })

  it('hold for shorts', async () => {
    const run = await play(
      { A: ['10', '10'] },
      {
        1: ({ ctx, of }) => {
          ctx.sell(of.A, 11)
          ctx.sell(of.A, 10)
        },
      },
      { account: 'margin', maxPosition: 10 },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 positionLimit', '1: filled 10 (2)'])
  })

  it('by value of one order, and never against a reduction', async () => {
    const run = await play(
      { A: ['10', '10', '20', '20'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 51)
          ctx.buy(of.A, 50)
        },
        3: ({ ctx, of }) => ctx.close(of.A),
      },
      { maxOrderValue: 500 },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 tooLarge', '1: filled 50 (2)', '3: filled 50 (4)'])
  })
})
