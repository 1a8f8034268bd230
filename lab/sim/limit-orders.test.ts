/** Limit orders on bars: what a bar's open, high and low allow, each worked by hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, ordersOf, play } from '../testing/fixtures.ts'

/** The fill of a limit order sent after a first bar at 100 and shown the second bar. */
async function fill(
  side: 'buy' | 'sell',
  limit: number,
  bar: string,
  limitFill: 'through' | 'touch' = 'through',
) {
  const run = await play(
    { A: ['100', '100', bar] },
    {
      1: ({ ctx, of }) => side === 'sell' && ctx.buy(of.A, 1),
      2: ({ ctx, of }) => ctx[side](of.A, 1, { limit }),
    },
    { limitFill },
  )
  return run.fills.find(one => one.side === side && one.time === run.to)?.price
}

describe('a buy limit', () => {
  it('fills at its price when the bar trades through it', async () => {
    expect(await fill('buy', 95, '100 101 94.99 98')).toBe(95)
  })
  it('does not fill when the bar only touches it', async () => {
    expect(await fill('buy', 95, '100 101 95 98')).toBeUndefined()
  })
  it('fills on a touch when touch is asked for', async () => {
    expect(await fill('buy', 95, '100 101 95 98', 'touch')).toBe(95)
  })
  it('fills at the open when the bar opens better', async () => {
    expect(await fill('buy', 95, '93 101 92 98')).toBe(93)
  })
  it('at exactly the open and no lower does not fill, unless touch is asked for', async () => {
    expect(await fill('buy', 95, '95 101 95 98')).toBeUndefined()
    expect(await fill('buy', 95, '95 101 95 98', 'touch')).toBe(95)
  })
  it('above the market fills at the open, never at its own worse price', async () => {
    expect(await fill('buy', 120, '100 101 99 100')).toBe(100)
  })
  it('that the market stays above does not fill', async () => {
    expect(await fill('buy', 95, '100 101 96 98', 'touch')).toBeUndefined()
  })
})

describe('a sell limit', () => {
  it('fills at its price when the bar trades through it', async () => {
    expect(await fill('sell', 105, '100 105.01 99 101')).toBe(105)
  })
  it('does not fill when the bar only touches it', async () => {
    expect(await fill('sell', 105, '100 105 99 101')).toBeUndefined()
  })
  it('fills on a touch when touch is asked for', async () => {
    expect(await fill('sell', 105, '100 105 99 101', 'touch')).toBe(105)
  })
  it('fills at the open when the bar opens better', async () => {
    expect(await fill('sell', 105, '107 108 99 101')).toBe(107)
  })
})

describe('a working limit', () => {
  it('lives until it fills when GTC', async () => {
    const run = await play(
      { A: ['100', '100 101 99 100', '100 101 98 99', '97 98 89 90', '90'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 7, { limit: 90 }) },
    )
    expect(fillsOf(run)).toEqual(['4: buy 7 A at 90'])
  })

  it('reserves its cash, so that a second one cannot spend it', async () => {
    const run = await play(
      { A: ['100', '100 101 50 60'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 600, { limit: 90 }) // 54,000 of 100,000
          ctx.buy(of.A, 600, { limit: 80 }) // 48,000 more: refused
          ctx.buy(of.A, 500, { limit: 80 }) // 40,000: fits
        },
      },
    )
    expect(ordersOf(run)).toEqual([
      '1: filled 600 (2)',
      '1: rejected 0 insufficientCash',
      '1: filled 500 (2)',
    ])
    expect(run.curve.cash[1]).toBe(100_000 - 54_000 - 40_000)
  })

  it('fills open orders first, then those inside the bar, each in order of submission', async () => {
    const run = await play(
      { A: ['100', '95 101 80 98'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 85 })
          ctx.buy(of.A, 2, { limit: 97 })
          ctx.buy(of.A, 3)
          ctx.buy(of.A, 4, { limit: 90 })
        },
      },
    )
    expect(fillsOf(run)).toEqual([
      '2: buy 2 A at 95',
      '2: buy 3 A at 95',
      '2: buy 1 A at 85',
      '2: buy 4 A at 90',
    ])
  })
})
