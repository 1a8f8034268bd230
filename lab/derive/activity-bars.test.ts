import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { isoTime } from '../core/time.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { randomTrades, trades } from '../testing/trade-rows.ts'
import { type ActivityBarTerms, ActivityBars } from './activity-bars.ts'
import { joined, whole } from './deriver.ts'
import type { TradeBarSeries } from './trade-bar.ts'

const rowsOf = (bars: TradeBarSeries) =>
  Array.from({ length: bars.length }, (_, i) =>
    [
      ...[bars.eventTime, bars.receiveTime, bars.open, bars.high, bars.low, bars.close],
      ...[bars.volume, bars.notional, bars.trades],
    ].map(column => column[i]),
  )

/** The book's rule as a plain loop in exact fractions, which knows nothing of doubles. */
const PLAIN = `
import json, sys
from fractions import Fraction
q = json.load(sys.stdin)
def bars(by, threshold):
    out, part, reached = [], [], Fraction(0)
    for row in zip(q['time'], q['received'], q['price'], q['size']):
        part.append(row)
        size = Fraction(str(row[3]))
        reached += {'trades': 1, 'volume': size, 'notional': size * Fraction(str(row[2]))}[by]
        if reached >= Fraction(str(threshold)):
            prices = [p for _, _, p, _ in part]
            volume = sum(Fraction(str(s)) for *_, s in part)
            notional = sum(Fraction(str(s)) * Fraction(str(p)) for _, _, p, s in part)
            out.append([part[-1][0], part[-1][1], prices[0], max(prices), min(prices), prices[-1],
                        float(volume), float(notional), len(part)])
            part, reached = [], Fraction(0)
    return out
print(json.dumps([bars(*terms) for terms in q['terms']]))`

test('tick, volume and dollar bars are those of a plain loop in exact decimals', async () => {
  const source = randomTrades(1, '2024-03-01T00:00:00Z', '2024-03-02T00:00:00Z', 8000)
  // Sizes in tenths, which doubles do not hold: sums that round would end bars a trade early or late.
  const random = Random.ofChoice(9)
  for (let i = 0; i < source.length; i++) source.size[i] = random.integer(1, 8) / 10
  const terms = [
    ['trades', 17],
    ['volume', 7.3],
    ['volume', 0.9],
    ['notional', 500],
  ] as const
  const { eventTime, receiveTime, price, size } = source
  const columns = { time: [...eventTime], received: [...receiveTime], price: [...price], size: [...size] }
  const expected = (await python(PLAIN, { ...columns, terms })) as number[][][]
  let exact = 0
  terms.forEach(([by, threshold], k) => {
    const made = rowsOf(whole(new ActivityBars({ by, threshold }), source))
    expect(made.length).toBe(expected[k].length)
    expect(made.length).toBeGreaterThan(100)
    made.forEach((row, i) => {
      // Volume and notional to the last bit but one, everything else to the last.
      const plain = expected[k][i]
      expect([...row.slice(0, 6), row[8]]).toEqual([...plain.slice(0, 6), plain[8]])
      for (const sum of [6, 7])
        expect(Math.abs(row[sum] - plain[sum])).toBeLessThanOrEqual(plain[sum] * 4e-16)
      if (by === 'volume' && row[6] === threshold) exact++
    })
  })
  // Thresholds that were reached exactly: a sum that came out below would have gone on.
  expect(exact).toBeGreaterThan(500)
})

test('the trade that reaches the threshold belongs to its bar, and nothing is carried over', () => {
  // López de Prado 2018, 2.3.1, by hand: 40 + 70 reach 100, the next bar counts from 0.
  const bars = whole(
    new ActivityBars({ by: 'volume', threshold: 100 }),
    trades([1, 10, 40, 5], [2, 12, 70, 6], [3, 11, 90, 7], [4, 9, 10, 8], [5, 8, 99, 9]),
  )
  expect(rowsOf(bars)).toEqual([
    [2, 6, 10, 12, 10, 12, 110, 1240, 2],
    [4, 8, 11, 11, 9, 9, 100, 1080, 2],
  ])
})

test.each([1, 2, 3])('how the trades are cut into batches decides nothing (seed %i)', seed => {
  const source = randomTrades(seed, '2024-03-06T00:00:00Z', '2024-03-14T00:00:00Z', 3000)
  for (const terms of [
    { by: 'trades', threshold: 13 },
    { by: 'volume', threshold: 50, ending: 'instant' },
    { by: 'notional', threshold: 1e4, calendar: 'XNYS', atClose: 'cut' },
  ] satisfies ActivityBarTerms[]) {
    const maker = new ActivityBars(terms)
    const parts = randomBatches(source, Random.ofChoice(seed), 20).map(batch => maker.add(batch))
    expect(joined([...parts, maker.end()])).toEqual(whole(new ActivityBars(terms), source))
  }
})

test('a sweep of one time is one bar, where bars end with the instant', () => {
  const sweep = trades([1, 10, 60], [1, 11, 60], [1, 12, 300], [2, 13, 100], [3, 14, 1])
  const times = (ending: 'trade' | 'instant') => {
    const { eventTime, volume } = whole(new ActivityBars({ by: 'volume', threshold: 100, ending }), sweep)
    return [...eventTime].map((time, i) => [time, volume[i]])
  }
  expect(times('trade')).toEqual([
    [1, 120],
    [1, 300],
    [2, 100],
  ])
  expect(times('instant')).toEqual([
    [1, 420],
    [2, 100],
  ])
})

test('with a calendar a bar goes on in the next session, or is cut and known at the close of its own', () => {
  const source = trades(
    ['2024-11-27T20:59:00Z', 10],
    ['2024-11-27T22:00:00Z', 99],
    ['2024-11-29T14:31:00Z', 11],
    ['2024-11-29T14:32:00Z', 12],
  )
  const bars = (atClose: 'carry' | 'cut') => {
    const maker = new ActivityBars({ by: 'trades', threshold: 2, calendar: 'XNYS', atClose })
    const made = whole(maker, source)
    expect(maker.outside).toBe(1)
    return Array.from({ length: made.length }, (_, i) => [
      ...[made.eventTime[i], made.receiveTime[i], made.sessionClose![i]].map(isoTime),
      ...[made.open[i], made.close[i]],
    ])
  }
  expect(bars('carry')).toEqual([
    ['2024-11-29T14:31:00Z', '2024-11-29T14:31:00Z', '2024-11-29T18:00:00Z', 10, 11],
  ])
  expect(bars('cut')).toEqual([
    [...Array(3).fill('2024-11-27T21:00:00Z'), 10, 10],
    ['2024-11-29T14:32:00Z', '2024-11-29T14:32:00Z', '2024-11-29T18:00:00Z', 11, 12],
  ])
})

test('terms and rows that cannot be are refused in a sentence', () => {
  const make = (terms: Partial<ActivityBarTerms>) => () =>
    new ActivityBars({ by: 'volume', threshold: 1, ...terms })
  expect(make({ threshold: 0 })).toThrow('threshold is 0: give a finite number above 0.')
  expect(make({ threshold: Number.NaN })).toThrow('threshold is NaN')
  expect(make({ by: 'trades', threshold: 2.5 })).toThrow('give a whole number of at least 1')
  expect(() => whole(make({})(), trades([1, Number.POSITIVE_INFINITY]))).toThrow(
    'Row 0 of the trades has price',
  )
  // Anywhere in a batch, and counted over batches.
  const maker = make({ threshold: 100 })()
  maker.add(trades([1, 10, 1], [2, 11, 1]))
  expect(() => maker.add(trades([3, 10, 1], [4, Number.NaN, 1]))).toThrow(
    'Row 3 of the trades has price NaN and size 1',
  )
  for (const [price, size] of [
    [10, Number.NaN],
    [10, Number.POSITIVE_INFINITY],
    [0, Number.POSITIVE_INFINITY],
    [10, -1],
    [Number.NEGATIVE_INFINITY, 0],
    [1e200, 1e200],
  ])
    expect(() => whole(make({ threshold: 100 })(), trades([1, 10, 1], [2, price, size]))).toThrow(
      `Row 1 of the trades has price ${price} and size ${size}`,
    )
})

test('prices below zero have their high, low and notional, and a trade of size 0 is a trade', () => {
  // WTI on 2020-04-20 went through zero; by hand.
  const bars = whole(
    new ActivityBars({ by: 'trades', threshold: 3 }),
    trades([1, -37, 2], [2, -40, 0], [3, 1, 5], [4, 3, 1], [5, 2, 1], [6, 4, 1]),
  )
  expect(rowsOf(bars)).toEqual([
    [3, 3, -37, 1, -40, 1, 7, -69, 3],
    [6, 6, 3, 4, 2, 4, 3, 9, 3],
  ])
})

test('bars of trades that come late, in sweeps and after the close have rising times', () => {
  // What the store asks of bars, whatever the feed does.
  for (let seed = 1; seed <= 5; seed++) {
    const source = randomTrades(seed, '2024-03-06T00:00:00Z', '2024-03-14T00:00:00Z', 3000)
    const random = Random.ofChoice(seed)
    for (let i = 0; i < source.length; i++)
      source.eventTime[i] -= (source.eventTime[i] % 60e6) + (random.uniform() < 0.1 ? 3e9 : 0)
    for (const by of ['trades', 'volume'] as const) {
      const made = whole(
        new ActivityBars({
          ...{ by, threshold: 9, ending: 'instant', calendar: 'XNYS' },
          ...{ atClose: 'cut', closingAuction: '20m' },
        }),
        source,
      )
      expect(made.length).toBeGreaterThan(50)
      for (let i = 1; i < made.length; i++) {
        expect(made.eventTime[i], `seed ${seed}, bar ${i}`).toBeGreaterThan(made.eventTime[i - 1])
        expect(made.receiveTime[i]).toBeGreaterThanOrEqual(made.eventTime[i])
      }
    }
  }
})
