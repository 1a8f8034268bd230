/** Round trips, first in, first out; profits, excursions and bars worked by hand. */
import { describe, expect, it } from 'vitest'
import type { FillRecord } from '../domain/fill.ts'
import { barsOf, dayOf, play, START } from '../testing/fixtures.ts'
import { DAY } from '../core/time.ts'
import { matchTrades } from './closed-trades.ts'

/** Fills of one instrument: `day side quantity price fee`. */
function match(lines: readonly string[], rows: readonly string[] = [], mark = Number.NaN, lots = 1) {
  const fills = lines.map((line, k): FillRecord => {
    const [day, side, quantity, price, fee = '0'] = line.split(' ')
    return {
      id: k + 1,
      orderId: k + 1,
      time: START + Number(day) * DAY,
      instrument: 'TEST:A',
      side: side as 'buy' | 'sell',
      quantity: Number(quantity),
      price: Number(price),
      fee: Number(fee),
      slippage: 0,
    }
  })
  return matchTrades({
    fills,
    bars: new Map([['TEST:A', rows.length === 0 ? undefined : barsOf(rows)]]),
    marks: new Map([['TEST:A', mark]]),
    lotsPerUnit: new Map([['TEST:A', lots]]),
  })
}

describe('trades', () => {
  it('match first in, first out and prorate the fees of both legs', () => {
    const { closed, open } = match(['1 buy 10 100 5', '2 buy 10 110 5', '3 sell 15 120 6'], [], 130)
    // 10 from 100: 200 − 5 − 6 × 10/15; 5 from 110: 50 − 2.5 − 2
    expect(closed.map(trade => [trade.quantity, trade.entryPrice, trade.fees, trade.profit])).toEqual([
      [10, 100, 9, 191],
      [5, 110, 4.5, 45.5],
    ])
    expect(closed[0].return).toBeCloseTo(191 / 1000, 12)
    // 5 left from 110, marked at 130: 100 − 2.5
    expect(open).toEqual([
      {
        instrument: 'TEST:A',
        direction: 'long',
        quantity: 5,
        entryTime: START + 2 * DAY,
        entryPrice: 110,
        fees: 2.5,
        profit: 97.5,
        entryOrderId: 2,
      },
    ])
  })

  it('of a flip are two', () => {
    const { closed, open } = match(['1 buy 10 100', '2 sell 25 90', '3 buy 15 80'])
    expect(closed.map(trade => [trade.direction, trade.quantity, trade.profit])).toEqual([
      ['long', 10, -100],
      ['short', 15, 150],
    ])
    expect(open).toEqual([])
  })

  it('of parts of a unit leave no dust', () => {
    const { closed, open } = match(['1 buy 0.3 10', '2 sell 0.1 10', '3 sell 0.2 10'], [], 10, 10)
    expect(closed.map(trade => trade.quantity)).toEqual([0.1, 0.2])
    expect(open).toEqual([])
  })

  it('know how far the market went for and against them while they were held', () => {
    // In at 100 on day 2, out at 104 on day 4: days 2 and 3 count whole, day 4 only by its fill.
    const rows = ['90 91 89 90', '100 108 97 101', '101 112 95 103', '104 140 50 104']
    const long = match(['2 buy 1 100', '4 sell 1 104'], rows).closed[0]
    expect([long.bars, long.mae, long.mfe]).toEqual([2, -0.05, 0.12])
    const short = match(['2 sell 1 100', '4 buy 1 104'], rows).closed[0]
    expect([short.bars, short.mae, short.mfe]).toEqual([2, -0.12, 0.05])
    expect(short.profit).toBe(-4)
  })

  it('without bars tell neither', () => {
    expect(match(['1 buy 1 100', '2 sell 1 104']).closed[0]).not.toHaveProperty('mae')
  })

  it('of a run hold its order ids', async () => {
    const run = await play(
      { A: ['10', '10', '12', '12'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 4), 3: ({ ctx, of }) => ctx.close(of.A) },
    )
    expect(run.trades).toMatchObject([{ entryOrderId: 1, exitOrderId: 2, profit: 8, bars: 2 }])
    expect(dayOf(run.trades[0].exitTime)).toBe(4)
  })
})
