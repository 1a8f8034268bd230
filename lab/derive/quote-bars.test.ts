import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { isoTime } from '../core/time.ts'
import type { QuoteSeries } from '../domain/market-events.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { at } from '../testing/trade-rows.ts'
import { joined, whole } from './deriver.ts'
import { QuoteBars, type QuoteBarSeries } from './quote-bars.ts'

const none = Number.NaN

function quotes(
  ...rows: readonly (readonly [time: string | number, bid: number, ask: number])[]
): QuoteSeries {
  const time = Float64Array.from(rows, row => (typeof row[0] === 'string' ? at(row[0]) : row[0]))
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: time,
    bid: Float64Array.from(rows, row => row[1]),
    ask: Float64Array.from(rows, row => row[2]),
    bidSize: new Float64Array(rows.length).fill(1),
    askSize: new Float64Array(rows.length).fill(1),
  }
}

const shown = (bars: QuoteBarSeries) =>
  Object.fromEntries(
    (['bid', 'ask', 'mid'] as const).map(side => {
      const { eventTime, open, high, low, close, length } = bars[side]
      return [side, Array.from({ length }, (_, i) => [eventTime[i], open[i], high[i], low[i], close[i]])]
    }),
  )

function randomQuotes(seed: number): QuoteSeries {
  const random = Random.ofChoice(seed)
  let time = at('2024-03-07T12:00:00Z')
  let price = 800
  return quotes(
    ...Array.from({ length: 4000 }, () => {
      time += random.integer(1, 90e6)
      price += random.integer(-2, 3)
      const [bid, ask] = [
        random.uniform() < 0.05 ? none : price / 8,
        random.uniform() < 0.05 ? none : (price + 1) / 8,
      ]
      return [time, bid, ask] as const
    }),
  )
}

test('bars of the bid, the ask and the mid are those of pandas 2.2.3 ohlc', async () => {
  const source = randomQuotes(1)
  const expected = await python(
    `
import json, sys, pandas as pd
q = json.load(sys.stdin)
d = pd.DataFrame({'bid': q['bid'], 'ask': q['ask']}, index=pd.to_datetime(q['time'], unit='us', utc=True), dtype=float)
d['mid'] = (d.bid + d.ask) / 2
def bars(prices):
    o = prices.dropna().resample('5min', label='right', closed='left').ohlc().dropna()
    return [[t.value // 1000, *row] for t, row in zip(o.index, o.values.tolist())]
print(json.dumps({k: bars(d[k]) for k in ('bid', 'ask', 'mid')}))`,
    { time: [...source.eventTime], bid: [...source.bid], ask: [...source.ask] },
  )
  const made = whole(new QuoteBars({ interval: '5m', calendar: '24/7' }), source)
  expect(made.length).toBeGreaterThan(500)
  expect(shown(made)).toEqual(expected)
  expect(made.bid.volume.every(Number.isNaN)).toBe(true)
})

test.each([1, 2])('how the quotes are cut into batches decides nothing (seed %i)', seed => {
  const source = randomQuotes(seed)
  for (const standing of [true, false]) {
    const terms = { interval: '1m', calendar: 'FX', standing }
    const maker = new QuoteBars(terms)
    const parts = randomBatches(source, Random.ofChoice(seed), 20).map(batch => maker.add(batch))
    expect(joined([...parts, maker.end()])).toEqual(whole(new QuoteBars(terms), source))
  }
})

test('a quote stands until the next one, where that is wanted, and not through the night', () => {
  const source = quotes(
    ['2024-11-27T20:57:30Z', 10, 12],
    ['2024-11-27T20:58:30Z', 11, 13],
    ['2024-11-27T20:59:30Z', none, 13],
    ['2024-11-29T14:30:10Z', 20, 22],
  )
  const bars = (standing: boolean) => {
    const { bid, mid } = whole(new QuoteBars({ interval: '1m', calendar: 'XNYS', standing }), source)
    return [bid, mid].map(({ eventTime, open, low, length }) =>
      Array.from({ length }, (_, i) => [isoTime(eventTime[i]).slice(8, 16), open[i], low[i]]),
    )
  }
  expect(bars(false)).toEqual([
    [
      ['27T20:58', 10, 10],
      ['27T20:59', 11, 11],
      ['29T14:31', 20, 20],
    ],
    [
      ['27T20:58', 11, 11],
      ['27T20:59', 12, 12],
      ['29T14:31', 21, 21],
    ],
  ])
  expect(bars(true)).toEqual([
    [
      ['27T20:58', 10, 10],
      ['27T20:59', 10, 10],
      ['29T14:31', 20, 20],
    ],
    [
      ['27T20:58', 11, 11],
      ['27T20:59', 11, 11],
      ['29T14:31', 21, 21],
    ],
  ])
})

test('quotes outside of sessions, and late ones, are left out and counted', () => {
  const maker = new QuoteBars({ interval: '1m', calendar: 'XNYS' })
  const { mid } = whole(
    maker,
    quotes(
      ['2024-11-27T14:29:59Z', 1, 1],
      ['2024-11-27T14:30:30Z', 2, 4],
      ['2024-11-27T14:31:00Z', 5, 7],
      ['2024-11-27T14:30:40Z', 8, 8],
      ['2024-11-27T21:00:00Z', 9, 9],
    ),
  )
  expect([...mid.close]).toEqual([3, 6])
  expect([maker.outside, maker.late]).toEqual([2, 1])
})
