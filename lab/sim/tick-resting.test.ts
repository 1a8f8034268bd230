/** Orders that rest in a book or beside trades: the examples of models/tick-fills.md, worked by hand. */
import { describe, expect, it } from 'vitest'
import { type TickMoment, tickFills, tickOrders, tickPlay } from '../testing/tick-play.ts'

const BOOK = '0 snapshot bid 99x4 bid 98x6 ask 101x5 ask 102x10'

describe('a limit order in the queue of its level', () => {
  it('fills with what trades beyond those ahead of it', async () => {
    const run = await tickPlay([BOOK, '10 trade 99x3 sell', '20 trade 99x3 sell', '30 trade 99x9 sell'], {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }),
    })
    // 4 ahead. 3 of them trade; then the fourth and 2 of ours; then the other 3.
    expect(tickFills(run)).toEqual(['20: buy 2 at 99', '30: buy 3 at 99'])
  })

  it('is filled whole by a trade beyond its price', async () => {
    const run = await tickPlay([BOOK, '10 trade 98x1 sell', '20 book bid 97x1'], {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }),
    })
    expect(tickFills(run)).toEqual(['10: buy 5 at 99'])
  })

  it('is not filled by a buyer’s trade at its price', async () => {
    const run = await tickPlay([BOOK, '10 trade 99x50 buy', '20 trade 99x4', '30 trade 99x1'], {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }),
    })
    // Trades of nobody knows which side count for both.
    expect(tickFills(run)).toEqual(['30: buy 1 at 99'])
  })

  it('moves up when its level shrinks below those ahead of it, not before (risk-averse)', async () => {
    const rows = ['10 book bid 99x10', '20 book bid 99x5', '30 book bid 99x2', '40 trade 99x3 sell']
    const run = await tickPlay([BOOK, ...rows], { 5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }) })
    // 4 ahead; 10, then 5 in the level change nothing; of a level of 2 at most 2 stand ahead.
    expect(tickFills(run)).toEqual(['40: buy 1 at 99'])
  })

  it('moves up by its likely share of what was cancelled (probabilistic)', async () => {
    const rows = ['10 book bid 99x14', '20 book bid 99x9', '30 trade 99x7 sell', '40 book bid 97x1']
    const play = (queue: string) =>
      tickPlay(
        ['0 snapshot bid 99x10 ask 101x5', ...rows],
        { 5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }) },
        { queue },
      )
    // models/queue-position.md: the front goes from 10 to 5.69, so that 7 reach 1.31 of ours, 1 in lots.
    expect(tickFills(await play('probabilistic:power:2'))).toEqual(['30: buy 1 at 99'])
    // Risk-averse: 10, then 9 ahead.
    expect(tickFills(await play('risk-averse'))).toEqual([])
  })

  it('is filled where the other side’s best comes to its price, as far as that goes', async () => {
    const rows = ['10 book ask 99x3', '20 book ask 99x4', '30 book ask 99x0', '40 book ask 98.5x9']
    const run = await tickPlay([BOOK, ...rows], { 5: ({ ctx, X }) => ctx.buy(X, 6, { limit: 99 }) })
    // 3 come; one more comes; then 9 offer at 98.50, and trade at the price of the order that was there first.
    expect(tickFills(run)).toEqual(['10: buy 3 at 99', '20: buy 1 at 99', '40: buy 2 at 99'])
  })

  it('stands behind our own earlier order of the same price', async () => {
    const run = await tickPlay([BOOK, '10 trade 99x6 sell', '20 trade 99x3 sell', '30 trade 99x9 sell'], {
      5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99 }),
      6: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }),
    })
    // 4 of others, 3 of the first, 5 of the second: 6 reach 2 of the first; 3 its last and 2 of the second.
    expect(run.fills.map(({ orderId, quantity }) => [orderId, quantity])).toEqual([
      [1, 2],
      [1, 1],
      [2, 2],
      [2, 3],
    ])
  })

  it('behind the best of a quote joins what stands there when it becomes the best', async () => {
    const rows = ['10 quote 98x7 101x5', '20 trade 98x6 sell', '30 trade 98x3 sell']
    const run = await tickPlay(['0 quote 99x4 101x5', ...rows], {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 98 }),
    })
    // 7 ahead from 10 on: 6 trade, then the last and 2 of ours.
    expect(tickFills(run)).toEqual(['30: buy 2 at 98'])
  })

  it('as an iceberg shows a part, and goes to the end of the queue with the next', async () => {
    const rows = ['10 trade 99x9 sell', '20 trade 99x3 sell', '30 trade 99x4 sell']
    const run = await tickPlay([BOOK, ...rows], {
      5: ({ ctx, X }) => ctx.buy(X, 6, { limit: 99, display: 2 }),
    })
    // 9 take the 4 ahead and the 2 shown. The next 2 stand behind the level of 4: 3 do not reach them, 4 more do.
    expect(tickFills(run)).toEqual(['10: buy 2 at 99', '30: buy 2 at 99'])
  })
})

describe('a change of a resting order', () => {
  const rows = ['10 trade 99x4 sell', '20 trade 99x3 sell', '30 trade 99x9 sell', '40 book bid 97x1']
  const change = (how: { quantity?: number; limit?: number }) =>
    tickPlay([BOOK, ...rows], {
      5: ({ ctx, X }) => ctx.buy(X, 4, { limit: 99 }),
      15: ({ ctx, ids }) => void ctx.replace(ids[0], how),
    })

  it('to less keeps its place', async () => {
    // First in line after 10.
    expect(tickFills(await change({ quantity: 2 }))).toEqual(['20: buy 2 at 99'])
  })
  it('to more loses it', async () => {
    // Behind the 4 of the level again: 3, then 9 reach the whole 6.
    expect(tickFills(await change({ quantity: 6 }))).toEqual(['30: buy 6 at 99'])
  })
  it('to another price and back loses it', async () => {
    const run = await tickPlay([BOOK, ...rows], {
      5: ({ ctx, X }) => ctx.buy(X, 4, { limit: 99 }),
      14: ({ ctx, ids }) => void ctx.replace(ids[0], { limit: 98 }),
      15: ({ ctx, ids }) => void ctx.replace(ids[0], { limit: 99 }),
    })
    expect(tickFills(run)).toEqual(['30: buy 4 at 99'])
  })
  it('to a price that takes takes', async () => {
    expect(tickFills(await change({ limit: 101 }))).toEqual(['15: buy 4 at 101'])
  })
})

describe('where only trades are seen', () => {
  const rows = ['0 trade 100x1', '10 trade 99x3', '20 trade 98.99x1', '30 trade 100x1']
  const plan = { 5: ({ ctx, X }: TickMoment) => ctx.buy(X, 5, { limit: 99 }) }

  it('a limit fills when the market trades through it', async () => {
    expect(tickFills(await tickPlay(rows, plan))).toEqual(['20: buy 5 at 99'])
  })
  it('or at the next trade where the last was below it already, at that trade’s price', async () => {
    const run = await tickPlay(rows, { 5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 100.5 }) })
    expect(tickFills(run)).toEqual(['10: buy 5 at 99'])
  })
  it('or touches it, as far as that trade goes', async () => {
    expect(tickFills(await tickPlay(rows, plan, { limitFill: 'touch' }))).toEqual([
      '10: buy 3 at 99',
      '20: buy 2 at 99',
    ])
  })
})

describe('a book of single orders (L3)', () => {
  const L3 = ['0 snapshot', '0 add 1 bid 99x4', '0 add 2 bid 99x3', '0 add 9 ask 101x5']

  it('tells who stood ahead and left', async () => {
    const rows = ['10 add 3 bid 99x6', '20 remove 1', '30 trade 99x2 sell', '30 change 2 bid 99x1']
    const run = await tickPlay([...L3, ...rows, '40 trade 99x3 sell', '40 remove 2'], {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }),
    })
    // 7 ahead; order 3 comes behind ours; 1 leaves: 3 ahead. 2 trade and are told twice: 1 ahead. 3 reach 2 of ours.
    expect(tickFills(run)).toEqual(['40: buy 2 at 99'])
  })

  it('lets what grows or changes its price go behind ours', async () => {
    const rows = ['10 change 1 bid 99x9', '20 change 2 bid 98x3', '30 trade 99x1 sell', '40 book bid 97x1']
    const run = await tickPlay([...L3, ...rows], { 5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }) })
    expect(tickFills(run)).toEqual(['30: buy 1 at 99'])
  })

  it('does not move up for what leaves behind it', async () => {
    const rows = ['10 add 3 bid 99x6', '20 remove 3', '30 trade 99x8 sell', '40 book bid 97x1']
    const run = await tickPlay([...L3, ...rows], { 5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99 }) })
    expect(tickFills(run)).toEqual(['30: buy 1 at 99'])
  })

  it('is walked level by level, and shows its levels to the strategy', async () => {
    const seen: unknown[] = []
    const run = await tickPlay([...L3, '0 add 8 ask 101x2', '10 add 7 ask 102x5', '20 remove 9'], {
      5: ({ ctx, X }) => {
        seen.push(ctx.book(X)!.levels('bid', 5), ctx.book(X)!.askSize)
      },
      15: ({ ctx, X }) => ctx.buy(X, 9),
    })
    expect(seen).toEqual([[{ price: 99, size: 7 }], 7])
    expect(tickFills(run)).toEqual(['15: buy 7 at 101', '15: buy 2 at 102'])
  })
})

describe('lost messages', () => {
  it('make the book unknown until the next snapshot', async () => {
    const known: unknown[] = []
    const rows = [BOOK, '10 gap', '20 book ask 103x5', '30 snapshot bid 99x4 ask 104x5', '40 book bid 97x1']
    const look = ({ ctx, X }: TickMoment) => void known.push([ctx.book(X)?.known, ctx.book(X)?.ask])
    const run = await tickPlay(rows, {
      5: look,
      15: moment => {
        look(moment)
        return moment.ctx.buy(moment.X, 1)
      },
      25: look,
      35: moment => {
        look(moment)
        return moment.ctx.buy(moment.X, 1)
      },
    })
    expect(known).toEqual([
      [true, 101],
      [false, Number.NaN],
      [false, Number.NaN],
      [true, 104],
    ])
    expect(tickOrders(run)).toEqual(['canceled 0 bookUnknown (15)', 'filled 1 (35)'])
    expect(run.warnings.map(warning => warning.code)).toContain('BOOK_GAPS')
  })
})
