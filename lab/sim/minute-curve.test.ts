/** The equity curve of runs whose orders no bar fills: a row a minute, and one for how things stood at the end. */
import { expect, it } from 'vitest'
import { MINUTE } from '../core/time.ts'
import type { QuoteSeries } from '../domain/market-events.ts'
import { barsOf, planned, START, share } from '../testing/fixtures.ts'
import { backtest, memoryBars, memoryTicks } from './index.ts'

const A = share('A')

/** A quote at each whole minute, one wide. */
function quotes(bids: readonly number[]): QuoteSeries {
  const eventTime = Float64Array.from(bids, (_, place) => START + (place + 1) * MINUTE)
  const size = Float64Array.from(bids, () => 100)
  return {
    length: bids.length,
    eventTime,
    receiveTime: eventTime,
    bid: Float64Array.from(bids),
    ask: Float64Array.from(bids, bid => bid + 1),
    bidSize: size,
    askSize: size,
  }
}

const BUY_ONE = planned({ 1: ({ ctx, of }) => ctx.buy(of.A, 1) })

it('ends with what the last tick brought, though it came on a whole minute', async () => {
  // Bought at 101 with the middle at 100.50; the last middle is 120.50: 1000 − 101 + 120.50.
  const run = await backtest({
    strategy: BUY_ONE,
    ticks: memoryTicks([{ instrument: A, quotes: quotes([100, 110, 120]) }]),
    cash: 1000,
  })
  expect([...run.curve.equity]).toEqual([999.5, 1019.5])
  expect([...run.curve.time]).toEqual([START + 2 * MINUTE, START + 3 * MINUTE])
  expect(run.endEquity).toBe(1019.5)
})

it('is written where bars inform a strategy whose orders quotes fill', async () => {
  const run = await backtest({
    strategy: BUY_ONE,
    bars: memoryBars([{ instrument: A, series: barsOf(['100', '110', '120'], MINUTE) }], { interval: '1m' }),
    ticks: memoryTicks([{ instrument: A, quotes: quotes([100, 110, 120]) }]),
    cash: 1000,
  })
  expect(run.fills.map(({ price }) => price)).toEqual([101])
  expect(run.endEquity).toBe(1019.5)
  expect([...run.curve.equity]).toEqual([999.5, 1019.5])
})
