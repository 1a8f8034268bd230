/** Latency laid over data that have none. */
import { describe, expect, it } from 'vitest'
import type { TickSource } from '../domain/ports/store.ts'
import type { BarView, Context, TradeView } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { dayOf, market, START, share } from '../testing/fixtures.ts'
import { randomTicks, Restless, streamedTicks } from '../testing/fixtures-ticks.ts'
import { byClock, tickFills, ticksOf } from '../testing/tick-play.ts'
import { backtest } from './backtest.ts'
import { delayed } from './delayed.ts'
import { memoryTicks } from './ticks.ts'

const SETTINGS = { account: 'margin', cash: 1_000_000 } as const

describe('a delayed feed', () => {
  it('tells of trades later, while the venue has them at their time', async () => {
    const known: number[] = []
    class Watch extends strategy({ account: 'margin' }) {
      override onTrade(trade: TradeView, ctx: Context): void {
        known.push((ctx.now - START) / 1000, (trade.time - START) / 1000)
        if (trade.price === 100) ctx.buy(trade.instrument, 1)
      }
    }
    const ticks = memoryTicks([
      { instrument: share('X'), ...ticksOf(['0 trade 100x1', '3 trade 101x1', '9 trade 102x1']) },
    ])
    const run = await backtest({ strategy: Watch, ticks: delayed(ticks, '5ms'), ...SETTINGS })
    expect(known).toEqual([5, 0, 8, 3, 14, 9])
    // Decided at 5, it misses the 101 of 3, and its fill at 9 is known at once.
    expect(tickFills(run)).toEqual(['9: buy 1 at 102'])
  })

  it('tells of bars later', async () => {
    const days: number[] = []
    class Watch extends strategy() {
      override onBar(_bar: BarView, ctx: Context): void {
        days.push(dayOf(ctx.now))
      }
    }
    await backtest({ strategy: Watch, bars: delayed(market({ A: ['10', '11'] }), '21600s') })
    expect(days).toEqual([1.25, 2.25])
  })

  it('never lets one row overtake another, and draws the same for equal seeds and any batches', async () => {
    const source = randomTicks({ seed: 3, events: 800, late: 0 })
    const times = (one: TickSource) => one.streams.map(stream => [...stream.series!.receiveTime])
    const model = 'lognormal:4ms:sigma=1.2'
    const once = times(delayed(source, model, 7))
    for (const [place, column] of once.entries()) {
      expect(column.every((time, row) => row === 0 || time >= column[row - 1])).toBe(true)
      expect(column.every((time, row) => time >= source.streams[place].series!.receiveTime[row])).toBe(true)
    }
    expect(times(delayed(source, model, 7))).toEqual(once)
    expect(times(delayed(source, model, 8))).not.toEqual(once)
    const run = (ticks: TickSource) => backtest({ strategy: Restless, ticks, latency: '2ms', ...SETTINGS })
    const whole = await run(delayed(source, model, 7))
    expect(whole.orders.length).toBeGreaterThan(20)
    for (const batch of [1, 7, 512]) {
      const batches = await run(delayed(streamedTicks(source, batch), model, 7))
      expect(batches.digest).toBe(whole.digest)
    }
    expect(whole.warnings.map(warning => warning.text).join()).toContain('log-normal, median 4000 µs')
  })

  it('of what was recorded takes the recording’s own lateness again', async () => {
    const ticks = memoryTicks([
      { instrument: share('X'), ...ticksOf(['0+2 trade 100x1', '9+1 trade 102x1', '30 trade 103x1']) },
    ])
    const [stream] = delayed(ticks, 'recorded:2').streams
    expect([...stream.series!.receiveTime].map(time => (time - START) / 1000)).toEqual([6, 12, 30])
    const run = await backtest({
      strategy: byClock({ 6: ({ ctx, X }) => ctx.buy(X, 1) }),
      ticks: delayed(ticks, 'recorded:2'),
      ...SETTINGS,
    })
    expect(tickFills(run)).toEqual(['9: buy 1 at 102'])
  })
})
