/** FOK, GTD, post-only and icebergs, and what a bar's volume leaves of an order. Figures by hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, ordersOf, play, START } from '../testing/fixtures.ts'
import { DAY } from '../core/time.ts'

/** At most a tenth of a bar's volume, no impact. */
const TENTH = { slippage: 'volume-share:cap=10%:impact=0' }

describe('volume', () => {
  it('fills up to the cap and carries the rest to the next bars', async () => {
    const run = await play(
      { A: ['100', '101 101 101 101 40', '102 102 102 102 35', '103 103 103 103 1000'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10) },
      TENTH,
    )
    // 4 of 40, then 3 of 35, then the 3 that are left.
    expect(fillsOf(run)).toEqual(['2: buy 4 A at 101', '3: buy 3 A at 102', '4: buy 3 A at 103'])
    expect(run.orders[0].averagePrice).toBeCloseTo((4 * 101 + 3 * 102 + 3 * 103) / 10, 12)
  })

  it('of one bar is shared in order of submission', async () => {
    const run = await play(
      { A: ['100', '100 101 94 100 100', '100 100 100 100 100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 6)
          ctx.buy(of.A, 6)
          ctx.buy(of.A, 6, { limit: 95 })
        },
      },
      TENTH,
    )
    expect(fillsOf(run)).toEqual(['2: buy 6 A at 100', '2: buy 4 A at 100', '3: buy 2 A at 100'])
    expect(run.orders[2].state).toBe('accepted')
  })

  it('of nothing fills nothing, and an unknown one is none', async () => {
    const run = await play(
      { A: ['100', '100 100 100 100 0', '100 100 100 100 NaN', '103 103 103 103 90'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10) },
      TENTH,
    )
    expect(fillsOf(run)).toEqual(['4: buy 9 A at 103'])
    expect(run.orders[0].state).toBe('partiallyFilled')
  })

  it('cuts a stop that was set off; the rest is a market order from then on', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 94 99 40', '98 98 98 98 1000'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => ctx.sell(of.A, 10, { stop: 95 }),
      },
      TENTH,
    )
    expect(fillsOf(run).slice(1)).toEqual(['3: sell 4 A at 95', '4: sell 6 A at 98'])
  })

  it('ends what an auction does not fill', async () => {
    const run = await play(
      { A: ['100', '100 100 100 100 40', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { at: 'open' }) },
      TENTH,
    )
    expect(ordersOf(run)).toEqual(['1: canceled 4 missedAuction (2)'])
  })

  it('that is never enough ends a market order when no bar comes for a session', async () => {
    const run = await play(
      { A: ['100', '100 100 100 100 40', '-', '100'], B: ['1', '1', '1', '1'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10) },
      TENTH,
    )
    expect(ordersOf(run)).toEqual(['1: canceled 4 noMarket (3)'])
  })

  it('gives IOC what there is and FOK all or nothing', async () => {
    const run = await play(
      { A: ['100', '100 100 100 100 100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 20, { timeInForce: 'FOK' })
          ctx.buy(of.A, 4, { timeInForce: 'FOK', limit: 101 })
          ctx.buy(of.A, 9, { timeInForce: 'IOC' })
        },
      },
      TENTH,
    )
    expect(ordersOf(run)).toEqual([
      '1: canceled 0 fillOrKill (2)',
      '1: filled 4 (2)',
      '1: canceled 6 immediateOrCancel (2)',
    ])
  })
})

describe('FOK', () => {
  it('fills whole at the next open or ends there', async () => {
    const run = await play(
      { A: ['100', '95 101 80 98'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 96, timeInForce: 'FOK' })
          ctx.buy(of.A, 2, { limit: 94, timeInForce: 'FOK' })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 95'])
    expect(ordersOf(run)[1]).toBe('1: canceled 0 fillOrKill (2)')
  })
  it('ends where the cash pays for a part only', async () => {
    const run = await play(
      { A: ['100', '130'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { timeInForce: 'FOK' }) },
      { cash: 1000 },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 fillOrKill (2)'])
  })
})

describe('GTD', () => {
  const day = (k: number) => START + k * DAY

  it('lives until its time', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 89 100', '80'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 90, timeInForce: 'GTD', goodTill: day(3) })
          ctx.buy(of.A, 2, { limit: 85, goodTill: day(3) })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 90'])
    expect(ordersOf(run)[1]).toBe('1: expired 0 goodTillPassed (3)')
    expect(run.orders[1]).toMatchObject({ timeInForce: 'GTD', goodTill: day(3) })
  })

  it('that ends inside a bar may have that bar’s open, but nothing of its inside', async () => {
    const run = await play(
      { A: ['100', '91 101 80 100', '80'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 92, goodTill: day(1.5) })
          ctx.buy(of.A, 2, { limit: 90, goodTill: day(1.5) })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 91'])
    expect(ordersOf(run)[1]).toBe('1: expired 0 goodTillPassed (2)')
  })

  it('that ended while no bar came has nothing of the next', async () => {
    // Until 12:00 of day 2, which has no bar: day 3's open of 80 came too late.
    const run = await play(
      { A: ['100', '-', '80'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90, goodTill: day(1.5) }) },
    )
    expect(ordersOf(run)).toEqual(['1: expired 0 goodTillPassed (3)'])
  })

  it('of a time that has passed is refused', async () => {
    const run = await play(
      { A: ['100', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90, goodTill: day(1) }) },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 goodTillPassed'])
  })
})

describe('post-only', () => {
  it('ends rather than take at the open', async () => {
    const run = await play(
      { A: ['100', '98 101 97 100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 99, postOnly: true })
          ctx.buy(of.A, 2, { limit: 98, postOnly: true })
          ctx.buy(of.A, 3, { limit: 97.5, postOnly: true })
        },
      },
    )
    expect(ordersOf(run)).toEqual([
      '1: canceled 0 postOnlyWouldTake (2)',
      '1: canceled 0 postOnlyWouldTake (2)',
      '1: filled 3 (2)',
    ])
    expect(fillsOf(run)).toEqual(['2: buy 3 A at 97.5'])
  })
  it('that rests is paid its own price, also when the market gaps through it', async () => {
    const run = await play(
      { A: ['100', '100', '90 101 89 100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 95, postOnly: true }) },
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 95'])
  })
  it('is asked again when it is moved', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 99 100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 95, postOnly: true }),
        2: ({ ctx }) => ctx.replace(1, { limit: 101 }),
      },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 postOnlyWouldTake (3)'])
  })
})

describe('an iceberg', () => {
  it('fills peak by peak where the market trades through it', async () => {
    const run = await play(
      { A: ['100', '100 101 94 100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 95, display: 4 }) },
    )
    expect(fillsOf(run)).toEqual(['2: buy 4 A at 95', '2: buy 4 A at 95', '2: buy 2 A at 95'])
    expect(run.orders[0].displayQuantity).toBe(4)
  })
  it('fills one peak a bar where the market only touches it', async () => {
    const run = await play(
      { A: ['100', '100 101 95 100', '100 101 95 100', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 95, display: 4 }) },
      { limitFill: 'touch' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 4 A at 95', '3: buy 4 A at 95'])
  })
  it('takes at the open whole: what is hidden takes too', async () => {
    const run = await play(
      { A: ['100', '94 101 93 100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 95, display: 4 }) },
    )
    expect(fillsOf(run)).toEqual(['2: buy 10 A at 94'])
  })
})

describe('an order below or above what its venue takes', () => {
  it('is refused with the reason', async () => {
    const run = await play(
      { A: ['10', '10'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 4)
          ctx.buy(of.A, 5)
          ctx.buy(of.A, 101)
          ctx.buy(of.A, 5, { limit: 9 })
          ctx.buy(of.A, 6, { limit: 9 })
        },
      },
      { terms: { minQuantity: 5, maxQuantity: 100, minNotional: 50 } },
    )
    expect(ordersOf(run)).toEqual([
      '1: rejected 0 belowMinimum',
      '1: filled 5 (2)',
      '1: rejected 0 tooLarge',
      '1: rejected 0 belowMinimum',
      '1: accepted 0',
    ])
    expect(run.why(1)).toContain('smaller than its venue takes')
  })
})
