/** Market- and limit-if-touched orders on bars: triggers that the market comes to from the good side. By hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, play } from '../testing/fixtures.ts'

/** Fills of an order sent after a second bar at 100; sells sell a position bought before. */
async function touched(
  side: 'buy' | 'sell',
  terms: { touch: number; limit?: number },
  bars: readonly string[],
  settings = {},
) {
  const run = await play(
    { A: ['100', '100', ...bars] },
    {
      1: ({ ctx, of }) => side === 'sell' && ctx.buy(of.A, 3),
      2: ({ ctx, of }) => ctx[side](of.A, 3, terms),
    },
    settings,
  )
  return fillsOf(run).slice(side === 'sell' ? 1 : 0)
}

describe('market-if-touched', () => {
  it('buys at its price when the bar falls to it, a touch being enough', async () => {
    expect(await touched('buy', { touch: 95 }, ['100 101 95 98'])).toEqual(['3: buy 3 A at 95'])
    expect(await touched('buy', { touch: 95 }, ['100 101 95.01 98'])).toEqual([])
  })
  it('buys at the open when the market opens beyond it', async () => {
    expect(await touched('buy', { touch: 95 }, ['93 96 92 94'])).toEqual(['3: buy 3 A at 93'])
  })
  it('sells when the bar rises to it', async () => {
    expect(await touched('sell', { touch: 105 }, ['100 105 99 101'])).toEqual(['3: sell 3 A at 105'])
    expect(await touched('sell', { touch: 105 }, ['107 108 104 105'])).toEqual(['3: sell 3 A at 107'])
  })
  it('slips like the market order that it becomes', async () => {
    // 95 × 1.001
    expect(await touched('buy', { touch: 95 }, ['100 101 94 98'], { slippage: '10bps' })).toEqual([
      '3: buy 3 A at 95.095',
    ])
  })
})

describe('limit-if-touched', () => {
  it('fills at its trigger where the limit allows that price', async () => {
    expect(await touched('buy', { touch: 95, limit: 96 }, ['100 101 94 98'])).toEqual(['3: buy 3 A at 95'])
  })
  it('with a better limit waits for the next bar', async () => {
    // 95 sets it off; whether 93 was then seen again is not told: day 4 trades through 93.
    expect(await touched('buy', { touch: 95, limit: 93 }, ['100 101 92 94', '94 94 92 93'])).toEqual([
      '4: buy 3 A at 93',
    ])
  })
  it('whose trigger the open is beyond is a limit order from there on', async () => {
    // Opens at 94, under the trigger of 95 and over the limit of 93, and trades through it inside.
    expect(await touched('buy', { touch: 95, limit: 93 }, ['94 95 92 94'])).toEqual(['3: buy 3 A at 93'])
  })
  it('does not see its limit before its trigger', async () => {
    expect(await touched('sell', { touch: 105, limit: 99 }, ['100 104 99 101'])).toEqual([])
  })
})
