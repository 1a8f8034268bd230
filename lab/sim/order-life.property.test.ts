/**
 * The life of orders under random streams of commands (fast-check; a failure prints its seed and its smallest
 * counterexample): every type, tie and time in force, cancels and replaces at random, on bars with gaps, missing
 * bars, unknown volumes and prices, with and without caps and latency.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { DAY } from '../core/time.ts'
import { TRANSITIONS } from '../domain/order.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { isGordonError } from '../core/errors.ts'
import type { Context, OrderOptions, OrderRecord, Tradable } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { randomSeries } from '../testing/fixtures-random.ts'
import { share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { constantLatency } from './models/latency.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'
import type { AnyStrategy } from './members.ts'

/** Sends what it likes, and holds every order that it looks at to the table of states. */
function reckless(seed: number, seen: Map<string, number>): AnyStrategy {
  return class Reckless extends strategy() {
    random = new Random(seed)
    sent = 0
    states = new Map<number, OrderRecord>()

    override onInstant(ctx: Context): void {
      this.look(ctx)
      for (let k = this.random.integer(0, 4); k > 0; k--) this.act(ctx)
      this.look(ctx)
      if (ctx.openOrders().length === 0) {
        // What nothing works for is not set aside: all of the cash may be spent.
        expect(ctx.buyingPower).toBeCloseTo(ctx.cash, 6)
      }
      for (const instrument of ctx.instruments) expect(ctx.position(instrument)).toBeGreaterThanOrEqual(0)
      expect(ctx.cash).toBeGreaterThanOrEqual(0)
    }
    override onOrder(order: OrderRecord, ctx: Context): void {
      seen.set(`${order.type} ${order.state} ${order.reason ?? ''}`, 1)
      if (order.state !== 'rejected' && this.random.uniform() < 0.1) this.act(ctx)
    }

    look(ctx: Context): void {
      for (let id = 1; id <= this.sent + 2; id++) {
        const order = ctx.order(id)
        if (order === undefined) continue
        const before = this.states.get(id)
        if (before?.endedAt !== undefined) continue
        const { state, quantity, filledQuantity } = order
        hold(before === undefined || before.state === state || reachable(before.state, state), order)
        hold(filledQuantity >= (before?.filledQuantity ?? 0), order)
        hold(state === 'rejected' || filledQuantity <= quantity, order)
        hold(state !== 'held' || filledQuantity === 0, order)
        this.states.set(id, order)
        seen.set(`${order.type} ${order.state}`, 1)
      }
    }

    act(ctx: Context): void {
      const { random } = this
      const instrument = ctx.instruments[random.integer(0, ctx.instruments.length)]
      const choice = random.integer(0, 12)
      if (choice === 10) ctx.cancel(random.integer(1, this.sent + 3))
      else if (choice === 11) ctx.close(instrument)
      else if (choice === 9)
        ctx.replace(random.integer(1, this.sent + 3), {
          ...(random.uniform() < 0.5 ? { quantity: random.integer(1, 300) } : {}),
          ...(random.uniform() < 0.5 ? { limit: this.near(ctx, instrument) } : {}),
          ...(random.uniform() < 0.3 ? { stop: this.near(ctx, instrument) } : {}),
        })
      else
        try {
          const side = random.uniform() < 0.6 ? 'buy' : 'sell'
          const id = ctx[side](instrument, random.integer(1, 300), this.terms(ctx, instrument))
          this.sent = Math.max(id, ...ctx.children(id))
        } catch (error) {
          // Terms that contradict each other are told, and nothing was sent.
          if (!isGordonError(error) || error.code !== 'ORDER_OPTIONS') throw error
        }
    }

    near(ctx: Context, instrument: Tradable): number {
      return ctx.roundPrice(instrument, (ctx.price(instrument) ?? 50) * (0.95 + 0.1 * this.random.uniform()))
    }

    terms(ctx: Context, instrument: Tradable): OrderOptions {
      const { random } = this
      const near = () => this.near(ctx, instrument)
      const some = <Value>(chance: number, value: () => Value): Value | undefined =>
        random.uniform() < chance ? value() : undefined
      const percent = () => (random.uniform() < 0.5 ? { amount: 1.5 } : { percent: 2 })
      const shape = (
        [
          () => ({}),
          () => ({ limit: near(), postOnly: some(0.2, () => true), display: some(0.2, () => 20) }),
          () => ({ stop: near(), limit: some(0.4, near) }),
          () => ({ touch: near(), limit: some(0.4, near) }),
          () => ({ trail: { ...percent(), limitOffset: some(0.4, () => 0.2) }, stop: some(0.2, near) }),
          () => ({ at: 'open' as const, limit: some(0.4, near) }),
          () => ({ at: 'close' as const, limit: some(0.4, near) }),
          // Whatever comes together, also what may not.
          () => ({ limit: some(0.5, near), stop: some(0.5, near), trail: some(0.5, percent) }),
        ] as const
      )[random.integer(0, 8)]()
      return {
        ...shape,
        timeInForce: some(0.2, () => (['DAY', 'IOC', 'FOK'] as const)[random.integer(0, 3)]),
        goodTill: some(0.1, () => ctx.now + random.integer(0, 5) * DAY),
        reduceOnly: some(0.1, () => true),
        after: some(0.1, () => random.integer(1, this.sent + 2)),
        group: some(0.2, () => `group ${random.integer(0, 3)}`),
        takeProfit: some(0.15, near),
        stopLoss: some(0.15, () => (random.uniform() < 0.7 ? near() : { stop: near(), limit: near() })),
      }
    }
  }
}

/** `expect` takes a microsecond, and this is asked a million times. */
function hold(fact: boolean, order: OrderRecord): void {
  if (!fact) throw new Error(`impossible: ${JSON.stringify(order)}`)
}

/** Whether the table leads from one state to another in any number of steps. */
function reachable(from: OrderRecord['state'], to: OrderRecord['state'], tried = new Set([from])): boolean {
  return TRANSITIONS[from].some(next => {
    if (next === to) return true
    if (tried.has(next)) return false
    return reachable(next, to, tried.add(next))
  })
}

/** Three symbols with holes; one bar in ten has no volume that is known, one in thirty no price. */
function bars(seed: number): BarSource {
  const random = new Random(seed)
  return memoryBars(
    ['A', 'B', 'C'].map((symbol, place) => {
      const series = randomSeries(seed * 10 + place, 40, { missing: 0.1 })
      for (let row = 0; row < series.length; row++) {
        if (random.uniform() < 0.1) series.volume[row] = random.uniform() < 0.5 ? 0 : Number.NaN
        if (random.uniform() < 1 / 30)
          for (const name of ['open', 'high', 'low', 'close'] as const) series[name][row] = Number.NaN
      }
      return { instrument: share(symbol, { minQuantity: 2, maxQuantity: 280 }), series }
    }),
    { interval: '1d' },
  )
}

const settings = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  limitFill: fc.constantFrom('through' as const, 'touch' as const),
  ambiguity: fc.constantFrom('pessimistic' as const, 'optimistic' as const),
  marketFill: fc.constantFrom('nextOpen' as const, 'nextOpen' as const, 'last' as const),
  slippage: fc.constantFrom('none', '5bps', 'volume-share:cap=1%:impact=0.1'),
  fees: fc.constantFrom('none', '10bps', '1/order'),
  days: fc.constantFrom(0, 0, 1, 3),
  cash: fc.constantFrom(5_000, 100_000),
})

const TYPES = [
  'market',
  'limit',
  'stop',
  'stopLimit',
  'marketIfTouched',
  'limitIfTouched',
  'trailingStop',
  'trailingStopLimit',
  'marketOnOpen',
  'limitOnOpen',
  'marketOnClose',
  'limitOnClose',
] as const

type Terms = typeof settings extends fc.Arbitrary<infer Value> ? Value : never

/** The first lives are the same in every run of this test, so that what they must have seen does not hang on luck. */
const FIRST: readonly [Terms][] = Array.from({ length: 60 }, (_, k) => [
  {
    seed: k + 1,
    limitFill: k % 2 === 0 ? 'through' : 'touch',
    ambiguity: k % 4 < 2 ? 'pessimistic' : 'optimistic',
    marketFill: k % 3 === 0 ? 'last' : 'nextOpen',
    slippage: (['none', '5bps', 'volume-share:cap=1%:impact=0.1'] as const)[k % 3],
    fees: (['none', '10bps', '1/order'] as const)[Math.floor(k / 3) % 3],
    days: ([0, 0, 1, 3] as const)[Math.floor(k / 2) % 4],
    cash: k % 5 === 0 ? 5_000 : 100_000,
  },
])

function play({ seed, days, ...rest }: Terms, seen = new Map<string, number>()): Promise<Run> {
  return backtest({
    strategy: reckless(seed, seen),
    bars: bars(seed),
    ...rest,
    latency: constantLatency(days * DAY),
  })
}

describe('whatever is ordered', () => {
  it('lives by the table, fills no more than was ordered, ends or is listed as open, and frees its cash', async () => {
    const seen = new Map<string, number>()
    let fills = 0
    await fc.assert(
      fc.asyncProperty(settings, async terms => {
        const run = await play(terms, seen)
        fills += run.fills.length
        const filled = new Map<number, number>()
        const position = new Map<string, number>()
        for (const { orderId, quantity, side, instrument } of run.fills) {
          filled.set(orderId, (filled.get(orderId) ?? 0) + quantity)
          position.set(instrument, (position.get(instrument) ?? 0) + (side === 'buy' ? quantity : -quantity))
          expect(quantity).toBeGreaterThan(0)
        }
        for (const order of run.orders) {
          expect(order.filledQuantity).toBe(filled.get(order.id) ?? 0)
          if (order.state !== 'rejected') expect(order.filledQuantity).toBeLessThanOrEqual(order.quantity)
          expect(order.state === 'filled').toBe(order.filledQuantity === order.quantity && order.quantity > 0)
          expect(order.state).not.toBe('submitted')
          expect(order.endedAt === undefined).toBe(TRANSITIONS[order.state].length > 0)
          if (['canceled', 'expired', 'rejected'].includes(order.state)) expect(order.reason).toBeDefined()
          if (order.id < 20) expect(run.why(order.id)).toMatch(/^Order \d+: (buy|sell) .*\.$/)
        }
        const held = new Map<string, number>()
        for (const { instrument, quantity } of run.openTrades)
          held.set(instrument, (held.get(instrument) ?? 0) + quantity)
        for (const [instrument, quantity] of position) expect(held.get(instrument) ?? 0).toBe(quantity)
        const open = run.orders.filter(order => TRANSITIONS[order.state].length > 0).length
        const told = run.warnings.find(one => one.code === 'ORDERS_OPEN')?.text
        expect(told === undefined ? 0 : Number(told.split(' ')[0])).toBe(open)
      }),
      { examples: [...FIRST], numRuns: FIRST.length + 100 },
    )
    expect(fills).toBeGreaterThan(400)
    // The streams were wild enough to see every type end well, and every state.
    for (const type of TYPES) expect([...seen.keys()]).toContain(`${type} filled`)
    for (const state of Object.keys(TRANSITIONS))
      expect([...seen.keys()].some(key => key.split(' ')[1] === state)).toBe(true)
  })

  it('comes out the same in every run', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async terms => {
        expect((await play(terms)).digest).toBe((await play(terms)).digest)
      }),
      { numRuns: 15 },
    )
  })
})
