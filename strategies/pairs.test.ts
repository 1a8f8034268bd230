/** Pairs on the sample, held to the independent loop in lab/testing/golden/reference.py (numpy polyfit). */
import { describe, expect, it } from 'vitest'
import { backtest } from '../lab/sim/backtest.ts'
import { market } from '../lab/testing/fixtures.ts'
import { equityDifference, golden } from '../lab/testing/golden.ts'
import Pairs from './pairs.ts'

const told = await golden({
  strategy: Pairs,
  rule: 'pairs',
  terms: { y: 'MSFT', x: 'IBM', lookback: 60, entry: 2, exit: 0.5, gross: 1 },
})

describe('Pairs on the sample', () => {
  const { run, ours, theirs } = told

  it('fills where, when and for what the reference fills', () => {
    expect(ours).toEqual(theirs)
  })

  it('has the reference’s equity at every close', () => {
    expect(equityDifference(told)).toBeLessThan(1e-4)
  })

  it('fills 266 times and makes 100,000 into 105,706', () => {
    expect(ours).toHaveLength(266)
    expect(ours[0]).toBe('2000-10-10 buy 5095 MSFT 17.957283 91.492356')
    expect(ours.at(-1)).toBe('2013-02-27 sell 216 IBM 171.764397 37.101110')
    expect(run.trades).toHaveLength(136)
    expect(run.endEquity).toBeCloseTo(105705.737495656, 6)
  })
})

describe('Pairs', () => {
  const bars = market({ IBM: ['1', '1'], MSFT: ['1', '1'] })

  it('holds one leg long and one short, never both on a side', async () => {
    const { run } = told
    const held = { 'XNAS:MSFT': 0, 'XNYS:IBM': 0 } as Record<string, number>
    let next = 0
    for (const time of run.curve.time) {
      for (; next < run.fills.length && run.fills[next].time <= time; next++) {
        const fill = run.fills[next]
        held[fill.instrument] += fill.side === 'buy' ? fill.quantity : -fill.quantity
      }
      expect(held['XNAS:MSFT'] * held['XNYS:IBM']).toBeLessThanOrEqual(0)
    }
  })

  it('refuses a cash account, and legs that the data do not have', async () => {
    await expect(backtest({ strategy: Pairs, bars, account: 'cash' })).rejects.toThrow(
      'The strategy declares a margin account (it sells short or borrows) and the run has a cash account; run it with account margin.',
    )
    await expect(backtest({ strategy: Pairs, bars, params: { y: 'ORCL' } })).rejects.toThrow(
      'The run is not subscribed to "ORCL"; it has TEST:IBM, TEST:MSFT.',
    )
  })

  it('refuses to let go farther out than it enters', () => {
    expect(() => new Pairs({ entry: 1, exit: 1.5 })).toThrow(
      'Parameters of strategy Pairs do not fit together: exit must be below entry.',
    )
  })
})
