/** Mean reversion on the sample, held to the independent loop in lab/testing/golden/reference.py (TA-Lib BBANDS and RSI). */
import { describe, expect, it } from 'vitest'
import { equityDifference, golden } from '../lab/testing/golden.ts'
import MeanReversion from './mean-reversion.ts'

const told = await golden({
  strategy: MeanReversion,
  rule: 'mean_reversion',
  terms: { period: 20, deviations: 2, strength: 14, oversold: 35, invest: 0.98, warmup: 388 },
})

describe('Mean reversion on the sample', () => {
  const { run, ours, theirs } = told

  it('fills where, when and for what the reference fills', () => {
    expect(ours).toEqual(theirs)
  })

  it('has the reference’s equity at every close', () => {
    expect(equityDifference(told)).toBeLessThan(1e-4)
  })

  it('trades 80 times and makes 100,000 into 122,731', () => {
    expect(ours).toHaveLength(160)
    expect(ours[0]).toBe('2001-09-19 buy 31226 AAPL 1.060452 33.113675')
    expect(ours.at(-1)).toBe('2013-02-11 sell 643 AAPL 62.127672 39.948093')
    expect(run.trades).toHaveLength(80)
    expect(run.endEquity).toBeCloseTo(122731.181190011, 6)
  })
})

describe('Mean reversion', () => {
  it('is never short and never holds two lots of one instrument', () => {
    const sides = new Map<string, string[]>()
    for (const fill of told.run.fills)
      sides.set(fill.instrument, [...(sides.get(fill.instrument) ?? []), fill.side])
    for (const list of sides.values())
      expect(list).toEqual(list.map((_, place) => (place % 2 === 0 ? 'buy' : 'sell')))
  })

  it('refuses an oversold level that no RSI has', () => {
    expect(() => new MeanReversion({ oversold: 101 })).toThrow(
      'Parameter oversold of strategy MeanReversion is 101; it must be a number from 0 to 100.',
    )
  })
})
