import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { isoTime } from '../core/time.ts'
import type { TradeSeries } from '../domain/market-events.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { at, randomTrades, trades, type TradeRow } from '../testing/trade-rows.ts'
import { joined, whole } from './deriver.ts'
import { type TimeBarTerms, TimeBars } from './time-bars.ts'
import type { TradeBarSeries } from './trade-bar.ts'

type Bar = [
  close: string,
  open: number,
  high: number,
  low: number,
  last: number,
  volume: number,
  known?: string,
]

const shown = (bars: TradeBarSeries): Bar[] =>
  Array.from({ length: bars.length }, (_, i) => [
    isoTime(bars.eventTime[i]),
    ...([bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i]] as const),
  ])

const columns = (bars: TradeBarSeries) => [
  ...[bars.eventTime, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.notional, bars.trades],
]
const rowsOf = (bars: TradeBarSeries) =>
  Array.from({ length: bars.length }, (_, i) => columns(bars).map(column => column[i]))

const INPUT = `
import json, sys, pandas as pd
q = json.load(sys.stdin)
d = pd.DataFrame({k: q[k] for k in ('price', 'size')}, index=pd.to_datetime(q['time'], unit='us', utc=True))
d['notional'] = d['price'] * d['size']
def bars(r, stamp):
    o = r['price'].ohlc()
    o['volume'], o['notional'], o['trades'] = r['size'].sum(), r['notional'].sum(), r['price'].count()
    o = o[o['trades'] > 0]
    return [[stamp(t).value // 1000, *map(float, row)] for t, row in zip(o.index, o.values)]
`

/** For each interval what its rule, a Python expression, gives. */
async function bars(script: string, rules: readonly string[][], series: TradeSeries) {
  const all = rules.map(([interval, rule]) => `${JSON.stringify(interval)}: ${rule}`).join(', ')
  const input = { time: [...series.eventTime], price: [...series.price], size: [...series.size] }
  return (await python(`${script}\nprint(json.dumps({${all}}))`, input)) as Record<string, number[][]>
}

test('around the clock, bars are those of pandas 2.2.3 resample, closed and labelled as said', async () => {
  const series = randomTrades(1, '2024-02-26T00:00:00Z', '2024-04-03T00:00:00Z', 4000)
  const rules = [
    ['30s', "bars(d.resample('30s', label='right', closed='left'), lambda t: t)"],
    ['5m', "bars(d.resample('5min', label='right', closed='left'), lambda t: t)"],
    ['1h', "bars(d.resample('1h', label='right', closed='left'), lambda t: t)"],
    ['1d', "bars(d.resample('1D', label='right', closed='left'), lambda t: t)"],
    ['3d', "bars(d.resample('3D', label='right', closed='left', origin='epoch'), lambda t: t)"],
    ['1w', "bars(d.resample('W-MON', label='right', closed='left'), lambda t: t)"],
    ['month', "bars(d.resample('MS', label='left', closed='left'), lambda t: t + pd.offsets.MonthBegin(1))"],
    // Edges anew from each midnight.
    [
      '7h',
      "bars(d.groupby(d.index.floor('D') + (d.index - d.index.floor('D')).floor('7h')), lambda t: min(t + pd.Timedelta('7h'), t.floor('D') + pd.Timedelta('1D')))",
    ],
  ]
  const reference = await bars(INPUT, rules, series)
  for (const [interval] of rules) {
    const expected = reference[interval]
    expect(expected.length, interval).toBeGreaterThan(1)
    expect(rowsOf(whole(new TimeBars({ interval, calendar: '24/7' }), series)), interval).toEqual(expected)
  }
})

test.each([
  ['XNYS', '2024-11-01T00:00:00Z', '2024-12-05T00:00:00Z'], // clocks change on 3 November, the 29th closes early
  ['XNYS', '2024-03-06T00:00:00Z', '2024-03-14T00:00:00Z'], // and forward on 10 March
  ['XTKS', '2024-10-28T00:00:00Z', '2024-11-12T00:00:00Z'], // lunch; the close moves to 15:30 on the 5th
  ['XLON', '2024-12-20T00:00:00Z', '2025-01-04T00:00:00Z'], // half days
])(
  'in the sessions of %s from %s bars are those of pandas, session by session',
  async (calendar, from, to) => {
    const series = randomTrades(2, from, to, 6000)
    // exchange_calendars 4.13.2 has the sessions and their breaks.
    const sessions = `${INPUT}
import exchange_calendars as xc
c = xc.get_calendar('${calendar}', start='2024-02-01', end='2025-01-31')
def pieces():
    for day in c.sessions_in_range('${from.slice(0, 10)}', '${to.slice(0, 10)}'):
        o, z, b, e = (getattr(c, 'session_' + n)(day) for n in ('open', 'close', 'break_start', 'break_end'))
        yield from [(o, o, z)] if b is pd.NaT else [(o, o, b), (o, e, z)]
def inside(begin, end):
    return d[(d.index >= begin) & (d.index < end)]
def intraday(rule):
    out = []
    for o, begin, end in pieces():
        part = inside(begin, end)
        if len(part): out += bars(part.resample(rule, origin=o, label='right', closed='left'), lambda t: min(t, end))
    return out
def daily(key):
    kept = pd.concat([inside(b, e) for _, b, e in pieces()])
    days = kept.index.tz_convert(c.tz).normalize().tz_localize(None)
    last = {}
    for day in c.sessions: last[key(day)] = c.session_close(day)
    return bars(kept.groupby([key(day) for day in days]), lambda k: last[k])
`
    const rules = [
      ['15m', "intraday('15min')"],
      ['1h', "intraday('1h')"],
      ['4h', "intraday('4h')"],
      ['1d', 'daily(lambda day: day)'],
      ['1w', "daily(lambda day: day.to_period('W').start_time)"],
      ['month', "daily(lambda day: day.to_period('M').start_time)"],
    ]
    const reference = await bars(sessions, rules, series)
    for (const [interval] of rules) {
      const expected = reference[interval]
      const maker = new TimeBars({ interval, calendar })
      const made = whole(maker, series)
      expect(expected.length, interval).toBeGreaterThan(0)
      expect(rowsOf(made), interval).toEqual(expected)
      const kept = expected.reduce((total, row) => total + row[7], 0)
      expect([maker.outside, maker.late], interval).toEqual([series.length - kept, 0])
      for (let i = 0; i < made.length; i++)
        expect(made.receiveTime[i]).toBeGreaterThanOrEqual(made.eventTime[i])
    }
  },
)

test.each([1, 2, 3])('how the trades are cut into batches decides nothing (seed %i)', seed => {
  const series = randomTrades(seed, '2024-03-06T00:00:00Z', '2024-03-14T00:00:00Z', 3000)
  // Some come late.
  const random = Random.ofChoice(seed)
  for (let i = 1; i < series.length; i += 11) series.eventTime[i] -= random.integer(0, 400) * 1e6
  for (const terms of [
    { interval: '1m', calendar: 'XNYS', outside: 'keep' },
    { interval: '1h', calendar: '24/7', late: 'next' },
    { interval: '1w', calendar: 'XTKS', closingAuction: '10m' },
  ] satisfies TimeBarTerms[]) {
    const once = whole(new TimeBars(terms), series)
    const maker = new TimeBars(terms)
    const parts = randomBatches(series, random, 20).map(batch => maker.add(batch))
    expect(joined([...parts, maker.end()])).toEqual(once)
  }
})

test('the last bar of a day is as short as the day: 15:30 to 16:00, and 12:30 to 13:00', () => {
  // By hand: New York is UTC−5; 29 November 2024 closes at 13:00.
  const bars = whole(
    new TimeBars({ interval: '1h', calendar: 'XNYS' }),
    trades(
      ['2024-11-27T14:30:00Z', 10],
      ['2024-11-27T15:29:59.999Z', 11],
      ['2024-11-27T15:30:00Z', 12],
      ['2024-11-27T20:30:00Z', 13],
      ['2024-11-27T20:59:59Z', 14],
      ['2024-11-29T17:29:00Z', 15],
      ['2024-11-29T17:31:00Z', 16],
    ),
  )
  expect(shown(bars)).toEqual([
    ['2024-11-27T15:30:00Z', 10, 11, 10, 11, 2],
    ['2024-11-27T16:30:00Z', 12, 12, 12, 12, 1],
    ['2024-11-27T21:00:00Z', 13, 14, 13, 14, 2],
    ['2024-11-29T17:30:00Z', 15, 15, 15, 15, 1],
    ['2024-11-29T18:00:00Z', 16, 16, 16, 16, 1],
  ])
  expect([...bars.sessionClose!].map(isoTime)).toEqual([
    ...Array(3).fill('2024-11-27T21:00:00Z'),
    ...Array(2).fill('2024-11-29T18:00:00Z'),
  ])
})

test('no bar holds both sides of lunch; edges go on beneath it, or start anew', () => {
  const series = trades(
    ['2024-11-06T11:10:00+09:00', 1],
    ['2024-11-06T11:40:00+09:00', 99],
    ['2024-11-06T12:30:00+09:00', 2],
    ['2024-11-06T13:10:00+09:00', 3],
  )
  const closes = (terms: Partial<TimeBarTerms>) => {
    const maker = new TimeBars({ interval: '1h', calendar: 'XTKS', ...terms })
    return [shown(whole(maker, series)).map(([time, open]) => [time.slice(11, 16), open]), maker.outside]
  }
  // UTC is nine hours earlier.
  expect(closes({})).toEqual([
    [
      ['02:30', 1],
      ['04:00', 2],
      ['05:00', 3],
    ],
    1,
  ])
  expect(closes({ afterBreak: 'restart' })).toEqual([
    [
      ['02:30', 1],
      ['04:30', 2],
    ],
    1,
  ])
  expect(closes({ outside: 'keep' })).toEqual([
    [
      ['02:30', 1],
      ['03:00', 99],
      ['04:00', 2],
      ['05:00', 3],
    ],
    0,
  ])
  expect(closes({ interval: '1d', outside: 'keep' })).toEqual([[['06:30', 1]], 0])
})

test('what trades before the open and after the close has bars of its own, where it is kept', () => {
  const series = trades(
    ['2024-11-27T13:10:00Z', 1], // 08:10 in New York
    ['2024-11-27T14:29:00Z', 2],
    ['2024-11-27T14:30:00Z', 3],
    ['2024-11-27T21:00:00Z', 4], // 16:00, when the session is over
    ['2024-11-27T22:10:00Z', 5],
  )
  const maker = new TimeBars({ interval: '1h', calendar: 'XNYS', outside: 'keep' })
  const bars = whole(maker, series)
  expect(shown(bars).map(([time, open]) => [time, open])).toEqual([
    ['2024-11-27T13:30:00Z', 1],
    ['2024-11-27T14:30:00Z', 2],
    ['2024-11-27T15:30:00Z', 3],
    ['2024-11-27T21:30:00Z', 4],
    ['2024-11-27T22:30:00Z', 5],
  ])
  // The evening belongs to the session that closes next: Friday, as Thursday is Thanksgiving.
  expect(isoTime(bars.sessionClose![4])).toBe('2024-11-29T18:00:00Z')
  const left = new TimeBars({ interval: '1h', calendar: 'XNYS' })
  expect(shown(whole(left, series)).length).toBe(1)
  expect(left.outside).toBe(4)
})

test('prints of the closing auction are in the last bar, which is then known when they came', () => {
  const maker = new TimeBars({ interval: '1d', calendar: 'XNYS', closingAuction: '5m' })
  const bars = whole(
    maker,
    trades(
      ['2024-11-27T20:59:00Z', 10, 5],
      ['2024-11-27T21:00:02Z', 11, 700, '2024-11-27T21:00:03Z'],
      ['2024-11-27T21:05:00Z', 12, 1],
    ),
  )
  expect(shown(bars)).toEqual([['2024-11-27T21:00:00Z', 10, 11, 10, 11, 705]])
  expect(isoTime(bars.receiveTime[0])).toBe('2024-11-27T21:00:03Z')
  expect(maker.outside).toBe(1)
})

test('the week of foreign exchange begins on Sunday at 17:00 New York, whatever the season', () => {
  const bars = whole(
    new TimeBars({ interval: '4h', calendar: 'FX' }),
    trades(
      ['2024-03-08T21:59:00Z', 1], // Friday 16:59, an hour before the clocks change by weekend
      ['2024-03-10T21:00:00Z', 2], // Sunday 17:00 in summer time
      ['2024-03-11T01:00:00Z', 3],
    ),
  )
  expect(shown(bars).map(([time, open]) => [time, open])).toEqual([
    ['2024-03-08T22:00:00Z', 1],
    ['2024-03-11T01:00:00Z', 2],
    ['2024-03-11T05:00:00Z', 3],
  ])
})

test('a late trade is left out and counted, or belongs to the bar in the making', () => {
  const series = trades(
    ['2024-01-01T00:00:10Z', 10],
    ['2024-01-01T00:01:10Z', 11],
    ['2024-01-01T00:00:50Z', 99, 1, '2024-01-01T00:01:20Z'],
    ['2024-01-01T00:01:30Z', 12],
  )
  const bars = (late: 'leaveOut' | 'next') => {
    const maker = new TimeBars({ interval: '1m', calendar: '24/7', late })
    return [shown(whole(maker, series)).map(bar => bar.slice(1)), maker.late]
  }
  expect(bars('leaveOut')).toEqual([
    [
      [10, 10, 10, 10, 1],
      [11, 12, 11, 12, 2],
    ],
    1,
  ])
  expect(bars('next')).toEqual([
    [
      [10, 10, 10, 10, 1],
      [11, 99, 11, 12, 3],
    ],
    1,
  ])
})

test('ten trades of 0.1 are 1', () => {
  const tenth = Array.from({ length: 10 }, (_, i): TradeRow => [at('2024-01-01T00:00:00Z') + i, 3, 0.1])
  expect(whole(new TimeBars({ interval: '1d', calendar: '24/7' }), trades(...tenth)).volume[0]).toBe(1)
})

test('what nothing can be made of is refused in a sentence', () => {
  const make = (terms: Partial<TimeBarTerms>) => () =>
    new TimeBars({ interval: '1m', calendar: '24/7', ...terms })
  expect(make({ interval: '5 minutes' })).toThrow('interval "5 minutes" is no interval: give a number and')
  expect(make({ interval: '36h' })).toThrow('Bars of 36h are longer than a session and no whole days')
  expect(make({ calendar: 'NYSE' })).toThrow('no calendar is called "NYSE"')
  const maker = new TimeBars({ interval: '1m', calendar: '24/7' })
  maker.add(trades([0, 1]))
  expect(() => maker.add(trades([1, 2], [2, Number.NaN]))).toThrow(
    'Row 2 of the trades has price NaN and size 1',
  )
  expect(() => whole(make({})(), trades([1, 2, -1]))).toThrow('size -1')
  expect(() => whole(make({ calendar: 'XNYS' })(), trades(['1990-01-02T12:00:00Z', 1]))).toThrow('1990-01-02')
})
