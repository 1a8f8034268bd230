import { expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { isoDate, isoTime } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { calendarNamed, sessionsBetween } from '../domain/calendar/calendar.ts'
import { parseDay } from '../domain/calendar/civil.ts'
import { randomBatches } from '../testing/batches.ts'
import { python } from '../testing/python.ts'
import { at } from '../testing/trade-rows.ts'
import { BackAdjustment } from './back-adjustment.ts'
import { ContinuousFutures, type ContinuousSeries, type ContinuousTerms } from './continuous-futures.ts'
import { contractBars } from './contract-bars.ts'
import { joined, whole } from './deriver.ts'

/** Daily bars: date, close, volume. Known two seconds after the close. */
type DayRow = readonly [date: string, close: number, volume: number]

function daily(...rows: readonly DayRow[]): BarSeries {
  const eventTime = Float64Array.from(rows, ([date]) => calendarNamed('XNYS').session(parseDay(date)!)!.close)
  const close = Float64Array.from(rows, row => row[1])
  return {
    length: rows.length,
    eventTime,
    receiveTime: eventTime.map(time => time + 2e6),
    open: close.map(price => price - 0.5),
    high: close.map(price => price + 1),
    low: close.map(price => price - 1),
    close,
    volume: Float64Array.from(rows, row => row[2]),
    sessionClose: eventTime,
  }
}

// A week and a half in March 2024: Monday the 11th to Wednesday the 20th.
const march = daily(
  ['2024-03-11', 100, 900],
  ['2024-03-12', 101, 800],
  ['2024-03-13', 102, 700],
  ['2024-03-14', 103, 300],
  ['2024-03-15', 104, 50],
)
const june = daily(
  ['2024-03-11', 104, 10],
  ['2024-03-12', 105, 100],
  ['2024-03-13', 107, 701],
  ['2024-03-14', 109, 900],
  ['2024-03-15', 111, 950],
  ['2024-03-18', 112, 960],
  ['2024-03-19', 113, 970],
)
const contracts = [
  { symbol: 'ESH24', expiry: at('2024-03-15T13:30:00Z') },
  { symbol: 'ESM24', expiry: at('2024-06-21T13:30:00Z') },
]
const byVolume: ContinuousTerms = { contracts, calendar: 'XNYS', roll: { at: 'volume' } }
const byExpiry = (sessionsBefore: number): ContinuousTerms => ({
  ...byVolume,
  roll: { at: 'expiry', sessionsBefore },
})

const rows = (series: ContinuousSeries) =>
  Array.from({ length: series.length }, (_, i) => [
    isoDate(series.eventTime[i]).slice(8),
    series.contract[i],
    series.close[i],
  ])

test('the next contract is held from the bar after the close that showed its volume', () => {
  const front = new ContinuousFutures(byVolume)
  // 701 against 700 on the 13th: the 13th is still March's.
  const series = whole(front, contractBars([march, june]))
  expect(rows(series)).toEqual([
    ['11', 0, 100],
    ['12', 0, 101],
    ['13', 0, 102],
    ['14', 1, 109],
    ['15', 1, 111],
    ['18', 1, 112],
    ['19', 1, 113],
  ])
  expect(front.rolls).toEqual([
    {
      ...{ time: at('2024-03-13T20:00:00Z'), from: 'ESH24', to: 'ESM24', places: [0, 1] },
      ...{ fromPrice: 102, toPrice: 107, pricesTime: at('2024-03-13T20:00:00Z'), gap: 5 },
    },
  ])
  expect(isoTime(series.receiveTime[3])).toBe('2024-03-14T20:00:02Z')
})

test.each([
  // The expiry is on Friday the 15th.
  [0, '2024-03-15', '18'],
  [1, '2024-03-14', '15'],
  [3, '2024-03-12', '13'],
])('%i sessions before expiry is the close of %s', (sessionsBefore, last, first) => {
  const front = new ContinuousFutures(byExpiry(sessionsBefore))
  const series = whole(front, contractBars([march, june]))
  expect(front.rolls.map(roll => isoDate(roll.time))).toEqual([last])
  expect(rows(series).find(row => row[1] === 1)?.[0]).toBe(first)
})

test('sessions are counted by the calendar: holidays and weekends are none', () => {
  // Expiry on Tuesday 2 April 2024; Good Friday is the 29th of March. Two sessions before it is Thursday the 28th.
  const terms = {
    ...byExpiry(2),
    contracts: [{ symbol: 'A', expiry: at('2024-04-02T13:30:00Z') }, contracts[1]],
  }
  const days = sessionsBetween(calendarNamed('XNYS'), parseDay('2024-03-26')!, parseDay('2024-04-03')!)
  const one = daily(...days.map(({ close }): DayRow => [isoDate(close), 10, 1]))
  const front = new ContinuousFutures(terms)
  whole(front, contractBars([one, one]))
  expect(front.rolls.map(roll => isoDate(roll.time))).toEqual(['2024-03-28'])
})

test('forward adjustment moves what comes after a roll, back adjustment what came before', () => {
  const bars = contractBars([march, june])
  const closes = (terms: ContinuousTerms) => [...whole(new ContinuousFutures(terms), bars).close]
  // By hand: 107 − 102 = 5.
  expect(closes({ ...byVolume, adjust: 'forwardDifference' })).toEqual([100, 101, 102, 104, 106, 107, 108])
  const ratio = 102 / 107
  closes({ ...byVolume, adjust: 'forwardRatio' }).forEach((close, i) => {
    expect(close).toBeCloseTo([100, 101, 102, 109 * ratio, 111 * ratio, 112 * ratio, 113 * ratio][i], 12)
  })
  const front = new ContinuousFutures(byVolume)
  const raw = whole(front, bars)
  const back = new BackAdjustment(front.rolls, 'difference')
  const moved = whole(back, raw)
  expect([...moved.close]).toEqual([105, 106, 107, 109, 111, 112, 113])
  expect([moved.open[0], moved.high[0], moved.low[0], moved.volume[0]]).toEqual([104.5, 106, 104, 900])
  expect(back.label).toBe('back-adjusted by difference')
  const scaled = [...whole(new BackAdjustment(front.rolls, 'ratio'), raw).close]
  scaled.forEach((close, i) => {
    expect(close).toBeCloseTo([100 / ratio, 101 / ratio, 107, 109, 111, 112, 113][i], 12)
  })
})

test('a contract that has not traded has no price to roll at, until the front one is gone', () => {
  const front = new ContinuousFutures(byExpiry(3))
  const late = daily(['2024-03-14', 109, 1], ['2024-03-15', 111, 1], ['2024-03-18', 112, 1])
  const series = whole(front, contractBars([march, late]))
  expect(rows(series).map(row => row[1])).toEqual([0, 0, 0, 0, 1, 1])
  expect(front.rolls[0]).toMatchObject({ time: at('2024-03-14T20:00:00Z'), fromPrice: 103, toPrice: 109 })
  // Nothing at all until after the expiry: it is rolled, without prices, and cannot be adjusted for.
  const never = daily(['2024-03-18', 112, 1])
  const unpriced = new ContinuousFutures(byVolume)
  expect(rows(whole(unpriced, contractBars([march, never]))).map(row => row[1])).toEqual([0, 0, 0, 0, 0, 1])
  expect(unpriced.rolls[0].gap).toBeUndefined()
  const sentence = 'The roll from ESH24 to ESM24 at 2024-03-15T20:00:00Z cannot be adjusted for'
  expect(() => new BackAdjustment(unpriced.rolls, 'difference')).toThrow(sentence)
  const forward = new ContinuousFutures({ ...byVolume, adjust: 'forwardRatio' })
  expect(() => whole(forward, contractBars([march, never]))).toThrow(sentence)
})

test('prices of a roll are of one instant, not of two', () => {
  // June last printed beside March on the 12th; on the 13th only March did.
  const thin = daily(['2024-03-12', 105, 1], ['2024-03-14', 150, 1])
  const front = new ContinuousFutures(byExpiry(2))
  whole(front, contractBars([march, thin]))
  expect(front.rolls[0]).toMatchObject({ time: at('2024-03-13T20:00:00Z'), fromPrice: 101, toPrice: 105 })
  expect(isoDate(front.rolls[0].pricesTime!)).toBe('2024-03-12')
})

/** Hours of trading days in the sessions of XNYS, three contracts, volumes that wander off from one to the next. */
function market(seed: number) {
  const random = Random.ofChoice(seed)
  const expiries = ['2024-03-15', '2024-04-19', '2024-05-17']
  const days = sessionsBetween(calendarNamed('XNYS'), parseDay('2024-02-01')!, parseDay('2024-05-17')!)
  const list = expiries.map(date => ({ symbol: `F${date.slice(5, 7)}`, expiry: at(`${date}T20:00:00Z`) }))
  const series = list.map(({ expiry }, k) => {
    const cells: number[][] = []
    for (const { open, close } of days)
      for (let time = open + 30 * 60e6; time <= close && time <= expiry; time += 30 * 60e6) {
        const left = (expiry - time) / 86400e6
        if (left > 75 || random.uniform() < 0.2) continue
        const price = random.integer(4000, 4100) / 4 + 3 * k
        cells.push([time, price, Math.floor((left > 33 ? 5 : 40) * random.uniform() * (left > 2 ? 1 : 0.1))])
      }
    const column = (place: number) => Float64Array.from(cells, cell => cell[place])
    const [time, price] = [column(0), column(1)]
    return {
      ...{ length: cells.length, eventTime: time, receiveTime: time, volume: column(2) },
      ...{ open: price, high: price, low: price, close: price },
    }
  })
  return { list, bars: contractBars(series) }
}

test.each(['volume', 'expiry'] as const)(
  'rolls by %s are those of a plain reading of the rule',
  async kind => {
    const { list, bars } = market(5)
    const roll = kind === 'volume' ? ({ at: kind } as const) : ({ at: kind, sessionsBefore: 4 } as const)
    const terms: ContinuousTerms = { contracts: list, calendar: 'XNYS', roll }
    const front = new ContinuousFutures(terms)
    const raw = whole(front, bars)
    const back = whole(new BackAdjustment(front.rolls, 'difference'), raw)
    const forward = whole(new ContinuousFutures({ ...terms, adjust: 'forwardDifference' }), bars)
    const shown = (series: ContinuousSeries) =>
      Array.from({ length: series.length }, (_, i) => [
        series.eventTime[i],
        series.contract[i],
        series.close[i],
      ])
    // Whole tables of sessions first, with exchange_calendars 4.13.2 and pandas 2.2.3, then one choice per session.
    const expected = await python(
      `
import json, sys, pandas as pd, exchange_calendars as xc
q = json.load(sys.stdin)
c = xc.get_calendar('XNYS', start='2024-01-02', end='2024-12-31')
d = pd.DataFrame({k: q[k] for k in ('time', 'contract', 'close', 'volume')})
d['day'] = pd.to_datetime(d.time, unit='us', utc=True).dt.tz_convert('America/New_York').dt.normalize().dt.tz_localize(None)
volume = d.pivot_table(index='day', columns='contract', values='volume', aggfunc='sum').fillna(0)
price = d.pivot(index='time', columns='contract', values='close')
expiry = [pd.Timestamp(t, unit='us') .normalize() for t in q['expiry']]
held, chosen, rolls = 0, {}, []
days = list(volume.index)
for i, day in enumerate(days):
    if i:
        before = days[i - 1]
        while held + 1 < len(expiry):
            if q['roll'] == 'volume': due = before >= expiry[held] or volume.loc[before, held + 1] > volume.loc[before, held]
            else: due = before >= c.session_offset(expiry[held], -4)
            if not due: break
            close = c.session_close(before).value // 1000
            both = price.loc[:close, [held, held + 1]].dropna().iloc[-1]
            rolls.append([close, both[held], both[held + 1]])
            held += 1
    chosen[day] = held
mine = d[d.contract == d.day.map(chosen)].sort_values('time')
gaps = [b - a for _, a, b in rolls]
first = int(mine.contract.iloc[0])
print(json.dumps({
  'rolls': rolls,
  'raw': mine[['time', 'contract', 'close']].values.tolist(),
  'back': [p + sum(gaps[int(k) - first:]) for k, p in zip(mine.contract, mine.close)],
  'forward': [p - sum(gaps[:int(k) - first]) for k, p in zip(mine.contract, mine.close)],
}))`,
      {
        ...{ time: [...bars.eventTime], contract: [...bars.contract], close: [...bars.close] },
        ...{ volume: [...bars.volume], expiry: list.map(one => one.expiry), roll: kind },
      },
    )
    expect(front.rolls.length).toBe(2)
    expect({
      rolls: front.rolls.map(one => [one.time, one.fromPrice, one.toPrice]),
      raw: shown(raw),
      back: [...back.close],
      forward: [...forward.close],
    }).toEqual(expected)
  },
)

test.each([1, 2, 3])('how the bars are cut into batches decides nothing (seed %i)', seed => {
  const { list, bars } = market(seed)
  const terms: ContinuousTerms = {
    ...{ contracts: list, calendar: 'XNYS', roll: { at: 'volume' }, adjust: 'forwardRatio' },
  }
  const once = new ContinuousFutures(terms)
  const series = whole(once, bars)
  const maker = new ContinuousFutures(terms)
  const parts = randomBatches(bars, Random.ofChoice(seed), 10).map(batch => maker.add(batch))
  expect(joined([...parts, maker.end()])).toEqual(series)
  expect(maker.rolls).toEqual(once.rolls)
})

test('what is known later changes nothing that was given', () => {
  const { list, bars } = market(4)
  const terms: ContinuousTerms = {
    contracts: list,
    calendar: 'XNYS',
    roll: { at: 'volume' },
    adjust: 'forwardDifference',
  }
  const all = whole(new ContinuousFutures(terms), bars)
  for (const share of [0.3, 0.6, 0.9]) {
    const cut = Math.floor(bars.length * share)
    const changed = { ...bars, close: bars.close.slice(), volume: bars.volume.slice() }
    for (let i = cut; i < bars.length; i++) {
      changed.close[i] *= 3
      changed.volume[i] = 1000 - changed.volume[i]
    }
    const other = whole(new ContinuousFutures(terms), changed)
    const before = [...all.eventTime].filter(time => time < bars.eventTime[cut]).length
    expect(before).toBeGreaterThan(50)
    expect([...other.close.slice(0, before)]).toEqual([...all.close.slice(0, before)])
    expect([...other.contract.slice(0, before)]).toEqual([...all.contract.slice(0, before)])
  }
})

test('what no series can be made of is refused in a sentence', () => {
  const make = (more: Partial<ContinuousTerms>) => () => new ContinuousFutures({ ...byVolume, ...more })
  expect(make({ contracts: [] })).toThrow('There are no contracts: give at least one.')
  expect(make({ contracts: [...contracts].reverse() })).toThrow('ESH24 does not expire after ESM24')
  expect(make({ roll: { at: 'expiry', sessionsBefore: -1 } })).toThrow('sessionsBefore is -1')
  expect(() => whole(make({})(), contractBars([march, june, june]))).toThrow('A bar is of contract 2')
  const twice = contractBars([march, june])
  expect(() => whole(make({})(), joined([twice, twice]))).toThrow(
    'give the bars of all contracts in order of time',
  )
  const negative = { ...june, close: june.close.map(price => -price) }
  expect(() => whole(make({ adjust: 'forwardRatio' })(), contractBars([march, negative]))).toThrow(
    'prices 102 and -107 have no ratio',
  )
})

test('rolls by date are at the close of that session, of the one before on a holiday, and never after expiry', () => {
  const rolls = (date: string) => {
    const front = new ContinuousFutures({ ...byVolume, roll: { at: 'dates', dates: [date] } })
    const series = whole(front, contractBars([march, june]))
    return [isoDate(front.rolls[0].time), rows(series).find(row => row[1] === 1)?.[0]]
  }
  expect(rolls('2024-03-12')).toEqual(['2024-03-12', '13'])
  // A Sunday: the session before is Friday's, before any bar, so that June is held from the first one on.
  const front = new ContinuousFutures({ ...byVolume, roll: { at: 'dates', dates: ['2024-03-10'] } })
  expect(rows(whole(front, contractBars([march, june])))[0]).toEqual(['11', 1, 104])
  expect(front.rolls).toEqual([])
  expect(rolls('2024-05-01')).toEqual(['2024-03-15', '18'])
  const make =
    (...dates: string[]) =>
    () =>
      new ContinuousFutures({ ...byVolume, roll: { at: 'dates', dates } })
  expect(make()).toThrow('There are 0 dates to roll at and 2 contracts: give one date')
  expect(make('2024-02-30')).toThrow('"2024-02-30" is no date')
})

test('what comes after a close changes no roll that was decided at it', () => {
  // Bars up to a session, then anything at all: the rows up to there are the same.
  for (const roll of [{ at: 'volume' }, { at: 'dates', dates: ['2024-03-13'] }] as const) {
    const made = rows(whole(new ContinuousFutures({ ...byVolume, roll }), contractBars([march, june])))
    for (let days = 1; days < 5; days++) {
      const wild = (series: BarSeries): BarSeries => ({
        ...series,
        close: series.close.map((price, i) => (i < days ? price : price * 7)),
        volume: series.volume.map((volume, i) => (i < days ? volume : 1e6 / (1 + volume))),
      })
      const other = whole(
        new ContinuousFutures({ ...byVolume, roll }),
        contractBars([wild(march), wild(june)]),
      )
      expect(rows(other).slice(0, days)).toEqual(made.slice(0, days))
    }
  }
})
