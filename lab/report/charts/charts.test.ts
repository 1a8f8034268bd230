import { describe, expect, it } from 'vitest'
import { sampleRun } from '../../testing/fixtures/sample-run.ts'
import type { ClosedTrade } from '../../domain/closed-trade.ts'
import { candlesFigure } from './candles.ts'
import { costsFigure } from './costs.ts'
import { excursionsFigure } from './excursions.ts'
import { exposureFigure } from './exposure.ts'
import { mostTelling } from './most-telling.ts'
import { plainName } from './names.ts'
import { plotsFigure } from './plots.ts'
import { tradeReturnsFigure } from './trade-returns.ts'
import { turnoverFigure } from './turnover.ts'

const { result } = sampleRun({ bars: 1_000, symbols: ['ALFA', 'BRAVO'] })
const empty = { ...result, trades: [], fills: [], openTrades: [], plots: [] }

describe('candles', () => {
  it('put bars together without losing a high or a low', () => {
    const figure = candlesFigure(result, 'XTST:ALFA', { candles: 90 })!
    const [candles] = figure.data as unknown as { x: number[]; high: number[]; low: number[] }[]
    const bars = result.bars[0]!
    expect(candles.x).toHaveLength(84)
    expect(Math.max(...candles.high)).toBe(Math.max(...bars.high))
    expect(Math.min(...candles.low)).toBe(Math.min(...bars.low))
    expect(candles.x[83]).toBe(bars.eventTime[999] / 1000)
    expect(figure.note).toContain('Each candle is 12 bars (1,000 in all).')
  })

  it('do not exist where the result carries no bars', () => {
    expect(candlesFigure(result, 'XTST:NONE')).toBeUndefined()
    expect(candlesFigure({ ...result, bars: [undefined, undefined] }, 'XTST:ALFA')).toBeUndefined()
  })

  it('mark what was entered and left, and what is still open', () => {
    const figure = candlesFigure(result, 'XTST:ALFA')!
    const trace = (name: string) => figure.data.find(one => one.name === name) as { x: number[] }
    const closed = result.trades.filter(trade => trade.instrument === 'XTST:ALFA').length
    const open = result.openTrades.filter(trade => trade.instrument === 'XTST:ALFA').length
    expect(trace('Entry').x).toHaveLength(closed + open)
    expect(trace('Exit').x).toHaveLength(closed)
  })
})

describe('distribution of trade returns', () => {
  it('counts every trade once, with zero as a border', () => {
    const trades = [-0.07, -0.001, 0, 0.001, 0.02, 0.021, 0.3].map(
      value => ({ return: value }) as ClosedTrade,
    )
    const [bars] = tradeReturnsFigure({ ...result, trades })!.data as unknown as {
      x: number[]
      y: number[]
      width: number
    }[]
    expect(bars.y.reduce((sum, value) => sum + value, 0)).toBe(7)
    const losses = bars.y.filter((_, n) => bars.x[n] < 0).reduce((sum, value) => sum + value, 0)
    expect(losses).toBe(2)
  })

  it('draws one bar when all trades are alike', () => {
    const trades = [0.01, 0.01].map(value => ({ return: value }) as ClosedTrade)
    const [bars] = tradeReturnsFigure({ ...result, trades })!.data as unknown as { y: number[] }[]
    expect(bars.y.filter(value => value > 0)).toEqual([2])
  })
})

describe('charts of nothing', () => {
  it('are undefined rather than empty', () => {
    expect(tradeReturnsFigure(empty)).toBeUndefined()
    expect(excursionsFigure(empty)).toBeUndefined()
    expect(costsFigure(empty)).toBeUndefined()
    expect(turnoverFigure(empty)).toBeUndefined()
    expect(plotsFigure(empty)).toBeUndefined()
  })
})

describe('costs', () => {
  it('end at the totals of the run', () => {
    const [fees, slippage] = costsFigure(result)!.data as unknown as { y: number[] }[]
    expect(fees.y.at(-1)).toBeCloseTo(result.fees, 2)
    expect(slippage.y.at(-1)).toBeCloseTo(result.slippageCost, 2)
  })
})

describe('turnover', () => {
  it('is what was traded in a month over the equity at its end', () => {
    // By hand: 100 units at 50 and 40 at 55 in January 2000 are 7,200 of 90,000: 8 %.
    const time = Float64Array.of(Date.UTC(2000, 0, 3), Date.UTC(2000, 0, 31), Date.UTC(2000, 1, 1)).map(
      ms => ms * 1000,
    )
    const fill = { ...result.fills[0], time: time[0], quantity: 100, price: 50 }
    const figure = turnoverFigure({
      ...result,
      from: time[0],
      to: time[2],
      curve: { ...result.curve, time, equity: Float64Array.of(100_000, 90_000, 95_000) },
      fills: [fill, { ...fill, quantity: 40, price: 55, time: time[1] }],
    })!
    expect((figure.data[0] as unknown as { y: number[] }).y).toEqual([8, 0])
  })
})

describe('exposure', () => {
  it('draws net beside gross only where they differ', () => {
    expect(exposureFigure(result).data).toHaveLength(1)
    const curve = { ...result.curve, netExposure: result.curve.netExposure.map(value => -value) }
    expect(exposureFigure({ ...result, curve }).data).toHaveLength(2)
  })
})

describe('where not all trades fit', () => {
  it('those with the largest gain or loss stay, in their order', () => {
    const trades = [1, -9, 3, 0, 8].map(profit => ({ profit }) as ClosedTrade)
    expect(mostTelling(trades, 3).map(trade => trade.profit)).toEqual([-9, 3, 8])
  })
})

describe('names of others in a chart', () => {
  it('are neither markup nor templates, and not endless', () => {
    expect(plainName('<a href="https://x">%{y}</a>')).toBe('&lt;a href="https://x"&gt;{y}&lt;/a&gt;')
    expect(plainName('x'.repeat(100))).toHaveLength(60)
  })
})
