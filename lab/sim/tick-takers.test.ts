/** Orders that take from a book: the examples of models/tick-fills.md, worked by hand. */
import { describe, expect, it } from 'vitest'
import { tickFills, tickOrders, tickPlay } from '../testing/tick-play.ts'

const BOOK = '0 snapshot bid 99x4 bid 98x6 ask 101x5 ask 102x10'

describe('a market order', () => {
  it('walks the book level by level', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1'], { 5: ({ ctx, X }) => ctx.buy(X, 8) })
    expect(tickFills(run)).toEqual(['5: buy 5 at 101', '5: buy 3 at 102'])
    expect(tickOrders(run)).toEqual(['filled 8 (5)'])
    // 5 at the best, 3 one above it: 3 of slippage.
    expect(run.slippageCost).toBe(3)
  })

  it('sells down the bids', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1'], { 5: ({ ctx, X }) => ctx.sell(X, 5) })
    expect(tickFills(run)).toEqual(['5: sell 4 at 99', '5: sell 1 at 98'])
  })

  it('ends with noLiquidity where the book ends', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1'], { 5: ({ ctx, X }) => ctx.buy(X, 20) })
    expect(tickFills(run)).toEqual(['5: buy 5 at 101', '5: buy 10 at 102'])
    expect(tickOrders(run)).toEqual(['canceled 15 noLiquidity (5)'])
  })

  it('finds what it took gone, until the feed says how much stands there', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1', '30 book ask 101x7', '50 book bid 97x2'], {
      5: ({ ctx, X }) => ctx.buy(X, 5),
      25: ({ ctx, X }) => ctx.buy(X, 1),
      35: ({ ctx, X }) => ctx.buy(X, 1),
    })
    expect(tickFills(run)).toEqual(['5: buy 5 at 101', '25: buy 1 at 102', '35: buy 1 at 101'])
  })

  it('leaves the book as it was, and fills whole at its best, with partialFills off', async () => {
    const run = await tickPlay(
      [BOOK, '20 book bid 97x1'],
      { 5: ({ ctx, X }) => ctx.buy(X, 8), 10: ({ ctx, X }) => ctx.buy(X, 8) },
      { partialFills: false },
    )
    expect(tickFills(run)).toEqual(['5: buy 8 at 101', '10: buy 8 at 101'])
  })

  it('goes on with the next quotes where only the best is known', async () => {
    const run = await tickPlay(['0 quote 99x4 101x5', '10 quote 98x4 101x5', '20 quote 99x4 102x10'], {
      5: ({ ctx, X }) => ctx.buy(X, 8),
    })
    // The quote of 10 says the same of the ask again: what was taken there stays gone.
    expect(tickFills(run)).toEqual(['5: buy 5 at 101', '20: buy 3 at 102'])
  })

  it('fills at the next trade, whole, where only trades are seen', async () => {
    const run = await tickPlay(['0 trade 100x1', '10 trade 103x1', '20 trade 104x1'], {
      5: ({ ctx, X }) => ctx.buy(X, 50),
    })
    expect(tickFills(run)).toEqual(['10: buy 50 at 103'])
  })

  it('pays slippage there, as a trade has no spread', async () => {
    const run = await tickPlay(
      ['0 trade 100x1', '10 trade 103x1'],
      { 5: ({ ctx, X }) => ctx.buy(X, 50) },
      { slippage: '10bps' },
    )
    expect(run.fills[0].price).toBe(103.103)
  })
})

describe('a limit order', () => {
  it('takes what its price allows, and the rest of it rests', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1', '30 trade 101x4 sell', '40 book bid 97x2'], {
      5: ({ ctx, X }) => ctx.buy(X, 8, { limit: 101 }),
    })
    // 5 at once; 3 stand alone at 101 and are first in line for the next seller.
    expect(tickFills(run)).toEqual(['5: buy 5 at 101', '30: buy 3 at 101'])
  })

  it('IOC takes and ends', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1'], {
      5: ({ ctx, X }) => ctx.buy(X, 8, { limit: 101, timeInForce: 'IOC' }),
    })
    expect(tickOrders(run)).toEqual(['canceled 5 immediateOrCancel (5)'])
  })

  it('FOK fills whole or not at all', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1'], {
      5: ({ ctx, X }) => ctx.buy(X, 16, { limit: 102, timeInForce: 'FOK' }),
      6: ({ ctx, X }) => ctx.buy(X, 15, { limit: 102, timeInForce: 'FOK' }),
    })
    expect(tickOrders(run)).toEqual(['canceled 0 fillOrKill (5)', 'filled 15 (6)'])
  })

  it('postOnly is cancelled where it would take, and rests one tick lower', async () => {
    const run = await tickPlay([BOOK, '20 book bid 97x1'], {
      5: ({ ctx, X }) => ctx.buy(X, 1, { limit: 101, postOnly: true }),
      6: ({ ctx, X }) => ctx.buy(X, 1, { limit: 100.99, postOnly: true }),
    })
    expect(tickOrders(run)).toEqual(['canceled 0 postOnlyWouldTake (5)', 'accepted 0'])
  })

  it('IOC on trades alone fills at the next trade where its price allows it', async () => {
    const rows = ['0 trade 100x1', '10 trade 101x1', '20 trade 104x1']
    const run = await tickPlay(rows, {
      5: ({ ctx, X }) => ctx.buy(X, 2, { limit: 102, timeInForce: 'IOC' }),
      6: ({ ctx, X }) => ctx.buy(X, 2, { limit: 99, timeInForce: 'IOC' }),
      15: ({ ctx, X }) => ctx.buy(X, 2, { limit: 102, timeInForce: 'FOK' }),
    })
    expect(tickOrders(run)).toEqual([
      'filled 2 (10)',
      'canceled 0 immediateOrCancel (6)',
      'canceled 0 fillOrKill (20)',
    ])
  })
})

describe('fees', () => {
  it('are the taker’s for what takes and the maker’s for what rested', async () => {
    const run = await tickPlay(
      [BOOK, '20 book bid 97x1', '30 trade 101x4 sell', '40 book bid 97x2'],
      { 5: ({ ctx, X }) => ctx.buy(X, 8, { limit: 101 }) },
      { fees: 'maker:-1bps,taker:10bps' },
    )
    // 5 × 101 × 0.1 %, then −(3 × 101 × 0.01 %).
    expect(run.fills.map(fill => fill.fee)).toEqual([0.505, -0.0303])
  })
})

describe('money', () => {
  it('cannot be spent twice while the first fill is on its way back', async () => {
    const run = await tickPlay(
      [
        '0 snapshot bid 99x90 ask 101x90',
        '6 book ask 101x0 ask 150x90',
        '20 book bid 97x1',
        '40 book bid 97x2',
      ],
      {
        // Both are approved at 100, the middle; the second meets another market.
        5: ({ ctx, X }) => {
          ctx.buy(X, 5)
          ctx.buy(X, 4)
        },
      },
      { account: 'cash', cash: 1000, latency: '2ms/10ms' },
    )
    // 5 × 150 = 750; of the 250 left 1 is payable.
    expect(tickFills(run)).toEqual(['17: buy 5 at 150', '17: buy 1 at 150'])
    expect(tickOrders(run)[1]).toBe('canceled 1 insufficientCash (17)')
    expect(run.curve.cash.every(cash => cash >= 0)).toBe(true)
  })

  it('of a sale on its way back may be spent at the venue', async () => {
    const run = await tickPlay(
      ['0 snapshot bid 100x90 ask 100.01x90', '20 book bid 97x1', '40 book bid 97x2', '60 book bid 97x3'],
      {
        1: ({ ctx, X }) => ctx.buy(X, 9),
        25: ({ ctx, X }) => {
          ctx.sell(X, 9)
          ctx.buy(X, 9)
        },
      },
      { account: 'cash', cash: 1000, latency: '0ms/10ms' },
    )
    expect(tickOrders(run)).toEqual(['filled 9 (11)', 'filled 9 (35)', 'filled 9 (35)'])
  })
})
