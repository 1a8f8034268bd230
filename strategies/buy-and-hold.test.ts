/** Buy and hold on the sample, held to the independent loop in lab/testing/golden/reference.py (a plain loop). */
import { describe, expect, it } from 'vitest'
import { fillsOf, market } from '../lab/testing/fixtures.ts'
import { backtest } from '../lab/sim/backtest.ts'
import { equityDifference, golden } from '../lab/testing/golden.ts'
import BuyAndHold from './buy-and-hold.ts'

describe('Buy and hold on the sample', async () => {
  const told = await golden({
    strategy: BuyAndHold,
    rule: 'buy_and_hold',
    terms: { invest: 0.98 },
  })
  const { run, ours, theirs } = told

  it('fills where, when and for what the reference fills', () => {
    expect(ours).toEqual(theirs)
  })

  it('has the reference’s equity at every close', () => {
    expect(equityDifference(told)).toBeLessThan(1e-4)
  })

  it('buys three times and makes 100,000 into 544,617', () => {
    expect(ours).toHaveLength(3)
    expect(ours[0]).toBe('2000-03-02 buy 7802 AAPL 4.081134 31.841004')
    expect(ours.at(-1)).toBe('2000-03-02 buy 443 IBM 73.866199 32.722726')
    expect(run.trades).toHaveLength(0)
    expect(run.endEquity).toBeCloseTo(544616.708406628, 6)
  })
})

describe('Buy and hold', () => {
  it('buys an equal part of what comes later when it comes, and never sells', async () => {
    const run = await backtest({
      strategy: BuyAndHold,
      bars: market({ A: ['10', '10', '5', '20'], B: ['-', '-', '50', '50'] }),
      cash: 1000,
      params: { invest: 0.8 },
    })
    // 400 / 10; then the equity is 600 + 40 × 5 = 800, of which 320 / 50
    expect(fillsOf(run)).toEqual(['2: buy 40 A at 10', '4: buy 6 B at 50'])
  })

  it('refuses to invest more than all', () => {
    expect(() => new BuyAndHold({ invest: 1.5 })).toThrow(
      'Parameter invest of strategy BuyAndHold is 1.5; it must be a number from 0.01 to 1.',
    )
  })
})
