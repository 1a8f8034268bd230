import { expect, test } from 'vitest'
import { DAY, isoTime, MINUTE, SECOND } from '../../core/time.ts'
import { python } from '../../testing/python.ts'
import { calendarNamed } from './calendar.ts'
import { parseDay } from './civil.ts'
import { timerInstant, zoneNamed } from './zone.ts'
import { RULED_ZONES, ruleOf } from './zone-rules.ts'

/** Changes of offset in a zone, by Python's zoneinfo: the first second of the new offset, the offsets around it. */
interface Change {
  readonly time: number
  readonly before: number
  readonly after: number
}

const CHANGES = `
import json, sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo
q = json.load(sys.stdin)
def changes(name, first, last):
    zone = ZoneInfo(name)
    offset = lambda t: int(datetime.fromtimestamp(t, timezone.utc).astimezone(zone).utcoffset().total_seconds())
    t, end = (int(datetime(y, 1, 1, tzinfo=timezone.utc).timestamp()) for y in (first, last + 1))
    found = []
    while t < end:
        if offset(t) != offset(t + 86400):
            low, high = t, t + 86400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(t) else (low, middle)
            found.append({'time': high, 'before': offset(low), 'after': offset(high)})
        t += 86400
    return found
`

test('the tables are those of Python zoneinfo, zone by zone, from their first year to 2037', async () => {
  const zones = RULED_ZONES.map(name => ({ name, from: ruleOf(name)!.from }))
  const expected = (await python(
    `${CHANGES}
print(json.dumps({z['name']: [changes(z['name'], z['from'], 2037), int(datetime(z['from'], 1, 1, tzinfo=timezone.utc).astimezone(ZoneInfo(z['name'])).utcoffset().total_seconds())] for z in q}))`,
    zones,
  )) as Record<string, [Change[], number]>
  for (const { name, from } of zones) {
    const zone = zoneNamed(name)
    const [changes, first] = expected[name]
    const ours: Change[] = []
    const start = Date.UTC(from, 0, 1) / 1000
    expect(zone.offsetAt(start * SECOND) / SECOND, name).toBe(first)
    for (let time = start; time < Date.UTC(2038, 0, 1) / 1000; time += 3600) {
      const before = zone.offsetAt((time - 1) * SECOND) / SECOND
      const after = zone.offsetAt(time * SECOND) / SECOND
      if (time > start && before !== after) ours.push({ time, before, after })
    }
    expect(ours, name).toEqual(changes)
  }
})

test('no time of a ruled zone asks the runtime', () => {
  const { DateTimeFormat } = Intl
  Intl.DateTimeFormat = (() => {
    throw new Error('asked')
  }) as unknown as typeof DateTimeFormat
  try {
    // A year that no test has asked for so far.
    expect(zoneNamed('Europe/Helsinki').offsetAt(Date.UTC(2045, 6, 1) * 1000) / MINUTE).toBe(180)
    expect(() => zoneNamed('Australia/Lord_Howe')).toThrow()
  } finally {
    Intl.DateTimeFormat = DateTimeFormat
  }
})

test('wall times around every change of clocks 2000–2026 are those of Python zoneinfo, both ways', async () => {
  const zones = [
    'America/New_York',
    'America/Chicago',
    'Europe/London',
    'Europe/Berlin',
    'Asia/Tokyo',
    'Asia/Kolkata',
  ]
  // Every quarter of an hour from 4 h before to 4 h after; for each wall time the instants that show it.
  const expected = (await python(
    `${CHANGES}
def instants(name, local):
    found = set()
    for fold in (0, 1):
        t = int(datetime.fromtimestamp(local, timezone.utc).replace(tzinfo=ZoneInfo(name), fold=fold).timestamp())
        back = datetime.fromtimestamp(t, timezone.utc).astimezone(ZoneInfo(name)).replace(tzinfo=timezone.utc)
        if int(back.timestamp()) == local: found.add(t)
    return sorted(found)
print(json.dumps({z: [[c['time'], [[c['time'] + c['before'] + 900 * i, instants(z, c['time'] + c['before'] + 900 * i)] for i in range(-16, 17)]]
  for c in changes(z, 2000, 2026)] for z in q}))`,
    zones,
  )) as Record<string, [time: number, walls: [local: number, instants: number[]][]][]>
  expect(zones.map(name => expected[name].length)).toEqual([54, 54, 54, 54, 0, 0])
  const seen = { unique: 0, ambiguous: 0, skipped: 0 }
  for (const name of zones) {
    const zone = zoneNamed(name)
    for (const [change, walls] of expected[name]) {
      for (const [local, instants] of walls) {
        const found = zone.toUtc(local * SECOND)
        const where = `${name} ${isoTime(local * SECOND)}`
        seen[found.kind]++
        if (found.kind === 'skipped') {
          expect(instants, where).toEqual([])
          expect(timerInstant(zone, local * SECOND), where).toBe(change * SECOND)
          continue
        }
        const times = found.kind === 'unique' ? [found.time] : [found.earlier, found.later]
        expect(times, where).toEqual(instants.map(time => time * SECOND))
        expect(timerInstant(zone, local * SECOND), where).toBe(times[0])
        for (const time of times) expect(time + zone.offsetAt(time), where).toBe(local * SECOND)
      }
    }
  }
  // Four zones, 27 years, four quarters of an hour each.
  expect(seen.skipped).toBe(4 * 27 * 4)
  expect(seen.ambiguous).toBe(4 * 27 * 4)
})

test('the sessions before and after every change of clocks 2000–2026 keep their wall times', async () => {
  const venues = [
    { name: 'XNYS', zone: 'America/New_York', open: '09:30' },
    { name: 'XLON', zone: 'Europe/London', open: '08:00' },
    { name: 'XETR', zone: 'Europe/Berlin', open: '09:00' },
    { name: 'XTKS', zone: 'Asia/Tokyo', open: '09:00' },
    { name: 'XNSE', zone: 'Asia/Kolkata', open: '09:15' },
  ]
  // Days of exchange_calendars 4.13.2, wall times through zoneinfo.
  const expected = (await python(
    `${CHANGES}
import exchange_calendars as xc
out = {}
for v in q:
    c = xc.get_calendar(v['name'].replace('XNSE', 'XBOM'), start='2000-01-01', end='2026-12-31')
    rows = []
    for change in changes(v['zone'], 2000, 2026):
        day = datetime.fromtimestamp(change['time'], timezone.utc).strftime('%Y-%m-%d')
        for direction in ('previous', 'next'):
            d = c.date_to_session(day, direction).strftime('%Y-%m-%d')
            rows.append([d, int(datetime.fromisoformat(d + 'T' + v['open']).replace(tzinfo=ZoneInfo(v['zone'])).timestamp())])
    out[v['name']] = rows
print(json.dumps(out))`,
    venues,
  )) as Record<string, [day: string, open: number][]>
  for (const { name } of venues) {
    const calendar = calendarNamed(name)
    const rows = expected[name]
    expect(rows.length).toBe(name === 'XTKS' || name === 'XNSE' ? 0 : 108)
    for (let i = 0; i < rows.length; i++) {
      const [day, open] = rows[i]
      const session = calendar.session(parseDay(day)!)!
      expect(session.open, `${name} ${day}`).toBe(open * SECOND)
      expect(calendar.nextOpen(session.open)).toEqual(session)
      expect(calendar.sessionAt(session.close)).toEqual(session)
      // Across the change a session comes an hour sooner or later than whole days after the one before.
      if (i % 2 === 1)
        expect(((open - rows[i - 1][1]) % 86_400) / 3600, `${name} ${day}`).toBe(i % 4 === 1 ? 23 : 1)
    }
  }
  // No change: each session opens at the same time of the UTC day, 00:00 and (since October 2010) 03:45.
  for (const [name, first, minute] of [
    ['XTKS', '2000-01-04', 0],
    ['XNSE', '2010-10-18', 225],
  ] as const) {
    for (let day = parseDay(first)!; day <= parseDay('2026-12-31')!; day++) {
      const session = calendarNamed(name).session(day)
      if (session === undefined || (name === 'XNSE' && session.close - session.open !== 375 * MINUTE))
        continue
      expect(session.open).toBe(day * DAY + minute * MINUTE)
    }
  }
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
