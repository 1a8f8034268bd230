/**
 * Hourly and daily bars in one run. A daily bar is known at its close but opened a day before, so that nothing
 * decided while it formed may change what it fills.
 */
import { describe, expect, it } from 'vitest'
import { HOUR } from '../core/time.ts'
import { type Plan, START, barsOf, fillsOf, ordersOf, planned, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import type { Run } from './run.ts'
import { memoryBars } from './series.ts'

const HOURLY = barsOf(
  Array.from({ length: 72 }, () => '10'),
  HOUR,
)

/** D has a bar a day, M one an hour; a plan counts hours. */
function mixed(daily: readonly string[], plan: Plan, intervals?: readonly string[]): Promise<Run> {
  const source = memoryBars([
    { instrument: share('D'), series: barsOf(daily) },
    { instrument: share('M'), series: HOURLY },
  ])
  return backtest({
    strategy: planned(plan),
    bars: { ...source, intervals: intervals ?? source.intervals },
    strict: true,
  })
}

describe('a daily order that is changed at 06:00', () => {
  it('meets that day’s bar on neither its old nor its new terms', async () => {
    // The second day's low of 90 may have come before 06:00: a limit raised to 105 then cannot have it. The
    // third day's bar, 120 down to 101, trades through 105.
    let id = 0
    const run = await mixed(
      ['100', '110 110 90 110', '120 120 101 120'],
      {
        24: ({ ctx, of }) => {
          id = ctx.buy(of.D, 1, { limit: 50 })
        },
        30: ({ ctx }) => ctx.replace(id, { limit: 105 }),
      },
      ['1d', '1h'],
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 D at 105'])
  })

  it('warns that that day’s bar may have filled it on its old terms', async () => {
    let id = 0
    const run = await mixed(
      ['100', '110 110 90 95', '120'],
      {
        24: ({ ctx, of }) => {
          id = ctx.buy(of.D, 1, { limit: 50 })
        },
        30: ({ ctx }) => ctx.replace(id, { limit: 40 }),
      },
      ['1d', '1h'],
    )
    expect(run.warnings.find(one => one.code === 'CHANGED_WITHIN_BAR')?.text).toBe(
      '1 order was changed while a coarser bar of its instrument was forming: that bar might have filled it before, and does not in this run.',
    )
  })

  it('or cancelled is too late for what that day’s bar does: its open of 110 came before 06:00', async () => {
    let id = 0
    let pending: string | undefined
    const run = await mixed(
      ['100', '110 110 90 95', '120'],
      {
        24: ({ ctx, of }) => {
          id = ctx.buy(of.D, 1)
        },
        30: ({ ctx }) => {
          ctx.cancel(id)
          pending = ctx.order(id)?.state
        },
      },
      ['1d', '1h'],
    )
    expect(pending).toBe('cancelPending')
    expect(fillsOf(run)).toEqual(['2: buy 1 D at 110'])
    expect(ordersOf(run)).toEqual(['1: filled 1 (2)'])
  })

  it('or cancelled ends with that bar where the bar does not fill it', async () => {
    let id = 0
    const run = await mixed(
      ['100', '110 110 90 95', '60 60 40 40'],
      {
        24: ({ ctx, of }) => {
          id = ctx.buy(of.D, 1, { limit: 50 })
        },
        30: ({ ctx }) => ctx.cancel(id),
      },
      ['1d', '1h'],
    )
    expect(ordersOf(run)).toEqual(['1: canceled 0 byStrategy (2)'])
  })

  it('at the daily close itself meets the next bar and warns of nothing', async () => {
    let id = 0
    const run = await mixed(
      ['100', '110 110 90 110', '120'],
      {
        24: ({ ctx, of }) => {
          id = ctx.buy(of.D, 1, { limit: 50 })
          ctx.replace(id, { limit: 95 })
        },
      },
      ['1d', '1h'],
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 D at 95'])
    expect(run.warnings.map(one => one.code)).toEqual(['NO_COSTS'])
  })
})

it('intervals that nobody named are measured: no order gets an open that came before it', async () => {
  const run = await mixed(['100', '110', '120'], { 29: ({ ctx, of }) => ctx.buy(of.D, 1) })
  expect(run.orders[0].submittedAt).toBe(START + 29 * HOUR)
  expect(fillsOf(run)).toEqual(['3: buy 1 D at 120'])
})
