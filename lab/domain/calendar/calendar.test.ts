import { expect, test } from 'vitest'
import { isoTime, MINUTE } from '../../core/time.ts'
import { python } from '../../testing/python.ts'
import { calendarNamed, sessionsBetween } from './calendar.ts'
import { civilOf, dayOf, dayText, parseDay, weekdayOf } from './civil.ts'
import { zoneNamed } from './zone.ts'

test('every session from 2000 to 2026 opens and closes when exchange_calendars 4.13.2 says', async () => {
  const reference = (await python(`
import json, exchange_calendars as xc
out = {}
for name in ('XNYS', 'XNAS'):
    c = xc.get_calendar(name, start='2000-01-01', end='2026-12-31')
    out[name] = [[d.strftime('%Y-%m-%d'), o.value // 1000, k.value // 1000] for d, o, k in zip(c.sessions, c.opens, c.closes)]
print(json.dumps(out))`)) as Record<string, [string, number, number][]>
  for (const name of ['XNYS', 'XNAS']) {
    const ours = sessionsBetween(calendarNamed(name), dayOf(2000, 1, 1), dayOf(2026, 12, 31))
    expect(ours.map(session => [dayText(session.day), session.open, session.close])).toEqual(reference[name])
  }
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
  expect(() => calendarNamed('XLON')).toThrow(
    'no calendar is called "XLON": choose one of XNYS, XNAS, ARCX, XASE, BATS, 24/7',
  )
  expect(() => calendarNamed('XNYS').session(dayOf(1999, 12, 31))).toThrow(
    'calendar XNYS has no sessions for 1999-12-31: it knows 2000 to 2030; drop the rows outside, or take the calendar 24/7',
  )
  expect(() => zoneNamed('Mars/Olympus')).toThrow(
    'no time zone is called "Mars/Olympus": give an IANA name such as America/New_York, or UTC',
  )
})

test('local times: one instant, two in the hour repeated, none in the hour skipped', () => {
  const zone = zoneNamed('America/New_York')
  const local = (text: string) => Date.parse(text + 'Z') * 1000
  expect(zone.toUtc(local('2012-07-02T09:30:00'))).toEqual({
    kind: 'unique',
    time: Date.parse('2012-07-02T13:30:00Z') * 1000,
  })
  expect(zone.toUtc(local('2012-11-04T01:30:00'))).toEqual({
    kind: 'ambiguous',
    earlier: Date.parse('2012-11-04T05:30:00Z') * 1000,
    later: Date.parse('2012-11-04T06:30:00Z') * 1000,
  })
  expect(zone.toUtc(local('2012-11-04T02:00:00')).kind).toBe('unique')
  expect(zone.toUtc(local('2012-11-04T00:59:59')).kind).toBe('unique')
  expect(zone.toUtc(local('2012-03-11T02:30:00'))).toEqual({ kind: 'skipped' })
  expect(zone.toUtc(local('2012-03-11T03:00:00')).kind).toBe('unique')
})

test('offsets agree with Python zoneinfo hour by hour in zones with odd rules', async () => {
  const zones = [
    'America/New_York',
    'Europe/London',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Sao_Paulo',
  ]
  const start = Date.UTC(2006, 9, 1) / 1000
  const reference = (await python(
    `
import json, sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo
q = json.load(sys.stdin)
print(json.dumps({z: [int(datetime.fromtimestamp(q['start'] + 3600 * i, timezone.utc).astimezone(ZoneInfo(z)).utcoffset().total_seconds())
  for i in range(24 * 400)] for z in q['zones']}))`,
    { zones, start },
  )) as Record<string, number[]>
  for (const name of zones) {
    const zone = zoneNamed(name)
    const ours = Array.from({ length: 24 * 400 }, (_, i) => zone.offsetAt((start + 3600 * i) * 1e6) / 1e6)
    expect(ours, name).toEqual(reference[name])
  }
})
