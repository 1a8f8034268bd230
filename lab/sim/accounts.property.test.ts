/**
 * Whatever a strategy orders, the books hold. Streams of random orders on random bars (fast-check; a failure
 * prints its seed and its smallest counterexample).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { TRANSITIONS } from '../domain/order.ts'
import { WorkingOrder } from '../domain/working-order.ts'
import type { Context, FillRecord, OrderOptions, OrderRecord } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { randomMarket } from '../testing/fixtures-random.ts'
import { backtest } from './backtest.ts'
import type { AnyStrategy } from './members.ts'

/** Buys, sells, targets, cancels and replaces at random, prices near and far, sizes sane and mad. */
function erratic(seed: number, watch: (ctx: Context) => void = () => {}): AnyStrategy {
  return class Erratic extends strategy() {
    random = new Random(seed)
    sent = 0
    filled = new Map<number, number>()
    override onInstant(ctx: Context): void {
      watch(ctx)
      for (let k = this.random.integer(0, 7); k > 0; k--) this.act(ctx)
    }
    override onFill(fill: FillRecord, ctx: Context): void {
      watch(ctx)
      this.filled.set(fill.orderId, (this.filled.get(fill.orderId) ?? 0) + fill.quantity)
      const order = ctx.order(fill.orderId)!
      expect(order.filledQuantity).toBeGreaterThanOrEqual(this.filled.get(fill.orderId)!)
      expect(order.filledQuantity).toBeLessThanOrEqual(order.quantity)
      if (this.random.uniform() < 0.2) this.act(ctx)
    }
    override onOrder(order: OrderRecord, ctx: Context): void {
      watch(ctx)
      if (order.state !== 'rejected' && this.random.uniform() < 0.1) this.act(ctx)
    }
    act(ctx: Context): void {
      const { random } = this
      const instrument = ctx.instruments[random.integer(0, ctx.instruments.length)]
      const price = ctx.price(instrument) ?? 50
      const near = () => ctx.roundPrice(instrument, price * (0.9 + 0.2 * random.uniform()))
      const quantity =
        random.integer(0, 20) === 0
          ? random.integer(-3, 5_000)
          : Math.ceil((ctx.equity / price) * random.uniform() ** 3)
      const options: OrderOptions = {
        ...(random.uniform() < 0.4 ? { limit: near() } : {}),
        ...(random.uniform() < 0.2 ? { stop: near() } : {}),
        timeInForce: (['GTC', 'GTC', 'DAY', 'IOC'] as const)[random.integer(0, 4)],
      }
      const choice = random.integer(0, 10)
      if (choice < 4) this.sent = ctx.buy(instrument, quantity, options)
      else if (choice < 7) this.sent = ctx.sell(instrument, quantity, options)
      else if (choice === 7)
        ctx.targetWeights(new Map([[instrument, random.uniform() * 1.2 - 0.1]]), {
          closeOthers: random.uniform() < 0.3,
        })
      else if (choice === 8) ctx.cancel(random.integer(0, this.sent + 2))
      else
        ctx.replace(
          random.integer(0, this.sent + 2),
          random.uniform() < 0.5 ? { limit: near() } : { quantity },
        )
    }
  }
}

const settings = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  fees: fc.constantFrom('none', '10bps', '0.005/share:min=1', '7.5/order', '35bps'),
  slippage: fc.constantFrom('none', '5bps', '120bps'),
  limitFill: fc.constantFrom('through' as const, 'touch' as const),
  marketFill: fc.constantFrom('nextOpen' as const, 'nextOpen' as const, 'last' as const),
  cash: fc.constantFrom(500, 10_000, 1_000_000),
})
const bars = (seed: number) => randomMarket({ seed, symbols: 3, bars: 60, missing: 0.15, ragged: true })

describe('over random streams of orders', () => {
  it('a cash account never goes negative and never holds less than nothing', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async ({ seed, ...rest }) => {
        const run = await backtest({
          strategy: erratic(seed, ctx => {
            expect(ctx.cash).toBeGreaterThanOrEqual(0)
            for (const instrument of ctx.instruments)
              expect(ctx.position(instrument)).toBeGreaterThanOrEqual(0)
          }),
          bars: bars(seed),
          ...rest,
        })
        for (const cash of run.curve.cash) expect(cash).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 150 },
    )
  })

  it('equity is cash plus positions at their last closes, at every bar, recomputed from the fills alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.constantFrom('cash' as const, 'margin' as const),
        async ({ seed, ...rest }, account) => {
          const run = await backtest({ strategy: erratic(seed), bars: bars(seed), account, ...rest })
          const position = new Map<string, number>()
          let cash = rest.cash
          let next = 0
          run.curve.time.forEach((time, row) => {
            for (; next < run.fills.length && run.fills[next].time <= time; next++) {
              const fill = run.fills[next]
              const signed = fill.side === 'buy' ? fill.quantity : -fill.quantity
              position.set(fill.instrument, (position.get(fill.instrument) ?? 0) + signed)
              cash -= signed * fill.price + fill.fee
            }
            let value = cash
            run.instruments.forEach((instrument, handle) => {
              const series = run.bars[handle]!
              let last = -1
              while (last + 1 < series.length && series.receiveTime[last + 1] <= time) last++
              const held = position.get(`${instrument.venue}:${instrument.symbol}`) ?? 0
              if (held !== 0) value += held * series.close[last]
            })
            expect(Math.abs(run.curve.equity[row] - value)).toBeLessThan(1e-6)
            expect(Math.abs(run.curve.cash[row] - cash)).toBeLessThan(1e-6)
          })
          expect(next).toBe(run.fills.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('no order fills beyond its limit or before its decision, and every order ends as the table allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.constantFrom('cash' as const, 'margin' as const),
        async ({ seed, ...rest }, account) => {
          const run = await backtest({ strategy: erratic(seed), bars: bars(seed), account, ...rest })
          const filled = new Map<number, number>()
          for (const fill of run.fills) {
            const order = run.orders[fill.orderId - 1]
            expect(order.instrument).toBe(fill.instrument)
            expect(fill.quantity).toBeGreaterThan(0)
            expect(fill.time - order.submittedAt).toBeGreaterThanOrEqual(rest.marketFill === 'last' ? 0 : 1)
            if (order.limitPrice !== undefined && order.side === 'buy')
              expect(fill.price).toBeLessThanOrEqual(order.limitPrice)
            if (order.limitPrice !== undefined && order.side === 'sell')
              expect(fill.price).toBeGreaterThanOrEqual(order.limitPrice)
            filled.set(order.id, (filled.get(order.id) ?? 0) + fill.quantity)
          }
          for (const order of run.orders) {
            expect(order.filledQuantity).toBe(filled.get(order.id) ?? 0)
            if (order.state !== 'rejected') expect(order.filledQuantity).toBeLessThanOrEqual(order.quantity)
            expect(order.state === 'filled').toBe(
              order.filledQuantity === order.quantity && order.quantity > 0,
            )
            expect(order.state).not.toBe('submitted')
            expect(order.endedAt === undefined).toBe(TRANSITIONS[order.state].length > 0)
            if (['canceled', 'expired', 'rejected'].includes(order.state)) expect(order.reason).toBeDefined()
            expect(run.why(order.id)).toMatch(/^Order \d+: (buy|sell) .*\.$/)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('trades and open trades add up to the change of equity', async () => {
    let fills = 0
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.constantFrom('cash' as const, 'margin' as const),
        async ({ seed, ...rest }, account) => {
          const run = await backtest({ strategy: erratic(seed), bars: bars(seed), account, ...rest })
          fills += run.fills.length
          const profit = [...run.trades, ...run.openTrades].reduce((sum, trade) => sum + trade.profit, 0)
          expect(profit).toBeCloseTo(run.endEquity - run.startEquity, 5)
          const fees = [...run.trades, ...run.openTrades].reduce((sum, trade) => sum + trade.fees, 0)
          expect(fees).toBeCloseTo(run.fees, 5)
        },
      ),
      { numRuns: 150 },
    )
    expect(fills).toBeGreaterThan(2_000)
  })
})

describe('the life of an order', () => {
  it('refuses every step that the table does not have, loudly', () => {
    const states = Object.keys(TRANSITIONS) as (keyof typeof TRANSITIONS)[]
    for (const from of states)
      for (const to of states) {
        const order = new WorkingOrder()
        order.state = from
        if (TRANSITIONS[from].includes(to)) {
          order.enter(to, 1)
          expect(order.state).toBe(to)
        } else
          expect(() => order.enter(to, 1)).toThrow(`bug in gordon: order 0 cannot go from ${from} to ${to}`)
      }
  })
})
