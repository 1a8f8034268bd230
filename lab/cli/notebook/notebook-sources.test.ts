/** What a cell may hand to `backtest` beside the store's bars, and `vet` from a cell. */
import { describe, expect, it } from 'vitest'
import { memoryTicks } from '../../sim/index.ts'
import { memoryBars } from '../../sim/series.ts'
import { type Context, strategy, type TradeView } from '../../strategy/index.ts'
import { barsOf, onEveryBar, share } from '../../testing/fixtures.ts'
import { sampleBars } from '../../testing/golden.ts'
import { ticksOf } from '../../testing/tick-play.ts'
import { backtest } from './notebook-backtest.ts'
import { vet } from './notebook-vet.ts'

describe('a backtest from a cell', () => {
  it('runs on trades: bought at the second, 100 × 2 trades later worth 110', async () => {
    class Buyer extends strategy({}) {
      override onTrade(trade: TradeView, ctx: Context): void {
        if (ctx.position(trade.instrument) === 0 && ctx.openOrders().length === 0)
          ctx.buy(trade.instrument, 1)
      }
    }
    const ticks = memoryTicks([
      {
        instrument: share('X'),
        ...ticksOf(['0 trade 99x1', '10 trade 100x1', '20 trade 105x1', '30 trade 110x1']),
      },
    ])
    const run = await backtest({ strategy: Buyer, ticks, cash: 1000 })
    expect(run.result.endEquity).toBe(1010)
  })

  it('takes several sources of bars', async () => {
    const sources = ['A', 'B'].map(symbol =>
      memoryBars([{ instrument: share(symbol), series: barsOf(['10', '11']) }], { interval: '1d' }),
    )
    const run = await backtest({ strategy: onEveryBar(() => undefined), bars: sources })
    expect(run.result.instruments.map(one => one.symbol)).toEqual(['A', 'B'])
  })
})

it('vet from a cell says what the command says', async () => {
  const report = await vet({ strategy: 'strategies/sma-cross.ts', bars: await sampleBars(), places: 5 })
  expect(report.verdict).toBe('passed')
})
