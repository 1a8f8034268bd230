/** SMA cross on the sample, held to the independent loop in lab/testing/golden/reference.py (pandas rolling means). */
import { describe, expect, it } from 'vitest'
import { fillsOf, market } from '../lab/testing/fixtures.ts'
import { backtest } from '../lab/sim/backtest.ts'
import { equityDifference, golden } from '../lab/testing/golden.ts'
import SmaCross from './sma-cross.ts'

describe('SMA cross on the sample', async () => {
  const told = await golden({
    strategy: SmaCross,
    rule: 'sma_cross',
    terms: { fast: 50, slow: 200 },
  })
  const { run, ours, theirs } = told

  it('fills where, when and for what the reference fills', () => {
    expect(ours).toEqual(theirs)
  })

  it('has the reference’s equity at every close', () => {
    expect(equityDifference(told)).toBeLessThan(1e-4)
  })

  it('trades 28 times and makes 100,000 into 435,249', () => {
    expect(ours).toHaveLength(57)
    expect(ours[0]).toBe('2001-05-17 buy 1419 MSFT 23.004232 32.643005')
    expect(ours.at(-1)).toBe('2013-02-14 buy 818 IBM 172.558843 141.153134')
    expect(run.trades).toHaveLength(28)
    expect(run.endEquity).toBeCloseTo(435249.378145213, 6)
  })
})

describe('SMA cross', () => {
  it('buys at the open after the fast average rose above the slow, sells after it fell below', async () => {
    // Averages of 1 and 2 closes: 10 | 11 > 10.5 | 12 > 11.5 | 9 < 10.5 | 9 = 9 does nothing
    const run = await backtest({
      strategy: SmaCross,
      params: { fast: 1, slow: 2 },
      bars: market({ A: ['10', '11', '12', '9', '9', '9'] }),
      cash: 1000,
    })
    // 0.98 × 1000 / 11 = 89.09 shares, cut at the open of 12 to 1000 / 12
    expect(fillsOf(run)).toEqual(['3: buy 83 A at 12', '5: sell 83 A at 9'])
  })

  it('refuses averages in the wrong order', () => {
    expect(() => new SmaCross({ fast: 30, slow: 10 })).toThrow(
      'Parameters of strategy SmaCross do not fit together: fast must be below slow.',
    )
  })
})
