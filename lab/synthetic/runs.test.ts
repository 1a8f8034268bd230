/** A strategy over a synthetic market: the run, its report and its digest all say what the market was. */
import { describe, expect, it } from 'vitest'
import { runStatistics } from '../analytics/index.ts'
import { renderReport } from '../report/index.ts'
import { backtest, memoryBars } from '../sim/index.ts'
import SmaCross from '../../strategies/sma-cross.ts'
import { gbm } from './index.ts'

const over = (seed: number) => {
  const market = gbm({ seed, bars: 1500, volatility: 0.25, drift: 0.05 })
  return backtest({
    strategy: SmaCross,
    params: { fast: 20, slow: 60 },
    bars: memoryBars([market], market.dataset),
    strict: true,
  })
}

describe('SMA cross over a geometric Brownian motion', async () => {
  const run = await over(7)

  it('trades, and names its dataset, in the run and in the report', () => {
    expect(run.trades.length).toBeGreaterThan(3)
    expect(run.warnings.find(one => one.code === 'SYNTHETIC_DATA')?.text).toMatch(
      /^The market is made up \(synthetic:gbm:7\)/,
    )
    expect(run.datasets).toEqual([
      expect.objectContaining({ id: 'synthetic:gbm:7', interval: '1d', adjustment: 'raw' }),
    ])
    expect(run.datasets[0].snapshot).toMatch(/^synthetic:gbm:7:[0-9a-f]{16}$/)
    const page = renderReport({ result: run, statistics: runStatistics(run) })
    expect(page).toContain('synthetic:gbm:7, 1d')
    expect(page).toContain(`<code>${run.datasets[0].snapshot}</code>`)
    // The line under the title.
    expect(page.slice(page.indexOf('<header'), page.indexOf('</header'))).toContain('SYNTHETIC:GBM')
  })

  it('has one digest per seed', async () => {
    expect((await over(7)).digest).toBe(run.digest)
    expect((await over(8)).inputs).not.toBe(run.inputs)
  })
})
