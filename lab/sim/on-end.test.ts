/** What is ordered when the data is over, where market orders fill at once. Amounts by hand. */
import { expect, it } from 'vitest'
import type { Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { fillsOf, market, type Table } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'

class ThereAndBack extends strategy() {
  override onStart(ctx: Context): void {
    ctx.buy(ctx.instruments[0], 1)
  }
  override onEnd(ctx: Context): void {
    ctx.close(ctx.instruments[0])
  }
}

it('a fill of onEnd is in the last row of the curve', async () => {
  // 1,000 − 100 − 1 of fee; the last close is 110, at which one is sold for another fee: 1,000 + 10 − 2.
  const one: Table = { A: ['100', '110'] }
  for (const table of [one, { ...one, B: ['5', '5'] }]) {
    const run = await backtest({
      strategy: ThereAndBack,
      bars: market(table),
      marketFill: 'last',
      fees: '1/order',
      cash: 1000,
    })
    expect(fillsOf(run)).toEqual(['1: buy 1 A at 100', '2: sell 1 A at 110'])
    expect([...run.curve.equity]).toEqual([999, 1008])
    expect([...run.curve.cash]).toEqual([899, 1008])
    expect([...run.curve.grossExposure]).toEqual([100, 0])
    expect(run.endEquity).toBe(1008)
    expect(run.trades[0].profit).toBe(8)
  }
})
