/**
 * Bars of several intervals of one instrument in one run: the finest fill its orders, all that are given to `bars`
 * are seen, and what is given to `finer` only fills.
 */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../core/time.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { sma } from '../indicators/index.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { barsOf, START, share } from '../testing/fixtures.ts'
import { streamed } from '../testing/fixtures-random.ts'
import { type BacktestRequest, backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

/** Six hours a day for three days, and the days that they make. */
const HOURS = [
  ...['10', '11', '12 14 9 13', '13', '12', '12'],
  ...['20', '21', '22', '23', '24', '25'],
  ...['30', '31', '32', '33', '34', '35'],
]
const STEP = DAY / 6
const hourly = memoryBars([{ instrument: share('A'), series: barsOf(HOURS, STEP) }], { interval: '4h' })
const daily = memoryBars(
  [{ instrument: share('A'), series: barsOf(['10 14 9 12', '20 25 20 25', '30 35 30 35']) }],
  { interval: '1d' },
)

/** What each bar saw: interval, close, both averages, histories. */
class Diary extends strategy({ history: 2 }) {
  average = this.indicator(sma(2))
  override onBar(bar: BarView, ctx: Context): void {
    const days = ctx.history(bar.instrument, 2, '1d')
    const own = ctx.history(bar.instrument, 2)
    ctx.log(
      `${(bar.time - START) / STEP} ${bar.interval} ${bar.close} ${this.average.at(bar)} | ` +
        `${this.average.at(bar.instrument)} ${own?.close.join(',')} | ${days?.close.join(',')}`,
    )
  }
}

const run = (strategy: BacktestRequest['strategy'], bars: BarSource | readonly BarSource[], more = {}) =>
  backtest({ strategy, bars, strict: true, cash: 1000, ...more })

describe('hours and days of one instrument', () => {
  it('are each seen with their own indicators, fine before coarse; histories are of the finest or as named', async () => {
    const { logs } = await run(Diary, [daily, hourly])
    const texts = logs.map(line => line.text)
    expect(texts).toHaveLength(18 + 3)
    expect(texts.slice(5, 8)).toEqual([
      '6 4h 12 12 | 12 12,12 | undefined',
      '6 1d 12 undefined | 12 12,12 | undefined',
      '7 4h 20 16 | 16 12,20 | undefined',
    ])
    expect(texts.slice(12, 16)).toEqual([
      // Of one instant: the fine bar comes first, and the day is known to both.
      '12 4h 25 24.5 | 24.5 24,25 | 12,25',
      '12 1d 25 18.5 | 24.5 24,25 | 12,25',
      '13 4h 30 27.5 | 27.5 25,30 | 12,25',
      '14 4h 31 30.5 | 30.5 30,31 | 12,25',
    ])
  })

  it('refuse a history of an interval that the run does not have', async () => {
    class Asks extends strategy({ history: 1 }) {
      override onBar(bar: BarView, ctx: Context): void {
        ctx.history(bar.instrument, 1, '1m')
      }
    }
    await expect(run(Asks, [daily, hourly])).rejects.toThrow(
      "history(A, 1, '1m') asks for bars that the run does not have; of A it has 4h, 1d.",
    )
  })

  it('fill by the finest: an order of the daily close fills in the next four hours', async () => {
    class Buys extends strategy() {
      override onBar(bar: BarView, ctx: Context): void {
        if (bar.interval === '1d' && ctx.position(bar.instrument) === 0) ctx.buy(bar.instrument, 1)
      }
    }
    const { fills, curve } = await run(Buys, [daily, hourly])
    expect(fills.map(fill => [(fill.time - START) / STEP, fill.price])).toEqual([[7, 20]])
    // One row per executing bar
    expect(curve.time).toHaveLength(18)
  })

  it('do not depend on the order of sources, nor on batches', async () => {
    const [one, other, batched] = await Promise.all([
      run(Diary, [daily, hourly]),
      run(Diary, [hourly, daily]),
      run(Diary, [streamed(hourly, 4), streamed(daily, 1)]),
    ])
    expect(one.digest).toBe(other.digest)
    expect(batched.decisions).toBe(one.decisions)
    expect(batched.logs).toEqual(one.logs)
  })

  it('refuse the same interval twice', async () => {
    await expect(run(Diary, [daily, hourly, daily])).rejects.toMatchObject({ code: 'STREAM_TWICE' })
  })
})

describe('finer bars that only fill', () => {
  /** Buys on the first day's close with a limit, and protects itself. */
  class Brackets extends strategy({ history: 1 }) {
    override onBar(bar: BarView, ctx: Context): void {
      ctx.log(`${bar.interval} ${bar.close}`)
      if (ctx.openOrders().length === 0 && ctx.position(bar.instrument) === 0 && bar.close === 12)
        ctx.buy(bar.instrument, 10, { stopLoss: 15, takeProfit: 24 })
    }
  }

  it('leave what is seen and decided as it was, and fill inside the day', async () => {
    // The second day reaches 24 and 15: a day alone cannot tell which came first, the hours can.
    const days = memoryBars(
      [{ instrument: share('A'), series: barsOf(['10 14 9 12', '20 25 15 25', '30 35 30 35']) }],
      { interval: '1d' },
    )
    const hours = memoryBars(
      [
        {
          instrument: share('A'),
          series: barsOf(
            [
              ...['10', '11', '12 14 9 13', '13', '12', '12'],
              ...['20', '21', '22 25 22 23', '23', '20 20 15 15', '25'],
              ...['30', '31', '32', '33', '34', '35'],
            ],
            STEP,
          ),
        },
      ],
      { interval: '4h' },
    )
    const alone = await run(Brackets, days)
    const finer = await run(Brackets, days, { finer: hours })
    expect(finer.logs).toEqual(alone.logs)
    expect(finer.logs.map(line => line.text)).toEqual(['1d 12', '1d 25', '1d 35'])
    expect(finer.orders.map(order => [order.submittedAt, order.side, order.type])).toEqual(
      alone.orders.map(order => [order.submittedAt, order.side, order.type]),
    )
    // Pessimistic: the stop first. By hours: the target, in the third of the day.
    expect(alone.fills.map(fill => fill.price)).toEqual([20, 15])
    expect(finer.fills.map(fill => [(fill.time - START) / STEP, fill.price])).toEqual([
      [7, 20],
      [9, 24],
    ])
    expect(finer.warnings.map(one => one.code)).not.toContain('AMBIGUOUS_BARS')
  })

  it('are not in reach of ctx.history', async () => {
    class Peeks extends strategy({ history: 1 }) {
      override onBar(bar: BarView, ctx: Context): void {
        ctx.history(bar.instrument, 1, '4h')
      }
    }
    await expect(run(Peeks, daily, { finer: hourly })).rejects.toThrow('of A it has 1d.')
  })
})

describe('a split', () => {
  it('rescales every interval at its own first bar in new shares', async () => {
    // Two for one in the middle of the second day: that day's own bar, 12 to 15, is all in new shares here.
    const texts = [
      '10',
      '10',
      '10',
      '10',
      '10',
      '10',
      '10',
      '10',
      '10',
      '6',
      '6',
      '6',
      '6',
      '6',
      '6',
      '6',
      '6',
      '6',
    ]
    const fine = memoryBars([{ instrument: share('A'), series: barsOf(texts, STEP) }], { interval: '4h' })
    const coarse = memoryBars([{ instrument: share('A'), series: barsOf(['10', '6', '6']) }], {
      interval: '1d',
    })
    const { logs } = await run(Diary, [fine, coarse], {
      actions: [{ kind: 'split', instrument: 'A', time: START + 9 * STEP + HOUR, ratio: 2 }],
    })
    const texts2 = logs.map(line => line.text)
    // (10 / 2 + 6) / 2 = 5.5 by the tenth four hours, and by the second day.
    expect(texts2.find(text => text.startsWith('10 4h'))).toBe('10 4h 6 5.5 | 5.5 5,6 | undefined')
    expect(texts2.find(text => text.startsWith('12 1d'))).toBe('12 1d 6 5.5 | 6 6,6 | 5,6')
  })
})
