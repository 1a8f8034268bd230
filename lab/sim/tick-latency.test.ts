/** Orders, cancels, changes and reports on their way: the examples of models/latency.md, worked by hand. */
import { describe, expect, it } from 'vitest'
import type { Context, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { share } from '../testing/fixtures.ts'
import { type TickMoment, tickFills, tickOrders, tickPlay, ticksOf } from '../testing/tick-play.ts'
import { backtest } from './backtest.ts'
import { memoryTicks } from './ticks.ts'

const BOOK = '0 snapshot bid 99x4 bid 98x6 ask 101x5 ask 102x10'
const END = ['90 book bid 90x1', '200 book bid 90x2']
const latency = '4ms/6ms'

describe('an order', () => {
  it('meets the market as it is when it arrives, and is known after the way back', async () => {
    const run = await tickPlay(
      [BOOK, '8 book ask 101x0', ...END],
      { 5: ({ ctx, X }) => ctx.buy(X, 3) },
      { latency },
    )
    // At the venue at 9, where 102 is the best.
    expect(tickFills(run)).toEqual(['15: buy 3 at 102'])
  })
  it('whose fill is not back when the data end is told of as such', async () => {
    // At the venue at 9, back at 15; the last row is at 12.
    const run = await tickPlay([BOOK, '12 book bid 98x7'], { 5: ({ ctx, X }) => ctx.buy(X, 3) }, { latency })
    expect(tickFills(run)).toEqual([])
    expect(run.warnings.find(one => one.code === 'FILLS_UNTOLD')?.text).toBe(
      '1 fill was still on the way from the venue when the run ended: positions and equity are without it.',
    )
    const later = await tickPlay([BOOK, ...END], { 5: ({ ctx, X }) => ctx.buy(X, 3) }, { latency })
    expect(later.warnings.map(one => one.code)).not.toContain('FILLS_UNTOLD')
  })
  it('that arrives at the time of an event comes after it', async () => {
    const run = await tickPlay(
      [BOOK, '9 book ask 101x0', ...END],
      { 5: ({ ctx, X }) => ctx.buy(X, 3) },
      { latency },
    )
    expect(tickFills(run)).toEqual(['15: buy 3 at 102'])
  })
  it('is decided on what the feed has told, which may be late itself', async () => {
    const rows = [BOOK, '3+10 book ask 101x0', ...END]
    const seen: number[] = []
    const run = await tickPlay(
      rows,
      {
        5: ({ ctx, X }) => {
          seen.push(ctx.quote(X)!.ask)
          return ctx.buy(X, 3)
        },
        14: ({ ctx, X }) => void seen.push(ctx.quote(X)!.ask),
      },
      { latency },
    )
    expect(seen).toEqual([101, 102])
    expect(tickFills(run)).toEqual(['15: buy 3 at 102'])
  })
})

describe('a cancel', () => {
  const rows = [BOOK, '20 trade 98x1 sell', ...END]
  const play = (when: number, states: string[] = []) =>
    tickPlay(
      rows,
      {
        5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99 }),
        [when]: ({ ctx, ids }) => {
          ctx.cancel(ids[0])
          states.push(ctx.order(ids[0])!.state)
          ctx.cancel(ids[0])
        },
        25: ({ ctx, ids }) => void states.push(ctx.order(ids[0])!.state),
        27: ({ ctx, ids }) => void states.push(ctx.order(ids[0])!.state),
      },
      { latency },
    )

  it('in time ends the order', async () => {
    expect(tickOrders(await play(15.9))).toEqual(['canceled 0 byStrategy (25.9)'])
  })
  it('too late finds it filled', async () => {
    const states: string[] = []
    // At the venue at 20, where the trade of 20 has happened; both are told at 26.
    expect(tickOrders(await play(16, states))).toEqual(['filled 3 (26)'])
    expect(states).toEqual(['cancelPending', 'cancelPending', 'filled'])
  })
  it('sent with the order catches it at its level', async () => {
    const run = await tickPlay(
      rows,
      {
        5: ({ ctx, X }) => {
          const id = ctx.buy(X, 3, { limit: 99 })
          ctx.cancel(id)
          return id
        },
      },
      { latency },
    )
    expect(tickOrders(run)).toEqual(['canceled 0 byStrategy (15)'])
  })
})

describe('a change', () => {
  const rows = [BOOK, '20 trade 98.5x1 sell', '30 trade 97x9 sell', ...END]

  it('counts from its arrival on', async () => {
    const play = (when: number) =>
      tickPlay(
        rows,
        {
          5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99 }),
          [when]: ({ ctx, ids }) => void ctx.replace(ids[0], { limit: 98 }),
        },
        { latency },
      )
    expect(tickFills(await play(15))).toEqual(['36: buy 3 at 98'])
    // Too late: the old terms filled, and nothing is left to change.
    const late = await play(17)
    expect(tickFills(late)).toEqual(['26: buy 3 at 99'])
    expect(late.orders[0].limitPrice).toBe(99)
  })

  it('to less than has filled on the way ends it with what it has', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 99x7 sell', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 10, { limit: 99 }),
        // 3 of ours trade at 20, before this arrives at 22.
        18: ({ ctx, ids }) => void ctx.replace(ids[0], { quantity: 2 }),
      },
      { latency },
    )
    expect(tickOrders(run)).toEqual(['canceled 3 byStrategy (28)'])
    expect(run.orders[0].quantity).toBe(10)
  })

  it('of the quantity is the order’s only once it is reported', async () => {
    const seen: number[] = []
    const look = ({ ctx, ids }: TickMoment) => void seen.push(ctx.order(ids[0])!.quantity)
    await tickPlay(
      [BOOK, ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 10, { limit: 99 }),
        20: ({ ctx, ids }) => void ctx.replace(ids[0], { quantity: 20 }),
        25: look,
        29: look,
        31: look,
      },
      { latency },
    )
    expect(seen).toEqual([10, 10, 20])
  })
})

describe('reports', () => {
  it('never overtake each other, however their latencies are drawn', async () => {
    class Watch extends strategy({ account: 'margin' }) {
      override onTrade(trade: TradeView, ctx: Context): void {
        ctx.cancel(ctx.buy(trade.instrument, 1, { limit: 50 }))
      }
    }
    const rows = Array.from({ length: 400 }, (_, k) => `${k} trade 100x1`)
    const run = await backtest({
      strategy: Watch,
      ticks: memoryTicks([{ instrument: share('X'), ...ticksOf(rows) }]),
      account: 'margin',
      latency: 'lognormal:3ms:sigma=1',
      seed: 3,
    })
    const ends = run.orders.flatMap(order => (order.endedAt === undefined ? [] : [order.endedAt]))
    expect(ends.length).toBeGreaterThan(300)
    expect(ends.every((time, k) => k === 0 || time >= ends[k - 1])).toBe(true)
    expect(run.orders.every(order => order.state !== 'filled')).toBe(true)
    // Some drew more than the median, so that the order of their ends tells something.
    expect(new Set(run.orders.map(order => (order.endedAt ?? 0) - order.submittedAt)).size).toBeGreaterThan(
      200,
    )
  })

  it('on their way when the data end stay there', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98x1 sell', '21 book bid 97x1'],
      { 5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99 }), 19: ({ ctx, X }) => ctx.buy(X, 1) },
      { latency },
    )
    // Filled at the venue at 20, told at 26, and the data end at 21.
    expect(tickOrders(run)).toEqual(['accepted 0', 'submitted 0'])
    expect(run.endEquity).toBe(1_000_000)
  })
})

describe('latency taken from the data', () => {
  it('is that of the newest event known, each way', async () => {
    const run = await tickPlay(
      [BOOK, '4+3 book bid 97x1', '12 book ask 101x0', ...END],
      { 8: ({ ctx, X }) => ctx.buy(X, 1), 13: ({ ctx, X }) => ctx.buy(X, 1) },
      { latency: 'recorded:2' },
    )
    // Sent at 8, when the newest event had taken 3 ms: there at 14, after 101 was gone. The newest event at the
    // venue is that of 12, known at once: no way back. The second follows on the same line and is there at 14 too.
    expect(tickFills(run)).toEqual(['14: buy 1 at 102', '14: buy 1 at 102'])
  })
})
