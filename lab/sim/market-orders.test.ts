/** Market orders on bars. Expected prices are read off the few bars of each test by hand. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../core/time.ts'
import { barsOf, fillsOf, ordersOf, planned, play, START, share } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { memoryBars } from './series.ts'

describe('a market order', () => {
  it('decided at a close fills at the next open', async () => {
    const run = await play(
      { A: ['10 12 9 11', '13 15 12 14', '16'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 5) },
    )
    expect(fillsOf(run)).toEqual(['2: buy 5 A at 13'])
    expect(ordersOf(run)).toEqual(['1: filled 5 (2)'])
  })

  it('decided at the last close stays open and says so', async () => {
    const run = await play({ A: ['10', '11'] }, { 2: ({ ctx, of }) => ctx.buy(of.A, 5) })
    expect(fillsOf(run)).toEqual([])
    expect(run.why(1)).toBe(
      'Order 1: buy 5 TEST:A market GTC, sent at 2024-01-03T00:00:00Z. No bar had followed when the run ended.',
    )
  })

  it('waits for a bar of its own instrument', async () => {
    const run = await play({ A: ['10', '-', '12'] }, { 1: ({ ctx, of }) => ctx.buy(of.A, 1) })
    expect(fillsOf(run)).toEqual(['3: buy 1 A at 12'])
  })

  it('that finds no bar while one session passes elsewhere is cancelled', async () => {
    const run = await play(
      { A: ['10', '-', '12'], B: ['5', '5', '5'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1) },
    )
    expect(fillsOf(run)).toEqual([])
    expect(ordersOf(run)).toEqual(['1: canceled 0 noMarket (2)'])
    expect(run.why(1)).toBe(
      'Order 1: buy 1 TEST:A market GTC, sent at 2024-01-02T00:00:00Z. It was cancelled at 2024-01-03T00:00:00Z ' +
        'because its instrument had no bar within one session.',
    )
  })

  it('fills in order of submission, whatever the symbol', async () => {
    const run = await play(
      { A: ['10', '10'], B: ['20', '20'] },
      {
        1: ({ ctx, of }) => {
          ctx.buy(of.B, 1)
          ctx.buy(of.A, 2)
          ctx.buy(of.B, 3)
        },
      },
    )
    expect(fillsOf(run)).toEqual(['2: buy 1 B at 20', '2: buy 2 A at 10', '2: buy 3 B at 20'])
  })

  it('decided before anything traded is refused: there is no price', async () => {
    const run = await play(
      { A: ['-', '10', '10'], B: ['1', '1', '1'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 1) },
    )
    expect(ordersOf(run)).toEqual(['1: rejected 0 noPrice'])
    expect(run.why(1)).toContain('It was refused because no price of its instrument was known yet.')
  })

  it('slips against itself by bps of the price, never a limit order', async () => {
    const run = await play(
      { A: ['100', '100', '200 200 190 200', '200'] },
      {
        1: ({ ctx, of }) => ctx.buy(of.A, 10),
        2: ({ ctx, of }) => ctx.buy(of.A, 10, { limit: 195 }),
        3: ({ ctx, of }) => ctx.sell(of.A, 20),
      },
      { slippage: '5bps' },
    )
    // 100 × 1.0005; the limit's own price; 200 × 0.9995
    expect(fillsOf(run)).toEqual(['2: buy 10 A at 100.05', '3: buy 10 A at 195', '4: sell 20 A at 199.9'])
    // 10 × 0.05 + 0 + 20 × 0.1
    expect(run.slippageCost).toBeCloseTo(2.5, 12)
    expect(run.endEquity).toBeCloseTo(100_000 - 1000.5 - 1950 + 3998, 9)
  })

  it('fills at the close that decided it under marketFill last, which every result warns of', async () => {
    const run = await play(
      { A: ['10 12 9 11', '13'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 5) },
      { marketFill: 'last' },
    )
    expect(fillsOf(run)).toEqual(['1: buy 5 A at 11'])
    expect(run.warnings.map(one => one.code)).toContain('FILL_AT_SIGNAL_CLOSE')
    expect(run.assumptions.marketFill).toBe('last')
  })

  it('waits for the next open under marketFill last where its instrument has no bar now', async () => {
    // B last closed at 50 the day before; its next bar opens at 70.
    const run = await play(
      { A: ['100', '100', '100'], B: ['50', '-', '70'] },
      { 2: ({ ctx, of }) => ctx.buy(of.B, 1) },
      { marketFill: 'last' },
    )
    expect(fillsOf(run)).toEqual(['3: buy 1 B at 70'])
  })

  it('never fills at an open that came before the decision (mixed intervals)', async () => {
    // M has a bar every hour, D one a day. The order is decided at 05:00 of the second day; D's second bar
    // opened at 00:00 of that day, so the third bar's open is the first that it can get.
    const hourly = barsOf(
      Array.from({ length: 72 }, () => '10'),
      HOUR,
    )
    const daily = barsOf(['100', '110', '120'], DAY)
    const entries = [
      { instrument: share('D'), series: daily },
      { instrument: share('M'), series: hourly },
    ]
    const source = memoryBars(entries)
    const run = await backtest({
      strategy: planned({ 29: ({ ctx, of }) => ctx.buy(of.D, 1) }),
      bars: { ...source, intervals: ['1d', '1h'] },
    })
    expect(run.orders[0].submittedAt).toBe(START + 29 * HOUR)
    expect(fillsOf(run)).toEqual(['3: buy 1 D at 120'])
  })

  it('reaches the bar after the last known one though a day has 23 hours or a week four sessions', async () => {
    // Daily closes of New York in UTC across the spring change of 2024-03-10: 21:00, then 20:00.
    const series = { ...barsOf(['10', '11', '12']), sessionClose: undefined }
    const time = Float64Array.of(...[8, 11, 12].map(day => Date.UTC(2024, 2, day, day < 10 ? 21 : 20) * 1000))
    const weeks = Float64Array.of(
      ...[22, 28, 5].map((day, k) => Date.UTC(2024, k < 2 ? 2 : 3, day, 20) * 1000),
    )
    for (const [interval, times] of [
      ['1d', time],
      ['1w', weeks],
    ] as const) {
      const run = await backtest({
        strategy: planned({ 1: ({ ctx, of }) => ctx.buy(of.A, 1), 2: ({ ctx, of }) => ctx.buy(of.A, 1) }),
        bars: memoryBars(
          [
            {
              instrument: share('A', { calendar: 'XNYS' }),
              series: { ...series, eventTime: times, receiveTime: times },
            },
          ],
          { interval },
        ),
      })
      expect(run.fills.map(fill => fill.price)).toEqual([11, 12])
    }
  })

  it('decided on a Wednesday waits for the next weekly bar', async () => {
    const friday = (day: number) => Date.UTC(2024, 2, day, 20) * 1000
    const weekly = barsOf(['100', '110', '120'])
    const times = Float64Array.of(friday(15), friday(22), friday(29))
    const days = Float64Array.of(friday(15), friday(20), friday(22), friday(29))
    const source = memoryBars([
      {
        instrument: share('D', { calendar: 'XNYS' }),
        series: { ...barsOf(['1', '1', '1', '1']), eventTime: days, receiveTime: days },
      },
      {
        instrument: share('W', { calendar: 'XNYS' }),
        series: { ...weekly, eventTime: times, receiveTime: times },
      },
    ])
    const run = await backtest({
      strategy: planned({ 2: ({ ctx, of }) => ctx.buy(of.W, 1, { limit: 150 }) }),
      bars: { ...source, intervals: ['1d', '1w'] },
    })
    expect(run.fills.map(fill => fill.price)).toEqual([120])
  })
})
