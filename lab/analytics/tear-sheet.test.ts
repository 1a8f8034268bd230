/** The tables and curves of a tear sheet against pandas-based references on one seeded curve. */
import { beforeAll, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { DAY, HOUR } from '../core/time.ts'
import { python } from '../testing/python.ts'
import { histogram } from './histogram.ts'
import { monthlyReturns } from './monthly-returns.ts'
import { returnsFromEquity } from './returns.ts'
import { riskFreePerPeriod } from './risk-free.ts'
import { rollingSharpe } from './rolling-sharpe.ts'
import { rollingVolatility } from './rolling-volatility.ts'
import { underwater } from './underwater.ts'
import { yearlyReturns } from './yearly-returns.ts'

const SEED = 7
const FIRST = Date.UTC(2010, 10, 24, 21) * 1000

/** Weekday closes over two turns of the year. */
function seededCurve() {
  const random = new Random(SEED)
  const time: number[] = []
  const equity: number[] = []
  for (let day = 0; day < 500; day++) {
    const close = FIRST + day * DAY
    if ([0, 6].includes(new Date(close / 1000).getUTCDay())) continue
    equity.push(time.length === 0 ? 100_000 : equity[time.length - 1] * (1.0003 + 0.012 * random.normal()))
    time.push(close)
  }
  return { time: Float64Array.from(time), equity: Float64Array.from(equity) }
}

const REFERENCE = `
import json, sys, warnings
warnings.filterwarnings('ignore')
import numpy as np, pandas as pd, empyrical as ep, quantstats.stats as qs
case = json.load(sys.stdin)
e = pd.Series(case['equity'], index=pd.to_datetime(np.array(case['time']) * 1000).normalize())
r = e.pct_change().dropna()
clean = lambda s: [None if not np.isfinite(x) else float(x) for x in s]
monthly = qs.monthly_returns(r, prepare_returns=False)
sharpe = qs.rolling_sharpe(r, rf=0.02, rolling_period=63, periods_per_year=252)
years = ep.aggregate_returns(r, 'yearly')
auto = np.histogram(r, bins='auto'); seven = np.histogram(r, bins=7)
print(json.dumps(dict(
    returns=clean(r), underwater=clean(qs.to_drawdown_series(r)),
    monthly=[[int(y)] + clean(monthly.loc[y]) for y in monthly.index],
    sharpe=clean(sharpe), volatility=clean(qs.rolling_volatility(r, 63, 252)),
    yearly=[[int(y), float(years[y]), -float(ep.max_drawdown(r[r.index.year == y]))] for y in years.index],
    auto=[auto[0].tolist(), auto[1].tolist()], seven=[seven[0].tolist(), seven[1].tolist()])))
`

interface Reference {
  returns: number[]
  underwater: number[]
  monthly: number[][]
  sharpe: (number | null)[]
  volatility: (number | null)[]
  yearly: [number, number, number][]
  auto: [number[], number[]]
  seven: [number[], number[]]
}

const curve = seededCurve()
const returns = returnsFromEquity(curve.equity)
let reference: Reference

beforeAll(async () => {
  const input = { time: Array.from(curve.time), equity: Array.from(curve.equity) }
  reference = (await python(REFERENCE, input)) as Reference
})

it('returns are the percentage changes of equity (pandas)', () => {
  expectAllClose(Array.from(returns), reference.returns)
})

it('underwater is the drawdown series (quantstats)', () => {
  expectAllClose(Array.from(underwater(curve.equity)).slice(1), reference.underwater)
})

it('monthly returns are those of quantstats, whose months without data are 0 where ours are undefined', () => {
  const ours = monthlyReturns(curve)
  expect(ours.map(row => row.year)).toEqual(reference.monthly.map(row => row[0]))
  expect(ours[0].months.slice(0, 10)).toEqual(new Array(10).fill(undefined))
  expectAllClose(
    ours.flatMap(row => [...row.months.map(value => value ?? 0), row.total]),
    reference.monthly.flatMap(row => row.slice(1)),
  )
})

it('yearly returns and drawdowns are those of empyrical', () => {
  const ours = yearlyReturns({ ...curve, benchmark: curve.equity.map(value => value / 7) })
  expect(ours.map(row => row.year)).toEqual(reference.yearly.map(row => row[0]))
  expectAllClose(
    ours.flatMap(row => [row.return, row.maxDrawdown, row.benchmark!]),
    reference.yearly.flatMap(([, value, depth]) => [value, depth, value]),
  )
  expect(ours.reduce((total, row) => total + row.periods, 0)).toBe(returns.length)
})

it('rolling Sharpe and volatility are those of quantstats, undefined until the window is full', () => {
  const options = { window: 63, periodsPerYear: 252, riskFree: riskFreePerPeriod(0.02, 252) }
  expectAllClose(rollingSharpe(returns, options), reference.sharpe, 1e-7)
  expectAllClose(rollingVolatility(returns, options), reference.volatility, 1e-9)
  expect(rollingSharpe(returns, options).findIndex(value => value !== undefined)).toBe(62)
})

it('a flat window has no Sharpe', () => {
  expect(rollingSharpe(new Float64Array(4), { window: 2, periodsPerYear: 252 })).toEqual(
    new Array(4).fill(undefined),
  )
})

it('the histogram has the bins and counts of numpy', () => {
  for (const [ours, [counts, edges]] of [
    [histogram(returns)!, reference.auto],
    [histogram(returns, { bins: 7 })!, reference.seven],
  ] as const) {
    expect(ours.counts).toEqual(counts)
    expectAllClose(ours.edges, edges)
  }
})

it('a histogram of nothing is nothing, of one value one bin', () => {
  expect(histogram(new Float64Array(0))).toBeUndefined()
  expect(histogram(Float64Array.of(3, 3))).toEqual({ edges: [2.5, 3.5], counts: [2] })
})

it('a close at midnight belongs to the month that ends', () => {
  const closes = Float64Array.from([0, 1, 2], month => Date.UTC(2020, month, 1) * 1000)
  expect(monthlyReturns({ time: closes, equity: Float64Array.of(100, 110, 99) })).toEqual([
    {
      year: 2020,
      months: [110 / 100 - 1, 99 / 110 - 1, ...new Array(10).fill(undefined)],
      total: 99 / 100 - 1,
    },
  ])
  expect(FIRST % DAY).toBe(21 * HOUR)
})

/** pandas' rolling sums carry their rounding along, hence the wider margin where they are the reference. */
function expectAllClose(
  ours: readonly (number | undefined)[],
  expected: readonly (number | null)[],
  margin = 1e-9,
): void {
  expect(ours.length).toBe(expected.length)
  ours.forEach((value, i) => {
    const other = expected[i]
    if (value === undefined || other === null) expect(value, `at ${i}, seed ${SEED}`).toBe(other ?? undefined)
    else if (Math.abs(value - other) > margin * Math.abs(other) && Math.abs(value - other) > 1e-14) {
      expect.fail(`at ${i}, seed ${SEED}: ${value} is not ${other}`)
    }
  })
}
