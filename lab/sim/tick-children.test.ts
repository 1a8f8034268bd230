/**
 * Orders `after` another at a venue of ticks (native OTO) work from the moment of their parent's fill there, whenever
 * that is told: the examples of models/tick-fills.md, worked by hand, and one law: how long reports take changes
 * nothing of what fills.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGordonError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import type { Context, Tradable } from '../strategy/context.ts'
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

/** Buys 3 at 99 and, when it has, sells them at 104. */
const pair: TickPlan = {
  5: ({ ctx, X }) => ctx.sell(X, 3, { limit: 104, after: ctx.buy(X, 3, { limit: 99 }) }),
}

describe('a child', () => {
  it('works from its parent’s fill on, and fills before that is known', async () => {
    const rows = [BOOK, '20 trade 98.5x1 sell', '22 trade 104.5x9 buy', ...END]
    const run = await tickPlay(rows, pair, { latency })
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '27: sell 3 at 104'])
    expect(tickOrders(run)).toEqual(['filled 3 (25)', 'filled 3 (27)'])
  })
  it('works from the same moment where reports take no time', async () => {
    const rows = [BOOK, '20 trade 98.5x1 sell', '22 trade 104.5x9 buy', ...END]
    expect(tickFills(await tickPlay(rows, pair))).toEqual(['20: buy 3 at 99', '22: sell 3 at 104'])
  })
  it('does so in a cash account, which holds what is sold at the venue and not yet in its books', async () => {
    const rows = [BOOK, '20 trade 98.5x1 sell', '22 trade 104.5x9 buy', ...END]
    const run = await tickPlay(rows, pair, { latency, account: 'cash', cash: 300 })
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '27: sell 3 at 104'])
  })
  it('is not filled by the trade that filled its parent', async () => {
    const rows = [BOOK, '20 trade 98.5x1', '20 trade 104.5x1', '30 trade 104.5x1', ...END]
    const run = await tickPlay(rows, pair, { latency })
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '35: sell 3 at 104'])
  })
  it('of the type market takes from the book as the trade has left it', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1 sell', '20 book bid 99x0', ...END],
      { 5: ({ ctx, X }) => ctx.sell(X, 3, { after: ctx.buy(X, 3, { limit: 99 }) }) },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '25: sell 3 at 98'])
  })
  it('waits for the whole of its parent', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 99x6 sell', '22 trade 104.5x9', '30 trade 98.5x1', '32 trade 104.5x9', ...END],
      pair,
      { latency },
    )
    // 4 ahead of 3: 2 fill at 20, the third at 30.
    expect(tickFills(run)).toEqual(['25: buy 2 at 99', '35: buy 1 at 99', '37: sell 3 at 104'])
  })
  it('works whole when its parent is cancelled with a part filled, from when the cancel is there', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 99x6 sell', '21.4 trade 104.5x9', '21.6 trade 104.5x9', ...END],
      {
        5: ({ ctx, X }) => {
          const parent = ctx.buy(X, 3, { limit: 99 })
          ctx.sell(X, 2, { limit: 104, after: parent })
          return parent
        },
        20.5: ({ ctx, ids }) => ctx.cancel(ids[0]),
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: buy 2 at 99', '26.6: sell 2 at 104'])
    expect(tickOrders(run)).toEqual(['canceled 2 byStrategy (26.5)', 'filled 2 (26.6)'])
  })
  it('ends with a parent that ends without a fill, and so does its own child', async () => {
    const run = await tickPlay(
      [BOOK, ...END],
      {
        5: ({ ctx, X }) => {
          const parent = ctx.buy(X, 3, { limit: 99 })
          const child = ctx.sell(X, 3, { limit: 104, after: parent })
          ctx.buy(X, 3, { limit: 99, after: child })
          return parent
        },
        20: ({ ctx, ids }) => ctx.cancel(ids[0]),
      },
      { latency },
    )
    expect(tickOrders(run)).toEqual([
      'canceled 0 byStrategy (26)',
      'canceled 0 parentEnded (26)',
      'canceled 0 parentEnded (26)',
    ])
  })
  it('has a child of its own, all before anything is known', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '21 trade 104.5x9', '22 trade 97.5x9', ...END],
      {
        5: ({ ctx, X }) => {
          const parent = ctx.buy(X, 3, { limit: 99 })
          const child = ctx.sell(X, 3, { limit: 104, after: parent })
          ctx.buy(X, 2, { limit: 98, after: child })
        },
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '26: sell 3 at 104', '27: buy 2 at 98'])
  })
  it('is cancelled too late when it has filled before its cancel is there', async () => {
    const rows = [BOOK, '20 trade 98.5x1', '20.8 trade 104.5x9', ...END]
    const run = await tickPlay(rows, { ...pair, 20: ({ ctx, ids }) => ctx.cancel(ids[0]) }, { latency })
    // Held for all that the account knows at 20; the cancel is there at 21.
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '25.8: sell 3 at 104'])
    expect(tickOrders(run)).toEqual(['filled 3 (25)', 'filled 3 (25.8)'])
  })
  it('is cancelled where it waits, and where it has just begun', async () => {
    const rows = [BOOK, '20 trade 98.5x1', '20.8 trade 104.5x9', ...END]
    for (const [sent, told] of [
      [10, 16],
      [19, 25],
      [19.5, 25.5],
    ]) {
      const run = await tickPlay(
        rows,
        { ...pair, [sent]: ({ ctx, ids }: { ctx: Context; ids: readonly number[] }) => ctx.cancel(ids[0]) },
        { latency },
      )
      expect(tickOrders(run)).toEqual(['filled 3 (25)', `canceled 0 byStrategy (${told})`])
    }
  })
  it('is changed where it waits', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '22 trade 103.5x9', ...END],
      { ...pair, 10: ({ ctx, ids }) => ctx.replace(ids[0], { limit: 103, quantity: 2 }) },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '27: sell 2 at 103'])
  })
  it('is over when its time is, before its parent has filled', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '22 trade 104.5x9', ...END],
      {
        5: ({ ctx, X }) => {
          const parent = ctx.buy(X, 3, { limit: 99 })
          ctx.sell(X, 3, { limit: 104, after: parent, goodTill: START + 20 * MS })
        },
      },
      { latency },
    )
    expect(tickOrders(run)).toEqual(['filled 3 (25)', 'expired 0 goodTillPassed (25)'])
  })
  it('comes after its parent has filled, and works when it is there', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '23.9 trade 104.5x9', '24.1 trade 104.5x9', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99 }),
        23: ({ ctx, X, ids }) => ctx.sell(X, 3, { limit: 104, after: ids[0] }),
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '29.1: sell 3 at 104'])
  })
  it('of an order that is known to have filled is an order like any other', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '26.9 trade 104.5x9', '27.1 trade 104.5x9', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99 }),
        26: ({ ctx, X, ids }) => ctx.sell(X, 3, { limit: 104, after: ids[0] }),
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '32.1: sell 3 at 104'])
  })
  it('is cut with its group while it waits', async () => {
    const run = await tickPlay(
      [BOOK, '19 trade 103x1', '20 trade 98.5x1', '22 trade 97x9', ...END],
      {
        5: ({ ctx, X }) => {
          const parent = ctx.buy(X, 4, { limit: 99 })
          ctx.sell(X, 4, { stop: 97, after: parent, group: 'g' })
          ctx.sell(X, 2, { limit: 103, group: 'g' })
        },
      },
      { latency },
    )
    // Half of the other sells at 19: half of the child is left, and at 22 it is set off, which ends the other.
    expect(tickFills(run)).toEqual(['24: sell 1 at 103', '25: buy 4 at 99', '27: sell 2 at 99'])
    expect(tickOrders(run)[2]).toBe('canceled 1 otherOfGroupFilled (27)')
  })
})

describe('risk looks at a child when it begins to work, with all that has happened at the venue', () => {
  it('refuses what the cash does not pay once its parent has been paid', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '22 trade 97x9', ...END],
      { 5: ({ ctx, X }) => ctx.buy(X, 2, { limit: 98, after: ctx.buy(X, 3, { limit: 99 }) }) },
      { latency, account: 'cash', cash: 400 },
    )
    // 400 − 297 = 103, and 2 at 98 cost 196.
    expect(tickFills(run)).toEqual(['25: buy 3 at 99'])
    expect(tickOrders(run)[1]).toBe('rejected 0 insufficientCash (25)')
  })
  it('lets it spend what its parent has earned, told or not', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 103.5x9', '22 trade 97x9', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 4),
        12: ({ ctx, X }) => ctx.buy(X, 3, { limit: 98, after: ctx.sell(X, 3, { limit: 103 }) }),
      },
      { latency, account: 'cash', cash: 410 },
    )
    // 410 − 404 + 309 = 315, and 3 at 98 cost 294.
    expect(tickFills(run)).toEqual(['11: buy 4 at 101', '25: sell 3 at 103', '27: buy 3 at 98'])
  })
  it('sets cash aside for one before it looks at the next', async () => {
    const child = { limit: 98 }
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', ...END],
      {
        5: ({ ctx, X }) => {
          const after = ctx.buy(X, 1, { limit: 99 })
          for (let k = 0; k < 3; k++) ctx.buy(X, 3, { ...child, after })
        },
      },
      { latency, account: 'cash', cash: 700 },
    )
    // 601 are left: twice 294, and 13.
    expect(tickOrders(run)).toEqual([
      'filled 1 (25)',
      'accepted 0',
      'accepted 0',
      'rejected 0 insufficientCash (25)',
    ])
  })
  it('lets no cash account sell the same lots twice', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1', '22 trade 106x9', ...END],
      {
        5: ({ ctx, X }) => {
          const after = ctx.buy(X, 2, { limit: 99 })
          ctx.sell(X, 2, { limit: 104, after })
          ctx.sell(X, 1, { limit: 105, after })
        },
      },
      { latency, account: 'cash' },
    )
    expect(tickFills(run)).toEqual(['25: buy 2 at 99', '27: sell 2 at 104'])
    expect(tickOrders(run)[2]).toBe('rejected 0 shortNotAllowed (25)')
  })
  it('frees what an order that ended at the venue had set aside', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 99x6 sell', '23 trade 97.5x9', ...END],
      {
        5: ({ ctx, X }) => {
          const parent = ctx.buy(X, 4, { limit: 99 })
          ctx.buy(X, 2, { limit: 98, after: parent })
          return parent
        },
        20.5: ({ ctx, ids }) => ctx.cancel(ids[0]),
      },
      { latency, account: 'cash', cash: 400 },
    )
    // 2 bought at 20 for 198; at 21.5 the other 198 are free again, and 196 are needed.
    expect(tickFills(run)).toEqual(['25: buy 2 at 99', '28: buy 2 at 98'])
  })
  it('takes a purchase that sells on for what reduces a short', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 103.5x9', '22 trade 97x9', ...END],
      {
        5: ({ ctx, X }) =>
          ctx.buy(X, 2, { limit: 98, reduceOnly: true, after: ctx.sell(X, 2, { limit: 103 }) }),
      },
      { latency },
    )
    expect(tickFills(run)).toEqual(['25: sell 2 at 103', '27: buy 2 at 98'])
  })
  it('holds the position limit', async () => {
    const plan: TickPlan = {
      5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 90, after: ctx.buy(X, 3, { limit: 99 }) }),
    }
    const rows = [BOOK, '20 trade 98.5x1', ...END]
    const tight = await tickPlay(rows, plan, { latency, maxPosition: 5 })
    expect(tickOrders(tight)).toEqual(['filled 3 (25)', 'rejected 0 positionLimit (25)'])
    const wide = await tickPlay(rows, plan, { latency, maxPosition: 6 })
    expect(tickOrders(wide)).toEqual(['filled 3 (25)', 'accepted 0'])
  })
  it('asks for margin with the fill’s own loss', async () => {
    const rows = [BOOK, '20 trade 98.5x1', ...END]
    const play = (cash: number) =>
      tickPlay(
        rows,
        { 5: ({ ctx, X }) => ctx.buy(X, 1, { limit: 90, after: ctx.buy(X, 2, { limit: 101 }) }) },
        { latency, cash, leverage: 2, fees: '1/order' },
      )
    // Bought 2 at 101, marked at 100 (the book's middle), 1 of fees: equity is cash − 3. Bound are 100 and 45.
    const enough = await play(148)
    expect(tickOrders(enough)).toEqual(['filled 2 (11)', 'accepted 0'])
    const short = await play(147.99)
    expect(tickOrders(short)).toEqual(['filled 2 (11)', 'rejected 0 buyingPower (11)'])
  })
  it('looks again at an order that was sent before a child was known to work', async () => {
    const rows = [BOOK, '20 trade 98.5x1', ...END]
    const plan = (when: number, limit = 91): TickPlan => ({
      5: ({ ctx, X }) => ctx.buy(X, 2, { limit: 90, after: ctx.buy(X, 3, { limit: 99 }) }),
      [when]: ({ ctx, X }) => ctx.buy(X, 2, { limit }),
    })
    // 3 bought and 2 of the child: two more are too many. Sent before 20 they count when the child is looked at; sent
    // before 25, when the child is known, they are refused at the venue; after that at home.
    for (const [when, first, second] of [
      [18, 'rejected 0 positionLimit (25)', 'accepted 0'],
      [19.5, 'rejected 0 positionLimit (25)', 'accepted 0'],
      [20.5, 'accepted 0', 'rejected 0 positionLimit (26.5)'],
      [24.9, 'accepted 0', 'rejected 0 positionLimit (30.9)'],
      [26, 'accepted 0', 'rejected 0 positionLimit (26)'],
    ] as const) {
      const run = await tickPlay(rows, plan(when), { latency, maxPosition: 5 })
      expect(tickOrders(run)).toEqual(['filled 3 (25)', first, second])
    }
    const margin = await tickPlay(rows, plan(21), { latency, cash: 500, leverage: 1 })
    // Equity 500 + 3 × (100 − 99); 300 and 180 are bound, and 182 more are asked for.
    expect(tickOrders(margin)).toEqual(['filled 3 (25)', 'accepted 0', 'rejected 0 buyingPower (27)'])
    const cash = await tickPlay(rows, plan(21, 98), { latency, account: 'cash', cash: 500 })
    // What cash does not pay is cut when it fills.
    expect(tickOrders(cash)).toEqual(['filled 3 (25)', 'accepted 0', 'accepted 0'])
  })
  it('does not count what the strategy answers later', async () => {
    class Answers extends strategy({ account: 'margin' }) {
      answered = false
      override onStart(ctx: Context): void {
        ctx.wakeAt(START + 5 * MS, 'order')
      }
      override onTimer(_name: string, ctx: Context): void {
        const [X] = ctx.instruments
        ctx.buy(X, 1)
        ctx.buy(X, 2, { limit: 90, after: ctx.buy(X, 2, { limit: 99 }) })
      }
      override onFill(_fill: unknown, ctx: Context): void {
        if (!this.answered) ctx.buy(ctx.instruments[0], 2, { limit: 91 })
        this.answered = true
      }
    }
    const rows = [BOOK, '8+10 trade 98.5x1', ...END]
    const run = await tickPlay(rows, {}, { strategy: Answers, latency, maxPosition: 5 })
    // 1 bought at 6, told at 11; 2 at 8, whereupon the child works: 5. What is sent at 11 is there at 12, too many,
    // though the trade of 8 is seen at 18.
    expect(tickOrders(run)).toEqual([
      'filled 1 (11)',
      'filled 2 (13)',
      'accepted 0',
      'rejected 0 positionLimit (17)',
    ])
  })
  it('keeps strategies apart', async () => {
    const buys = (quantity: number) =>
      class extends strategy({ account: 'cash' }) {
        override onStart(ctx: Context): void {
          ctx.wakeAt(START + 5 * MS, 'order')
        }
        override onTimer(_name: string, ctx: Context): void {
          const [X] = ctx.instruments
          ctx.buy(X, 1, { limit: 98, after: ctx.buy(X, quantity, { limit: 99 }) })
        }
      }
    const run = await backtest({
      strict: true,
      latency,
      cash: 900,
      strategies: [{ strategy: buys(2) }, { strategy: buys(3) }, { strategy: buys(2) }],
      ticks: memoryTicks([{ instrument: share('X'), ...ticksOf([BOOK, '20 trade 98.5x1', ...END]) }]),
    })
    // 300 each: 102, 3 and 102 are left to them, and 98 are asked for.
    expect(tickOrders(run)).toEqual([
      'filled 2 (25)',
      'accepted 0',
      'filled 3 (25)',
      'rejected 0 insufficientCash (25)',
      'filled 2 (25)',
      'accepted 0',
    ])
  })
  it('tells the strategy nothing of a child at work before its report', async () => {
    const told: number[][] = []
    const look = ({ ctx }: { ctx: Context }) => {
      told.push([ctx.buyingPower, ctx.cash])
    }
    await tickPlay(
      [BOOK, '20 trade 98.5x1', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 2, { limit: 90, after: ctx.buy(X, 3, { limit: 99 }) }),
        19: look,
        24: look,
        26: look,
      },
      { latency, account: 'cash', cash: 1000 },
    )
    expect(told).toEqual([
      [703, 1000],
      [703, 1000],
      [523, 703],
    ])
  })
})

describe('a bracket in a cash account', () => {
  it('sells what was bought and is not in its books yet', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 98.5x1 sell', '22 trade 105x9 buy', ...END],
      { 5: ({ ctx, X }) => ctx.buy(X, 3, { limit: 99, takeProfit: 104, stopLoss: 90 }) },
      { latency, account: 'cash' },
    )
    expect(tickFills(run)).toEqual(['25: buy 3 at 99', '27: sell 3 at 104'])
  })
  it('sells nothing twice', async () => {
    const run = await tickPlay(
      [BOOK, '20 trade 100x2 buy', '22 trade 105x9 buy', ...END],
      {
        5: ({ ctx, X }) => ctx.buy(X, 3),
        17: ({ ctx, X }) => {
          ctx.sell(X, 3, { limit: 100 })
          ctx.sell(X, 3, { limit: 102.5, reduceOnly: true })
        },
      },
      { latency: '0ms/10ms', account: 'cash' },
    )
    expect(tickFills(run)).toEqual(['15: buy 3 at 101', '30: sell 2 at 100', '32: sell 1 at 100'])
  })
})

describe('a child in another market', () => {
  it('of the same venue works from the fill on', async () => {
    class Two extends strategy({}) {
      override onStart(ctx: Context): void {
        ctx.wakeAt(START + 5 * MS, 'order')
      }
      override onTimer(_name: string, ctx: Context): void {
        const [A, B] = ctx.instruments
        ctx.sell(B, 2, { limit: 51, after: ctx.buy(A, 2, { limit: 9 }) })
      }
    }
    const run = await backtest({
      strict: true,
      strategy: Two,
      account: 'margin',
      latency,
      ticks: memoryTicks([
        { instrument: share('A'), ...ticksOf(['1 trade 10x1', '20 trade 8x1', '200 trade 8x1']) },
        { instrument: share('B'), ...ticksOf(['1 trade 50x1', '21 trade 52x1', '200 trade 52x1']) },
      ]),
    })
    expect(tickFills(run)).toEqual(['25: buy 2 at 9', '26: sell 2 at 51'])
  })

  class Both extends strategy({}) {
    override onStart(ctx: Context): void {
      ctx.wakeAt(START + 15 * MS, 'order')
      ctx.wakeAt(START + 55 * MS, 'cancel')
    }
    override onTimer(name: string, ctx: Context): void {
      const [B, T] = ctx.instruments
      if (name === 'order') this.order(ctx, B, T)
    }
    order(_ctx: Context, _B: Tradable, _T: Tradable): void {}
  }
  const run = (strategy: typeof Both, trades: string[], prices: string[]) =>
    backtest({
      strict: true,
      strategy,
      account: 'margin',
      latency: '0ms/15ms',
      ticks: memoryTicks([
        { instrument: share('T'), ...ticksOf(['1 trade 10x1', ...trades, '200 trade 10x1']) },
      ]),
      bars: memoryBars([{ instrument: share('B'), series: barsOf(prices, 10 * MS) }], { interval: '10ms' }),
    })

  it('of ticks waits for the bar in which its parent fills', async () => {
    class Bars extends Both {
      override order(ctx: Context, B: Tradable, T: Tradable): void {
        ctx.buy(T, 4, { limit: 9, after: ctx.buy(B, 4, { limit: 19 }) })
      }
    }
    // The bar that ends at 50 opens at 18; a trade at 8 before that fills nothing.
    const trades = ['40 trade 8x1', '45 trade 10x1', '60 trade 8x1']
    const both = await run(Bars, trades, ['20', '20', '20', '20', '18', '18'])
    expect(tickFills(both)).toEqual(['50: buy 4 at 18', '75: buy 4 at 9'])
  })
  it('of bars waits for the report of its parent’s fill on ticks', async () => {
    class Ticks extends Both {
      override order(ctx: Context, B: Tradable, T: Tradable): void {
        ctx.buy(B, 4, { after: ctx.buy(T, 4, { limit: 9 }) })
      }
    }
    // Filled at 22, known at 37: the first bar that begins after that is the one from 40 to 50.
    const both = await run(Ticks, ['22 trade 8x1'], ['20', '20', '20', '20', '21', '22'])
    expect(tickFills(both)).toEqual(['37: buy 4 at 9', '50: buy 4 at 21'])
  })
  it('ends with a parent that ended at the account, whoever keeps it', async () => {
    class Chain extends Both {
      last = 0
      override order(ctx: Context, B: Tradable, T: Tradable): void {
        this.last = ctx.buy(T, 4, { limit: 9, after: ctx.buy(B, 4, { limit: 10 }), takeProfit: 12 })
        ctx.sell(T, 4, { limit: 11, after: this.last })
      }
      override onTimer(name: string, ctx: Context): void {
        super.onTimer(name, ctx)
        if (name === 'cancel') ctx.cancel(this.last)
      }
    }
    const both = await run(Chain, [], ['20', '20', '20', '20', '20', '20'])
    expect(tickOrders(both)).toEqual([
      'accepted 0',
      'canceled 0 byStrategy (55)',
      'canceled 0 parentEnded (70)',
      'canceled 0 parentEnded (70)',
    ])
  })
})

describe('how long reports take', () => {
  it('changes nothing of what children fill, nor of which risk lets work', async () => {
    const trade = fc.tuple(fc.integer({ min: 95, max: 106 }), fc.integer({ min: 1, max: 4 }), fc.boolean())
    const market = fc.array(trade, { minLength: 5, maxLength: 40 })
    const money = fc.record({
      account: fc.constantFrom('cash' as const, 'margin' as const),
      cash: fc.integer({ min: 300, max: 1800 }),
      leverage: fc.constantFrom(1, 2),
      maxPosition: fc.constantFrom(undefined, 4, 9),
      fees: fc.constantFrom('none', '10bps', '1/order'),
    })
    let fills = 0
    const refused = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(market, money, async (trades, { account, leverage, ...rest }) => {
        const rows = [
          BOOK,
          ...trades.map(
            ([price, size, buys], k) => `${10 + k} trade ${price}x${size} ${buys ? 'buy' : 'sell'}`,
          ),
          '900 book bid 90x1',
        ]
        const play = async (back: number) => {
          const run = await tickPlay(
            rows,
            {
              5: ({ ctx, X }) => {
                const first = ctx.buy(X, 4, { limit: 98 })
                const second = ctx.sell(X, 3, { limit: 103, after: first })
                ctx.sell(X, 2, { limit: 102, after: first, group: 'g' })
                ctx.sell(X, 2, { stop: 97, after: first, group: 'g' })
                ctx.buy(X, 5, { limit: 97, after: second, takeProfit: 101 })
                ctx.buy(X, 2, { after: second })
                ctx.buy(X, 3, { limit: 96, goodTill: START + 20 * MS })
                ctx.sell(X, 9, { limit: 104, after: 7, reduceOnly: true })
              },
            },
            {
              latency: `1ms/${back}ms`,
              account,
              ...(account === 'margin' ? { leverage } : {}),
              ...rest,
            },
          )
          return {
            fills: tickFills(run).map(fill => {
              const [time, ...what] = fill.split(': ')
              return [Math.round((Number(time) - back) * 10) / 10, ...what]
            }),
            // When they ended depends on whether they were refused at home.
            orders: tickOrders(run).map(order => order.split(' (')[0]),
          }
        }
        const known = await play(0)
        fills += known.fills.length
        for (const order of known.orders) if (/rejected/.test(order)) refused.set(order.split(' ')[2], 1)
        for (const back of [1, 7, 300]) expect(await play(back)).toEqual(known)
      }),
      { numRuns: 150, seed: 20261121 },
    )
    expect(fills).toBeGreaterThan(300)
    for (const reason of ['buyingPower', 'insufficientCash', 'positionLimit', 'shortNotAllowed'])
      expect([...refused.keys()]).toContain(reason)
  })
})

describe('whatever is sent, and whenever', () => {
  /** Sends, changes and cancels at random; half of all orders wait for another. */
  function reckless(random: Random, limited: boolean): TickPlan {
    const act = ({ ctx, X }: { ctx: Context; X: Tradable }) => {
      const some = <Value>(chance: number, value: Value): Value | undefined =>
        random.uniform() < chance ? value : undefined
      for (let k = random.integer(1, 4); k > 0; k--) {
        const choice = random.uniform()
        const newest = ctx.openOrders().at(-1) ?? 0
        const price = random.integer(96, 107)
        const side = random.uniform() < 0.55 ? 'buy' : 'sell'
        if (choice < 0.1) ctx.cancel(random.integer(1, newest + 2))
        else if (choice < 0.2 && !limited)
          ctx.replace(random.integer(1, newest + 2), { quantity: random.integer(1, 7), limit: price })
        else
          try {
            ctx[side](X, random.integer(1, 7), {
              ...(random.uniform() < 0.7 || limited ? { limit: price } : { stop: price }),
              after: some(0.5, random.integer(1, newest + 3)),
              group: some(0.2, `g${random.integer(0, 3)}`),
              goodTill: some(0.15, ctx.now + random.integer(1, 30) * MS),
              // Reduce-only orders weigh nothing with risk, and what they leave to others may.
              ...(limited
                ? {}
                : { reduceOnly: some(0.1, true), takeProfit: some(0.15, side === 'buy' ? 106 : 96) }),
            })
          } catch (error) {
            if (!isGordonError(error) || error.code !== 'ORDER_OPTIONS') throw error
          }
      }
    }
    return Object.fromEntries(Array.from({ length: 14 }, (_, k) => [5.5 + 4 * k, act]))
  }

  it('a cash account owes nothing and is never short, and no position is beyond its limit', async () => {
    const terms = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      way: fc.constantFrom('none', '1ms/5ms', '3ms/1ms', '0ms/20ms', 'lognormal:3ms:sigma=0.5'),
      cash: fc.integer({ min: 300, max: 2500 }),
      fees: fc.constantFrom('none', '10bps', '1/order'),
      limited: fc.boolean(),
    })
    let fills = 0
    await fc.assert(
      fc.asyncProperty(terms, async ({ seed, way, cash, fees, limited }) => {
        const random = new Random(seed)
        const rows = [BOOK]
        for (let k = 0; k < 30; k++)
          rows.push(`${10 + 2 * k} trade ${random.integer(95, 107)}x${random.integer(1, 5)}`)
        const run = await tickPlay([...rows, '900 book bid 90x1'], reckless(random, limited), {
          latency: way,
          fees,
          cash,
          ...(limited ? { leverage: 2, maxPosition: 8 } : { account: 'cash' }),
        })
        let position = 0
        let money = cash
        for (const { side, quantity, price, fee } of run.fills) {
          const signed = side === 'buy' ? quantity : -quantity
          position += signed
          money -= signed * price + fee
          if (limited) expect(Math.abs(position)).toBeLessThanOrEqual(8)
          else {
            expect(position).toBeGreaterThanOrEqual(0)
            expect(money).toBeGreaterThan(-1e-9)
          }
        }
        fills += run.fills.length
      }),
      { numRuns: 300, seed: 20261121 },
    )
    expect(fills).toBeGreaterThan(1500)
  })
})
