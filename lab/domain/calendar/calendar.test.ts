import { describe, expect, test } from 'vitest'
import { isoTime, MINUTE } from '../../core/time.ts'
import { python } from '../../testing/python.ts'
import { calendarNamed, calendarOfVenue, sessionsBetween, sessionTimes } from './calendar.ts'
import { civilOf, dayOf, dayText, parseDay, weekdayOf } from './civil.ts'
import { zoneNamed } from './zone.ts'

/** Date, open, close and, where there is one, the break, as exchange_calendars 4.13.2 has them for 2000–2026. */
type Row = [day: string, open: number, close: number, from: number | null, to: number | null]

async function reference(name: string): Promise<Row[]> {
  return (await python(
    `
import json, sys, exchange_calendars as xc
c = xc.get_calendar(json.load(sys.stdin), start='2000-01-01', end='2026-12-31')
us = lambda t: None if t != t else t.value // 1000
print(json.dumps([[d.strftime('%Y-%m-%d'), *map(us, times)] for d, *times in
  zip(c.sessions, c.opens, c.closes, c.break_starts, c.break_ends)]))`,
    name,
  )) as Row[]
}

const ours = (name: string): Row[] =>
  sessionsBetween(calendarNamed(name), dayOf(2000, 1, 1), dayOf(2026, 12, 31)).map(session => {
    expect(session.breaks.length).toBeLessThan(2)
    const pause = session.breaks[0]
    return [dayText(session.day), session.open, session.close, pause?.from ?? null, pause?.to ?? null]
  })

/** Where the reference is known to be wrong: between two dates, other wall times of a zone without summer time. */
function corrected(
  rows: Row[],
  utcOffset: number,
  corrections: [from: string, to: string, open: string, close: string, pause?: [string, string]][],
): Row[] {
  const time = (day: string, wall: string) => Date.parse(`${day}T${wall}Z`) * 1000 - utcOffset * MINUTE
  const days = new Map(rows.map(row => [row[0], row]))
  for (const [from, to, open, close, pause] of corrections) {
    // A correction of one day may add it; one of a stretch keeps to the reference's days.
    const touched = from === to ? [from] : [...days.keys()].filter(day => day >= from && day <= to)
    for (const day of touched) {
      const [pauseFrom, pauseTo] = pause ?? []
      days.set(day, [
        day,
        time(day, open),
        time(day, close),
        pauseFrom === undefined ? null : time(day, pauseFrom),
        pauseTo === undefined ? null : time(day, pauseTo),
      ])
    }
  }
  return [...days.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

describe('every session from 2000 to 2026 is that of exchange_calendars 4.13.2', () => {
  test('New York and Nasdaq, London', async () => {
    for (const name of ['XNYS', 'XNAS', 'XLON']) expect(ours(name), name).toEqual(await reference(name))
  })

  test('Xetra, save that it went on until 20:00 from June 2000 to October 2003', async () => {
    // Deutsche Welle, 3 November 2003, "German Stock Exchange Limits Trading Hours": "will close at 5:30 p.m. instead
    // of 8 p.m."; the hours "had originally been expanded in June 2000" (the 2nd, Deutsche Börse).
    for (const name of ['XETR', 'XFRA']) {
      const rows = (await reference(name)).map(([day, open, close, ...pause]): Row => {
        const long = day >= '2000-06-02' && day <= '2003-10-31'
        return [day, open, long ? close + 150 * MINUTE : close, ...pause]
      })
      expect(ours(name), name).toEqual(rows)
    }
  })

  test('Tokyo, save its earlier lunch, its half days and the spring of 2006', async () => {
    const rows = await reference('XTKS')
    // Reuters, 21 June 2011: mornings to 11:30 instead of 11:00 from 21 November 2011. m-words.jp "大発会": first and
    // last days of a year end at 11:00, up to the first of 2009. ITmedia and BCN, 24 January 2006: all trading was
    // stopped on the 18th (at 14:40), afternoons begin at 13:00 (until 21 April).
    const halfDays = ['2000', '2001', '2002', '2003', '2004', '2005', '2006', '2007', '2008'].flatMap(
      year => {
        const days = rows.map(row => row[0]).filter(day => day.startsWith(year))
        return [days[0], days[days.length - 1]]
      },
    )
    expect(halfDays.slice(0, 4)).toEqual(['2000-01-04', '2000-12-29', '2001-01-04', '2001-12-28'])
    expect(ours('XTKS')).toEqual(
      corrected(rows, 540, [
        ['2000-01-01', '2011-11-20', '09:00', '15:00', ['11:00', '12:30']],
        ...[...halfDays, '2009-01-05'].map((day): [string, string, string, string] => [
          day,
          day,
          '09:00',
          '11:00',
        ]),
        ['2006-01-18', '2006-01-18', '09:00', '14:40', ['11:00', '12:30']],
        ['2006-01-19', '2006-04-21', '09:00', '15:00', ['11:00', '13:00']],
      ]),
    )
  })

  test('Hong Kong, save its longer lunches until March 2012', async () => {
    // HKEx news releases, 23 November 2010 and 1 March 2012.
    const early = 12.5 * 60 * MINUTE
    const rows = (await reference('XHKG')).map((row): Row => {
      const [day, open, close, from, to] = row
      if (from === null || to === null || day >= '2012-03-05') return row
      return day >= '2011-03-07'
        ? [day, open, close, from, to + 30 * MINUTE]
        : [day, open, close, open + early - 10 * 60 * MINUTE, to + 90 * MINUTE]
    })
    expect(ours('XHKG')).toEqual(rows)
  })

  test('Mumbai, save its earlier openings, evenings of Diwali and special Saturdays', async () => {
    // India Today, 16 December 2009 (9:55; 9:00, put off to 4 January 2010); keralabanking.com "pre-open trade" (9:15
    // from 18 October 2010). Muhurat and special sessions: the exchanges' circulars as told by Mint (2018, 2022, 2023),
    // Free Press Journal (2021), India Today (2020), NewsBytes (2025), hindupad.com (2016), upcomingipocalendar.com
    // (2017), planetarypositions.com (2015), moneyvriksh.com (2011, 2012), binil.org (2010), Business Standard (budgets of 2015, 2020, 2025), Zee News and Lokmat (2024).
    const one = (day: string, open: string, close: string, pause?: [string, string]) =>
      [day, day, open, close, pause] as [string, string, string, string, [string, string]?]
    const rows = corrected(await reference('XBOM'), 330, [
      ['2000-01-01', '2010-01-03', '09:55', '15:30'],
      ['2010-01-04', '2010-10-17', '09:00', '15:30'],
      // Before 2010 only the days are known, and that it was in the evening.
      ...[
        '2000-10-26',
        '2001-11-14',
        '2002-11-04',
        '2003-10-25',
        '2004-11-12',
        '2005-11-01',
        '2006-10-21',
        '2007-11-09',
        '2008-10-28',
        '2009-10-17',
      ].map(day => one(day, '18:15', '19:15')),
      one('2010-11-05', '18:00', '19:00'),
      one('2011-10-26', '16:45', '18:00'),
      one('2012-11-13', '16:45', '18:00'),
      one('2013-11-03', '18:15', '19:30'),
      one('2014-10-23', '18:15', '19:30'),
      one('2015-02-28', '09:15', '15:30'),
      one('2015-11-11', '17:45', '18:45'),
      one('2016-10-30', '18:30', '19:30'),
      one('2017-10-19', '18:30', '19:30'),
      one('2018-11-07', '17:30', '18:30'),
      one('2019-10-27', '18:15', '19:15'),
      one('2020-02-01', '09:15', '15:30'),
      one('2020-11-14', '18:15', '19:15'),
      one('2021-11-04', '18:15', '19:15'),
      one('2022-10-24', '18:15', '19:15'),
      one('2023-11-12', '18:15', '19:15'),
      one('2024-03-02', '09:15', '12:30', ['10:00', '11:30']),
      one('2024-05-18', '09:15', '12:40', ['10:00', '11:45']),
      one('2024-11-01', '18:00', '19:00'),
      one('2025-10-21', '13:45', '14:45'),
      one('2026-02-01', '09:15', '15:30'),
    ])
    for (const name of ['XNSE', 'XBOM']) expect(ours(name), name).toEqual(rows)
  })

  test('CME Globex, save the hour of maintenance and Juneteenth', async () => {
    // The reference runs through the hour from 16:00 to 17:00 Chicago, and has no Juneteenth: CME Group, "Globex
    // Trading Hours"; "Juneteenth Holiday Schedule" of 2022 to 2026, which ends the index contracts' day at 12:00.
    const juneteenth = ['2022-06-20', '2023-06-19', '2024-06-19', '2025-06-19', '2026-06-19']
    const rows = (await reference('CMES')).map((row): Row => {
      const hours = (row[2] - row[1]) / (60 * MINUTE)
      const short = juneteenth.includes(row[0]) ? 5 : hours > 20 ? 1 : 0
      return [row[0], row[1], row[2] - short * 60 * MINUTE, row[3], row[4]]
    })
    expect(ours('CMES')).toEqual(rows)
  })
})

test('the week of foreign exchange runs from Sunday to Friday, 17:00 New York, also as clocks change', async () => {
  // pandas 2.2.3: business days, and 17:00 New York of the day before to 17:00 of the day.
  const rows = (await python(`
import json, pandas as pd
days = pd.bdate_range('2000-01-01', '2026-12-31')
wall = lambda day: (day + pd.Timedelta(hours=17)).tz_localize('America/New_York').value // 1000
print(json.dumps([[d.strftime('%Y-%m-%d'), wall(d - pd.Timedelta(days=1)), wall(d), None, None] for d in days]))`)) as Row[]
  expect(ours('FX')).toEqual(rows)
  // By hand: the Sunday on which clocks go forward is an hour nearer in UTC, the week's first session is whole.
  const calendar = calendarNamed('FX')
  const monday = calendar.session(parseDay('2024-03-11')!)!
  expect([isoTime(monday.open), isoTime(monday.close)]).toEqual([
    '2024-03-10T21:00:00Z',
    '2024-03-11T21:00:00Z',
  ])
  expect(isoTime(calendar.session(parseDay('2024-03-08')!)!.close)).toBe('2024-03-08T22:00:00Z')
  expect(calendar.sessionAt(Date.parse('2024-03-09T12:00:00Z') * 1000)).toBeUndefined()
  expect(calendar.isOpen(Date.parse('2024-03-08T22:00:00Z') * 1000)).toBe(false)
  expect(calendar.isOpen(Date.parse('2024-03-10T21:00:00Z') * 1000)).toBe(true)
  // One session closes as the next one opens: a bar that closes then is the old day's, an order sent then trades.
  expect(calendar.sessionAt(monday.close)).toEqual(monday)
  expect(calendar.isOpen(monday.close)).toBe(true)
  expect(dayText(calendar.nextOpen(monday.close).day)).toBe('2024-03-12')
})

test('nothing trades at lunch, before the open and from the close on', () => {
  const calendar = calendarNamed('XTKS')
  const at = (text: string) => Date.parse(`${text}:00+09:00`) * 1000
  const open: [string, boolean][] = [
    ['2024-11-01T08:59', false],
    ['2024-11-01T09:00', true],
    ['2024-11-01T11:29', true],
    ['2024-11-01T11:30', false],
    ['2024-11-01T12:29', false],
    ['2024-11-01T12:30', true],
    ['2024-11-01T14:59', true],
    ['2024-11-01T15:00', false],
    ['2024-11-04T10:00', false],
    ['2024-11-05T15:29', true],
    ['2024-11-05T15:30', false],
  ]
  for (const [text, expected] of open) expect(calendar.isOpen(at(text)), text).toBe(expected)
  // The session goes on through lunch.
  expect(dayText(calendar.sessionAt(at('2024-11-01T12:00'))!.day)).toBe('2024-11-01')
  expect(dayText(calendar.nextOpen(at('2024-11-01T09:01')).day)).toBe('2024-11-05')
  expect(dayText(calendar.nextOpen(at('2024-11-05T09:00')).day)).toBe('2024-11-05')
  expect(dayText(calendar.nextClose(at('2024-11-05T15:31')).day)).toBe('2024-11-06')
})

test('the sessions of a stretch are those that share an instant with it', () => {
  const check = (name: string, from: string, to: string, days: string[]) => {
    const times = sessionTimes(calendarNamed(name), Date.parse(from) * 1000, Date.parse(to) * 1000)
    expect([...times.day].map(dayText), `${name} ${from} ${to}`).toEqual(days)
    for (const [i, day] of times.day.entries()) {
      const session = calendarNamed(name).session(day)!
      expect([times.open[i], times.close[i]]).toEqual([session.open, session.close])
    }
  }
  check('XNYS', '2024-03-08T21:00:00Z', '2024-03-11T13:30:00Z', ['2024-03-08', '2024-03-11'])
  check('XNYS', '2024-03-08T21:00:01Z', '2024-03-11T13:29:59Z', [])
  check('XTKS', '2024-11-01T00:00:00Z', '2024-11-05T00:00:00Z', ['2024-11-01', '2024-11-05'])
  check('FX', '2024-03-08T23:00:00Z', '2024-03-10T21:00:00Z', ['2024-03-11'])
  check('24/7', '2024-03-08T00:00:00Z', '2024-03-08T01:00:00Z', ['2024-03-07', '2024-03-08'])
  check('XNYS', '2030-12-31T12:00:00Z', '2030-12-31T23:00:00Z', ['2030-12-31'])
})

test('a venue keeps its own calendar, any other one never closes', () => {
  expect(['NASDAQ', 'NYSE', 'OANDA', 'LSE', 'XETRA', 'NSE', 'CME'].map(calendarOfVenue)).toEqual([
    'XNYS',
    'XNYS',
    'FX',
    'XLON',
    'XETR',
    'XNSE',
    'CMES',
  ])
  expect(['XNAS', 'XBOM', 'XFRA', 'GLBX', 'FX', 'BINANCE', 'constructor'].map(calendarOfVenue)).toEqual([
    'XNYS',
    'XNSE',
    'XETR',
    'CMES',
    'FX',
    '24/7',
    '24/7',
  ])
  expect(() => calendarNamed('XNSE').session(dayOf(2027, 1, 1))).toThrow('it knows 2000 to 2026')
})

test('days agree with the reference on both sides of the epoch', () => {
  // Python 3.11: (date(y, m, d) - date(1970, 1, 1)).days
  const check = (text: string, day: number) => {
    expect(parseDay(text)).toBe(day)
    expect(dayText(day)).toBe(text)
  }
  check('1970-01-01', 0)
  check('1969-12-31', -1)
  check('2000-02-29', 11_016)
  check('1900-03-01', -25_508)
  check('2030-12-31', 22_279)
  expect(parseDay('2023-02-29')).toBeUndefined()
  expect(parseDay('2023-13-01')).toBeUndefined()
  expect(weekdayOf(dayOf(2001, 9, 11))).toBe(2)
  expect(civilOf(dayOf(1999, 12, 31))).toEqual({ year: 1999, month: 12, day: 31 })
})

test('a session follows New York wall time across daylight saving', () => {
  const calendar = calendarNamed('XNYS')
  const close = (text: string) => isoTime(calendar.session(parseDay(text)!)!.close)
  // The change was on the first Sunday of April until 2006, on the second of March since.
  expect(close('2006-03-31')).toBe('2006-03-31T21:00:00Z')
  expect(close('2006-04-03')).toBe('2006-04-03T20:00:00Z')
  expect(close('2007-03-09')).toBe('2007-03-09T21:00:00Z')
  expect(close('2007-03-12')).toBe('2007-03-12T20:00:00Z')
  expect(close('2007-11-05')).toBe('2007-11-05T21:00:00Z')
})

test('early closes end at 13:00 and closed days have no session', () => {
  const calendar = calendarNamed('XNYS')
  expect(isoTime(calendar.session(parseDay('2012-11-23')!)!.close)).toBe('2012-11-23T18:00:00Z')
  expect(calendar.session(parseDay('2002-07-05')!)!.early).toBe(true)
  for (const closed of [
    '2001-09-11',
    '2004-06-11',
    '2007-01-02',
    '2012-10-29',
    '2018-12-05',
    '2025-01-09',
    '2022-06-20',
    '2012-11-24',
  ]) {
    expect(calendar.session(parseDay(closed)!), closed).toBeUndefined()
  }
})

test('a bar belongs to the session in which it closes', () => {
  const calendar = calendarNamed('XNYS')
  const friday = calendar.session(parseDay('2012-11-23')!)!
  expect(calendar.sessionAt(friday.close)).toEqual(friday)
  expect(calendar.sessionAt(friday.open)).toBeUndefined()
  expect(calendar.sessionAt(friday.close + MINUTE)).toBeUndefined()
  expect(dayText(calendar.nextClose(friday.close + MINUTE).day)).toBe('2012-11-26')
  const continuous = calendarNamed('24/7')
  const midnight = dayOf(2020, 1, 2) * 86_400e6
  expect(dayText(continuous.sessionAt(midnight)!.day)).toBe('2020-01-01')
  expect(dayText(continuous.sessionAt(midnight + 1)!.day)).toBe('2020-01-02')
})

test('unknown names and years outside the calendar are refused', () => {
  expect(() => calendarNamed('XMOON')).toThrow(
    'no calendar is called "XMOON": choose one of XNYS, XNAS, ARCX, XASE, BATS, XLON, XETR, XFRA, XTKS, XHKG, XNSE, XBOM, CMES, XCME, GLBX, FX, 24/7',
  )
  expect(() => calendarNamed('XNYS').session(dayOf(1999, 12, 31))).toThrow(
    'calendar XNYS has no sessions for 1999-12-31: it knows 2000 to 2030; drop the rows outside, or take the calendar 24/7',
  )
  expect(() => zoneNamed('Mars/Olympus')).toThrow(
    'no time zone is called "Mars/Olympus": give an IANA name such as America/New_York, or UTC',
  )
})
