/** A bar that is published again: what a strategy reads, day by day, is written out by hand. */
import { expect, test } from 'vitest'
import type { BarSeries } from '../domain/bar.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { backtest } from './backtest.ts'

const DAY = 86_400_000_000
const closes = (
  times: readonly number[],
  received: readonly number[],
  prices: readonly number[],
): BarSeries => ({
  length: times.length,
  eventTime: Float64Array.from(times, day => day * DAY),
  receiveTime: Float64Array.from(received, day => day * DAY),
  open: Float64Array.from(prices),
  high: Float64Array.from(prices),
  low: Float64Array.from(prices),
  close: Float64Array.from(prices),
  volume: Float64Array.from(prices, () => 10),
})

function source(corrections?: BarSeries, held = true): BarSource {
  const series = closes([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [10, 11, 12, 13, 14])
  let left: BarSeries | undefined = series
  return {
    datasets: [{ id: 'bars', snapshot: 's', adjustment: 'raw', interval: '1d' }],
    instruments: [
      { venue: 'X', symbol: 'A', ticksPerUnit: 100, lotsPerUnit: 1, currency: 'USD', calendar: '24/7' },
    ],
    intervals: ['1d'],
    streams: [
      {
        rows: 5,
        ...(held ? { series } : {}),
        ...(corrections === undefined ? {} : { corrections }),
        async next() {
          const now = left
          left = undefined
          return now
        },
      },
    ],
    notes: [],
  }
}

class Reader extends strategy({ history: 3 }) {
  override onBar(bar: BarView, ctx: Context): void {
    const { close } = ctx.history(bar.instrument, 3) ?? { close: [] }
    ctx.log(Array.from(close).join(' '))
  }
}

test.each([true, false])('history shows the first close until the second is known (held: %s)', async held => {
  // The 2nd had closed at 11.5, published on the 3rd at noon; at 11.25, published on the 4th with the bar itself.
  const corrections = closes([2, 2], [3.5, 4], [11.5, 11.25])
  const run = await backtest({ strategy: Reader, bars: source(corrections, held) })
  expect(run.logs.map(({ text }) => text)).toEqual(['', '', '10 11 12', '11.25 12 13', '12 13 14'])
  const later = await backtest({ strategy: Reader, bars: source(closes([2], [3.5], [11.5]), held) })
  expect(later.logs.map(({ text }) => text)).toEqual(['', '', '10 11 12', '11.5 12 13', '12 13 14'])
  const plain = await backtest({ strategy: Reader, bars: source(undefined, held) })
  expect(plain.logs.map(({ text }) => text)).toEqual(['', '', '10 11 12', '11 12 13', '12 13 14'])
  // What a run may read is part of what it says that it has read.
  expect(new Set([run.inputs, later.inputs, plain.inputs]).size).toBe(3)
})
