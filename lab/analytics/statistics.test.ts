/** The summary of a run; expected numbers by hand, or from the single statistics that have their own references. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/time.ts'
import type { ClosedTrade } from '../domain/closed-trade.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { EquityColumns } from '../domain/run-result.ts'
import { python } from '../testing/python.ts'
import { sampleCurve } from './sampling.ts'
import { runStatistics } from './statistics.ts'
import { tradeStatistics } from './trade-statistics.ts'

const MONDAY = Date.UTC(2024, 0, 1) * 1000

function curveOf(time: number[], equity: number[], gross: number[] = equity.map(() => 0)): EquityColumns {
  return {
    time: Float64Array.from(time),
    equity: Float64Array.from(equity),
    cash: Float64Array.from(equity, (value, i) => value - gross[i]),
    grossExposure: Float64Array.from(gross),
    netExposure: Float64Array.from(gross),
  }
}

/** Ten weekday closes at 21:00 UTC. */
const closes = Array.from({ length: 10 }, (_, i) => MONDAY + (i + (i > 4 ? 2 : 0)) * DAY + 21 * HOUR)

function trade(profit: number, more: Partial<ClosedTrade> = {}): ClosedTrade {
  return {
    instrument: 'XNAS:AAPL',
    direction: 'long',
    quantity: 10,
    entryTime: closes[0],
    exitTime: closes[0] + 2 * DAY,
    entryPrice: 100,
    exitPrice: 100 + profit / 10,
    fees: 0,
    profit,
    return: profit / 1000,
    bars: 2,
    entryOrderId: 1,
    exitOrderId: 2,
    ...more,
  }
}

function fill(quantity: number, price: number): FillRecord {
  return {
    id: 1,
    orderId: 1,
    time: closes[0],
    instrument: 'XNAS:AAPL',
    side: 'buy',
    quantity,
    price,
    fee: 0,
    slippage: 0,
  }
}

describe('the summary of a run', () => {
  const equity = [100, 110, 121, 108.9, 98.01, 107.811, 121, 133.1, 133.1, 133.1]
  const gross = [0, 50, 50, 50, 50, 0, 0, 0, 0, 0]

  it('of daily bars: returns of every row, drawdown with its dates, 252 periods detected', () => {
    const ours = runStatistics({ curve: curveOf(closes, equity, gross), trades: [], fills: [] })
    expect(ours).toMatchObject({
      sampling: 'bar',
      periods: 9,
      periodsPerYear: 252,
      frequency: 'daily on five days a week, 252 a year',
      riskFreeRate: 0,
      maxDrawdownPeak: '2024-01-03',
      maxDrawdownTrough: '2024-01-05',
      maxDrawdownRecovery: '2024-01-09',
      maxDrawdownDuration: 4,
      maxDrawdownDays: 6,
      exposure: 0.4,
      trades: 0,
    })
    expect(ours.totalReturn).toBeCloseTo(0.331, 14)
    expect(ours.maxDrawdown).toBeCloseTo(0.19, 14)
    expect(ours.cagr).toBeCloseTo(1.331 ** (252 / 9) - 1, 6)
    expect(ours.averageGrossExposure).toBeCloseTo((50 / 110 + 50 / 121 + 50 / 108.9 + 50 / 98.01) / 10, 14)
    expect(ours.winRate).toBeUndefined()
  })

  it('turnover is notional of both sides over mean equity, a year', () => {
    const ours = runStatistics({
      curve: curveOf(closes, new Array(10).fill(1000)),
      trades: [],
      fills: [fill(10, 50), fill(10, 60)],
    })
    // 500 + 600 traded on 1000 of equity in 9 of 252 days.
    expect(ours.turnover).toBeCloseTo((1100 / 1000) * (252 / 9), 12)
  })

  it('beside a benchmark: beta of a curve that moves half as much is one half', () => {
    const market = [100, 110, 99, 108.9, 98.01, 107.811, 97.0299, 106.73289, 96.059601, 105.6655611]
    const half = [100]
    for (let i = 1; i < market.length; i++) half.push(half[i - 1] * (1 + (market[i] / market[i - 1] - 1) / 2))
    const ours = runStatistics({
      curve: curveOf(closes, half),
      benchmark: Float64Array.from(market),
      trades: [],
      fills: [],
    })
    expect(ours.beta).toBeCloseTo(0.5, 12)
    expect(ours.benchmarkReturn).toBeCloseTo(0.056655611, 12)
  })

  it('of bars within the day: one return a session, but the drawdown of every row', () => {
    const time: number[] = []
    const rows: number[] = []
    closes.forEach((close, day) => {
      for (let bar = 0; bar < 7; bar++) {
        time.push(close - (6 - bar) * HOUR)
        rows.push(bar === 3 ? 80 + day : 100 + day)
      }
    })
    const ours = runStatistics({ curve: curveOf(time, rows), trades: [], fills: [] })
    expect(ours).toMatchObject({ sampling: 'session', periods: 10, periodsPerYear: 252 })
    expect(ours.maxDrawdown).toBeCloseTo(1 - 80 / 100, 14)
    expect(ours.maxDrawdownPeak).toBe('2024-01-01T17:00:00Z')
    expect(ours.best).toBeCloseTo(0.01, 12)
    expect(ours.worst).toBe(0)
  })

  it('names why there is no year when the run is too short, and leaves annual figures out', () => {
    const ours = runStatistics({
      curve: curveOf(closes.slice(0, 4), [100, 101, 99, 102]),
      trades: [],
      fills: [],
    })
    expect(ours.frequency).toBe(
      'unclear: less than a week of days cannot tell trading days from calendar days',
    )
    expect([ours.periodsPerYear, ours.sharpe, ours.cagr, ours.turnover]).toEqual(new Array(4).fill(undefined))
    expect(ours.totalReturn).toBeCloseTo(0.02, 14)
  })

  it('takes the periods per year that it is given, and says so', () => {
    const ours = runStatistics({ curve: curveOf(closes, equity), trades: [], fills: [], periodsPerYear: 365 })
    expect(ours).toMatchObject({ periodsPerYear: 365, frequency: 'given' })
  })

  it('after ruin says when, and keeps only what was lost', () => {
    const ours = runStatistics({
      curve: curveOf(closes.slice(0, 8), [100, 50, -10, 20, 20, 20, 20, 20]),
      trades: [],
      fills: [],
    })
    expect(ours.statisticsNote).toBe(
      'equity was -10 at 2024-01-03T21:00:00Z, so there are no returns to judge from then on',
    )
    expect(ours.totalReturn).toBeCloseTo(-0.8, 14)
    expect(ours.maxDrawdown).toBeCloseTo(1.1, 14)
    expect([ours.sharpe, ours.cagr, ours.best, ours.averageGrossExposure]).toEqual(
      new Array(4).fill(undefined),
    )
  })

  it('of nothing, or of one instant, has no statistic but the count of trades', () => {
    for (const curve of [curveOf([], []), curveOf([closes[0]], [100])]) {
      const ours = runStatistics({ curve, trades: [], fills: [] })
      expect(Object.keys(ours).filter(key => key !== 'exposure' && key !== 'averageGrossExposure')).toEqual([
        'trades',
        'sampling',
        'periods',
        'frequency',
        'riskFreeRate',
      ])
    }
  })

  it('has no key for what is undefined, so that JSON holds no null', () => {
    const ours = runStatistics({ curve: curveOf(closes, new Array(10).fill(100)), trades: [], fills: [] })
    expect(Object.values(ours)).not.toContain(undefined)
    expect(JSON.parse(JSON.stringify(ours))).toEqual(ours)
  })
})

describe('sampling', () => {
  it('reads a curve of minutes once per UTC day, a midnight close belonging to the day that ends', () => {
    const time = Float64Array.from({ length: 3 * 1440 }, (_, i) => MONDAY + (i + 1) * MINUTE)
    const samples = sampleCurve({ time, equity: time })
    expect([...samples.rows]).toEqual([0, 1439, 2879, 4319])
  })

  it('reads it once per session where sessions are known', () => {
    const time = Float64Array.from({ length: 6 }, (_, i) => MONDAY + (20 + i) * HOUR)
    const sessionClose = Float64Array.from([0, 0, 0, 0, 0, 1], n => MONDAY + (24 + n * 24) * HOUR)
    expect([...sampleCurve({ time, equity: time, sessionClose }).rows]).toEqual([0, 4, 5])
  })
})

describe('statistics of trades', () => {
  const profits = [50, -20, 0, 30, -10, -10, 40]

  it('count every closed trade; profit factor, payoff and SQN as numpy and scipy compute them', async () => {
    const reference = (await python(
      `
import json, sys, numpy as np
from scipy import stats
p = np.array(json.load(sys.stdin), dtype=float)
print(json.dumps(dict(
    winRate=(p > 0).mean(), profitFactor=p[p > 0].sum() / -p[p < 0].sum(), expectancy=p.mean(),
    payoff=p[p > 0].mean() / -p[p < 0].mean(), sqn=stats.ttest_1samp(p, 0).statistic,
    averageWin=p[p > 0].mean(), averageLoss=p[p < 0].mean(), averageTradeReturn=p.mean() / 1000)))`,
      profits,
    )) as Record<string, number>
    const ours = tradeStatistics(profits.map(value => trade(value)))
    for (const [name, expected] of Object.entries(reference)) {
      expect(ours[name as keyof typeof ours], name).toBeCloseTo(expected, 12)
    }
    expect(ours).toMatchObject({ trades: 7, averageHoldingDays: 2, averageHoldingBars: 2 })
  })

  it('the losing streak follows the order of exit, and a scratch ends it', () => {
    const trades = [-1, -1, 0, -1, -1, -1, 5].map((profit, i) =>
      trade(profit, { exitTime: closes[0] + (7 - i) * DAY }),
    )
    expect(tradeStatistics(trades).losingStreak).toBe(3)
  })

  it('without trades there is their number; without a loser no profit factor and no payoff', () => {
    expect(tradeStatistics([])).toEqual({ trades: 0 })
    const ours = tradeStatistics([trade(10), trade(20)])
    expect([ours.profitFactor, ours.payoff, ours.averageLoss]).toEqual([undefined, undefined, undefined])
    expect(ours).toMatchObject({ winRate: 1, losingStreak: 0 })
  })

  it('one trade has no SQN; trades without bars have no length in bars', () => {
    const ours = tradeStatistics([trade(10, { bars: undefined })])
    expect([ours.sqn, ours.averageHoldingBars]).toEqual([undefined, undefined])
  })
})
