/** Momentum on the sample, held to the independent loop in lab/testing/golden/reference.py (pandas shifts and ranks). */
import { describe, expect, it } from 'vitest'
import { DAY } from '../lab/core/time.ts'
import { backtest } from '../lab/sim/backtest.ts'
import { memoryBars } from '../lab/sim/series.ts'
import { barsOf, share } from '../lab/testing/fixtures.ts'
import { equityDifference, golden } from '../lab/testing/golden.ts'
import Momentum from './momentum.ts'

describe('Momentum on the sample', async () => {
  const told = await golden({
    strategy: Momentum,
    rule: 'momentum',
    terms: { lookback: 252, skip: 21, top: 1, invest: 0.98 },
  })
  const { run, ours, theirs } = told

  it('fills where, when and for what the reference fills', () => {
    expect(ours).toEqual(theirs)
  })

  it('has the reference’s equity at every close', () => {
    expect(equityDifference(told)).toBeLessThan(1e-4)
  })

  it('makes 100,000 into 1,292,096', () => {
    expect(ours).toHaveLength(137)
    expect(ours[0]).toBe('2001-03-02 buy 1251 IBM 76.797789 96.074034')
    expect(ours.at(-1)).toBe('2013-02-04 buy 94 AAPL 58.872785 5.534042')
    expect(run.trades).toHaveLength(111)
    expect(run.endEquity).toBeCloseTo(1292095.765554217, 6)
  })
})

describe('Momentum', () => {
  it('goes to the new winner at the first bar of a month, and to cash when nobody wins', async () => {
    // Closes every ten days from 2024-01-11: returns over three bars without the last one.
    const rows = {
      A: ['10', '11', '12', '13', '13', '13', '12', '11', '10', '9', '9'],
      B: ['20', '20', '20', '20', '25', '25', '24', '23', '22', '21', '21'],
    }
    const run = await backtest({
      strategy: Momentum,
      params: { lookback: 3, skip: 1, top: 1, invest: 1 },
      bars: memoryBars(
        Object.entries(rows).map(([symbol, texts]) => ({
          instrument: share(symbol),
          series: barsOf(texts, 10 * DAY),
        })),
        { interval: '1d' },
      ),
      cash: 1000,
    })
    const date = (time: number) => new Date(time / 1000).toISOString().slice(0, 10)
    // 02-10: A 12/10, B 20/20: A. 03-01: A 13/12, B 25/20: B. 04-10: A 10/12, B 22/24: nobody.
    expect(run.fills.map(fill => `${date(fill.time)} ${fill.side} ${fill.instrument.slice(5)}`)).toEqual([
      '2024-02-20 buy A',
      '2024-03-11 sell A',
      '2024-03-11 buy B',
      '2024-04-20 sell B',
    ])
  })

  it('refuses to skip all that it looks back on', () => {
    expect(() => new Momentum({ lookback: 20, skip: 20 })).toThrow(
      'Parameters of strategy Momentum do not fit together: skip must be below lookback.',
    )
  })
})
