import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import type { TradeSeries } from '../domain/market-events.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { randomTrades, trades } from '../testing/trade-rows.ts'
import { joined, whole } from './deriver.ts'
import { ImbalanceBars, type ImbalanceBarSeries, type ImbalanceBarTerms } from './imbalance-bars.ts'

const rowsOf = (bars: ImbalanceBarSeries) =>
  Array.from({ length: bars.length }, (_, i) =>
    [bars.eventTime, bars.close, bars.volume, bars.trades, bars.imbalance, bars.threshold].map(column =>
      Number.isNaN(column[i]) ? null : column[i],
    ),
  )

/**
 * López de Prado 2018, sections 2.3.2.1 and 2.3.2.2, written from the formulas: signs of all trades first, then bars by
 * slices, E[x] by the recursive average of pandas (adjust=False) over all that came before.
 */
const PLAIN = `
import json, sys, pandas as pd
q = json.load(sys.stdin)
n = len(q['price'])
def signs(believe):
    out, last = [], 0
    for t in range(n):
        change = q['price'][t] - q['price'][t - 1] if t else 0
        if believe and q['side'][t]: last = q['side'][t]
        elif change: last = 1 if change > 0 else -1
        out.append(last)
    return out
def bars(by, expectedTrades, barSpan, tradeSpan, expectedImbalance=None, side='feed', bounds={}):
    b = signs(side == 'feed')
    x = [s * {'trades': 1, 'volume': v, 'notional': v * p}[by] for s, v, p in zip(b, q['size'], q['price'])]
    hold = lambda value, name: min(max(value, bounds[name][0]), bounds[name][1]) if name in bounds else value
    length, out, begin = expectedTrades, [], 0
    if expectedImbalance is None:
        begin = expectedTrades
        first = sum(x[:begin]) / begin
        out.append((0, begin, sum(x[:begin]), None))
    else: first = expectedImbalance
    after = pd.Series([first] + x[begin:]).ewm(span=tradeSpan, adjust=False).mean().tolist()
    start = begin
    while start < n:
        threshold = hold(length, 'expectedTrades') * hold(abs(after[start - begin]), 'expectedImbalance')
        theta = 0
        for t in range(start, n):
            theta += x[t]
            if abs(theta) >= threshold: break
        else: break
        out.append((start, t + 1, theta, threshold))
        a = 2 / (barSpan + 1)
        length = a * (t + 1 - start) + (1 - a) * length
        start = t + 1
    return [[q['time'][z - 1], q['price'][z - 1], sum(q['size'][a:z]), z - a, theta, threshold] for a, z, theta, threshold in out]
print(json.dumps([bars(**terms) for terms in q['terms']]))`

test('tick, volume and dollar imbalance bars are those of the formulas', async () => {
  const source = randomTrades(3, '2024-03-01T00:00:00Z', '2024-03-02T00:00:00Z', 3000)
  const spans = { barSpan: 10, tradeSpan: 200 }
  const terms: ImbalanceBarTerms[] = [
    { by: 'trades', expectedTrades: 20, ...spans },
    { by: 'trades', expectedTrades: 15, expectedImbalance: 0.2, side: 'tickRule', ...spans },
    { by: 'volume', expectedTrades: 30, ...spans },
    { by: 'notional', expectedTrades: 30, ...spans, bounds: { expectedTrades: [10, 60] } },
    {
      by: 'volume',
      expectedTrades: 30,
      ...spans,
      bounds: { expectedTrades: [10, 60], expectedImbalance: [0.3, 1] },
    },
  ]
  const { eventTime, price, size, side } = source
  const input = { time: [...eventTime], price: [...price], size: [...size], side: [...side], terms }
  const expected = (await python(PLAIN, input)) as (number | null)[][][]
  terms.forEach((one, k) => {
    const made = rowsOf(whole(new ImbalanceBars(one), source))
    expect(made.length, `terms ${k}`).toBe(expected[k].length)
    expect(made.length).toBeGreaterThan(20)
    made.forEach((row, i) => {
      const plain = expected[k][i]
      expect(row.slice(0, 5), `terms ${k}, bar ${i}`).toEqual(plain.slice(0, 5))
      if (plain[5] === null) expect(row[5]).toBeNull()
      else expect(Math.abs(row[5]! - plain[5]!)).toBeLessThan(1e-9 * Math.abs(plain[5]!) + 1e-12)
    })
  })
})

test('by hand: eight trades, E[T] 4, E[x] 0.5', () => {
  // Signs by the tick rule: not known, +, +, −, −, −, −, +. θ: 0, 1, 2 ≥ 4 × 0.5, so a bar of 3. With a = 2/3,
  // E[T] = 4/3 + 2 = 10/3; with c = 1 (a span of 1) E[x] = 1: the next must reach 10/3, and −4 does.
  const bars = whole(
    new ImbalanceBars({
      ...{ by: 'trades', expectedTrades: 4, expectedImbalance: 0.5, barSpan: 2, tradeSpan: 1 },
    }),
    trades([1, 10], [2, 11], [3, 12], [4, 11], [5, 11], [6, 10], [7, 10], [8, 12]),
  )
  expect(rowsOf(bars).map(row => [row[0], row[3], row[4]])).toEqual([
    [3, 3, 2],
    [7, 4, -4],
  ])
  expect(bars.threshold[1]).toBeCloseTo(10 / 3, 12)
})

test.each([1, 2, 3])('how the trades are cut into batches decides nothing (seed %i)', seed => {
  const source = randomTrades(seed, '2024-03-06T00:00:00Z', '2024-03-14T00:00:00Z', 3000)
  const terms: ImbalanceBarTerms = {
    ...{ by: 'volume', expectedTrades: 25, barSpan: 10, tradeSpan: 100, calendar: 'XNYS', atClose: 'cut' },
    bounds: { expectedTrades: [5, 100] },
  }
  const maker = new ImbalanceBars(terms)
  const parts = randomBatches(source, Random.ofChoice(seed), 20).map(batch => maker.add(batch))
  const once = whole(new ImbalanceBars(terms), source)
  expect(once.length).toBeGreaterThan(20)
  expect(joined([...parts, maker.end()])).toEqual(once)
})

/** So many trades, of which the feed says that one in `sales` was a sale. */
function onesided(count: number, sales: (i: number) => boolean): TradeSeries {
  return trades(...Array.from({ length: count }, (_, i) => [i, 10, 1, i, sales(i) ? -1 : 1] as const))
}

test('a threshold that runs away is told, and bounds hold it', () => {
  const terms: ImbalanceBarTerms = {
    by: 'trades',
    expectedTrades: 10,
    expectedImbalance: 0.9,
    barSpan: 1,
    tradeSpan: 1,
  }
  // Buyers and sellers take turns: after a span of one trade E[x] is 1 or −1, and θ never gets far.
  const turns = onesided(4000, i => i % 2 === 1)
  const wild = new ImbalanceBars(terms)
  expect(whole(wild, turns).length).toBe(0)
  expect(wild.warnings().map(({ code }) => code)).toEqual(['IMBALANCE_THRESHOLD_GROWS'])
  expect(wild.warnings()[0].text).toContain('came to 4000')
  const bounds = { expectedTrades: [1, 2], expectedImbalance: [0, 0.5] } as const
  const held = new ImbalanceBars({ ...terms, bounds })
  expect(whole(held, turns).length).toBeGreaterThan(1000)
  expect(held.threshold).toBeLessThanOrEqual(1)
})

test('a threshold that vanishes is told', () => {
  const terms: ImbalanceBarTerms = {
    by: 'trades',
    expectedTrades: 100,
    expectedImbalance: 0,
    barSpan: 5,
    tradeSpan: 1e9,
  }
  const none = new ImbalanceBars(terms)
  expect(
    whole(
      none,
      onesided(1000, () => false),
    ).length,
  ).toBeGreaterThan(900)
  expect(none.warnings().map(({ code }) => code)).toEqual(['IMBALANCE_THRESHOLD_VANISHES'])
  const calm = new ImbalanceBars({ ...terms, expectedImbalance: 0.5 })
  whole(
    calm,
    onesided(1000, i => i % 4 === 0),
  )
  expect(calm.warnings()).toEqual([])
})

test('terms that cannot be are refused in a sentence', () => {
  const make = (terms: Partial<ImbalanceBarTerms>) => () =>
    new ImbalanceBars({ by: 'trades', expectedTrades: 10, barSpan: 5, tradeSpan: 50, ...terms })
  expect(make({ expectedTrades: -1 })).toThrow('expectedTrades is -1: give a finite number above 0.')
  expect(make({ expectedTrades: 2.5 })).toThrow('expectedTrades is 2.5: give a whole number')
  expect(make({ expectedImbalance: Number.NaN })).toThrow('expectedImbalance is NaN')
  expect(make({ barSpan: 0.5 })).toThrow('barSpan is 0.5: give a finite number of at least 1.')
  expect(make({ bounds: { expectedTrades: [5, 1] } })).toThrow('bounds of expectedTrades are 5 and 1')
})

test('a bar that ends with its instant has all of its sweep, and no two bars have one time', () => {
  // E[T] 2, E[x] 1, both standing still: a bar ends at |θ| ≥ 2. By hand.
  const terms = {
    by: 'trades',
    expectedTrades: 2,
    expectedImbalance: 1,
    barSpan: 1e9,
    tradeSpan: 1e9,
  } as const
  const sweep = trades(
    [1, 10, 1, 1, 1],
    [2, 11, 1, 2, 1],
    [2, 12, 1, 2, 1],
    [2, 13, 1, 2, 1],
    // Late: before the bar's last time, so that it is still the bar's.
    [1, 14, 1, 3, -1],
    [3, 15, 1, 3, 1],
    [4, 16, 1, 4, 1],
  )
  const rows = (ending: 'trade' | 'instant') =>
    rowsOf(whole(new ImbalanceBars({ ...terms, ending }), sweep)).map(row => [row[0], row[3], row[4]])
  expect(rows('trade')).toEqual([
    [2, 2, 2],
    [2, 2, 2],
  ])
  expect(rows('instant')).toEqual([
    [2, 5, 3],
    [4, 2, 2],
  ])
})

test.each([1, 2, 3])('bars that end with their instant are the same in any batches (seed %i)', seed => {
  const source = randomTrades(seed, '2024-03-06T00:00:00Z', '2024-03-14T00:00:00Z', 3000)
  // Many trades of one time, some of them late.
  for (let i = 0; i < source.length; i++) source.eventTime[i] -= source.eventTime[i] % 600e6
  const terms: ImbalanceBarTerms = {
    ...{ by: 'volume', expectedTrades: 10, barSpan: 20, tradeSpan: 500, ending: 'instant' },
    ...{ calendar: 'XNYS', atClose: 'cut', closingAuction: '20m' },
    bounds: { expectedTrades: [5, 20], expectedImbalance: [0.2, 2] },
  }
  const maker = new ImbalanceBars(terms)
  const parts = randomBatches(source, Random.ofChoice(seed), 20).map(batch => maker.add(batch))
  const made = joined([...parts, maker.end()])
  expect(made).toEqual(whole(new ImbalanceBars(terms), source))
  expect(made.length).toBeGreaterThan(20)
  for (let i = 1; i < made.length; i++) expect(made.eventTime[i]).toBeGreaterThan(made.eventTime[i - 1])
})
