/** Orders for the opening and the closing auction on daily and hourly bars. Prices read off the bars by hand. */
import { describe, expect, it } from 'vitest'
import { HOUR } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { barsOf, fillsOf, ordersOf, type Plan, planned, play, START, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'

describe('on daily bars', () => {
  it('at the open is the next open, at the close the next close', async () => {
    const run = await play(
      { A: ['100', '101 106 99 104', '105'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { at: 'open' })
          ctx.buy(of.A, 2, { at: 'close' })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 101', '2: buy 2 A at 104'])
    expect(run.orders.map(order => order.type)).toEqual(['marketOnOpen', 'marketOnClose'])
  })

  it('with a limit fills at the auction’s price where that is better, and ends otherwise', async () => {
    const run = await play(
      { A: ['100', '101 106 99 104', '90'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { at: 'open', limit: 102 })
          ctx.buy(of.A, 2, { at: 'open', limit: 100 })
          ctx.buy(of.A, 3, { at: 'close', limit: 105 })
          ctx.buy(of.A, 4, { at: 'close', limit: 104 })
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 101', '2: buy 3 A at 104'])
    expect(ordersOf(run)).toEqual([
      '1: filled 1 (2)',
      '1: canceled 0 missedAuction (2)',
      '1: filled 3 (2)',
      '1: canceled 0 missedAuction (2)',
    ])
  })

  it('does not wait for the auction after the next', async () => {
    const run = await play(
      { A: ['100', '-', '90'], B: ['1', '1', '1'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { at: 'open' })
          ctx.buy(of.A, 2, { at: 'close' })
        },
      },
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 missedAuction (2)', '1: canceled 0 missedAuction (2)'])
    expect(run.why(1)).toContain('because the auction that it was for had passed')
  })

  it('slips like a market order, never with a limit', async () => {
    const run = await play(
      { A: ['100', '100 106 99 200'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.A, 1, { at: 'close' })
          ctx.buy(of.A, 2, { at: 'close', limit: 201 })
        },
      },
      { slippage: '10bps' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 A at 200.2', '2: buy 2 A at 200'])
  })
})

/** Two sessions of three hourly bars. */
function hourly(plan: Plan): Promise<Run> {
  const bars = barsOf(['100', '101', '102', '103 104 103 104', '104', '105 106 104 106'], HOUR)
  const close = [3, 3, 3, 6, 6, 6].map(hour => START + hour * HOUR)
  const series: BarSeries = { ...bars, sessionClose: Float64Array.from(close) }
  return backtest({
    strategy: planned(plan),
    bars: memoryBars([{ instrument: share('A', { calendar: 'XNYS' }), series }], { interval: '1h' }),
    strict: true,
  })
}
const hours = (run: Run) => run.fills.map(fill => [(fill.time - START) / HOUR, fill.price])

describe('inside sessions of hourly bars', () => {
  it('at the open waits for the first bar of the next session', async () => {
    expect(hours(await hourly({ 1: ({ ctx, of }) => ctx.buy(of.A, 1, { at: 'open' }) }))).toEqual([[4, 103]])
    expect(hours(await hourly({ 3: ({ ctx, of }) => ctx.buy(of.A, 1, { at: 'open' }) }))).toEqual([[4, 103]])
  })
  it('at the close is the close of the session’s last bar', async () => {
    expect(hours(await hourly({ 1: ({ ctx, of }) => ctx.buy(of.A, 1, { at: 'close' }) }))).toEqual([[3, 102]])
    expect(hours(await hourly({ 2: ({ ctx, of }) => ctx.buy(of.A, 1, { at: 'close' }) }))).toEqual([[3, 102]])
  })
  it('decided at the close itself is for the next session', async () => {
    expect(hours(await hourly({ 3: ({ ctx, of }) => ctx.buy(of.A, 1, { at: 'close' }) }))).toEqual([[6, 106]])
  })
  it('decided after the last bar it knows stays open at the end', async () => {
    const run = await hourly({ 6: ({ ctx, of }) => ctx.buy(of.A, 1, { at: 'open' }) })
    expect(run.orders[0].state).toBe('accepted')
    expect(run.warnings.map(one => one.code)).toContain('ORDERS_OPEN')
  })
})

it('a closing order takes the close of a daily bar that had begun before it was decided', async () => {
  // Hourly M tells at 05:00 of day 2; D's daily bar closes at 24:00 with 120.
  const source = memoryBars([
    { instrument: share('D'), series: barsOf(['100', '110 125 105 120']) },
    { instrument: share('M'), series: barsOf(Array(48).fill('10'), HOUR) },
  ])
  const run = await backtest({
    strategy: planned({ 29: ({ ctx, of }) => ctx.buy(of.D, 1, { at: 'close' }) }),
    bars: { ...source, intervals: ['1d', '1h'] },
    strict: true,
  })
  expect(fillsOf(run)).toEqual(['2: buy 1 D at 120'])
})
