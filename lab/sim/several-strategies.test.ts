/** Several strategies in one run. Numbers by hand; rules in models/several-strategies.md. */
import { describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import type { Context, FillRecord, OrderRecord } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import {
  barsOf,
  dayOf,
  fillsOf,
  market,
  ordersOf,
  type Plan,
  planned,
  START,
  share,
  type Table,
} from '../testing/fixtures.ts'
import { randomMarket, streamed } from '../testing/fixtures-random.ts'
import { randomTicks, Restless } from '../testing/fixtures-ticks.ts'
import { byClock, type TickPlan, tickOrders, ticksOf } from '../testing/tick-play.ts'
import { backtest, type JointRequest } from './backtest.ts'
import type { StrategyShare } from './members.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'
import { memoryTicks } from './ticks.ts'

type More = Partial<Omit<JointRequest, 'strategies'>>

/** Plans in one run, called A, B, … */
function together(table: Table, plans: readonly Plan[], more: More = {}, shares?: readonly number[]) {
  return backtest({
    strict: true,
    bars: market(table),
    strategies: plans.map((plan, place) => ({
      strategy: planned(plan),
      name: 'ABC'[place],
      share: shares?.[place],
    })),
    cash: 1_000,
    ...more,
  })
}

const mine = (run: Run, name: string) => ({
  ...run,
  orders: run.orders.filter(order => order.strategy === name),
  fills: run.fills.filter(fill => fill.strategy === name),
  trades: run.trades.filter(trade => trade.strategy === name),
})

describe('each strategy has its part of the money', () => {
  it('and what one spends is not spent by the other', async () => {
    const run = await together(
      { X: ['10', '10', '20', '20'] },
      [
        { 1: ({ ctx, of }) => ctx.buy(of.X, 60) },
        { 1: ({ ctx, of }) => [ctx.buy(of.X, 41), ctx.buy(of.X, 40)] },
      ],
      {},
      [0.6, 0.4],
    )
    // A: 60 × 10 of 600. B: 41 × 10 of 400 is refused, 40 × 10 is not.
    expect(ordersOf(run)).toEqual(['1: filled 60 (2)', '1: rejected 0 insufficientCash', '1: filled 40 (2)'])
    expect(run.orders.map(order => order.strategy)).toEqual(['A', 'B', 'B'])
    expect(run.members!.map(one => [...one.equity])).toEqual([
      [600, 600, 1200, 1200],
      [400, 400, 800, 800],
    ])
    expect([...run.curve.equity]).toEqual([1000, 1000, 2000, 2000])
    expect([...run.curve.cash]).toEqual([1000, 0, 0, 0])
    expect([run.startEquity, run.endEquity]).toEqual([1000, 2000])
    expect(
      run.members!.map(({ name, share, startEquity, endEquity }) => [name, share, startEquity, endEquity]),
    ).toEqual([
      ['A', 0.6, 600, 1200],
      ['B', 0.4, 400, 800],
    ])
  })

  it('in equal parts unless said otherwise, to the last unit', async () => {
    const run = await together({ X: ['10', '10'] }, [{}, {}, {}], { cash: 100 })
    // 100 / 3, rounded to the ledger's unit of 1e-9; the last has what is left.
    expect(run.members!.map(one => one.startEquity)).toEqual([33.333333333, 33.333333333, 33.333333334])
    expect(run.startEquity).toBe(100)
  })

  it('and positions: a long of one and a short of the other', async () => {
    const run = await together(
      { X: ['10', '10', '12', '12'] },
      [
        { 1: ({ ctx, of }) => ctx.buy(of.X, 10), 3: ({ ctx, of }) => ctx.close(of.X) },
        {
          1: ({ ctx, of }) => ctx.sell(of.X, 10),
          3: ({ ctx, of }) => ctx.log(`${ctx.position(of.X)} ${ctx.cash} ${ctx.equity}`),
        },
      ],
      { account: 'margin' },
    )
    expect(run.logs.map(line => line.text)).toEqual(['B: -10 600 480'])
    // Net nothing, gross 2 × 120, until A sells.
    expect([...run.curve.netExposure]).toEqual([0, 0, 0, -120])
    expect([...run.curve.grossExposure]).toEqual([0, 200, 240, 120])
    expect([...run.curve.equity]).toEqual([1000, 1000, 1000, 1000])
    expect(run.trades).toMatchObject([{ strategy: 'A', profit: 20, quantity: 10 }])
    expect(run.openTrades).toMatchObject([{ strategy: 'B', direction: 'short', profit: -20 }])
  })

  it('and a share that does not add up is refused', async () => {
    const one = { strategy: planned({}) }
    const run = (strategies: readonly StrategyShare[]) =>
      backtest({ bars: market({ X: ['10', '10'] }), strategies })
    await expect(run([])).rejects.toThrow('The run was given no strategy; give it one or more.')
    await expect(run([{ ...one, share: 0.5 }, one])).rejects.toThrow(
      'Planned 2 is given the share undefined of the money; give each strategy one above 0 and at most 1, or none at all for equal parts.',
    )
    await expect(
      run([
        { ...one, share: 0.5 },
        { ...one, share: 0.4 },
      ]),
    ).rejects.toThrow('The shares 0.5, 0.4 of the money add up to 0.9; they must add up to 1.')
    await expect(
      run([
        { ...one, name: 'A' },
        { ...one, name: 'A' },
      ]),
    ).rejects.toThrow('Two strategies of the run are called A; name one otherwise.')
  })
})

describe('what is one strategy’s is no other’s', () => {
  it('orders: not to be seen, changed, cancelled or waited for', async () => {
    const seen: unknown[] = []
    const run = await together({ X: ['10', '10', '10', '10'] }, [
      { 1: ({ ctx, of }) => ctx.buy(of.X, 1, { limit: 9 }) },
      {
        2: ({ ctx, of }) => {
          ctx.cancel(1)
          seen.push(ctx.order(1), ctx.replace(1, { limit: 8 }), ctx.openOrders(), ctx.children(1))
          ctx.buy(of.X, 1, { after: 1, limit: 9 })
        },
      },
    ])
    expect(seen).toEqual([undefined, 'unknownOrder', [], []])
    expect(ordersOf(run)).toEqual(['1: accepted 0', '2: rejected 0 unknownOrder'])
  })

  it('groups of one name, brackets, reduce-only', async () => {
    const exits: Plan[number] = ({ ctx, of }) => [
      ctx.sell(of.X, 5, { limit: 12, group: 'exit' }),
      ctx.sell(of.X, 5, { stop: 8, group: 'exit' }),
    ]
    const run = await together({ X: ['10', '10', '10', '13', '13'] }, [
      { 1: ({ ctx, of }) => ctx.buy(of.X, 5), 2: exits },
      {
        1: ({ ctx, of }) => ctx.buy(of.X, 5),
        2: ({ ctx, of }) => [
          ctx.sell(of.X, 5, { limit: 20, group: 'exit' }),
          ctx.sell(of.X, 5, { stop: 8, group: 'exit', reduceOnly: true }),
        ],
      },
    ])
    // A's target fills at the open of 13 and ends A's stop; B's orders go on.
    expect(ordersOf(run).slice(2)).toEqual([
      '2: filled 5 (4)',
      '2: canceled 0 otherOfGroupFilled (4)',
      '2: accepted 0',
      '2: accepted 0',
    ])
  })

  it('notices and timers', async () => {
    const told: string[] = []
    const named = (name: string) =>
      class extends strategy({ schedules: { [name]: { every: '12h', within: 'day' } } }) {
        override onInstant(ctx: Context): void {
          if (ctx.now === START + DAY) ctx.buy(ctx.instruments[0], name === 'one' ? 1 : -1)
        }
        override onFill(fill: FillRecord): void {
          told.push(`${name} fill ${fill.quantity}`)
        }
        override onOrder(order: OrderRecord): void {
          told.push(`${name} order ${order.reason}`)
        }
        override onTimer(timer: string): void {
          told.push(`${name} timer ${timer}`)
        }
      }
    await backtest({
      bars: market({ X: ['10', '10'] }),
      strategies: [{ strategy: named('one') }, { strategy: named('two') }],
    })
    expect(new Set(told)).toEqual(
      new Set(['one timer one', 'two timer two', 'one fill 1', 'two order nonPositiveQuantity']),
    )
  })

  it('chance: each draws numbers of its own, the first those that it draws alone', async () => {
    const draws: Record<string, number[]> = {}
    const drawing = (name: string) =>
      planned({ 1: ({ ctx }) => (draws[name] = [ctx.random(), ctx.random()]) })
    await backtest({
      bars: market({ X: ['10'] }),
      strategies: [{ strategy: drawing('first') }, { strategy: drawing('second') }],
    })
    await backtest({ bars: market({ X: ['10'] }), strategy: drawing('alone') })
    expect(draws.first).toEqual(draws.alone)
    expect(draws.second).not.toEqual(draws.first)
  })

  it('and what throws is named', async () => {
    const run = together({ X: ['10'] }, [
      {},
      {
        1: () => {
          throw new Error('no')
        },
      },
    ])
    await expect(run).rejects.toThrow(/^Strategy B threw "no" in onInstant/)
  })
})

describe('what happens to holdings happens to each', () => {
  it('dividends, splits', async () => {
    const run = await together(
      { X: ['10', '10', '5', '5', '5'] },
      [{ 1: ({ ctx, of }) => ctx.buy(of.X, 10) }, { 1: ({ ctx, of }) => ctx.buy(of.X, 20) }],
      {
        actions: [
          { kind: 'split', instrument: 'X', time: START + 2 * DAY, ratio: 2 },
          { kind: 'dividend', instrument: 'X', time: START + 3 * DAY, payTime: START + 4 * DAY, amount: 0.5 },
        ],
      },
    )
    // 20 and 40 shares of 5 after the split; 0.50 each is 10 and 20.
    expect(run.members!.map(one => [...one.equity])).toEqual([
      [500, 500, 510, 510, 510],
      [500, 500, 520, 520, 520],
    ])
    expect(run.cashFlows.map(flow => [flow.strategy, flow.kind, flow.amount])).toEqual([
      ['A', 'split', 0],
      ['B', 'split', 0],
      ['A', 'entitlement', 10],
      ['B', 'entitlement', 20],
      ['A', 'dividend', 10],
      ['B', 'dividend', 20],
    ])
  })

  it('liquidation: one is closed out, the other goes on', async () => {
    const run = await together(
      { X: ['100', '100', '60', '60', '60'] },
      [{ 1: ({ ctx, of }) => ctx.buy(of.X, 10) }, { 1: ({ ctx, of }) => ctx.buy(of.X, 2) }],
      { account: 'margin', leverage: 2 },
    )
    // A owns 10 × 60 with a debt of 500: 100 back 600, of which 25 % are 150; of 6 × 60 they are 90. B owns 2 × 60
    // and 300 of cash.
    expect(fillsOf(run)).toEqual(['2: buy 10 X at 100', '2: buy 2 X at 100', '4: sell 4 X at 60'])
    expect(run.fills.map(fill => fill.strategy)).toEqual(['A', 'B', 'A'])
    expect(run.orders[2]).toMatchObject({ strategy: 'A', tag: 'liquidation' })
    expect(run.members!.map(one => one.endEquity)).toEqual([100, 420])
  })
})

describe('they share the venue', () => {
  it('what one takes of a bar’s volume the other does not get', async () => {
    const instrument = share('X')
    const series = { ...barsOf(['10', '10', '10', '10']), volume: new Float64Array(4).fill(1_000) }
    const run = await backtest({
      bars: memoryBars([{ instrument, series }], { interval: '1d' }),
      strategies: ['A', 'B'].map(name => ({
        name,
        strategy: planned({ 1: ({ ctx, of }) => ctx.buy(of.X, 80) }),
      })),
      slippage: 'volume-share:cap=10%',
    })
    // A hundred a bar: A's 80 and 20 of B's, then the other 60.
    expect(run.fills.map(fill => [fill.strategy, dayOf(fill.time), fill.quantity])).toEqual([
      ['A', 2, 80],
      ['B', 2, 20],
      ['B', 3, 60],
    ])
  })

  it('tiers of fees count what all of them trade', async () => {
    const run = await together(
      { X: ['50', '50', '50', '50'] },
      [{ 1: ({ ctx, of }) => ctx.buy(of.X, 200) }, { 2: ({ ctx, of }) => ctx.buy(of.X, 100) }],
      { fees: 'coinbase', cash: 100_000 },
    )
    // 60 bps of 10,000, which reach the tier of 40 bps: for B's 5,000 too.
    expect(run.fills.map(fill => fill.fee)).toEqual([60, 20])
    expect(run.members!.map(one => one.fees)).toEqual([60, 20])
    expect(run.fees).toBe(80)
  })
})

const cross = (fast: number) =>
  class Cross extends strategy({ history: 12 }) {
    override onInstant(ctx: Context): void {
      for (const instrument of ctx.universe) {
        const bars = ctx.history(instrument, 12)
        if (bars === undefined) continue
        const mean = (n: number) => bars.close.slice(-n).reduce((sum, price) => sum + price, 0) / n
        ctx.target(instrument, mean(fast) > mean(12) ? Math.floor(ctx.equity / 4 / bars.close[11]) : 0)
      }
    }
  }

/** What one strategy did in a run, without ids, which count the orders of all. */
function deeds(run: Run, name?: string) {
  const { orders, fills, trades } = name === undefined ? run : mine(run, name)
  const place = new Map(orders.map((order, k) => [order.id, k]))
  return {
    orders: orders.map(({ id: _, strategy: __, parent, group: ___, ...order }) => ({
      ...order,
      parent: parent === undefined ? undefined : place.get(parent),
    })),
    fills: fills.map(({ id: _, strategy: __, orderId, ...fill }) => ({ ...fill, order: place.get(orderId) })),
    trades: trades.map(({ strategy: _, entryOrderId: __, exitOrderId: ___, ...trade }) => trade),
  }
}

describe('strategies that do not meet at the venue do what they do alone', () => {
  it('on bars of several symbols, whole or in batches', async () => {
    for (const seed of [1, 2, 3]) {
      const bars = () => randomMarket({ seed, symbols: 3, bars: 200, ragged: true, missing: 0.05 })
      const settings = { fees: '10bps', from: START + 30 * DAY }
      const strategies = [
        { strategy: cross(3), name: 'fast', share: 0.75 },
        { strategy: cross(6), name: 'slow', share: 0.25 },
      ]
      const run = await backtest({ ...settings, bars: bars(), strategies })
      const alone = [
        await backtest({ ...settings, bars: bars(), strategy: cross(3), cash: 75_000 }),
        await backtest({ ...settings, bars: bars(), strategy: cross(6), cash: 25_000 }),
      ]
      alone.forEach((one, place) => {
        expect(one.fills.length).toBeGreaterThan(10)
        expect(deeds(run, run.members![place].name)).toEqual(deeds(one))
        expect([...run.members![place].equity]).toEqual([...one.curve.equity])
        expect(run.members![place].fees).toBe(one.fees)
      })
      expect([...run.curve.time]).toEqual([...alone[0].curve.time])
      for (const column of ['equity', 'cash', 'netExposure', 'grossExposure'] as const)
        expect([...run.curve[column]]).toEqual(
          [...alone[0].curve[column]].map((value, row) =>
            expect.closeTo(value + alone[1].curve[column][row], 6),
          ),
        )
      const batches = await backtest({ ...settings, bars: streamed(bars(), 17), strategies })
      expect(batches.digest).toBe(run.digest)
    }
  })

  it('on one symbol', async () => {
    const bars = randomMarket({ seed: 9, symbols: 1, bars: 300 })
    const run = await backtest({ bars, strategies: [{ strategy: cross(2) }, { strategy: cross(5) }] })
    const alone = await backtest({ bars, strategy: cross(5), cash: 50_000 })
    expect(run.strategy).toBe('Cross + Cross 2')
    expect(deeds(run, 'Cross 2')).toEqual(deeds(alone))
    expect([...run.members![1].equity]).toEqual([...alone.curve.equity])
  })
})

describe('a run of several has one digest', () => {
  it('the same each time, and another in another order or with other shares', async () => {
    const bars = randomMarket({ seed: 4, symbols: 2, bars: 120 })
    const a = { strategy: cross(3), name: 'a' }
    const b = { strategy: cross(6), name: 'b' }
    const digest = async (strategies: readonly StrategyShare[]) =>
      (await backtest({ bars, strategies })).digest
    const first = await digest([a, b])
    expect(await digest([a, b])).toBe(first)
    expect(await digest([b, a])).not.toBe(first)
    expect(
      await digest([
        { ...a, share: 0.4 },
        { ...b, share: 0.6 },
      ]),
    ).not.toBe(first)
    expect(await digest([a])).toBe((await backtest({ bars, strategies: [{ ...a, share: 1 }] })).digest)
  })
})

describe('on ticks', () => {
  const BOOK = '0 snapshot bid 99x4 bid 98x6 ask 101x5 ask 102x10'
  const END = ['90 book bid 90x1', '200 book bid 90x2']
  const ticks = (rows: readonly string[]) =>
    memoryTicks([{ instrument: share('X'), ...ticksOf([BOOK, ...rows, ...END]) }])
  const run = (plans: readonly TickPlan[], rows: readonly string[], more: More = {}) =>
    backtest({
      ticks: ticks(rows),
      strategies: plans.map((plan, place) => ({ strategy: byClock(plan), name: 'AB'[place] })),
      cash: 2_000,
      latency: '1ms/5ms',
      strict: true,
      ...more,
    })

  it('the second takes what the first has left', async () => {
    const buy: TickPlan = { 5: ({ ctx, X }) => ctx.buy(X, 3) }
    const both = await run([buy, buy], [])
    expect(both.fills.map(fill => `${fill.strategy} ${fill.quantity} at ${fill.price}`)).toEqual([
      'A 3 at 101',
      'B 2 at 101',
      'B 1 at 102',
    ])
  })

  it('money and positions of fills on their way are each one’s own', async () => {
    // 1,000 each: 9 at 101 are 909 and leave too little for one more, before the account knows and after.
    const greedy: TickPlan = {
      5: ({ ctx, X }) => ctx.buy(X, 5, { limit: 101 }),
      7: ({ ctx, X }) => ctx.buy(X, 4, { limit: 102 }),
      12: ({ ctx, X }) => ctx.sell(X, 5, { limit: 99, reduceOnly: true }),
    }
    const flat: TickPlan = { 13: ({ ctx, X }) => ctx.sell(X, 5, { limit: 99, reduceOnly: true }) }
    const both = await run([greedy, flat], [], { cash: 2_000 })
    const alone = await run([greedy], [], { cash: 1_000 })
    expect(tickOrders(alone)).toEqual(['filled 5 (11)', 'filled 4 (13)', 'partiallyFilled 4'])
    expect(tickOrders(both)).toEqual([
      'filled 5 (11)',
      'filled 4 (13)',
      'partiallyFilled 4',
      'rejected 0 reduceOnlyWouldIncrease (13)',
    ])
    expect(both.orders.map(order => order.strategy)).toEqual(['A', 'A', 'A', 'B'])
  })

  it('a venue that leaves its book as it was lets each do what it does alone', async () => {
    for (const seed of [1, 2, 3]) {
      const market = () => randomTicks({ seed, events: 1_500, symbols: 2 })
      const settings = { latency: '2ms', partialFills: false, strict: true, account: 'margin' } as const
      const joint = await backtest({
        ...settings,
        ticks: market(),
        strategies: [
          { strategy: Restless, name: 'A' },
          { strategy: Restless, name: 'B' },
        ],
        cash: 200_000,
      })
      const alone = await backtest({ ...settings, ticks: market(), strategy: Restless, cash: 100_000 })
      expect(alone.fills.length).toBeGreaterThan(50)
      expect(joint.fills.length).toBeGreaterThan(alone.fills.length + 50)
      expect(deeds(joint, 'A')).toEqual(deeds(alone))
      expect([...joint.members![0].equity]).toEqual([...alone.curve.equity])
    }
  })
})
