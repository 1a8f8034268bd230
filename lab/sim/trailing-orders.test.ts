/** Trailing stops on bars: the stop of the bars before works first, then the bar moves it. By hand. */
import { describe, expect, it } from 'vitest'
import type { OrderOptions } from '../strategy/context.ts'
import { fillsOf, play } from '../testing/fixtures.ts'

/** Fills of a trailing sale of what was bought at 100, sent at day 2's close of 100, shown the bars one by one. */
async function trailed(terms: OrderOptions, bars: readonly string[], settings = {}) {
  const run = await play(
    { A: ['100', '100', ...bars] },
    {
      1: ({ ctx, of }) => ctx.buy(of.A, 3),
      2: ({ ctx, of }) => ctx.sell(of.A, 3, terms),
    },
    settings,
  )
  return fillsOf(run).slice(1)
}

describe('a trailing stop', () => {
  it('begins at its distance from the last close', async () => {
    expect(await trailed({ trail: { amount: 5 } }, ['100 101 95 96'])).toEqual(['3: sell 3 A at 95'])
    expect(await trailed({ trail: { percent: 4 } }, ['100 101 95 97'])).toEqual(['3: sell 3 A at 96'])
  })

  it('follows the highs of bars that it survived', async () => {
    // 100 − 5 = 95 holds against 97; the high of 110 makes it 105, and the close of 109 is above. Day 4 falls to it.
    expect(await trailed({ trail: { amount: 5 } }, ['100 110 97 109', '108 109 104 106'])).toEqual([
      '4: sell 3 A at 105',
    ])
  })

  it('works the stop of the bars before first: low before high', async () => {
    // 95 is reached, whatever the high of 110 would have made of it.
    expect(await trailed({ trail: { amount: 5 } }, ['100 110 95 109'])).toEqual(['3: sell 3 A at 95'])
  })

  it('fills at the open when that gaps through it', async () => {
    expect(await trailed({ trail: { amount: 5 } }, ['90 97 88 96'])).toEqual(['3: sell 3 A at 90'])
  })

  it('follows the open, which comes before the rest of the bar', async () => {
    // Opens at 104: the stop is 99 from then on, and 98.5 reaches it.
    expect(await trailed({ trail: { amount: 5 } }, ['104 105 98.5 101'])).toEqual(['3: sell 3 A at 99'])
  })

  it('is crossed by a close that lies beyond the stop which the high made', async () => {
    // 95 holds against 96; the high of 110 makes it 105; the close of 104 came after that high.
    expect(await trailed({ trail: { amount: 5 } }, ['100 110 96 104'])).toEqual(['3: sell 3 A at 105'])
  })

  it('never moves back', async () => {
    expect(
      await trailed({ trail: { amount: 5 } }, ['100 110 97 109', '107 108 106 107', '106 106 104 105']),
    ).toEqual(['5: sell 3 A at 105'])
  })

  it('of a purchase follows the lows', async () => {
    const run = await play(
      { A: ['100', '100 101 90 91', '92 95 91 94'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { trail: { amount: 4 } }) },
    )
    // 104 holds; the low of 90 makes it 94; day 3 rises to it.
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 94'])
  })

  it('is rounded to the tick', async () => {
    // 99.99 × 0.97 = 96.9903: 96.99.
    const run = await play(
      { A: ['99.99', '99.99', '99.99 99.99 96.98 97'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1),
        2: ({ ctx, of }) => ctx.sell(of.A, 1, { trail: { percent: 3 } }),
      },
    )
    expect(fillsOf(run)[1]).toBe('3: sell 1 A at 96.99')
    expect(run.orders[1]).toMatchObject({ trailPercent: 3, stopPrice: 96.99, type: 'trailingStop' })
  })

  it('can be told to begin nearer', async () => {
    // 97 instead of 95; it follows once the market is more than 5 above.
    const terms = { trail: { amount: 5 }, stop: 97 }
    expect(await trailed(terms, ['100 101 97 98'])).toEqual(['3: sell 3 A at 97'])
    expect(await trailed(terms, ['100 104 98 103', '102 103 98.5 99'])).toEqual(['4: sell 3 A at 99'])
  })

  it('that a parent releases begins at the price at which that filled', async () => {
    // Bought at 90 inside day 2: 85 from then on, not 95. The high of 101 may have come before; the close of 91
    // came after, and makes it 86.
    const run = await play(
      { A: ['100', '100 101 89 91', '91 91 86 87'] },
      {
        1: ({ ctx, of }) => {
          const id = ctx.buy(of.A, 1, { limit: 90 })
          ctx.sell(of.A, 1, { after: id, trail: { amount: 5 } })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 90', '3: sell 1 A at 86'])
  })
})

describe('a trailing stop-limit', () => {
  it('keeps its limit beyond the stop and works as a stop-limit', async () => {
    // Stop 95, limit 94. A gap to 90 arms it under its limit; it fills when the market comes back through 94.
    const terms = { trail: { amount: 5, limitOffset: 1 } }
    expect(await trailed(terms, ['100 101 95 96'])).toEqual(['3: sell 3 A at 95'])
    expect(await trailed(terms, ['90 93 89 92', '92 95 91 94'])).toEqual(['4: sell 3 A at 94'])
  })
  it('takes its limit along', async () => {
    // 110 makes it stop 105, limit 104; day 4 gaps to 100 and never comes back to 104 until day 5.
    const terms = { trail: { amount: 5, limitOffset: 1 } }
    expect(await trailed(terms, ['100 110 97 109', '100 103 99 102', '103 104.5 103 104'])).toEqual([
      '5: sell 3 A at 104',
    ])
  })
})
