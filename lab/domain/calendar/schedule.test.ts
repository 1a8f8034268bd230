import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, isoTime, MINUTE } from '../../core/time.ts'
import { python } from '../../testing/python.ts'
import { calendarNamed } from './calendar.ts'
import { parseSchedule } from './parse-schedule.ts'
import { nextFiring, SCHEDULE_DAYS, SESSION_DAYS, type ScheduleDescription } from './schedule.ts'

const instant = (text: string): number => Date.parse(text) * 1000

/** Every firing after one instant up to another. */
function firings(description: ScheduleDescription, calendarName: string, from: number, to: number): number[] {
  const calendar = calendarNamed(calendarName)
  const schedule = parseSchedule(description, 'test')
  const times: number[] = []
  for (let after = from; ; ) {
    const time = nextFiring(schedule, calendar, after)
    if (time === undefined || time > to) return times
    if (times.length > 0 && time <= times[times.length - 1]) throw new Error(`${time} does not come after`)
    times.push(time)
    after = time
  }
}

function check(
  description: ScheduleDescription,
  calendar: string,
  [from, to]: [string, string],
  expected: string[],
): void {
  expect(firings(description, calendar, instant(from), instant(to)).map(isoTime)).toEqual(expected)
}

/** The same firings from Python's zoneinfo and the sessions of exchange_calendars, written day by day. */
const REFERENCE = `
import json, sys, warnings
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo
warnings.filterwarnings('ignore')
import exchange_calendars as xc, pandas as pd
q = json.load(sys.stdin)
D = timedelta(days=1)
first, last = date.fromisoformat(q['first']), date.fromisoformat(q['last'])
days = [first + i * D for i in range(-40, (last - first).days + 41)]
ZONES = {'XNYS': 'America/New_York', 'XLON': 'Europe/London', 'XTKS': 'Asia/Tokyo', 'FX': 'America/New_York', '24/7': 'UTC'}

def wall(day, seconds, zone):
    local = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    t = int(local.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp())
    show = lambda t: datetime.fromtimestamp(t, timezone.utc).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    while show(t) > local and show(t - 1) >= local: t -= 1
    return t

def sessions(name):
    if name == '24/7': return {d: (wall(d, 0, 'UTC'), wall(d + D, 0, 'UTC'), None, None) for d in days}
    if name == 'FX': return {d: (wall(d - D, 17 * 3600, ZONES[name]), wall(d, 17 * 3600, ZONES[name]), None, None) for d in days if d.weekday() < 5}
    c = xc.get_calendar(name, start=str(days[0]), end=str(days[-1]))
    us = lambda t: None if t != t else t.value // 1000000000
    return {d.date(): tuple(map(us, t)) for d, *t in zip(c.sessions, c.opens, c.closes, c.break_starts, c.break_ends)}
SESSIONS = {name: sessions(name) for name in ZONES}

def seconds(text): return int(text[:-1]) * {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[text[-1]]

def chosen(kind, known):
    if kind == 'daily': return days
    if kind == 'weekdays': return [d for d in days if d.weekday() < 5]
    key = (lambda d: (d - d.weekday() * D)) if kind.startswith('week') else (lambda d: (d.year, d.month))
    if kind == 'sessions': return sorted(known)
    groups = {}
    for d in sorted(known): groups.setdefault(key(d), []).append(d)
    return [g[0 if kind.endswith('Start') else -1] for g in groups.values()]

def times(s, name):
    known, out = SESSIONS[name], []
    zone = s.get('zone', ZONES[name])
    if 'at' in s:
        h, m, *sec = map(int, s['at'].split(':'))
        return [wall(d, h * 3600 + m * 60 + (sec[0] if sec else 0), zone) for d in chosen(s.get('days', 'sessions'), known)]
    if 'on' in s or 'before' in s:
        shift = seconds(s['offset']) if 'offset' in s else 0
        edge = 0 if s.get('on', s.get('before')) == 'open' else 1
        return [known[d][edge] + (shift if 'on' in s else -shift) for d in chosen(s.get('days', 'sessions'), known)]
    step = seconds(s['every'])
    if s['within'] == 'day':
        for d in days: out += range(wall(d, 0, zone), wall(d + D, 0, zone), step)
        return out
    for o, c, b, e in known.values():
        out += [t for t in range(o + step, c + 1, step) if b is None or not b < t <= e]
    return out

f, t = (int(datetime(d.year, d.month, d.day, tzinfo=timezone.utc).timestamp()) for d in (first, last))
print(json.dumps([[x for x in times(s, name) if f < x <= t] for s, name in q['cases']]))
`

const CALENDARS = ['XNYS', 'XLON', 'XTKS', 'FX', '24/7']
const ZONES = ['America/New_York', 'Europe/London', 'Asia/Tokyo', 'Asia/Kolkata', 'UTC']
const pad = (value: number) => String(value).padStart(2, '0')
/** Half of the wall times lie in the hours in which clocks change. */
const timeOfDay = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 })),
    fc.integer({ min: 0, max: 59 }),
  )
  .map(([hour, minute]) => `${pad(hour)}:${pad(minute)}`)
const offset = fc.oneof(
  fc.integer({ min: 1, max: 59 }).map(n => `${n}s`),
  fc.integer({ min: 1, max: 720 }).map(n => `${n}m`),
  fc.integer({ min: 1, max: 24 }).map(n => `${n}h`),
)
const edge = fc.constantFrom('open' as const, 'close' as const)
const sessionDays = fc.constantFrom(...SESSION_DAYS)
const options = { requiredKeys: [] as never[] }
const description: fc.Arbitrary<ScheduleDescription> = fc.oneof(
  fc
    .tuple(
      timeOfDay,
      fc.record({ zone: fc.constantFrom(...ZONES), days: fc.constantFrom(...SCHEDULE_DAYS) }, options),
    )
    .map(([at, rest]) => ({ at, ...rest })),
  fc.tuple(edge, fc.record({ offset, days: sessionDays }, options)).map(([on, rest]) => ({ on, ...rest })),
  fc
    .tuple(edge, offset, fc.record({ days: sessionDays }, options))
    .map(([before, length, rest]) => ({ before, offset: length, ...rest })),
  fc
    .tuple(
      fc.constantFrom('7m', '15m', '1h', '4h', '1d'),
      fc.constantFrom('session' as const, 'day' as const),
      fc.constantFrom(...ZONES),
    )
    .map(([every, within, zone]) => (within === 'day' ? { every, within, zone } : { every, within })),
)

test('firings strictly increase and are those that Python zoneinfo and exchange_calendars give', async () => {
  const seed = Date.parse('2024-11-03') / 1000
  const cases = fc.sample(fc.tuple(description, fc.constantFrom(...CALENDARS)), { seed, numRuns: 150 })
  // The winter from one change of clocks to the other, with early closes and the New Year.
  const [first, last] = ['2023-10-15', '2024-04-15']
  const expected = (await python(REFERENCE, { cases, first, last })) as number[][]
  let fired = 0
  for (const [i, [one, calendar]] of cases.entries()) {
    const where = `seed ${seed}, case ${i}: ${JSON.stringify(one)} in ${calendar}`
    const times = firings(one, calendar, instant(first), instant(last))
    expect(times.map(isoTime), where).toEqual(expected[i].map(time => isoTime(time * 1e6)))
    fired += times.length
    // From anywhere between two firings the next one is the same.
    const schedule = parseSchedule(one, 'test')
    for (let k = 1; k < times.length; k += 1 + Math.floor(times.length / 20)) {
      for (const after of [times[k - 1], times[k - 1] + 1, times[k] - 1]) {
        expect(nextFiring(schedule, calendarNamed(calendar), after), where).toBe(times[k])
      }
    }
  }
  expect(fired).toBeGreaterThan(50_000)
})

test('five minutes before the close follows an early close, 15:55 does not', () => {
  const week: [string, string] = ['2012-11-21T00:00:00Z', '2012-11-24T00:00:00Z']
  // Thanksgiving 2012: Wednesday to 16:00, Thursday none, Friday to 13:00 New York.
  check({ before: 'close', offset: '5m' }, 'XNYS', week, ['2012-11-21T20:55:00Z', '2012-11-23T17:55:00Z'])
  check({ at: '15:55' }, 'XNYS', week, ['2012-11-21T20:55:00Z', '2012-11-23T20:55:00Z'])
  check({ at: '15:55', days: 'weekdays' }, 'XNYS', week, [
    '2012-11-21T20:55:00Z',
    '2012-11-22T20:55:00Z',
    '2012-11-23T20:55:00Z',
  ])
  check({ on: 'open', offset: '5m' }, 'XNYS', week, ['2012-11-21T14:35:00Z', '2012-11-23T14:35:00Z'])
  check({ before: 'open', offset: '1h' }, 'XNYS', week, ['2012-11-21T13:30:00Z', '2012-11-23T13:30:00Z'])
  check({ on: 'close' }, 'XNYS', week, ['2012-11-21T21:00:00Z', '2012-11-23T18:00:00Z'])
})

test('a skipped wall time goes off as the gap ends, a repeated one once, the first time', () => {
  // New York 2012: 02:00 to 03:00 on 11 March, back from 02:00 to 01:00 on 4 November.
  const zone = 'America/New_York'
  check(
    { at: '02:30', zone, days: 'daily' },
    '24/7',
    ['2012-03-10T12:00:00Z', '2012-03-12T12:00:00Z'],
    ['2012-03-11T07:00:00Z', '2012-03-12T06:30:00Z'],
  )
  check(
    { at: '01:30', zone, days: 'daily' },
    '24/7',
    ['2012-11-03T12:00:00Z', '2012-11-05T12:00:00Z'],
    ['2012-11-04T05:30:00Z', '2012-11-05T06:30:00Z'],
  )
  // A repeated hour has every one of its quarters twice when time is counted.
  const quarters = firings(
    { every: '15m', within: 'day', zone },
    '24/7',
    instant('2012-11-04T03:59:00Z'),
    instant('2012-11-05T04:59:00Z'),
  )
  expect(quarters.length).toBe(25 * 4)
  expect(quarters.every((time, i) => i === 0 || time - quarters[i - 1] === 15 * MINUTE)).toBe(true)
})

test('nothing goes off at lunch: Tokyo by the half hour', () => {
  const day: [string, string] = ['2024-10-31T23:00:00Z', '2024-11-01T23:00:00Z']
  check({ every: '30m', within: 'session' }, 'XTKS', day, [
    '2024-11-01T00:30:00Z',
    '2024-11-01T01:00:00Z',
    '2024-11-01T01:30:00Z',
    '2024-11-01T02:00:00Z',
    '2024-11-01T02:30:00Z',
    '2024-11-01T04:00:00Z',
    '2024-11-01T04:30:00Z',
    '2024-11-01T05:00:00Z',
    '2024-11-01T05:30:00Z',
    '2024-11-01T06:00:00Z',
  ])
})

test('the last session of a month and the first of a week, holidays counted', () => {
  // 29 March 2024 was Good Friday, 1 April Easter Monday in London.
  const spring: [string, string] = ['2024-03-20T00:00:00Z', '2024-04-10T00:00:00Z']
  check({ before: 'close', offset: '10m', days: 'monthEnd' }, 'XLON', spring, ['2024-03-28T16:20:00Z'])
  check({ on: 'open', days: 'monthStart' }, 'XLON', spring, ['2024-04-02T07:00:00Z'])
  check({ on: 'open', days: 'weekStart' }, 'XLON', spring, [
    '2024-03-25T08:00:00Z',
    '2024-04-02T07:00:00Z',
    '2024-04-08T07:00:00Z',
  ])
  check({ on: 'close', days: 'weekEnd' }, 'XLON', spring, [
    '2024-03-22T16:30:00Z',
    '2024-03-28T16:30:00Z',
    '2024-04-05T15:30:00Z',
  ])
})

test('schedules of sessions end with the calendar, those of days never', () => {
  const calendar = calendarNamed('XNSE')
  const next = (one: ScheduleDescription, after: string) =>
    nextFiring(parseSchedule(one, 'test'), calendar, instant(after))
  for (const one of [{ at: '10:00' }, { on: 'open' }, { every: '1h', within: 'session' }] as const) {
    expect(next(one, '2026-12-31T12:00:00Z')).toBeUndefined()
    expect(isoTime(next(one, '1990-01-01T00:00:00Z')!).slice(0, 10)).toBe('2000-01-03')
  }
  expect(next({ at: '10:00', days: 'daily' }, '2026-12-31T12:00:00Z')).toBe(instant('2027-01-01T04:30:00Z'))
  expect(nextFiring(parseSchedule({ every: '1d', within: 'day' }, 'test'), calendarNamed('24/7'), -DAY)).toBe(
    0,
  )
})

describe('what a schedule may not say', () => {
  const refuse = (text: string, given: unknown, sentence: string) =>
    test(text, () => {
      expect(() => parseSchedule(given, 'rebalance')).toThrow(
        expect.objectContaining({ code: 'BAD_SCHEDULE', message: sentence }),
      )
    })
  const examples =
    "{ at: '15:55' }, { on: 'open', offset: '5m' }, { before: 'close', offset: '10m' } or { every: '15m', within: 'session' }"
  const zones = 'UTC, an offset such as +05:30, or one of America/New_York, America/Toronto'
  refuse('a text', '15:55', `schedule rebalance is "15:55": give ${examples}`)
  refuse('nothing', {}, `schedule rebalance has none of at, on, before, every: give ${examples}`)
  refuse(
    'two things',
    { at: '10:00', on: 'open' },
    `schedule rebalance has at and on of at, on, before, every: give ${examples}`,
  )
  refuse(
    'an unknown word',
    { at: '10:00', offset: '5m' },
    'schedule rebalance has offset, which means nothing beside at: give only at, zone, days',
  )
  refuse(
    'no time of day',
    { at: '25:00' },
    `schedule rebalance has at "25:00": give a time of day such as '15:55' or '09:30:05'`,
  )
  refuse(
    'no length',
    { before: 'close', offset: '5 minutes' },
    `schedule rebalance has offset "5 minutes": give a length of up to a day such as '30s', '5m' or '1h'`,
  )
  refuse(
    'a length of days',
    { every: '2d', within: 'day' },
    `schedule rebalance has every "2d": give a length of up to a day such as '30s', '5m' or '1h'`,
  )
  refuse('no edge', { on: 'noon' }, 'schedule rebalance has on "noon": give one of open, close')
  refuse(
    'days without sessions for an edge',
    { on: 'open', days: 'daily' },
    'schedule rebalance has days "daily": give one of sessions, weekStart, weekEnd, monthStart, monthEnd',
  )
  refuse(
    'a zone within a session',
    { every: '15m', within: 'session', zone: 'UTC' },
    'schedule rebalance has a zone, which means nothing within a session: give no zone',
  )
  test('a zone of the runtime alone', () => {
    for (const zone of ['Australia/Lord_Howe', 'New York', 'constructor']) {
      expect(() => parseSchedule({ at: '10:00', zone }, 'rebalance')).toThrow(
        `schedule rebalance has zone "${zone}": give ${zones}`,
      )
    }
  })
})
