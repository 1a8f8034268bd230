/** How long orders live, and how they are cancelled and replaced. */
import { describe, expect, it } from 'vitest'
import { HOUR } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { barsOf, fillsOf, ordersOf, planned, play, START, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

describe('DAY', () => {
  it('sent at a daily close trades in the next session and expires with it', async () => {
    const run = await play(
      { A: ['100', '100 101 99 100', '100 101 80 90'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90, timeInForce: 'DAY' }) },
    )
    expect(ordersOf(run)).toEqual(['1: expired 0 endOfSession (2)'])
    expect(run.why(1)).toBe(
      'Order 1: buy 1 TEST:A limit 90 DAY, sent at 2024-01-02T00:00:00Z. It expired at 2024-01-03T00:00:00Z ' +
        'because its session ended.',
    )
  })

  it('sent inside a session ends with that session, though its bars are hourly', async () => {
    // Two sessions of three hourly bars; the limit of 90 trades only in the second.
    const hours = barsOf(['100', '100', '100', '100 100 80 85', '85', '85'], HOUR)
    const close = [3, 3, 3, 6, 6, 6].map(hour => START + hour * HOUR)
    const series: BarSeries = { ...hours, sessionClose: Float64Array.from(close) }
    const run = await backtest({
      strategy: planned({
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90, timeInForce: 'DAY' }),
        3: ({ ctx, of }) => ctx.buy(of.A, 2, { limit: 90, timeInForce: 'DAY' }),
      }),
      bars: memoryBars([{ instrument: share('A', { calendar: 'XNYS' }), series }], { interval: '1h' }),
      strict: true,
    })
    expect(run.orders.map(order => [order.state, order.endedAt])).toEqual([
      ['expired', START + 3 * HOUR],
      ['filled', START + 4 * HOUR],
    ])
  })
})

describe('IOC', () => {
  it('limit fills at the next open or is cancelled there', async () => {
    const run = await play(
      { A: ['100', '95 101 80 98'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { limit: 96, timeInForce: 'IOC' })
          ctx.buy(of.A, 2, { limit: 94, timeInForce: 'IOC' })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 95'])
    expect(ordersOf(run)).toEqual(['1: filled 1 (2)', '1: canceled 0 immediateOrCancel (2)'])
  })
  it('ends like a market order when no bar comes within one session', async () => {
    const run = await play(
      { A: ['100', '-', '90'], B: ['1', '1', '1'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 96, timeInForce: 'IOC' }) },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 noMarket (2)'])
  })
})

describe('cancel', () => {
  it('ends a working order before the next bar', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 80 90'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90 }),
        2: ({ ctx }) => ctx.cancel(1),
      },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 byStrategy (2)'])
    expect(run.why(1)).toContain(
      'It was cancelled at 2024-01-03T00:00:00Z because the strategy cancelled it.',
    )
  })
  it('in the callback that sent the order works too', async () => {
    const run = await play({ A: ['100', '100'] }, { 1: ({ ctx, of }) => ctx.cancel(ctx.buy(of.A, 1)) })
    expect(ordersOf(run)).toEqual(['1: canceled 0 byStrategy'])
  })
  it('frees the cash that the order had reserved', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.cancel(ctx.buy(of.A, 1000, { limit: 90 }))
          ctx.buy(of.A, 1000, { limit: 100 })
        },
      },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 byStrategy', '1: accepted 0'])
  })
  it('of an order that ended, or of none, changes nothing', async () => {
    const run = await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1),
        2: ({ ctx }) => {
          ctx.cancel(1)
          ctx.cancel(99)
          ctx.cancel(Number.NaN)
        },
      },
    )
    expect(ordersOf(run)).toEqual(['1: filled 1 (2)'])
  })
})

describe('replace', () => {
  it('changes price and quantity and keeps the id', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 94 98'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 5, { limit: 90 }),
        2: ({ ctx }) => expect(ctx.replace(1, { limit: 95, quantity: 8 })).toBeUndefined(),
      },
    )
    expect(fillsOf(run)).toEqual(['3: buy 8 A at 95'])
    expect(run.orders).toHaveLength(1)
  })

  it('that cannot be paid is refused and leaves the order as it was', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 89 98'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 5, { limit: 90 }),
        2: ({ ctx }) => {
          expect(ctx.replace(1, { quantity: 2000 })).toBe('insufficientCash')
          expect(ctx.replace(1, { limit: 90.001 })).toBe('offTickGrid')
          expect(ctx.replace(1, { limit: -1 })).toBe('invalidPrice')
          expect(ctx.replace(1, { quantity: 0 })).toBe('nonPositiveQuantity')
          expect(ctx.replace(1, { quantity: 1.5 })).toBe('offLotGrid')
          expect(ctx.replace(1, { quantity: Number.NaN })).toBe('notANumber')
          expect(ctx.replace(1, { stop: 80 })).toBe('invalidPrice')
          expect(ctx.buyingPower).toBe(100_000 - 450)
        },
      },
    )
    expect(fillsOf(run)).toEqual(['3: buy 5 A at 90'])
  })

  it('of an order that ended says orderEnded, of none unknownOrder', async () => {
    await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 1),
        2: ({ ctx }) => {
          expect(ctx.replace(1, { quantity: 2 })).toBe('orderEnded')
          expect(ctx.replace(7, { quantity: 2 })).toBe('unknownOrder')
        },
      },
    )
  })
})
