/** Exposure on margin and position limits where prices differ or are missing, in whole runs. Amounts by hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, ordersOf, play } from '../testing/fixtures.ts'

describe('on margin', () => {
  it('an order for what has no price yet is refused, as nobody can say what it weighs', async () => {
    // Equity 1,000 × 2: 1,000 shares at 100 are fifty times too many, whatever else works.
    const run = await play(
      { A: ['100', '100', '100'], B: ['-', '-', '50'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.B, 1, { limit: 40 })
          ctx.buy(of.A, 1000)
        },
      },
      { cash: 1000, account: 'margin' },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 noPrice', '1: rejected 0 buyingPower'])
  })

  it('a limit far below the market adds its own value to what is held at the market', async () => {
    // Equity 1,000 × 2 = 2,000; held 15 × 100 = 1,500. 300 at 2 add 600: refused. 250 at 2 add 500: approved.
    const run = await play(
      { A: ['100', '100', '100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 15),
        2: ({ ctx, of }) => {
          ctx.buy(of.A, 300, { limit: 2 })
          ctx.buy(of.A, 250, { limit: 2 })
        },
      },
      { cash: 1000, account: 'margin' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 15 A at 100'])
    expect(ordersOf(run).slice(1)).toEqual(['2: rejected 0 buyingPower', '2: accepted 0'])
  })

  it('a flip of equal size adds nothing', async () => {
    // Held +20 × 100 = 2,000 of 2,000. Selling 40 makes −20: as much again, no more. Selling 41 makes −21.
    const run = await play(
      { A: ['100', '100', '100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 20),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 41)
          ctx.sell(of.A, 40)
        },
      },
      { cash: 1000, account: 'margin' },
    )
    expect(ordersOf(run).slice(1)).toEqual(['2: rejected 0 buyingPower', '2: filled 40 (3)'])
  })
})

describe('the position limit as a part of equity', () => {
  it('counts what is held at the market and what is ordered at its own price', async () => {
    // Equity 10,000, limit 20 % = 2,000; held 15 × 100 = 1,500. 300 at 2 make 2,100; 250 at 2 make 2,000.
    const run = await play(
      { A: ['100', '100', '100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 15),
        2: ({ ctx, of }) => {
          ctx.buy(of.A, 300, { limit: 2 })
          ctx.buy(of.A, 250, { limit: 2 })
        },
      },
      { cash: 10_000, maxPositionWeight: 0.2 },
    )
    expect(ordersOf(run).slice(1)).toEqual(['2: rejected 0 positionLimit', '2: accepted 0'])
  })

  it('holds before the first bar of an instrument', async () => {
    // 30 × 40 = 1,200 of 10,000 is over 10 %; 20 × 40 = 800 is not; with it working, 10 more are.
    const run = await play(
      { A: ['100', '100'], B: ['-', '50'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.B, 30, { limit: 40 })
          ctx.buy(of.B, 20, { limit: 40 })
          ctx.buy(of.B, 10, { limit: 40 })
        },
      },
      { cash: 10_000, maxPositionWeight: 0.1 },
    )
    expect(ordersOf(run)).toEqual([
      '1: rejected 0 positionLimit',
      '1: accepted 0',
      '1: rejected 0 positionLimit',
    ])
  })
})
