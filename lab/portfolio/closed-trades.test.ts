/** Round trips, first in, first out; profits, excursions and bars worked by hand. */
import { describe, expect, it } from 'vitest'
import { amountUnits } from '../core/decimal.ts'
import type { CashFlow } from '../domain/cash-flow.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { Instrument } from '../domain/instrument.ts'
import { barsOf, dayOf, play, START, share } from '../testing/fixtures.ts'
import { DAY } from '../core/time.ts'
import { Account } from './account.ts'
import { matchTrades } from './closed-trades.ts'

/** Fills of one instrument: `day side quantity price fee`. */
function match(
  lines: readonly string[],
  rows: readonly string[] = [],
  mark = Number.NaN,
  lots = 1,
  flows: readonly CashFlow[] = [],
) {
  const fills = lines.map((line, k): FillRecord => {
    const [day, side, quantity, price, fee = '0'] = line.split(' ')
    return {
      id: k + 1,
      orderId: k + 1,
      time: START + Number(day) * DAY,
      instrument: 'TEST:A',
      side: side as 'buy' | 'sell',
      quantity: Number(quantity),
      price: Number(price),
      fee: Number(fee),
      slippage: 0,
    }
  })
  return matchTrades({
    fills,
    bars: new Map([['TEST:A', rows.length === 0 ? undefined : barsOf(rows)]]),
    marks: new Map([['TEST:A', mark]]),
    lotsPerUnit: new Map([
      ['TEST:A', lots],
      ['TEST:B', lots],
    ]),
    flows,
  })
}

/** What an account says of its events, told as `after how many fills, kind, facts`. */
function flow(afterFills: number, kind: CashFlow['kind'], facts: Partial<CashFlow>): CashFlow {
  return {
    kind,
    time: START + 2 * DAY,
    instrument: 'TEST:A',
    currency: 'USD',
    amount: 0,
    afterFills,
    ...facts,
  }
}

describe('trades', () => {
  it('match first in, first out and prorate the fees of both legs', () => {
    const { closed, open } = match(['1 buy 10 100 5', '2 buy 10 110 5', '3 sell 15 120 6'], [], 130)
    // 10 from 100: 200 − 5 − 6 × 10/15; 5 from 110: 50 − 2.5 − 2
    expect(closed.map(trade => [trade.quantity, trade.entryPrice, trade.fees, trade.profit])).toEqual([
      [10, 100, 9, 191],
      [5, 110, 4.5, 45.5],
    ])
    expect(closed[0].return).toBeCloseTo(191 / 1000, 12)
    // 5 left from 110, marked at 130: 100 − 2.5
    expect(open).toEqual([
      {
        instrument: 'TEST:A',
        direction: 'long',
        quantity: 5,
        entryTime: START + 2 * DAY,
        entryPrice: 110,
        fees: 2.5,
        profit: 97.5,
        entryOrderId: 2,
      },
    ])
  })

  it('of a flip are two', () => {
    const { closed, open } = match(['1 buy 10 100', '2 sell 25 90', '3 buy 15 80'])
    expect(closed.map(trade => [trade.direction, trade.quantity, trade.profit])).toEqual([
      ['long', 10, -100],
      ['short', 15, 150],
    ])
    expect(open).toEqual([])
  })

  it('of parts of a unit leave no dust', () => {
    const { closed, open } = match(['1 buy 0.3 10', '2 sell 0.1 10', '3 sell 0.2 10'], [], 10, 10)
    expect(closed.map(trade => trade.quantity)).toEqual([0.1, 0.2])
    expect(open).toEqual([])
  })

  it('know how far the market went for and against them while they were held', () => {
    // In at 100 on day 2, out at 104 on day 4: days 2 and 3 count whole, day 4 only by its fill.
    const rows = ['90 91 89 90', '100 108 97 101', '101 112 95 103', '104 140 50 104']
    const long = match(['2 buy 1 100', '4 sell 1 104'], rows).closed[0]
    expect([long.bars, long.mae, long.mfe]).toEqual([2, -0.05, 0.12])
    const short = match(['2 sell 1 100', '4 buy 1 104'], rows).closed[0]
    expect([short.bars, short.mae, short.mfe]).toEqual([2, -0.12, 0.05])
    expect(short.profit).toBe(-4)
  })

  it('without bars tell neither', () => {
    expect(match(['1 buy 1 100', '2 sell 1 104']).closed[0]).not.toHaveProperty('mae')
  })

  it('of contracts count their size, and of coin-margined ones the coins', () => {
    const fills = (instrument: string, entry: number, exit: number) =>
      [
        { side: 'buy', price: entry, fee: 1 },
        { side: 'sell', price: exit, fee: 2 },
      ].map((fill, k) => ({
        id: k + 1,
        orderId: k + 1,
        time: k,
        instrument,
        quantity: 3,
        slippage: 0,
        ...fill,
      }))
    const matched = (terms: Partial<Instrument>, entry: number, exit: number, rate = 1) => {
      const instrument = share('A', terms)
      return matchTrades({
        fills: fills('TEST:A', entry, exit) as FillRecord[],
        bars: new Map(),
        marks: new Map(),
        lotsPerUnit: new Map([['TEST:A', 1]]),
        instruments: new Map([['TEST:A', instrument]]),
        fillRate: () => rate,
      }).closed[0]
    }
    // 3 × 50 × (4010 − 4000) − 3; value at entry 600,000
    const future = matched({ kind: 'future', multiplier: 50 }, 4000, 4010)
    expect([future.profit, future.return]).toEqual([1497, 1497 / 600_000])
    // 3 × 100 × (1/20000 − 1/25000) = 0.003 coins less 3 coins of fees, at 25,000
    const inverse = matched({ kind: 'inverse', base: 'BTC', multiplier: 100 }, 20_000, 25_000, 25_000)
    expect(inverse.profit).toBeCloseTo(75 - 75_000, 9)
    expect(inverse.fees).toBe(75_000)
    expect(inverse.return).toBeCloseTo((0.003 - 3) / 0.015, 9)
  })

  it('of a run hold its order ids', async () => {
    const run = await play(
      { A: ['10', '10', '12', '12'] },
      { 1: ({ ctx, of }) => ctx.buy(of.A, 4), 3: ({ ctx, of }) => ctx.close(of.A) },
    )
    expect(run.trades).toMatchObject([{ entryOrderId: 1, exitOrderId: 2, profit: 8, bars: 2 }])
    expect(dayOf(run.trades[0].exitTime)).toBe(4)
  })
})

describe('a trade through', () => {
  it('a split has the quantity and the entry price of its new shares', () => {
    // 10 at 100, four for one: 40 at 25. Sold at 27: 80 − fees 4 and 3. Bars before the split read by 4.
    const rows = ['-', '100 104 96 100', '26 27 23 27', '27 99 1 27']
    const flows = [
      flow(1, 'entitlement', { quantity: 10, amount: 5 }),
      flow(1, 'split', { quantity: 10, rate: 4 }),
    ]
    const { closed } = match(['1 buy 10 100 4', '4 sell 40 27 3'], rows, 27, 1, flows)
    expect(closed).toHaveLength(1)
    expect(closed[0]).toMatchObject({ quantity: 40, entryPrice: 25, fees: 7, profit: 73, income: 5, bars: 2 })
    expect(closed[0].return).toBeCloseTo(0.073, 12)
    // Lows 96 / 4 = 24 and 23, highs 104 / 4 = 26 and 27.
    expect([closed[0].mae, closed[0].mfe]).toEqual([-0.08, 0.08])
  })

  it('one that leaves a part of a share closes that part at what was paid for it', () => {
    // 3 at 10 and 4 at 20, one for two: 1.5 at 20 and 2 at 40; half a share paid at 50 from the oldest.
    const split = flow(2, 'split', { quantity: 7, rate: 0.5, price: 50, amount: 25 })
    const { closed, open } = match(['0 buy 3 10', '1 buy 4 20', '4 sell 3 45'], [], 45, 1, [split])
    expect(
      closed.map(one => [one.quantity, one.entryPrice, one.exitPrice, one.exitOrderId, one.profit]),
    ).toEqual([
      [0.5, 20, 50, 0, 15],
      [1, 20, 45, 3, 25],
      [2, 40, 45, 3, 10],
    ])
    expect(open).toEqual([])
  })

  it('funding and dividends shows them apart, shared by quantity', () => {
    const flows = [
      flow(2, 'funding', { quantity: 4, amount: -8 }),
      flow(3, 'entitlement', { quantity: 2, amount: 3 }),
      // Paid later, counted once.
      flow(4, 'dividend', { quantity: 2, amount: 3 }),
    ]
    const { closed, open } = match(
      ['0 buy 1 10', '1 buy 3 10', '3 sell 2 11', '4 sell 1 12'],
      [],
      12,
      1,
      flows,
    )
    // 1 × −2; 1 × −2; then 1 × (−2 + 1.5), and as much still open
    expect(closed.map(one => [one.quantity, one.profit, one.income])).toEqual([
      [1, 1, -2],
      [1, 1, -2],
      [1, 2, -0.5],
    ])
    expect(open).toMatchObject([{ quantity: 1, income: -0.5, profit: 2 }])
  })

  it('a new name goes on under it, and ends where it is delisted', () => {
    const flows = [
      flow(1, 'symbolChange', { quantity: 2, to: 'TEST:B' }),
      flow(1, 'delisting', { instrument: 'TEST:B', quantity: 2, price: 4, time: START + 5 * DAY }),
    ]
    const { closed, open } = match(['0 buy 2 10'], [], 12, 1, flows)
    expect(closed).toMatchObject([
      { instrument: 'TEST:B', quantity: 2, exitPrice: 4, profit: -12, entryOrderId: 1, exitOrderId: 0 },
    ])
    expect(open).toEqual([])
  })

  it('rolls and expiry adds up to what the account was paid', () => {
    const account = new Account({
      account: 'main',
      strategy: 'test',
      instruments: [
        share('A', { kind: 'future', multiplier: 50 }),
        share('B', { kind: 'future', multiplier: 50 }),
      ],
      capitalUnits: 0n,
    })
    account.applyFill(0, 1, 2, 4000, amountUnits(1))
    account.events.roll({
      from: 0,
      to: 1,
      fromPrice: 4010,
      toPrice: 4030,
      time: 5,
      feeUnits: [amountUnits(2), 0],
    })
    account.events.expire(1, 4025, 9)
    const { instruments } = account
    const { closed, open } = matchTrades({
      fills: [
        {
          ...{ id: 1, orderId: 1, time: 1, instrument: 'TEST:A', side: 'buy' },
          ...{ quantity: 2, price: 4000, fee: 1, slippage: 0 },
        },
      ],
      bars: new Map(),
      marks: new Map(),
      lotsPerUnit: new Map(),
      instruments: new Map(instruments.map(one => [`TEST:${one.symbol}`, one])),
      flows: account.events.flows,
    })
    // 2 × 50 × 10 − 3 and 2 × 50 × −5
    expect(closed.map(one => [one.instrument, one.profit, one.entryOrderId])).toEqual([
      ['TEST:A', 997, 1],
      ['TEST:B', -500, 0],
    ])
    expect(open).toEqual([])
    expect(account.cash).toBe(497)
  })
})
