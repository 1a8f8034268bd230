/**
 * Groups and brackets kept by a venue of ticks act at the time of the fill, not when its report is back: the examples of
 * models/tick-fills.md, worked by hand, and one law: how long reports take changes nothing of what fills.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { barsOf, START, share } from '../testing/fixtures.ts'
import { type TickPlan, tickFills, tickOrders, tickPlay, ticksOf } from '../testing/tick-play.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'
import { memoryTicks } from './ticks.ts'

const MS = 1000

const BOOK = '0 snapshot bid 99x4 bid 98x6 ask 101x5 ask 102x10'
const END = ['90 book bid 90x1', '200 book bid 90x2']
const latency = '1ms/5ms'

describe('a group', () => {
  const pair: TickPlan = {
    5: ({ ctx, X }) => {
      ctx.buy(X, 4, { limit: 98, group: 'g' })
      ctx.sell(X, 4, { limit: 103, group: 'g' })
    },
  }

  it('fills once, though both prices trade before the first report is back', async () => {
    const rows = [BOOK, '20 trade 103.5x9 buy', '22 trade 97x9 sell', ...END]
    const run = await tickPlay(rows, pair, { latency })
    expect(tickFills(run)).toEqual(['25: sell 4 at 103'])
    expect(tickOrders(run)).toEqual(['canceled 0 otherOfGroupFilled (25)', 'filled 4 (25)'])
  })
  it('fills once, though both prices trade at one time', async () => {
    const rows = [BOOK, '20 trade 103.5x9 buy', '20 trade 97x9 sell', ...END]
    expect(tickFills(await tickPlay(rows, pair, { latency }))).toEqual(['25: sell 4 at 103'])
  })
  it('is cut by a part filled at once', async () => {
    const rows = [BOOK, '20 trade 103x1 buy', '22 trade 97x9 sell', '23 trade 104x9 buy', ...END]
    const run = await tickPlay(rows, pair, { latency })
    // 1 of 4 sold at 20: three quarters are left to buy, and at 22 they are bought.
    expect(tickFills(run)).toEqual(['25: sell 1 at 103', '27: buy 3 at 98'])
    expect(tickOrders(run)).toEqual(['filled 3 (27)', 'canceled 1 otherOfGroupFilled (27)'])
  })
  it('has no member that comes after another filled and was sent before that was known', async () => {
    const run = await tickPlay(
      [BOOK, ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 2, { limit: 101, group: 'g' }),
        // At the venue at 9, where the first took at 6, which is known at 11.
        8: ({ ctx, X }) => ctx.sell(X, 2, { limit: 99, group: 'g' }),
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['11: buy 2 at 101'])
    expect(tickOrders(run)).toEqual(['filled 2 (11)', 'rejected 0 otherOfGroupFilled (14)'])
  })
  it('cuts a member that comes after a part of another filled and was sent with it', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 111x9 buy', ...END],
      {
        5: ({ ctx, X }) => {
          ctx.buy(X, 8, { limit: 101, group: 'g' })
          ctx.sell(X, 8, { limit: 110, group: 'g' })
        },
      },
      { latency },
    )
    // 5 of 8 taken on arrival: three eighths are left.
    expect(tickFills(run)).toEqual(['11: buy 5 at 101', '25: sell 3 at 110'])
  })
  it('fills once without latency too, where both would take', async () => {
    const run = await tickPlay([BOOK, ...END], {
      5: ({ ctx, X }) => {
        ctx.buy(X, 2, { limit: 101, group: 'g' })
        ctx.sell(X, 2, { limit: 99, group: 'g' })
      },
    })
    expect(tickFills(run)).toEqual(['5: buy 2 at 101'])
    expect(tickOrders(run)).toEqual(['filled 2 (5)', 'rejected 0 otherOfGroupFilled (5)'])
  })
  it('is cut once, whether its member comes before the report is back or after', async () => {
    const rows = [BOOK, '40 trade 111x9 buy', ...END]
    for (const way of ['1ms/5ms', '4ms/1ms', '3ms/0ms', '0ms/0ms']) {
      const run = await tickPlay(
        rows,
        {
          5: ({ ctx, X }) => ctx.buy(X, 8, { limit: 101, group: 'g' }),
          5.5: ({ ctx, X }) => ctx.sell(X, 8, { limit: 110, group: way === '0ms/0ms' ? 'h' : 'g' }),
        },
        { latency: way },
      )
      const sold = way === '0ms/0ms' ? 8 : 3
      expect(run.fills.map(fill => fill.quantity)).toEqual([5, sold])
    }
  })
  it('begins anew with its name once its fill is known', async () => {
    const run = await tickPlay(
      [BOOK, ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 2, { limit: 101, group: 'g' }),
        12: ({ ctx, X }) => ctx.sell(X, 2, { limit: 99, group: 'g' }),
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['11: buy 2 at 101', '18: sell 2 at 99'])
  })
})

describe('a bracket', () => {
  const entry: TickPlan = { 5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99, takeProfit: 104, stopLoss: 98 }) }

  it('stops out at the time at which its stop is reached, before its entry is known to have filled', async () => {
    const rows = [
      BOOK,
      '20 trade 98.5x1 sell',
      '21 trade 98x9 sell',
      '21 book bid 99x0 bid 98x0 bid 97x9',
      '23 book bid 97x0 bid 96x9',
      ...END,
    ]
    const run = await tickPlay(rows, entry, { latency })
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '26: sell 3 at 97'])
    expect(tickOrders(run)).toEqual(['filled 3 (25)', 'canceled 0 otherOfGroupFilled (26)', 'filled 3 (26)'])
  })
  it('is not filled by the trade that filled its entry', async () => {
    // Nobody knows who took at 104.5: it reaches a sale at 104 only if that was there before.
    const rows = [BOOK, '20 trade 98.5x1', '20 trade 104.5x1', '30 trade 104.5x1', ...END]
    const run = await tickPlay(rows, entry, { latency })
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '35: sell 3 at 104'])
  })
  it('goes on with what its entry had filled when that was cancelled', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 99x6 sell', '23 trade 105x9 buy', ...END],
      { ...entry, 20.5: ({ ctx, ids }) => ctx.cancel(ids[0]!) },
      { latency },
    )
    // 4 ahead: 2 fill at 20. The cancel is there at 21.5, and at 23 the target sells 2.
    expect(tickFills(run)).toEqual(['25: buy 2 at 99', '28: sell 2 at 104'])
    expect(tickOrders(run)).toEqual([
      'canceled 2 byStrategy (26.5)',
      'filled 2 (28)',
      'canceled 0 otherOfGroupFilled (28)',
    ])
  })
  it('ends with an entry that ends without a fill', async () => {
    const run = await tickPlay(
      [BOOK, ...END],
      { ...entry, 20: ({ ctx, ids }) => ctx.cancel(ids[0]!) },
      { latency },
    )
    expect(tickOrders(run)).toEqual([
      'canceled 0 byStrategy (26)',
      'canceled 0 parentEnded (26)',
      'canceled 0 parentEnded (26)',
    ])
  })
  it('has children whose cancel takes its way too, and finds them at work', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1 sell', '20.8 trade 104.5x1 buy', ...END],
      { ...entry, 20: ({ ctx }) => void ctx.cancel(2) },
      { latency },
    )
    // The target works from 20 on; its cancel is there at 21, after it has filled at 20.8.
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '25.8: sell 3 at 104'])
  })

  it('a bracket’s children work for what its entry has filled', async () => {
    const rows = [
      BOOK,
      '10 trade 99x6 sell',
      '20 trade 105x1 buy',
      '30 trade 99x9 sell',
      '40 trade 106x9 buy',
      ...END,
    ]
    const run = await tickPlay(rows, {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 99, takeProfit: 104, stopLoss: 90 }),
    })
    // 2 of the entry at 10, and 2 of the target at 20, when 105 trades through it; the other 3 at 30 and 40.
    expect(tickFills(run)).toEqual([
      '10: buy 2 at 99',
      '20: sell 2 at 104',
      '30: buy 3 at 99',
      '40: sell 3 at 104',
    ])
    expect(tickOrders(run)).toEqual(['filled 5 (30)', 'filled 5 (40)', 'canceled 0 otherOfGroupFilled (40)'])
  })

  it('reduceOnly is cut to the position, with what is on its way back', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 100x2 buy', '22 trade 105x9 buy', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 3),
        17: ({ ctx, X }) => {
          ctx.sell(X, 2, { limit: 100 })
          return ctx.sell(X, 3, { limit: 102.5, reduceOnly: true })
        },
      },
      { latency: '0ms/10ms' },
    )
    // Of 3 held, 2 are sold at 20, which is told at 30: at 22 one is left to reduce.
    expect(tickFills(run)).toEqual(['15: buy 3 at 101', '30: sell 2 at 100', '32: sell 1 at 102.5'])
    expect(tickOrders(run)[2]).toBe('canceled 1 reduceOnlyWouldIncrease (32)')
  })
})

describe('a group across an instrument with ticks and one with bars', () => {
  class Both extends strategy({}) {
    override onStart(ctx: Context): void {
      ctx.wakeAt(START + 15 * MS, 'order')
    }
    override onTimer(_name: string, ctx: Context): void {
      const [B, T] = ctx.instruments
      ctx.buy(T, 4, { limit: 9, group: 'g' })
      ctx.buy(B, 4, { limit: 19, group: 'g' })
    }
  }
  const run = (trades: string[], prices: string[]) =>
    backtest({
      strict: true,
      strategy: Both,
      account: 'margin',
      latency: '0ms/15ms',
      ticks: memoryTicks([
        { instrument: share('T'), ...ticksOf(['1 trade 10x1', ...trades, '200 trade 10x1']) },
      ]),
      bars: memoryBars([{ instrument: share('B'), series: barsOf(prices, 10 * MS) }], { interval: '10ms' }),
    })

  it('is ended on bars when the report of ticks is back', async () => {
    // 8 trades through 9 at 22, which is known at 37; the bar that ends at 50 comes down to 18.
    const both = await run(['22 trade 8x1'], ['20', '20', '20', '20', '18', '18'])
    expect(tickFills(both)).toEqual(['37: buy 4 at 9'])
    expect(tickOrders(both)).toEqual(['filled 4 (37)', 'canceled 0 otherOfGroupFilled (37)'])
  })
  it('is ended on ticks when a bar fills', async () => {
    const both = await run(['120 trade 8x1'], ['20', '20', '20', '20', '18', '18'])
    expect(both.fills.map(fill => [fill.instrument, fill.quantity])).toEqual([['TEST:B', 4]])
    expect(both.orders.map(order => order.reason)).toEqual(['otherOfGroupFilled', undefined])
  })
})

describe('how long reports take', () => {
  it('changes nothing of what groups and brackets fill', async () => {
    const trade = fc.tuple(fc.integer({ min: 95, max: 106 }), fc.integer({ min: 1, max: 4 }), fc.boolean())
    const market = fc.array(trade, { minLength: 5, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(market, async trades => {
        const rows = [
          BOOK,
          ...trades.map(
            ([price, size, buys], k) => `${10 + k} trade ${price}x${size} ${buys ? 'buy' : 'sell'}`,
          ),
          '900 book bid 90x1',
        ]
        const fills = async (back: number) => {
          const run = await tickPlay(
            rows,
            {
              5: ({ ctx, X }) => {
                ctx.buy(X, 6, { limit: 98, takeProfit: 102, stopLoss: 96 })
                ctx.sell(X, 5, { limit: 104, group: 'g' })
                ctx.buy(X, 7, { limit: 97, group: 'g' })
                ctx.sell(X, 4, { stop: 97, group: 'g' })
              },
            },
            { latency: `1ms/${back}ms` },
          )
          return tickFills(run).map(fill => {
            const [time, ...what] = fill.split(': ')
            return [Math.round((Number(time) - back) * 10) / 10, ...what]
          })
        }
        const known = await fills(0)
        for (const back of [1, 7, 300]) expect(await fills(back)).toEqual(known)
      }),
      { numRuns: 60, seed: 20261121 },
    )
  })
})
