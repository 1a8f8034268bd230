/** Costs in whole runs: who makes and who takes, state that is a run's own, and what the digest sees. */
import { describe, expect, it } from 'vitest'
import { fillsOf, play } from '../testing/fixtures.ts'
import { feeSchedule } from './index.ts'

const MARKET = { A: ['100', '100 101 94 95', '95 101 94 100', '100', '100'] }

describe('makers and takers in a run', () => {
  it('a limit that waited is a maker and is paid, a market order takes and pays', async () => {
    // Buy 10 at 95 inside the second bar: −1 bps of 950 = −0.095; sell 10 at the next open of 95: 5 bps = 0.475.
    const run = await play(
      MARKET,
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 95 }),
        2: ({ ctx, of }) => ctx.sell(of.A, 10),
      },
      { fees: 'maker:-1bps,taker:5bps' },
    )
    expect(fillsOf(run)).toEqual(['2: buy 10 A at 95', '3: sell 10 A at 95'])
    expect(run.fills.map(fill => fill.fee)).toEqual([-0.095, 0.475])
    expect(run.fees).toBeCloseTo(0.38, 12)
    expect(run.endEquity).toBeCloseTo(run.startEquity - 0.38, 9)
  })
})

describe('tiers in a run', () => {
  const plan = {
    1: ({ ctx, of }: Parameters<Parameters<typeof play>[1][number]>[0]) => ctx.buy(of.A, 200),
    2: ({ ctx, of }: Parameters<Parameters<typeof play>[1][number]>[0]) => ctx.sell(of.A, 200),
  }
  const table = { A: ['100', '100', '100', '100'] }
  it('the first fills bring the later ones into a better tier, and the next run starts from nothing', async () => {
    // 20,000 at 60 bps; then, 20,000 traded, 40 bps.
    const settings = { fees: 'coinbase', cash: 1_000_000 }
    const first = await play(table, plan, settings)
    const second = await play(table, plan, settings)
    expect(first.fills.map(fill => fill.fee)).toEqual([120, 80])
    expect(second.digest).toBe(first.digest)
  })
  it('a model that is handed in is as fresh in every run', async () => {
    const model = feeSchedule({
      tiers: [
        { from: 0, maker: 0.01, taker: 0.01, perUnit: 0 },
        { from: 10_000, maker: 0, taker: 0, perUnit: 0 },
      ],
    })
    for (let k = 0; k < 2; k++) {
      const run = await play(table, plan, { fees: model, cash: 1_000_000 })
      expect(run.fills.map(fill => fill.fee)).toEqual([200, 0])
    }
  })
})

describe('an order that is cut to what cash pays for', () => {
  it('leaves room for the minimum', async () => {
    // 1,000 in cash; 10 at 100 and a minimum of 5: 9 are payable (905), 10 are not (1,005).
    const run = await play(
      { A: ['99', '100', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 10) },
      { fees: '0.005/share:min=5', cash: 1000 },
    )
    expect(fillsOf(run)).toEqual(['2: buy 9 A at 100'])
    expect(run.fills[0].fee).toBe(5)
  })
})

describe('the digest of a run', () => {
  it('sees the numbers of a model whose words are the same', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(perOrder =>
        play({ A: ['100', '100'] }, {}, { fees: feeSchedule({ perOrder }, 'share', 'my broker') }),
      ),
    )
    expect(one.assumptions.fees).toBe('my broker')
    expect(one.decisions).toBe(two.decisions)
    expect(one.inputs).not.toBe(two.inputs)
  })
})
