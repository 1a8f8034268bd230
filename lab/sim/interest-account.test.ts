/** What money earns and costs, and what borrowed shares cost, in whole runs. Nights counted by hand. */
import { describe, expect, it } from 'vitest'
import type { InterestTerms } from '../costs/financing.ts'
import { DAY, HOUR } from '../core/time.ts'
import { imbalances } from '../testing/books.ts'
import { barsOf, type Plan, planned, play, START, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

/** One part in ten thousand a night: 3.6 % over 360 days. */
const flat = (rate: number): InterestTerms => ({ dayCount: 360, tiers: [{ from: 0, rate }] })

describe('interest', () => {
  it('on cash comes at each end of a UTC day from the first decision on, and bears interest', async () => {
    const run = await play(
      { A: ['10', '10', '-', '-', '10'] },
      {},
      { cash: 10_000, financing: { credit: { USD: flat(0.036) } } },
    )
    // The first night is the one after the first decision: 10,000 × 1.0001 each. Two nights have no bar.
    expect(run.cashFlows.map(flow => [(flow.time - START) / DAY, flow.kind, flow.amount])).toEqual([
      [2, 'interest', 1],
      [3, 'interest', 1.0001],
      [4, 'interest', 1.00020001],
      [5, 'interest', 1.00030003],
    ])
    expect(run.curve.equity.at(-1)).toBeCloseTo(10_004.0006000401, 9)
    expect([...run.curve.cash]).toEqual([...run.curve.equity])
    expect(imbalances(run)).toEqual([])
  })

  it('on debt is charged, and on what was sold short not paid: it is the lender’s collateral', async () => {
    // Long 200 at 100 on 10,000: 10,000 borrowed at 7.2 %: 2 a night.
    const long = await play(
      { A: ['100', '100', '100'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 200) },
      { cash: 10_000, account: 'margin', financing: { debit: { USD: flat(0.072) } } },
    )
    expect(long.cashFlows).toMatchObject([
      { kind: 'debitInterest', amount: -2 },
      { kind: 'debitInterest', amount: -2.0004 },
    ])
    expect(imbalances(long)).toEqual([])
    // Short 100 at 50: 15,000 in cash, of which 5,000 are collateral: 10,000 earn 1. Borrowed at 1.8 %: 0.25.
    const short = await play(
      { A: ['50', '50', '40'] },
      { 1: ({ ctx, of }) => ctx.sell(of.A, 100) },
      {
        cash: 10_000,
        account: 'margin',
        financing: {
          credit: { USD: flat(0.036) },
          borrow: () => ({ rate: 0.018, dayCount: 360, collateral: 'market' }),
        },
      },
    )
    // The second night: collateral 4,000, borrow 0.20; (15,000.75 − 0.2 − 4,000) / 10,000.
    expect(short.cashFlows.map(flow => [flow.kind, flow.amount])).toEqual([
      ['borrow', -0.25],
      ['interest', 0.999975],
      ['borrow', -0.2],
      // 11,000.549975 a ten-thousandth, to the ninth place half to even
      ['interest', 1.100054998],
    ])
    expect(imbalances(short)).toEqual([])
  })

  it('comes at midnight whatever the bars’ times, on what was held then', async () => {
    // Bars close at 15:00; bought in the bar of the second day, the night after costs 2 on 10,000 borrowed.
    const run = await backtest({
      strategy: planned({ 1: ({ ctx, of }) => ctx.buy(of.A, 200) }),
      bars: memoryBars(
        [{ instrument: share('A'), series: barsOf(['100', '100', '100'], DAY, START - 9 * HOUR) }],
        { interval: '1d' },
      ),
      cash: 10_000,
      account: 'margin',
      financing: { credit: { USD: flat(0.036) }, debit: { USD: flat(0.072) } },
      strict: true,
    })
    expect(run.cashFlows.map(flow => [(flow.time - START) / DAY, flow.amount])).toEqual([
      [1, 1],
      [2, -1.9998],
    ])
  })

  it('is the same whether one stream is replayed or an idle second one beside it', async () => {
    const texts = Array.from({ length: 40 }, (_, k) => String(100 + (k % 7)))
    const settings = { cash: 10_000, financing: { credit: { USD: flat(0.036) } } }
    const plan: Plan = { 3: ({ ctx, of }) => ctx.buy(of.A, 10) }
    const one = await play({ A: texts }, plan, settings)
    const two = await play({ A: texts, B: texts.map((_, k) => (k === 0 ? '1' : '-')) }, plan, settings)
    expect([...one.curve.equity]).toEqual([...two.curve.equity])
    expect(one.cashFlows).toEqual(two.cashFlows)
    expect(one.cashFlows).toHaveLength(39)
  })
})
