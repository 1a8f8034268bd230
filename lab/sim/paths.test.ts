/** What is done to be fast changes nothing: kept columns against columns worked out, one stream's loop against that of many. */
import { describe, expect, it } from 'vitest'
import { bollinger, macd, type IndicatorSpec } from '../indicators/index.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { Busy, busyRun } from '../testing/fixtures-digest.ts'
import { randomMarket, streamed } from '../testing/fixtures-random.ts'
import { backtest } from './backtest.ts'
import type { Run } from './run.ts'

/** More bars than a window holds at once. */
const LONG = { seed: 5, symbols: 1, bars: 40_000 } as const
const result = ({ digest, orders, fills, curve }: Run) => ({
  digest,
  orders,
  fills,
  time: curve.time,
  equity: curve.equity,
  cash: curve.cash,
})

describe('columns that a run before has left', () => {
  for (const market of [LONG, { seed: 6, symbols: 4, bars: 900, missing: 0.1, ragged: true }] as const)
    it(`give what fresh ones give, with ${market.symbols} symbols`, async () => {
      const source = randomMarket(market)
      const fresh = result(await busyRun({}, streamed(randomMarket(market))))
      expect(fresh.fills.length).toBeGreaterThan(20)
      for (let run = 0; run < 4; run++) expect(result(await busyRun({}, source))).toEqual(fresh)
    })

  it('give what fresh ones give when parameters and ranges change from run to run', async () => {
    const source = randomMarket(LONG)
    const { time } = (await busyRun({}, source)).curve
    const requests = [3, 5, 3, 5, 3].flatMap(fast => [
      { params: { fast } },
      { params: { fast }, from: time[100], to: time[35_000] },
    ])
    for (const request of requests)
      expect(result(await busyRun(request, source))).toEqual(
        result(await busyRun(request, randomMarket(LONG))),
      )
  })

  it('have all outputs of an indicator', async () => {
    class Bands extends strategy({}) {
      bands = this.indicator(bollinger(20, 2))
      trend = this.indicator(macd(12, 26, 9))
      override onBar(bar: BarView, ctx: Context): void {
        const upper = this.bands.at(bar, 'upper')
        const signal = this.trend.at(bar, 'signal')
        if (upper !== undefined && signal !== undefined) ctx.plot('sum', upper + signal)
      }
    }
    const source = randomMarket(LONG)
    const fresh = await backtest({ strategy: Bands, bars: randomMarket(LONG) })
    expect(fresh.plots[0].value.length).toBeGreaterThan(39_000)
    for (let run = 0; run < 3; run++)
      expect((await backtest({ strategy: Bands, bars: source })).plots).toEqual(fresh.plots)
  })

  it('are not those of an indicator that does not say that its key tells all', async () => {
    const offset = (by: number): IndicatorSpec => ({
      key: 'offset',
      outputs: ['value'],
      warmup: 1,
      create: () => ({
        warmup: 1,
        fill: ({ close }, from, to, [out]) => {
          for (let row = from; row < to; row++) out[row] = close[row] + by
        },
        rescale: () => {},
      }),
    })
    const source = randomMarket({ seed: 7, symbols: 1, bars: 5 })
    for (const by of [1, 2, 3, 4]) {
      class Last extends strategy({}) {
        value = this.indicator(offset(by))
        override onBar(bar: BarView, ctx: Context): void {
          ctx.plot('difference', Math.round(this.value.at(bar)! - bar.close))
        }
      }
      const { plots } = await backtest({ strategy: Last, bars: source })
      expect([...plots[0].value]).toEqual([by, by, by, by, by])
    }
  })
})

describe('a market of one symbol', () => {
  class One extends Busy {
    override onBar(bar: BarView, ctx: Context): void {
      if (bar.instrument.symbol === 'S00') super.onBar(bar, ctx)
    }
  }
  const decided = ({ orders, fills, curve }: Run) => ({
    orders,
    fills,
    time: curve.time,
    equity: curve.equity,
  })

  for (const strict of [false, true])
    it(`is worked like one beside others that are not traded${strict ? ', in strict mode' : ''}`, async () => {
      const alone = await busyRun(
        { strategy: One, strict },
        randomMarket({ seed: 8, symbols: 1, bars: 4_000 }),
      )
      const beside = await busyRun(
        { strategy: One, strict },
        randomMarket({ seed: 8, symbols: 3, bars: 4_000 }),
      )
      expect(alone.fills.length).toBeGreaterThan(100)
      expect(decided(alone)).toEqual(decided(beside))
    })
})
