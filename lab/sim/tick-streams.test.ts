/** However ticks come, in memory or in batches, in the lane of one stream or in instants of many, the run is the same. */
import { describe, expect, it } from 'vitest'
import type { TickSource } from '../domain/ports/store.ts'
import type { Context, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { START, share } from '../testing/fixtures.ts'
import { type RandomTicks, randomTicks, Restless, streamedTicks } from '../testing/fixtures-ticks.ts'
import { type BacktestRequest, backtest } from './backtest.ts'
import { memoryTicks } from './ticks.ts'

const SETTINGS = { cash: 1_000_000, leverage: 10, fees: '1bps', strict: true } as const
const play = (ticks: TickSource | readonly TickSource[], more: Partial<BacktestRequest> = {}) =>
  backtest({ strategy: Restless, ticks, ...SETTINGS, ...more })

const MARKETS = [
  { name: 'a book and trades', kinds: ['book', 'trades'], latency: '3ms/2ms' },
  { name: 'quotes and trades', kinds: ['quotes', 'trades'], latency: 'lognormal:4ms:sigma=1' },
  { name: 'trades alone', kinds: ['trades'], latency: 'recorded:2', times: 4 },
  { name: 'a book without latency', kinds: ['book'], latency: 'none' },
  { name: 'all of three symbols', kinds: ['book', 'trades', 'quotes'], latency: 'recorded', symbols: 3 },
] as const

/** Of the events of a market of trades alone few are left. */
const marketOf = (terms: { times?: number } & Partial<RandomTicks>, seed: number, events: number) =>
  randomTicks({ ...terms, seed, events: events * (terms.times ?? 1) })

describe('ticks in batches', () => {
  for (const { name, latency, ...terms } of MARKETS)
    for (const seed of [1, 2])
      it(`give the digest of the same ticks in memory: ${name}, seed ${seed}`, async () => {
        const source = marketOf(terms, seed, 900)
        const whole = await play(source, { latency, seed })
        expect(whole.fills.length).toBeGreaterThan(15)
        expect(whole.orders.length).toBeGreaterThan(40)
        for (const batch of [1, 7, 512, 1e9]) {
          const run = await play(streamedTicks(source, batch), { latency, seed })
          expect(run.decisions).toBe(whole.decisions)
          expect(run.digest).toBe(whole.digest)
        }
      })

  it('end where the run ends', async () => {
    const source = randomTicks({ seed: 5, events: 900 })
    const to = START + 300_000
    const whole = await play(source, { to, latency: '1ms' })
    expect(whole.orders.length).toBeGreaterThan(10)
    for (const batch of [1, 7, 512])
      expect((await play(streamedTicks(source, batch), { to, latency: '1ms' })).digest).toBe(whole.digest)
  })
})

describe('a second stream beside, which only forces instants,', () => {
  const sources = (source: TickSource, seed: number) => {
    const { series } = source.streams[0]
    // Points at the times of every other row, and between them.
    const times = Float64Array.from(series!.receiveTime.filter((_, row) => row % 2 === 0))
    const points = (eventTime: Float64Array) =>
      memoryTicks([
        {
          instrument: share(`T${seed % 1}`),
          custom: {
            name: 'beside',
            length: eventTime.length,
            eventTime,
            receiveTime: eventTime,
            value: eventTime,
          },
        },
      ])
    return [points(times), points(times.map(time => time + 1).sort())]
  }
  for (const { name, latency, ...terms } of MARKETS)
    it(`changes nothing: ${name}`, async () => {
      const source = marketOf(terms, 8, 700)
      const alone = await play(source, { latency })
      expect(alone.fills.length).toBeGreaterThan(10)
      for (const beside of sources(source, 0)) {
        const run = await play([source, beside], { latency })
        expect(run.orders).toEqual(alone.orders)
        expect(run.fills).toEqual(alone.fills)
        expect(run.plots).toEqual(alone.plots)
      }
    })
})

describe('an order at a venue', () => {
  for (const seed of [11, 12, 13, 14])
    it(`never fills more than was ordered, nor worse than its limit, and what ends has ended once (seed ${seed})`, async () => {
      class Watched extends Restless {
        override onInstant(ctx: Context): void {
          for (const id of ctx.openOrders()) {
            const { filledQuantity, quantity } = ctx.order(id)!
            if (filledQuantity > quantity)
              throw new Error(`order ${id} filled ${filledQuantity} of ${quantity}`)
          }
        }
      }
      const run = await play(randomTicks({ seed, events: 1500 }), {
        strategy: Watched,
        latency: '2ms/4ms',
        seed,
      })
      const states = new Set(run.orders.map(order => order.state))
      expect(states).toContain('canceled')
      expect(states).toContain('filled')
      const filled = new Map<number, number>()
      for (const fill of run.fills) {
        filled.set(fill.orderId, (filled.get(fill.orderId) ?? 0) + fill.quantity)
        const { limitPrice, type } = run.orders[fill.orderId - 1]
        if (limitPrice !== undefined && type === 'limit')
          expect(fill.side === 'buy' ? fill.price <= limitPrice : fill.price >= limitPrice).toBe(true)
      }
      for (const order of run.orders) {
        expect(order.filledQuantity).toBe(filled.get(order.id) ?? 0)
        expect(order.filledQuantity).toBeLessThanOrEqual(order.quantity)
        expect(order.state === 'filled').toBe(
          order.filledQuantity === order.quantity && order.endedAt !== undefined,
        )
      }
    })

  it('of a cash account never spends what is not there, with fills on their way back', async () => {
    for (const seed of [21, 22, 23]) {
      const run = await play(randomTicks({ seed, events: 1500 }), {
        account: 'cash',
        leverage: undefined,
        cash: 3000,
        latency: '1ms/9ms',
        strategy: class extends strategy() {
          override onTrade({ instrument }: TradeView, ctx: Context): void {
            if (ctx.random() < 0.7) return
            ctx.buy(instrument, 1 + Math.floor(ctx.random() * 20))
            if (ctx.position(instrument) > 0) ctx.sell(instrument, ctx.position(instrument))
          }
        },
      })
      expect(run.orders.some(order => order.reason === 'insufficientCash')).toBe(true)
      expect(run.fills.length).toBeGreaterThan(10)
      let cash = 3000
      for (const fill of run.fills) {
        cash -= (fill.side === 'buy' ? 1 : -1) * fill.price * fill.quantity + fill.fee
        expect(cash).toBeGreaterThanOrEqual(-1e-9)
      }
    }
  })
})
