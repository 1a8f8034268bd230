/** Orders that are wrong in themselves: each refused, recorded and explained with its exact sentence. */
import { describe, expect, it } from 'vitest'
import type { Context, Tradable } from '../strategy/context.ts'
import { ordersOf, play, share } from '../testing/fixtures.ts'

const FILLER = ['100', '100']

/** Sends one order on the first day and tells why it was refused. */
async function why(send: (ctx: Context, a: Tradable) => number, lotsPerUnit = 1): Promise<string> {
  const run = await play({ A: FILLER }, { 1: ({ ctx, of }) => send(ctx, of.A) }, { terms: { lotsPerUnit } })
  expect(run.fills).toEqual([])
  expect(run.orders).toHaveLength(1)
  expect(run.orders[0].state).toBe('rejected')
  return run.why(1)
}

const sent = 'sent at 2024-01-02T00:00:00Z. It was refused because'

describe('an order is refused', () => {
  const cases: readonly [string, (ctx: Context, a: Tradable) => number, string][] = [
    [
      'of zero quantity',
      (ctx, a) => ctx.buy(a, 0),
      `Order 1: buy 0 TEST:A market GTC, ${sent} its quantity is not above zero; order a positive quantity and choose the side by buy or sell.`,
    ],
    [
      'of a negative quantity',
      (ctx, a) => ctx.sell(a, -5),
      `Order 1: sell -5 TEST:A market GTC, ${sent} its quantity is not above zero; order a positive quantity and choose the side by buy or sell.`,
    ],
    [
      'of a quantity that is not a number',
      (ctx, a) => ctx.buy(a, Number.NaN),
      `Order 1: buy NaN TEST:A market GTC, ${sent} its quantity or price is not a number.`,
    ],
    [
      'of a quantity that is a text',
      (ctx, a) => ctx.buy(a, '5' as unknown as number),
      `Order 1: buy 5 TEST:A market GTC, ${sent} its quantity or price is not a number.`,
    ],
    [
      'of a quantity that is a bigint',
      (ctx, a) => ctx.buy(a, 5n as unknown as number),
      `Order 1: buy 5 TEST:A market GTC, ${sent} its quantity or price is not a number.`,
    ],
    [
      'of a huge quantity',
      (ctx, a) => ctx.buy(a, 1e16),
      `Order 1: buy 10000000000000000 TEST:A market GTC, ${sent} it is larger than an order may be.`,
    ],
    [
      'of an infinite quantity',
      (ctx, a) => ctx.buy(a, Number.POSITIVE_INFINITY),
      `Order 1: buy Infinity TEST:A market GTC, ${sent} it is larger than an order may be.`,
    ],
    [
      'of part of a lot',
      (ctx, a) => ctx.buy(a, 1.5),
      `Order 1: buy 1.5 TEST:A market GTC, ${sent} its quantity is not a whole number of lots; use ctx.roundQuantity(instrument, quantity).`,
    ],
    [
      'at a price off the grid',
      (ctx, a) => ctx.buy(a, 1, { limit: 99.995 }),
      `Order 1: buy 1 TEST:A limit 99.995 GTC, ${sent} its price is not on the tick grid; use ctx.roundPrice(instrument, price).`,
    ],
    [
      'at a price of zero',
      (ctx, a) => ctx.buy(a, 1, { limit: 0 }),
      `Order 1: buy 1 TEST:A limit 0 GTC, ${sent} its price is not above zero.`,
    ],
    [
      'at a negative stop',
      (ctx, a) => ctx.buy(a, 1, { stop: -1 }),
      `Order 1: buy 1 TEST:A stop -1 GTC, ${sent} its price is not above zero.`,
    ],
    [
      'at a price that is not a number',
      (ctx, a) => ctx.buy(a, 1, { limit: Number.NaN }),
      `Order 1: buy 1 TEST:A limit NaN GTC, ${sent} its quantity or price is not a number.`,
    ],
    [
      'for an instrument of another run',
      ctx => ctx.buy({ ...share('ZZZ'), id: 'TEST:ZZZ', handle: 0, slot: 0 }, 1),
      `Order 1: buy 1 TEST:ZZZ market GTC, ${sent} the run is not subscribed to its instrument.`,
    ],
    [
      'for no instrument at all',
      ctx => ctx.buy(undefined as unknown as Tradable, 1),
      `Order 1: buy 1 undefined market GTC, ${sent} the run is not subscribed to its instrument.`,
    ],
  ]
  for (const [name, send, sentence] of cases)
    it(name, async () => {
      expect(await why(send)).toBe(sentence)
    })

  it('and tells onOrder and the warnings of the run', async () => {
    const run = await play({ A: FILLER }, { 1: ({ ctx, of }) => ctx.buy(of.A, 0) })
    expect(run.warnings.map(one => one.text)).toContain(
      '1 order was refused: nonPositiveQuantity (first: order 1).',
    )
  })
})

describe('a time in force', () => {
  it('that does not exist is an error of the strategy', async () => {
    await expect(
      play({ A: FILLER }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { timeInForce: 'GFD' as 'GTC' }) }),
    ).rejects.toThrow('An order has the time in force GFD; write GTC, DAY, GTD, IOC or FOK.')
  })
})

describe('the grid', () => {
  it('of hundredths takes 0.29 and 1.15, which doubles cannot multiply', async () => {
    const run = await play(
      { A: ['1', '1'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 0.29, { limit: 1.15 })
          ctx.buy(of.A, 1.1, { limit: 4.35 })
        },
      },
      { terms: { lotsPerUnit: 100 } },
    )
    expect(ordersOf(run)).toEqual(['1: filled 0.29 (2)', '1: filled 1.1 (2)'])
  })

  it('rounds prices to the nearest, down and up, and quantities down', async () => {
    await play(
      { A: FILLER },
      {
        1: ({ ctx, of }) => {
          expect(ctx.roundPrice(of.A, 99.996)).toBe(100)
          expect(ctx.roundPrice(of.A, 99.996, 'down')).toBe(99.99)
          expect(ctx.roundPrice(of.A, 99.991, 'up')).toBe(100)
          expect(ctx.roundPrice(of.A, 1.15, 'down')).toBe(1.15)
          expect(ctx.roundPrice(of.A, 0.29, 'up')).toBe(0.29)
          expect(ctx.roundQuantity(of.A, 7.99)).toBe(7)
          expect(ctx.roundQuantity(of.A, 7)).toBe(7)
        },
      },
    )
  })
})

describe('run.why', () => {
  it('of an order that never was says which there are', async () => {
    const run = await play({ A: FILLER }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1) })
    expect(() => run.why(2)).toThrow('The run has no order 2; its orders are 1 to 1.')
    const none = await play({ A: FILLER }, {})
    expect(() => none.why(1)).toThrow('The run has no order 1; it sent none.')
  })
  it('of a filled order tells price, time, fee and slippage', async () => {
    const run = await play(
      { A: FILLER },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { tag: 'entry' }) },
      { fees: '10bps', slippage: '5bps' },
    )
    // 100 × 1.0005 = 100.05; slipped by 0.05; fee 1000.5 × 0.001
    expect(run.why(1)).toBe(
      'Order 1: buy 10 TEST:A market GTC (entry), sent at 2024-01-02T00:00:00Z. ' +
        '10 filled at 100.05 on 2024-01-03T00:00:00Z, fee 1.0005, slipped by 0.05.',
    )
  })
  it('of a limit that never filled says that the market did not reach it', async () => {
    const run = await play({ A: FILLER }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1, { limit: 90 }) })
    expect(run.why(1)).toBe(
      'Order 1: buy 1 TEST:A limit 90 GTC, sent at 2024-01-02T00:00:00Z. ' +
        'The market had not reached its price when the run ended.',
    )
  })
})
