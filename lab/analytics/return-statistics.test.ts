/**
 * Every statistic against its reference call, within 1e-9, over seeded series of all kinds; then the numbers that
 * others published, and the cases in which there is nothing to say.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { python } from '../testing/python.ts'
import { drawdowns } from './drawdowns.ts'
import { periodStatistics } from './period-statistics.ts'
import { returnStatistics } from './return-statistics.ts'
import { wealthFromReturns } from './returns.ts'
import { riskFreePerPeriod } from './risk-free.ts'

interface Case {
  name: string
  returns: number[]
  benchmark: number[]
  periodsPerYear: number
  /** A year. */
  riskFreeRate: number
}

const SEED = 20261121

function seededCases(): Case[] {
  const random = new Random(SEED)
  const uniform = () => random.uniform()
  const normal = () => random.normal()
  const many = (count: number, draw: () => number) => Array.from({ length: count }, draw)
  const make = (name: string, returns: number[], periodsPerYear = 252, riskFreeRate = 0): Case => ({
    name,
    returns,
    benchmark: returns.map(value => 0.6 * value + 0.004 * normal()),
    periodsPerYear,
    riskFreeRate,
  })
  return [
    make(
      'normal',
      many(1000, () => 0.0004 + 0.01 * normal()),
    ),
    make(
      'normal with a risk-free rate',
      many(500, () => 0.0004 + 0.01 * normal()),
      252,
      0.03,
    ),
    make(
      'skewed',
      many(400, () => 0.02 * (uniform() ** 4 - 0.2)),
    ),
    make(
      'fat-tailed, weekly',
      many(300, () => 0.01 * normal() ** 3),
      52,
      0.01,
    ),
    make(
      'with zeros',
      many(300, () => (uniform() < 0.6 ? 0 : 0.02 * normal())),
    ),
    make(
      'monthly',
      many(48, () => 0.005 + 0.04 * normal()),
      12,
      0.02,
    ),
    make(
      'short',
      many(5, () => 0.01 * normal()),
    ),
    make('two returns', [0.01, -0.02]),
    make(
      'all positive',
      many(100, () => 0.001 + 0.01 * uniform()),
    ),
    make(
      'all negative',
      many(100, () => -0.001 - 0.01 * uniform()),
    ),
    make(
      'tiny',
      many(200, () => 1e-6 * normal()),
    ),
    make(
      '21 returns, a whole quantile rank',
      many(21, () => 0.01 * normal()),
    ),
    make(
      'minutes',
      many(2000, () => 1e-5 + 0.0005 * normal()),
      98280,
    ),
  ]
}

const REFERENCE = `
import json, sys, warnings
warnings.filterwarnings('ignore')
import numpy as np, pandas as pd, empyrical as ep, quantstats.stats as qs
from quantstats.utils import to_excess_returns
from scipy import stats

def defined(x):
    x = float(x)
    return x if np.isfinite(x) else None

answers = []
for case in json.load(sys.stdin):
    n, rf = case['periodsPerYear'], case['riskFreeRate']
    r = np.array(case['returns']); b = np.array(case['benchmark'])
    s = pd.Series(r, index=pd.date_range('2001-01-01', periods=len(r)))
    q = dict(prepare_returns=False)
    f = (s - to_excess_returns(s, rf, nperiods=n)).iloc[0] if rf else 0.0
    period = {252: 'daily', 52: 'weekly', 12: 'monthly'}.get(n)
    out = dict(
        totalReturn=ep.cum_returns_final(r), cagr=ep.annual_return(r, annualization=n),
        volatility=ep.annual_volatility(r, annualization=n),
        sharpe=ep.sharpe_ratio(r, risk_free=f, annualization=n),
        sortino=ep.sortino_ratio(r, required_return=f, annualization=n),
        calmar=ep.calmar_ratio(r, annualization=n), omega=ep.omega_ratio(r, risk_free=f),
        maxDrawdown=-ep.max_drawdown(r), valueAtRisk=ep.value_at_risk(r),
        conditionalValueAtRisk=ep.conditional_value_at_risk(r),
        skew=stats.skew(r), kurtosis=stats.kurtosis(r), best=qs.best(s, **q), worst=qs.worst(s, **q),
        benchmarkReturn=ep.cum_returns_final(b), beta=ep.beta(r, b),
        alpha=ep.alpha(r, b, risk_free=f, annualization=n),
        informationRatio=ep.excess_sharpe(r, b), trackingError=ep.annual_volatility(r - b, annualization=n),
        winRate=qs.win_rate(s, **q), profitFactor=qs.profit_factor(s, **q), expectancy=qs.avg_return(s, **q),
        payoff=qs.payoff_ratio(s, **q), sqn=stats.ttest_1samp(r, 0).statistic)
    if period:
        out['upCapture'] = ep.up_capture(r, b, period=period) if (b > 0).any() else np.nan
        out['downCapture'] = ep.down_capture(r, b, period=period) if (b < 0).any() else np.nan
    answers.append(dict(stats={k: defined(v) for k, v in out.items()}, riskFree=float(f),
        exposure=float(qs.exposure(s, **q)),
        smart=defined(qs.sharpe(s, rf=rf, periods=n))))
print(json.dumps(answers))
`

interface Answer {
  stats: Record<string, number | null>
  riskFree: number
  exposure: number
  smart: number | null
}

describe('statistics of returns', () => {
  const cases = seededCases()
  let answers: Answer[]
  beforeAll(async () => {
    answers = (await python(REFERENCE, cases)) as Answer[]
  })

  it.each(cases.map((one, i) => [one.name, one, i] as const))(
    'equal their reference calls within 1e-9: %s',
    (_, one, i) => {
      const returns = Float64Array.from(one.returns)
      const ours: Record<string, number | undefined> = {
        ...returnStatistics({ ...one, returns, benchmark: Float64Array.from(one.benchmark) }),
        ...periodStatistics(returns),
      }
      for (const [name, expected] of Object.entries(answers[i].stats)) {
        if (expected === null) expect(ours[name], `${name}, seed ${SEED}`).toBeUndefined()
        else expectClose(ours[name], expected, `${name}, seed ${SEED}`)
      }
      expectClose(Math.ceil(ours.exposure! * 100 - 1e-9) / 100, answers[i].exposure, 'exposure')
    },
  )

  it.each(cases.map((one, i) => [one.name, one, i] as const))(
    'take the yearly risk-free rate as quantstats.stats.sharpe(rf) does: %s',
    (_, one, i) => {
      if (one.riskFreeRate !== 0) {
        expectClose(riskFreePerPeriod(one.riskFreeRate, one.periodsPerYear), answers[i].riskFree, 'risk-free')
      }
      const ours = returnStatistics({ ...one, returns: Float64Array.from(one.returns), benchmark: undefined })
      expectClose(ours.sharpe, answers[i].smart!, 'sharpe')
    },
  )

  // empyrical's own test table (tests/test_stats.py, `mixed_returns`), 2000-01-03 on, daily.
  it('give the numbers that empyrical publishes for its mixed returns, whose first is missing', () => {
    const mixed = Float64Array.of(0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1)
    const ours = returnStatistics({ returns: mixed, periods: 9, periodsPerYear: 252 })
    expectClose(ours.sharpe, 1.7238613961706866, 'sharpe')
    expectClose(ours.sortino, 2.605531251673693, 'sortino')
    expectClose(ours.calmar, 19.135925373194233, 'calmar')
    expectClose(ours.cagr, 1.9135925373194231, 'cagr')
    expectClose(ours.maxDrawdown, 0.1, 'maxDrawdown')
  })

  it('hold for a loss of everything: return −1, drawdown 1, growth −1', () => {
    const ours = returnStatistics({ returns: Float64Array.of(0.1, -1, 0), periodsPerYear: 252 })
    expect(ours).toMatchObject({ totalReturn: -1, maxDrawdown: 1, cagr: -1, calmar: -1 })
  })
})

describe('statistics that do not exist', () => {
  const keys = (returns: number[], more: object = {}) =>
    Object.keys(returnStatistics({ returns: Float64Array.from(returns), periodsPerYear: 252, ...more }))

  it('are all absent for no returns', () => {
    expect(keys([])).toEqual([])
    expect(periodStatistics(new Float64Array(0))).toEqual({})
  })

  it('one return has no spread: neither volatility nor ratio nor shape', () => {
    expect(keys([0.01])).toEqual([
      'totalReturn',
      'cagr',
      'maxDrawdown',
      'valueAtRisk',
      'conditionalValueAtRisk',
      'best',
      'worst',
    ])
  })

  it('a flat curve has volatility 0 and no ratio', () => {
    const flat = returnStatistics({ returns: new Float64Array(50), periodsPerYear: 252 })
    expect(flat).toEqual({
      totalReturn: 0,
      cagr: 0,
      volatility: 0,
      maxDrawdown: 0,
      valueAtRisk: 0,
      conditionalValueAtRisk: 0,
      best: 0,
      worst: 0,
    })
    expect(periodStatistics(new Float64Array(50))).toEqual({ exposure: 0 })
  })

  it('steady growth has no Sharpe, rounding in its returns notwithstanding', () => {
    const steady = Float64Array.from(
      { length: 99 },
      (_, i) => (100 * 1.001 ** (i + 1)) / (100 * 1.001 ** i) - 1,
    )
    expect(new Set(steady).size).toBeGreaterThan(1)
    const ours = returnStatistics({ returns: steady, periodsPerYear: 252 })
    expect([ours.sharpe, ours.sortino, ours.calmar, ours.omega, ours.skew, ours.kurtosis]).toEqual(
      new Array(6).fill(undefined),
    )
  })

  it('without a loser there is no profit factor, payoff, Sortino, Omega or Calmar', () => {
    const up = Float64Array.of(0.01, 0.02, 0.03)
    expect(Object.keys(periodStatistics(up))).toEqual(['winRate', 'expectancy', 'sqn', 'exposure'])
    const ours = returnStatistics({ returns: up, periodsPerYear: 252 })
    expect([ours.sortino, ours.omega, ours.calmar]).toEqual([undefined, undefined, undefined])
    expect(ours.maxDrawdown).toBe(0)
  })

  it('without periods per year everything annual is absent, and what needs the risk-free rate', () => {
    const ours = returnStatistics({
      returns: Float64Array.of(0.01, -0.02, 0.03),
      benchmark: Float64Array.of(0.01, -0.01, 0.02),
      riskFreeRate: 0.02,
    })
    expect(Object.keys(ours)).toEqual([
      'totalReturn',
      'maxDrawdown',
      'valueAtRisk',
      'conditionalValueAtRisk',
      'skew',
      'kurtosis',
      'best',
      'worst',
      'benchmarkReturn',
      'beta',
      'informationRatio',
    ])
  })

  it('a benchmark that stands still has no beta, alpha or capture', () => {
    const ours = returnStatistics({
      returns: Float64Array.of(0.01, -0.02, 0.03),
      benchmark: new Float64Array(3),
      periodsPerYear: 252,
    })
    expect([ours.beta, ours.alpha, ours.upCapture, ours.downCapture]).toEqual(new Array(4).fill(undefined))
    expect(ours.trackingError).toBeGreaterThan(0)
  })

  it('a copied benchmark has beta 1, alpha 0, tracking error 0 and no information ratio', () => {
    const returns = Float64Array.of(0.01, -0.02, 0.03)
    const ours = returnStatistics({ returns, benchmark: returns, periodsPerYear: 252 })
    expect(ours).toMatchObject({ beta: 1, alpha: 0, trackingError: 0, upCapture: 1, downCapture: 1 })
    expect(ours.informationRatio).toBeUndefined()
  })

  it('growth beyond any number is no number', () => {
    expect(returnStatistics({ returns: Float64Array.of(0.5), periodsPerYear: 98280 }).cagr).toBeUndefined()
  })
})

describe('drawdowns', () => {
  it('have their peak before the fall, their trough, and their recovery at the old high', () => {
    const found = drawdowns(Float64Array.of(100, 110, 110, 99, 88, 110, 120, 119))
    expect(found).toEqual([
      { peak: 2, trough: 4, recovery: 5, depth: 22 / 110, duration: 3 },
      { peak: 6, trough: 7, recovery: undefined, depth: 1 / 120, duration: 1 },
    ])
  })

  it('agree with quantstats.stats.drawdown_details on a seeded curve', async () => {
    const one = seededCases()[0]
    const rows = (await python(
      `
import json, sys
import pandas as pd, quantstats.stats as qs
r = pd.Series(json.load(sys.stdin), index=pd.date_range('2001-01-01', periods=1000))
d = qs.drawdown_details(qs.to_drawdown_series(r))
day = lambda c: [(pd.Timestamp(x) - r.index[0]).days + 1 for x in d[c]]
print(json.dumps(list(zip(day('start'), day('valley'), day('end'), (d['max drawdown'] / 100).tolist()))))`,
      one.returns,
    )) as [number, number, number, number][]
    const found = drawdowns(wealthFromReturns(Float64Array.from(one.returns)))
    expect(found.length).toBe(rows.length)
    found.forEach((ours, i) => {
      const [start, valley, end, depth] = rows[i]
      expect([ours.peak + 1, ours.trough, (ours.recovery ?? 1001) - 1]).toEqual([start, valley, end])
      expectClose(ours.depth, -depth, 'depth')
    })
  })
})

/** Within 1e-9 of the reference, relative; absolute for what is as good as zero. */
function expectClose(ours: number | undefined, expected: number, what: string): void {
  expect(ours, what).toBeDefined()
  const error = Math.abs(ours! - expected)
  if (error > 1e-9 * Math.abs(expected) && error > 1e-15) {
    expect.fail(`${what}: ${ours} is not ${expected}`)
  }
}
