import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { isoTime, MINUTE } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { calendarNamed, sessionsBetween } from '../domain/calendar/calendar.ts'
import { parseDay } from '../domain/calendar/civil.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { at } from '../testing/trade-rows.ts'
import { joined, whole } from './deriver.ts'
import { Resampler, type ResampleTerms } from './resample.ts'

type BarRow = readonly [close: string | number, price: number, volume?: number, received?: string]

function series(rows: readonly BarRow[], sessionClose?: string): BarSeries {
  const time = Float64Array.from(rows, row => (typeof row[0] === 'string' ? at(row[0]) : row[0]))
  const price = Float64Array.from(rows, row => row[1])
  return {
    length: rows.length,
    eventTime: time,
    receiveTime: Float64Array.from(rows, (row, i) => (row[3] === undefined ? time[i] : at(row[3]))),
    open: price,
    high: price.map(value => value + 0.5),
    low: price.map(value => value - 0.5),
    close: price.map(value => value + 0.25),
    volume: Float64Array.from(rows, row => row[2] ?? 1),
    ...(sessionClose === undefined ? {} : { sessionClose: time.map(() => at(sessionClose)) }),
  }
}

/** Minutes that trading had, a third of them without a bar; volumes in eighths, so that sums are exact. */
function minutes(seed: number, calendar: string, from: string, to: string): BarSeries {
  const random = Random.ofChoice(seed)
  const rows: BarRow[] = []
  let price = 400
  for (const session of sessionsBetween(calendarNamed(calendar), parseDay(from)!, parseDay(to)!))
    for (let time = session.open + MINUTE; time <= session.close; time += MINUTE) {
      if (session.breaks.some(pause => time > pause.from && time <= pause.to)) continue
      price += random.integer(-3, 4)
      if (random.uniform() > 0.3) rows.push([time, price / 4, random.integer(0, 80) / 8])
    }
  return series(rows)
}

const columns = (bars: BarSeries) => [bars.eventTime, bars.open, bars.high, bars.low, bars.close, bars.volume]
const rowsOf = (bars: BarSeries) =>
  Array.from({ length: bars.length }, (_, i) => columns(bars).map(column => column[i]))

const INPUT = `
import json, sys, pandas as pd
q = json.load(sys.stdin)
d = pd.DataFrame(q['columns'], index=pd.to_datetime(q['time'], unit='us', utc=True))
HOW = {'open': 'first', 'high': 'max', 'low': 'min', 'close': 'last', 'volume': 'sum'}
def bars(r, stamp):
    o = r.agg(HOW).dropna(subset=['open'])
    return [[stamp(t).value // 1000, *map(float, row)] for t, row in zip(o.index, o.values)]
`

async function pandas(script: string, bars: BarSeries): Promise<Record<string, number[][]>> {
  const { open, high, low, close, volume } = bars
  const input = Object.entries({ open, high, low, close, volume }).map(([name, column]) => [
    name,
    [...column],
  ])
  const time = [...bars.eventTime]
  return (await python(INPUT + script, { time, columns: Object.fromEntries(input) })) as Record<
    string,
    number[][]
  >
}

test('around the clock, bars are those of pandas 2.2.3 resample, closed and labelled on the right', async () => {
  const source = minutes(1, '24/7', '2024-02-26', '2024-03-06')
  const expected = await pandas(
    `
right = dict(label='right', closed='right')
print(json.dumps({
  '5m': bars(d.resample('5min', **right), lambda t: t),
  '1h': bars(d.resample('1h', **right), lambda t: t),
  '1d': bars(d.resample('1D', **right), lambda t: t),
  '1w': bars(d.groupby((d.index - pd.Timedelta(1, 'us')).tz_localize(None).to_period('W')), lambda t: t.end_time.ceil('D')),
}))`,
    source,
  )
  for (const [interval, rows] of Object.entries(expected)) {
    expect(rows.length, interval).toBeGreaterThan(1)
    const made = whole(new Resampler({ from: '1m', interval, calendar: '24/7' }), source)
    expect(rowsOf(made), interval).toEqual(rows)
    expect(made.sessionClose).toBeUndefined()
  }
})

test.each([
  ['XNYS', '2024-10-30', '2024-12-03'],
  ['XTKS', '2024-10-28', '2024-11-12'],
  ['XHKG', '2024-12-20', '2025-01-03'],
])('in the sessions of %s bars are those of pandas, session by session', async (calendar, from, to) => {
  const source = minutes(2, calendar, from, to)
  const expected = await pandas(
    `
import exchange_calendars as xc
c = xc.get_calendar('${calendar}', start='2024-02-01', end='2025-01-31')
def pieces():
    for day in c.sessions_in_range('${from}', '${to}'):
        o, z, b, e = (getattr(c, 'session_' + n)(day) for n in ('open', 'close', 'break_start', 'break_end'))
        yield from [(o, o, z)] if b is pd.NaT else [(o, o, b), (o, e, z)]
def intraday(rule):
    out = []
    for o, begin, end in pieces():
        part = d[(d.index > begin) & (d.index <= end)]
        out += bars(part.resample(rule, origin=o, label='right', closed='right'), lambda t: min(t, end))
    return out
def daily(key):
    days = d.index.tz_convert(c.tz).normalize().tz_localize(None)
    last = {}
    for day in c.sessions: last[key(day)] = c.session_close(day)
    return bars(d.groupby([key(day) for day in days]), lambda k: last[k])
print(json.dumps({
  '30m': intraday('30min'), '1h': intraday('1h'), '90m': intraday('90min'),
  '1d': daily(lambda day: day),
  '1w': daily(lambda day: day.to_period('W').start_time),
  'month': daily(lambda day: day.to_period('M').start_time),
}))`,
    source,
  )
  for (const [interval, rows] of Object.entries(expected)) {
    expect(rows.length, interval).toBeGreaterThan(0)
    expect(rowsOf(whole(new Resampler({ from: '1m', interval, calendar }), source)), interval).toEqual(rows)
  }
})

test.each([1, 2, 3])(
  'how the bars are cut into batches decides nothing, nor do steps between (seed %i)',
  seed => {
    const source = minutes(seed, 'XTKS', '2024-10-28', '2024-11-08')
    const terms = { from: '1m', interval: '1d', calendar: 'XTKS' }
    const once = whole(new Resampler(terms), source)
    const maker = new Resampler(terms)
    const random = Random.ofChoice(seed)
    const parts = randomBatches(source, random, 30).map(batch => maker.add(batch))
    expect(joined([...parts, maker.end()])).toEqual(once)
    const hours = whole(new Resampler({ ...terms, interval: '1h' }), source)
    expect(whole(new Resampler({ ...terms, from: '1h' }), hours)).toEqual(once)
  },
)

test('a bar goes out with the part that closes it, and is known with the latest of its parts', () => {
  const maker = new Resampler({ from: '1m', interval: '2m', calendar: '24/7' })
  const first = maker.add(series([['2024-01-01T00:01:00Z', 10, 1, '2024-01-01T00:02:30Z']]))
  expect(first.length).toBe(0)
  const second = maker.add(series([['2024-01-01T00:02:00Z', 11, 1, '2024-01-01T00:02:30Z']]))
  expect([...second.receiveTime].map(isoTime)).toEqual(['2024-01-01T00:02:30Z'])
  maker.add(series([['2024-01-01T00:03:00Z', 12]]))
  // Nothing came in the second half: the bar is no sooner known for that.
  expect([...maker.end().receiveTime].map(isoTime)).toEqual(['2024-01-01T00:04:00Z'])
})

test('a volume that is not known makes the whole unknown, in its bar alone', () => {
  const source = series([
    ['2024-01-01T00:01:00Z', 10, 5],
    ['2024-01-01T00:02:00Z', 10, Number.NaN],
    ['2024-01-01T00:03:00Z', 10, 7],
  ])
  expect([...whole(new Resampler({ from: '1m', interval: '2m', calendar: '24/7' }), source).volume]).toEqual([
    Number.NaN,
    7,
  ])
})

test('a session that ended before its hour ends its bars', () => {
  // Trading was halted for the day at 18:10 UTC (13:10 in New York), which the source knew.
  const source = series(
    [
      ['2024-11-27T18:00:00Z', 10],
      ['2024-11-27T18:10:00Z', 11],
    ],
    '2024-11-27T18:10:00Z',
  )
  for (const [interval, closes] of [
    ['1h', ['2024-11-27T18:10:00Z']],
    ['1d', ['2024-11-27T18:10:00Z']],
    // The week goes on until Friday, which closes early.
    ['1w', ['2024-11-29T18:00:00Z']],
  ] as const) {
    const made = whole(new Resampler({ from: '10m', interval, calendar: 'XNYS' }), source)
    expect([...made.eventTime].map(isoTime), interval).toEqual(closes)
    expect([...made.sessionClose!].map(isoTime), interval).toEqual(closes)
  }
})

test('bars outside of sessions are left out and counted, or kept', () => {
  const source = series([
    ['2024-11-27T14:30:00Z', 10], // closes as the session opens
    ['2024-11-27T14:31:00Z', 11],
    ['2024-11-27T21:00:00Z', 12],
    ['2024-11-27T21:01:00Z', 13],
  ])
  const terms: ResampleTerms = { from: '1m', interval: '1d', calendar: 'XNYS' }
  const maker = new Resampler(terms)
  expect(rowsOf(whole(maker, source)).map(row => row[1])).toEqual([11])
  expect(maker.outside).toBe(2)
  const kept = whole(new Resampler({ ...terms, outside: 'keep' }), source)
  expect([...kept.eventTime].map(isoTime)).toEqual(['2024-11-27T21:00:00Z', '2024-11-29T18:00:00Z'])
  expect([...kept.open]).toEqual([10, 13])
  const auction = new Resampler({ ...terms, closingAuction: '1m' })
  expect([...whole(auction, source).close]).toEqual([13.25])
  expect(auction.outside).toBe(1)
})

test('what cannot be put together is refused in a sentence', () => {
  const made =
    (terms: Partial<ResampleTerms>, ...rows: BarRow[]) =>
    () =>
      whole(new Resampler({ from: '1h', interval: '2h', calendar: '24/7', ...terms }), series(rows))
  expect(made({ interval: '90m' })).toThrow('Bars of 1h cannot be put together to bars of 90m')
  expect(made({ interval: '30m' })).toThrow('choose a multiple, or finer bars')
  expect(made({ from: 'hour' })).toThrow('from "hour" is no interval')
  const one: BarRow = ['2024-01-01T01:00:00Z', 1]
  expect(made({}, one, one)).toThrow('Bar 1 closes at 2024-01-01T01:00:00Z, not after the one before')
  expect(made({}, ['2024-01-01T02:30:00Z', 1])).toThrow(
    'begins before 2024-01-01T02:00:00Z, where a bar ends',
  )
  // Hours of the UTC clock are not those of New York, which begin at 09:30.
  expect(made({ from: '1h', interval: '1h', calendar: 'XNYS' }, ['2024-11-27T17:00:00Z', 1])).toThrow(
    'The bar of 1h that closes at 2024-11-27T17:00:00Z begins before 2024-11-27T16:30:00Z',
  )
  expect(made({}, ['2024-01-01T01:00:00Z', Number.POSITIVE_INFINITY])).toThrow(
    'Row 0 of the bars has prices Infinity',
  )
})

test('days of UTC end at midnight, whatever sessions the bars were made with', () => {
  // The FX session of 2 January 2007 closes at 17:00 New York; LEAN's daily bars of forex are days of UTC.
  const hours = series(
    [
      ['2007-01-02T20:00:00Z', 1],
      ['2007-01-02T23:00:00Z', 2],
      ['2007-01-03T00:00:00Z', 3],
      ['2007-01-03T01:00:00Z', 4],
    ],
    '2007-01-02T22:00:00Z',
  )
  const days = whole(new Resampler({ from: '1h', interval: '1d', calendar: '24/7' }), hours)
  expect([...days.eventTime].map(isoTime)).toEqual(['2007-01-03T00:00:00Z', '2007-01-04T00:00:00Z'])
  expect([...days.close]).toEqual([3.25, 4.25])
})
