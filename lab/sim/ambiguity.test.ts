/** Bars that reach a stop and a target: pessimistic, optimistic, or by finer bars made by hand. */
import { describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import { barsOf, fillsOf, type Plan, play, START, type Settings, share } from '../testing/fixtures.ts'
import { memoryBars } from './series.ts'

const BRACKET: Plan = { 1: ({ ctx, of }) => ctx.buy(of.A, 3, { takeProfit: 105, stopLoss: 95 }) }
/** The bar reaches 95 and 105 after the entry at its open of 100. */
const BOTH = ['100', '100 106 94 101', '101']

async function fills(bars: readonly string[], plan: Plan, settings: Settings = {}): Promise<string[]> {
  return fillsOf(await play({ A: bars }, plan, settings)).slice(1)
}

/** Bars of half days from the second day on, on which a run executes. */
function within(...texts: string[]): Settings {
  const series = barsOf(texts, DAY / 2, START + DAY)
  return { finer: memoryBars([{ instrument: share('A'), series }], { interval: '12h' }) }
}

describe('a bar that reaches a stop and a target', () => {
  it('is taken at the stop, or optimistically at the target', async () => {
    expect(await fills(BOTH, BRACKET)).toEqual(['2: sell 3 A at 95'])
    expect(await fills(BOTH, BRACKET, { ambiguity: 'optimistic' })).toEqual(['2: sell 3 A at 105'])
  })

  it('is counted, and told with what hangs on it', async () => {
    const run = await play({ A: BOTH }, BRACKET)
    expect(run.warnings.find(one => one.code === 'AMBIGUOUS_BARS')?.text).toBe(
      '1 bar reached orders that end each other without telling which came first: decided pessimistically, stops before targets; run with ambiguity both to see how much hangs on it, or on finer bars.',
    )
    expect(run.assumptions.ambiguity).toBe('pessimistic')
    const clear = await play({ A: ['100', '100 106 96 101', '101'] }, BRACKET)
    expect(clear.warnings.map(one => one.code)).not.toContain('AMBIGUOUS_BARS')
  })

  it('is not ambiguous where the open decides', async () => {
    for (const ambiguity of ['pessimistic', 'optimistic'] as const) {
      const run = await play({ A: ['100', '100', '106 107 94 100', '101'] }, BRACKET, { ambiguity })
      expect(fillsOf(run)[1]).toBe('3: sell 3 A at 106')
      expect(run.warnings.map(one => one.code)).not.toContain('AMBIGUOUS_BARS')
    }
  })

  it('holds for two reduce-only orders that share a position', async () => {
    const plan: Plan = {
      1: ({ ctx, of }) => ctx.buy(of.A, 3),
      2: ({ ctx, of }) => {
        ctx.sell(of.A, 3, { limit: 105, reduceOnly: true })
        ctx.sell(of.A, 3, { stop: 95, reduceOnly: true })
      },
    }
    const bars = ['100', '100', '100 106 94 101']
    expect(await fills(bars, plan)).toEqual(['3: sell 3 A at 95'])
    expect(await fills(bars, plan, { ambiguity: 'optimistic' })).toEqual(['3: sell 3 A at 105'])
  })

  it('of one group both ways goes by order of submission', async () => {
    const plan: Plan = {
      1: ({ ctx, of }) => {
        ctx.sell(of.A, 3, { stop: 95, group: 'breakout' })
        ctx.buy(of.A, 3, { stop: 105, group: 'breakout' })
      },
    }
    const run = await play({ A: BOTH }, plan, { account: 'margin' })
    expect(fillsOf(run)).toEqual(['2: sell 3 A at 95'])
    expect(run.warnings.map(one => one.code)).toContain('AMBIGUOUS_BARS')
  })
})

describe('a bar in which an entry and what protects it are both reached', () => {
  const entry = (terms: object): Plan => ({ 1: ({ ctx, of }) => ctx.buy(of.A, 3, terms) })

  it('stops an entry by limit for certain: the bar went on through the stop', async () => {
    const plan = entry({ limit: 98, stopLoss: 95 })
    for (const ambiguity of ['pessimistic', 'optimistic'] as const) {
      const run = await play({ A: ['100', '100 101 94 99'] }, plan, { ambiguity })
      expect(fillsOf(run)).toEqual(['2: buy 3 A at 98', '2: sell 3 A at 95'])
      expect(run.warnings.map(one => one.code)).not.toContain('AMBIGUOUS_BARS')
    }
  })

  it('does not tell of an entry by stop whether the low came after it', async () => {
    const plan = entry({ stop: 103, stopLoss: 97 })
    const bars = ['100', '100 105 96 101']
    expect(fillsOf(await play({ A: bars }, plan))).toEqual(['2: buy 3 A at 103', '2: sell 3 A at 97'])
    expect(fillsOf(await play({ A: bars }, plan, { ambiguity: 'optimistic' }))).toEqual(['2: buy 3 A at 103'])
  })

  it('tells so where the close lies beyond the stop', async () => {
    const plan = entry({ stop: 103, stopLoss: 97 })
    const run = await play({ A: ['100', '100 105 96 96.5'] }, plan, { ambiguity: 'optimistic' })
    expect(fillsOf(run)).toEqual(['2: buy 3 A at 103', '2: sell 3 A at 97'])
  })

  it('reaches the target after the entry optimistically only', async () => {
    const plan = entry({ limit: 98, takeProfit: 105 })
    const bars = ['100', '100 106 97 100', '100']
    expect(fillsOf(await play({ A: bars }, plan))).toEqual(['2: buy 3 A at 98'])
    expect(fillsOf(await play({ A: bars }, plan, { ambiguity: 'optimistic' }))).toEqual([
      '2: buy 3 A at 98',
      '2: sell 3 A at 105',
    ])
  })
})

describe('finer bars', () => {
  it('say which came first', async () => {
    const up = within('100 106 99 104', '104 104 94 101')
    const down = within('100 101 94 96', '96 106 95 101')
    for (const ambiguity of ['pessimistic', 'optimistic'] as const) {
      expect(await fills(BOTH, BRACKET, { ...up, ambiguity })).toEqual(['1.5: sell 3 A at 105'])
      const run = await play({ A: BOTH }, BRACKET, { ...down, ambiguity })
      expect(fillsOf(run)[1]).toBe('1.5: sell 3 A at 95')
      expect(run.warnings.map(one => one.code)).not.toContain('AMBIGUOUS_BARS')
    }
  })

  it('that gap fill at their own opens', async () => {
    expect(await fills(BOTH, BRACKET, within('100 101 99 101', '94 106 94 101'))).toEqual([
      '2: sell 3 A at 94',
    ])
  })

  it('say what came after an entry inside the bar', async () => {
    // 98 is bought in the first hour, and the target of 105 reached in the second.
    const plan: Plan = { 1: ({ ctx, of }) => ctx.buy(of.A, 3, { limit: 98, takeProfit: 105, stopLoss: 90 }) }
    const bars = ['100', '100 106 97 100', '100']
    const after = within('100 101 97 99', '99 106 99 100')
    expect(fillsOf(await play({ A: bars }, plan, after))).toEqual([
      '1.5: buy 3 A at 98',
      '2: sell 3 A at 105',
    ])
    // The other way round the high was there before the entry.
    const before = within('100 106 99 99', '99 100 97 100')
    expect(fillsOf(await play({ A: bars }, plan, before))).toEqual(['2: buy 3 A at 98'])
  })

  it('that do not tell either leave it to the setting, and it is counted', async () => {
    const run = await play({ A: BOTH }, BRACKET, within('100 106 94 101', '101'))
    expect(fillsOf(run)[1]).toBe('1.5: sell 3 A at 95')
    expect(run.warnings.map(one => one.code)).toContain('AMBIGUOUS_BARS')
  })
})
