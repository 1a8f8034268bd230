/** Stops and stop-limits on bars, gaps included, each worked by hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, ordersOf, play } from '../testing/fixtures.ts'

const held = 3

/** Prices at which a stop order fills, shown the bars one after another; sells sell a position bought before. */
async function stops(side: 'buy' | 'sell', terms: { stop: number; limit?: number }, ...bars: string[]) {
  const run = await play(
    { A: ['100', '100', ...bars] },
    {
      1: ({ ctx, of }) => side === 'sell' && ctx.buy(of.A, held),
      2: ({ ctx, of }) => ctx[side](of.A, held, terms),
    },
  )
  return fillsOf(run).slice(side === 'sell' ? 1 : 0)
}

describe('a stop', () => {
  it('sells at its price when the bar falls to it', async () => {
    expect(await stops('sell', { stop: 95 }, '100 101 95 98')).toEqual(['3: sell 3 A at 95'])
  })
  it('sells at the open when the market gaps through it', async () => {
    expect(await stops('sell', { stop: 95 }, '90 97 88 96')).toEqual(['3: sell 3 A at 90'])
  })
  it('buys at its price when the bar rises to it', async () => {
    expect(await stops('buy', { stop: 105 }, '100 105 99 101')).toEqual(['3: buy 3 A at 105'])
  })
  it('buys at the open when the market gaps through it', async () => {
    expect(await stops('buy', { stop: 105 }, '110 112 109 111')).toEqual(['3: buy 3 A at 110'])
  })
  it('waits while the market stays away', async () => {
    expect(await stops('sell', { stop: 95 }, '100 101 95.01 98', '99 99 94 94')).toEqual([
      '4: sell 3 A at 95',
    ])
  })
  it('slips, as it becomes a market order', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 90 98'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 101 }),
        2: ({ ctx, of }) => ctx.sell(of.A, 1, { stop: 95 }),
      },
      { slippage: '10bps' },
    )
    // 95 × 0.999
    expect(fillsOf(run)[1]).toBe('3: sell 1 A at 94.905')
  })
})

describe('a stop-limit', () => {
  it('triggered inside the bar fills at the stop when the limit allows that price', async () => {
    expect(await stops('sell', { stop: 95, limit: 94 }, '100 101 93 98')).toEqual(['3: sell 3 A at 95'])
    expect(await stops('buy', { stop: 105, limit: 106 }, '100 107 99 101')).toEqual(['3: buy 3 A at 105'])
  })
  it('gapped through its stop but not its limit fills at the open', async () => {
    expect(await stops('sell', { stop: 95, limit: 90 }, '92 93 91 92')).toEqual(['3: sell 3 A at 92'])
  })
  it('gapped through both works as a limit from then on', async () => {
    // The open of 85 is under the limit of 90; in the same bar the market comes back through 90.
    expect(await stops('sell', { stop: 95, limit: 90 }, '85 91 84 88')).toEqual(['3: sell 3 A at 90'])
    // It does not come back, then it does.
    expect(await stops('sell', { stop: 95, limit: 90 }, '85 89 84 88', '88 96 87 95')).toEqual([
      '4: sell 3 A at 90',
    ])
  })
  it('with a limit beyond its stop waits for the next bar, as the bar does not tell what came after', async () => {
    // Sell at 97 or better once 95 traded: the second bar reaches 95, the third comes back above 97.
    expect(await stops('sell', { stop: 95, limit: 97 }, '100 101 94 96', '96 98 95 97')).toEqual([
      '4: sell 3 A at 97',
    ])
  })
  it('never fills before its stop traded', async () => {
    expect(await stops('sell', { stop: 95, limit: 90 }, '100 101 96 98')).toEqual([])
  })
})

describe('one bar that reaches both a stop and a target', () => {
  it('fills both when nothing ties them: the second finds no position and is refused at the venue by none', async () => {
    // Two separate orders for the same shares are refused up front: a cash account cannot sell them twice.
    const run = await play(
      { A: ['100', '100', '100 110 90 100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 3),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 3, { stop: 95 })
          ctx.sell(of.A, 3, { limit: 105 })
        },
      },
    )
    expect(ordersOf(run)).toEqual(['1: filled 3 (2)', '2: filled 3 (3)', '2: rejected 0 shortNotAllowed'])
  })
})
