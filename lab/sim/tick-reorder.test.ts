/** A cancel and a new order of one instant: the cancel goes first, and what it held back may be planned with. */
import { describe, expect, it } from 'vitest'
import { tickOrders, tickPlay } from '../testing/tick-play.ts'

const book = ['0 snapshot bid 99x5 ask 101x5', '10 book bid 98x5', '20 book bid 97x5', '30 book bid 96x5']

describe.each(['none', '3ms'])('with a latency of %s', latency => {
  it('900 of 1,000 rest; cancelled and ordered anew for 950, both are taken', async () => {
    const run = await tickPlay(
      book,
      {
        0: ({ ctx, X }) => ctx.buy(X, 10, { limit: 90 }),
        20: ({ ctx, X, ids }) => {
          ctx.cancel(ids[0])
          ctx.buy(X, 10, { limit: 95 })
        },
      },
      { cash: 1000, latency },
    )
    expect(tickOrders(run)).toEqual([
      expect.stringMatching(/canceled.*byStrategy/),
      expect.stringMatching(/accepted/),
    ])
  })
})
