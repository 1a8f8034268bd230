/** Orders that wait for others and orders that end each other, on bars; every figure read off the bars by hand. */
import { describe, expect, it } from 'vitest'
import { fillsOf, ordersOf, play } from '../testing/fixtures.ts'

describe('a bracket', () => {
  it('whose entry fills at the open works in that bar', async () => {
    // Buys at the open of 100; the high of 106 trades through the target of 105; the stop is cancelled.
    const run = await play(
      { A: ['100', '100 106 96 101', '101'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 3, { takeProfit: 105, stopLoss: 95 }) },
    )
    expect(fillsOf(run)).toEqual(['2: buy 3 A at 100', '2: sell 3 A at 105'])
    expect(ordersOf(run)).toEqual([
      '1: filled 3 (2)',
      '1: filled 3 (2)',
      '1: canceled 0 otherOfGroupFilled (2)',
    ])
  })

  it('whose entry fills inside the bar: the stop works in it, the target does not', async () => {
    // The limit of 98 fills on the way down to 94, which passes the stop of 95 after it. The 110 may have come before.
    const stopped = await play(
      { A: ['100', '100 110 94 96', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 3, { limit: 98, takeProfit: 105, stopLoss: 95 }) },
    )
    expect(fillsOf(stopped)).toEqual(['2: buy 3 A at 98', '2: sell 3 A at 95'])
    // Without the stop in reach the target waits for the next bar, which opens beyond it.
    const held = await play(
      { A: ['100', '100 110 96 97', '106 107 105 106'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 3, { limit: 98, takeProfit: 105, stopLoss: 95 }) },
    )
    expect(fillsOf(held)).toEqual(['2: buy 3 A at 98', '3: sell 3 A at 106'])
  })

  it('of a sale protects above and profits below', async () => {
    const run = await play(
      { A: ['100', '100', '100 106 99 104'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 3, { takeProfit: 90, stopLoss: { stop: 105, limit: 105.5 } }) },
      { account: 'margin' },
    )
    expect(fillsOf(run)).toEqual(['2: sell 3 A at 100', '3: buy 3 A at 105'])
  })

  it('tells its children, which are held until the entry fills', async () => {
    await play(
      { A: ['100', '100', '100 101 89 100', '100'] },
      {
        1: ({ ctx, of }) => {
          const id = ctx.buy(of.A, 3, { limit: 90, takeProfit: 105, stopLoss: 85, tag: 'dip' })
          expect(ctx.children(id)).toEqual([2, 3])
          expect(ctx.children(2)).toEqual([])
        },
        2: ({ ctx }) => {
          expect([2, 3].map(id => ctx.order(id)?.state)).toEqual(['held', 'held'])
          expect(ctx.order(3)).toMatchObject({
            type: 'stop',
            stopPrice: 85,
            quantity: 3,
            parent: 1,
            group: 'bracket 1',
            reduceOnly: true,
            tag: 'dip',
          })
          expect(ctx.openOrders()).toEqual([1, 2, 3])
          expect(ctx.buyingPower).toBe(100_000 - 270)
        },
        3: ({ ctx }) => expect([2, 3].map(id => ctx.order(id)?.state)).toEqual(['accepted', 'accepted']),
      },
    )
  })

  it('ends with an entry that ends without a fill, and is refused with one that is refused', async () => {
    const run = await play(
      { A: ['100', '100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 3, { limit: 90, timeInForce: 'DAY', takeProfit: 105 })
          ctx.buy(of.A, 3000, { takeProfit: 105 })
          ctx.buy(of.A, 3, { stopLoss: 95.001 })
        },
      },
    )
    expect(ordersOf(run)).toEqual([
      '1: expired 0 endOfSession (2)',
      '1: canceled 0 parentEnded (2)',
      '1: rejected 0 insufficientCash',
      '1: rejected 0 parentEnded',
      '1: rejected 0 offTickGrid',
      '1: rejected 0 parentEnded',
    ])
    expect(run.why(2)).toContain('because the order that it waited for ended without a fill.')
  })

  it('does not stand in the way of a market sale, and goes with the position', async () => {
    const run = await play(
      { A: ['100', '100', '101', '101'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 3, { takeProfit: 120, stopLoss: 80 }),
        2: ({ ctx, of }) => ctx.sell(of.A, 3),
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 3 A at 100', '3: sell 3 A at 101'])
    expect(ordersOf(run).slice(1, 3)).toEqual([
      '1: canceled 0 reduceOnlyWouldIncrease (3)',
      '1: canceled 0 reduceOnlyWouldIncrease (3)',
    ])
  })

  it('survives partial fills of its entry: its children have what the entry has filled', async () => {
    // A tenth of each bar's volume: 4 of 10 at the open of 100, then 6 at 101. Day 4 trades through the target of
    // 105; a tenth of 70 is 7 of 10; the stop is cut to 3, and day 5's open of 94 gaps through it.
    const run = await play(
      { A: ['100', '100 101 99 100 40', '101 102 100 101 60', '101 106 100 103 70', '94 95 93 94 1000'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10, { takeProfit: 105, stopLoss: 95 }),
        2: ({ ctx }) => expect(ctx.order(1)).toMatchObject({ state: 'partiallyFilled', filledQuantity: 4 }),
        4: ({ ctx }) => expect(ctx.order(3)).toMatchObject({ state: 'accepted', quantity: 3 }),
      },
      { slippage: 'volume-share:cap=10%:impact=0' },
    )
    expect(fillsOf(run)).toEqual([
      '2: buy 4 A at 100',
      '3: buy 6 A at 101',
      '4: sell 7 A at 105',
      '5: sell 3 A at 94',
    ])
  })

  it('goes on for what its entry fills after a part of it was sold', async () => {
    // 4 of 10 bought at 100; day 3 opens at 106 and sells them; day 4 comes back and buys 6 at 100; day 5 gaps to 94.
    const run = await play(
      {
        A: ['100', '100 101 99 100 40', '106 107 105.5 106 40', '100 100 99 99 100', '94 94 94 94 1000'],
      },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 101, takeProfit: 105, stopLoss: 95 }),
        3: ({ ctx }) => {
          expect(ctx.order(2)).toMatchObject({ state: 'partiallyFilled', filledQuantity: 4, quantity: 10 })
          expect(ctx.order(3)).toMatchObject({ state: 'accepted', filledQuantity: 0, quantity: 6 })
        },
      },
      { slippage: 'volume-share:cap=10%:impact=0' },
    )
    expect(fillsOf(run)).toEqual([
      '2: buy 4 A at 100',
      '3: sell 4 A at 106',
      '4: buy 6 A at 100',
      '5: sell 6 A at 94',
    ])
    expect(ordersOf(run)).toEqual([
      '1: filled 10 (4)',
      '1: canceled 4 otherOfGroupFilled (5)',
      '1: filled 6 (5)',
    ])
  })

  it('waits for what its entry still fills when all of the first part was sold by hand', async () => {
    // 4 of 10 bought on day 2 and sold by hand on day 3, which reaches the target in vain; the entry fills 6 more on
    // day 4, and they are sold at day 5's open of 106.
    const run = await play(
      {
        A: ['100', '100 101 99 100 40', '102 106 102 102 1000', '100 100 99 99 100', '106 106 106 106 1000'],
      },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 101, takeProfit: 105, stopLoss: 90 }),
        2: ({ ctx, of }) => ctx.sell(of.A, 4),
      },
      { slippage: 'volume-share:cap=10%:impact=0' },
    )
    expect(fillsOf(run)).toEqual([
      '2: buy 4 A at 100',
      '3: sell 4 A at 102',
      '4: buy 6 A at 100',
      '5: sell 6 A at 106',
    ])
  })

  it('ends for the part that its entry never fills', async () => {
    const run = await play(
      { A: ['100', '100 101 99 100 40', '100', '94 94 94 94 1000'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10, { timeInForce: 'IOC', takeProfit: 105, stopLoss: 95 }) },
      { slippage: 'volume-share:cap=10%:impact=0' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 4 A at 100', '4: sell 4 A at 94'])
    expect(run.orders.map(order => [order.state, order.quantity])).toEqual([
      ['canceled', 10],
      ['canceled', 4],
      ['filled', 4],
    ])
  })
})

describe('OCO', () => {
  it('lets one of the group fill and cancels the others', async () => {
    // A breakout either way on margin: the buy stop of 105 is reached, the sell stop of 95 goes.
    const run = await play(
      { A: ['100', '100 106 99 105', '100 101 90 91'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 2, { stop: 105, group: 'breakout' })
          ctx.sell(of.A, 2, { stop: 95, group: 'breakout' })
        },
      },
      { account: 'margin' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 2 A at 105'])
    expect(ordersOf(run)[1]).toBe('1: canceled 0 otherOfGroupFilled (2)')
    expect(run.orders[0].group).toBe('breakout')
  })

  it('counts once: stop and target of one group sell the same shares on a cash account', async () => {
    const run = await play(
      { A: ['100', '100', '100', '100 101 94 95'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 3),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 3, { stop: 95, group: 'exit' })
          ctx.sell(of.A, 3, { limit: 110, group: 'exit' })
          ctx.sell(of.A, 1, { limit: 120 })
        },
      },
    )
    expect(ordersOf(run).slice(1)).toEqual([
      '2: filled 3 (4)',
      '2: canceled 0 otherOfGroupFilled (4)',
      '2: rejected 0 shortNotAllowed',
    ])
  })

  it('reserves cash once: the dearest of its buys', async () => {
    // 500 × 90 = 45,000 and 500 × 95 = 47,500: together 47,500 of 100,000.
    await play(
      { A: ['100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 500, { limit: 90, group: 'either' })
          ctx.buy(of.A, 500, { limit: 95, group: 'either' })
        },
        2: ({ ctx }) => {
          expect(ctx.buyingPower).toBe(52_500)
          ctx.cancel(2)
          expect(ctx.buyingPower).toBe(55_000)
          ctx.cancel(1)
          expect(ctx.buyingPower).toBe(100_000)
        },
      },
    )
  })

  it('cuts the others by what was filled of one', async () => {
    // A tenth of 40 is 4 of 10 at 105: six are left to the stop.
    const run = await play(
      { A: ['100', '100', '100 106 99 101 40', '94 94 94 94 1000'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 10, { limit: 105, group: 'exit' })
          ctx.sell(of.A, 10, { stop: 95, group: 'exit' })
        },
        3: ({ ctx }) => expect(ctx.order(3)?.quantity).toBe(6),
      },
      { slippage: 'volume-share:cap=10%:impact=0' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 10 A at 100', '3: sell 4 A at 105', '4: sell 6 A at 94'])
  })

  it('lets a market sale of the group through and ends the stop with it', async () => {
    const run = await play(
      { A: ['100', '100', '100', '101'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 3),
        2: ({ ctx, of }) => ctx.sell(of.A, 3, { stop: 95, group: 'exit' }),
        3: ({ ctx, of }) => ctx.sell(of.A, 3, { group: 'exit' }),
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 3 A at 100', '4: sell 3 A at 101'])
    expect(ordersOf(run)[1]).toBe('2: canceled 0 otherOfGroupFilled (4)')
  })
})

describe('OTO', () => {
  it('holds an order until another has filled', async () => {
    // B is bought at the first open after A's limit of 95 filled inside day 2.
    const run = await play(
      { A: ['100', '100 101 94 96', '96'], B: ['10', '11', '12'] },
      {
        1: ({ ctx, of }) => {
          const first = ctx.buy(of.A, 1, { limit: 95 })
          ctx.buy(of.B, 5, { after: first })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 95', '3: buy 5 B at 12'])
    expect(run.orders[1].parent).toBe(1)
  })

  it('passes risk when its time has come, not before', async () => {
    const run = await play(
      { A: ['100', '100', '100'], B: ['10', '10', '10'] },
      {
        1: ({ ctx, of }) => {
          const first = ctx.buy(of.A, 990)
          ctx.buy(of.B, 200, { after: first })
          expect(ctx.buyingPower).toBe(100_000)
        },
        2: ({ ctx }) => expect(ctx.buyingPower).toBe(1_000),
      },
    )
    expect(ordersOf(run)).toEqual(['1: filled 990 (2)', '1: rejected 0 insufficientCash (2)'])
  })

  it('after an order that filled works at once, after one that ended is refused, after none is refused', async () => {
    const run = await play(
      { A: ['100', '100', '100'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1)
          ctx.buy(of.A, 1, { limit: 50, timeInForce: 'DAY' })
        },
        2: ({ ctx, of }) => {
          ctx.buy(of.A, 2, { after: 1 })
          ctx.buy(of.A, 2, { after: 2 })
          ctx.buy(of.A, 2, { after: 9 })
        },
      },
    )
    expect(ordersOf(run).slice(2)).toEqual([
      '2: filled 2 (3)',
      '2: rejected 0 parentEnded',
      '2: rejected 0 unknownOrder',
    ])
  })

  it('can be cancelled and changed while it is held', async () => {
    const run = await play(
      { A: ['100', '100', '100 101 79 80', '80 80 60 60'] },
      {
        1: ({ ctx, of }) => {
          const first = ctx.buy(of.A, 1, { limit: 80 })
          ctx.buy(of.A, 2, { after: first, limit: 70 })
          ctx.buy(of.A, 4, { after: first, limit: 70 })
        },
        2: ({ ctx }) => {
          expect(ctx.replace(2, { limit: 65, quantity: 3 })).toBeUndefined()
          ctx.cancel(3)
        },
      },
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 80', '4: buy 3 A at 65'])
    expect(ordersOf(run)[2]).toBe('1: canceled 0 byStrategy (2)')
  })
})

describe('reduce-only', () => {
  it('is cut to the position at its fill and cancelled when none is left', async () => {
    const run = await play(
      { A: ['100', '100', '100', '100 101 94 96', '96'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 5),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 5, { stop: 95, reduceOnly: true })
          ctx.sell(of.A, 2)
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 5 A at 100', '3: sell 2 A at 100', '4: sell 3 A at 95'])
    expect(ordersOf(run)[1]).toBe('2: canceled 3 reduceOnlyWouldIncrease (4)')
    expect(run.why(2)).toContain('The rest was cancelled')
  })

  it('without a position to reduce is refused', async () => {
    const run = await play(
      { A: ['100', '100'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 5, { reduceOnly: true }) },
      { account: 'margin' },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 reduceOnlyWouldIncrease'])
  })

  it('ends when the position turns', async () => {
    const run = await play(
      { A: ['100', '100', '100', '100'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 5),
        2: ({ ctx, of }) => {
          ctx.sell(of.A, 5, { stop: 90, reduceOnly: true })
          ctx.sell(of.A, 8)
        },
      },
      { account: 'margin' },
    )
    expect(ordersOf(run)[1]).toBe('2: canceled 0 reduceOnlyWouldIncrease (3)')
  })
})

describe('ctx.close', () => {
  it('ends the bracket and sells the position', async () => {
    const run = await play(
      { A: ['100', '100', '101'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 3, { takeProfit: 120, stopLoss: 80 }),
        2: ({ ctx, of }) => ctx.close(of.A),
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 3 A at 100', '3: sell 3 A at 101'])
    expect(ordersOf(run).slice(1, 3)).toEqual([
      '1: canceled 0 byStrategy (2)',
      '1: canceled 0 byStrategy (2)',
    ])
  })
})
