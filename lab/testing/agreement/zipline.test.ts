/**
 * Whole runs agree with zipline's tables of slippage and commission (quantopian/zipline, tests/finance/test_slippage.py,
 * VolumeShareSlippage, and tests/finance/test_commissions.py, PerShare and PerContract, whose totals are differences
 * here), and with its rule where the tables end:
 *   slippage    at most 2.5 % of a bar's volume, all orders together; price × (1 ± 0.1 × share²), share being all that
 *               was taken of the bar with this fill
 *   commission  per order: max(minimum, 0.0075 × shares filled so far), less what it has paid
 * zipline fills at the close of the next bar and we at its open: these bars stand still.
 */
import { describe, expect, test } from 'vitest'
import { fillsOf, play } from '../fixtures.ts'

const bar = (volume: number, price = 3.5) => `${price} ${price} ${price} ${price} ${volume}`

describe('volume share', () => {
  test('100 ordered, volume 2000, price 3.5: 50 at 3.50021875, and the rest in the next bar', async () => {
    const run = await play(
      { A: [bar(2000), bar(2000), bar(2000), bar(2000)] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 100) },
      { slippage: 'volume-share', cash: 1000 },
    )
    expect(fillsOf(run)).toEqual(['2: buy 50 A at 3.50021875', '3: buy 50 A at 3.50021875'])
    expect(run.orders[0].averagePrice).toBe(3.50021875)
  })

  test('sold at 3.49978125', async () => {
    const run = await play(
      { A: [bar(2000), bar(2000), bar(2000)] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 50) },
      { slippage: 'volume-share', account: 'margin' },
    )
    expect(fillsOf(run)).toEqual(['2: sell 50 A at 3.49978125'])
  })

  // 30 / 2000 of the bar: 3.5 × (1 + 0.1 × 0.015²); the second finds 20 left, and with them 2.5 % are gone.
  test('two orders share a bar: 30 at 3.50007875, then 20 at 3.50021875', async () => {
    const run = await play(
      { A: [bar(2000), bar(2000), bar(4000)] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 30)
          ctx.buy(of.A, 100)
        },
      },
      { slippage: 'volume-share', cash: 1000 },
    )
    // 80 / 4000 in the last bar: 3.5 × (1 + 0.1 × 0.02²)
    expect(fillsOf(run)).toEqual([
      '2: buy 30 A at 3.50007875',
      '2: buy 20 A at 3.50021875',
      '3: buy 80 A at 3.50014',
    ])
  })

  test('a bar that leaves less than a share fills nothing', async () => {
    const run = await play(
      { A: [bar(2000), bar(39), bar(40)] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 5) },
      { slippage: 'volume-share', cash: 1000 },
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 3.50021875'])
  })
})

describe('commission of an order of 500 that fills 230, 170 and 100', () => {
  test.each([
    ['0.0075/share', [1.725, 1.275, 0.75]],
    ['0.0075/share:min=1', [1.725, 1.275, 0.75]],
    ['0.0075/share:min=2.5', [2.5, 0.5, 0.75]],
    ['0.0075/share:min=3.5', [3.5, 0, 0.25]],
    ['0.0075/share:min=5.5', [5.5, 0, 0]],
    ['0.01/contract:order=0.3', [2.6, 1.7, 1]],
  ])('%s', async (fees, expected) => {
    const run = await play(
      { A: [bar(1000, 50), bar(2300, 50), bar(1700, 50), bar(1000, 50)] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 500) },
      { slippage: 'volume-share:cap=10%:impact=0', fees },
    )
    expect(run.fills.map(fill => [fill.quantity, fill.fee])).toEqual([
      [230, expected[0]],
      [170, expected[1]],
      [100, expected[2]],
    ])
  })
})
