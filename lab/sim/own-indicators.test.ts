/** Indicators that an author writes: they are shown each bar by itself, as it becomes known. */
import { expect, it } from 'vitest'
import type { IndicatorSpec } from '../indicators/index.ts'
import { type BarView, strategy } from '../strategy/index.ts'
import { barsOf, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

const seen: number[] = []

/** The highest close so far, and everything that it was shown. */
function highestClose(): IndicatorSpec {
  return {
    key: 'sma(2,close)', // a built-in's name, which must not lend it that one's numbers
    outputs: ['value'],
    warmup: 1,
    create: () => {
      let highest = Number.NEGATIVE_INFINITY
      return {
        warmup: 1,
        fill: (columns, from, to, out) => {
          for (const value of columns.close) seen.push(value)
          for (let row = from; row < to; row++) out[0][row] = highest = Math.max(highest, columns.close[row])
        },
        rescale: factor => {
          highest *= factor
        },
      }
    },
  }
}

class Own extends strategy({}) {
  own = this.indicator(highestClose())
  values: (number | undefined)[] = []
  shown: number[][] = []

  override onBar(bar: BarView): void {
    this.values.push(this.own.at(bar))
    this.shown.push([...seen])
  }
}

it('has taken in no bar that is not known yet, at any bar', async () => {
  seen.length = 0
  let made: Own | undefined
  class Kept extends Own {
    constructor(params?: Readonly<Record<string, unknown>>) {
      super(params)
      made = this
    }
  }
  const closes = [10, 12, 11, 15, 14]
  await backtest({
    strategy: Kept,
    bars: memoryBars([{ instrument: share('A'), series: barsOf(closes.map(close => `${close}`)) }]),
  })
  expect(made!.values).toEqual([10, 12, 12, 15, 15])
  expect(made!.shown).toEqual([[10], [10, 12], [10, 12, 11], [10, 12, 11, 15], [10, 12, 11, 15, 14]])
})

it('cannot be reached through a method put in place of an array’s own', async () => {
  class Thief extends strategy({}) {
    override onBar(): void {
      Object.assign(Float64Array.prototype, { slice: () => undefined })
    }
  }
  const run = backtest({
    strategy: Thief,
    bars: memoryBars([{ instrument: share('A'), series: barsOf(['10', '11']) }]),
  })
  await expect(run).rejects.toThrow(/Strategy Thief threw "Cannot assign to read only property 'slice'/)
})

it('has nothing ahead of its bar to look at', async () => {
  const ahead: IndicatorSpec = {
    key: 'ahead',
    outputs: ['value'],
    warmup: 1,
    create: () => ({
      warmup: 1,
      fill: (columns, from, to, out) => {
        for (let row = from; row < to; row++) out[0][row] = columns.close[row + 3] ?? Number.NaN
      },
      rescale: () => undefined,
    }),
  }
  const values: (number | undefined)[] = []
  class Ahead extends strategy({}) {
    ahead = this.indicator(ahead)
    override onBar(bar: BarView): void {
      values.push(this.ahead.at(bar))
    }
  }
  const series = barsOf(['10', '11', '12', '13', '14', '15'])
  await backtest({ strategy: Ahead, bars: memoryBars([{ instrument: share('A'), series }]) })
  expect(values).toEqual(Array.from({ length: 6 }, () => undefined))
})
