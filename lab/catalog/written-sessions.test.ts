/** A run reads the sessions of its snapshot: whatever becomes of the project's own calendars, an old run stays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../core/time.ts'
import { type Calendar, calendarNamed, sessionsBetween } from '../domain/calendar/calendar.ts'
import { dayOf } from '../domain/calendar/civil.ts'
import { US_EQUITIES } from '../domain/calendar/us-equities.ts'
import { venueCalendar } from '../domain/calendar/venue-calendar.ts'
import { backtest } from '../sim/backtest.ts'
import type { Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import {
  ingestBars,
  ingestSource,
  openBars,
  openStore,
  placeOf,
  readCalendars,
  sourceNamed,
} from './index.ts'
import { calendarsOf, withWrittenSessions, writtenCalendars } from './written-sessions.ts'

const folder = mkdtempSync(join(tmpdir(), 'sessions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const store = join(folder, 'store')

/** The whole of a November: Thanksgiving on the 23rd, a close at 13:00 on the 24th. */
const DAYS = sessionsBetween(calendarNamed('XNYS'), dayOf(2023, 11, 1), dayOf(2023, 11, 30))

beforeAll(async () => {
  const rows = DAYS.map(({ day }, i) => {
    const price = 100 + (i % 5)
    return `${new Date(day * 864e5).toISOString().slice(0, 10)},${price},${price},${price},${price},1000`
  })
  const path = join(folder, 'AAA.csv')
  writeFileSync(path, ['date,open,high,low,close,volume', ...rows].join('\n'))
  await ingestBars({ store, path, dataset: 'us', venue: 'XNYS', interval: '1d' })
})

class Clockwork extends strategy({
  schedules: { late: { before: 'close', offset: '10m' }, noon: { at: '12:00' } },
}) {
  override onTimer(name: string, ctx: Context): void {
    ctx.log(`${name} ${ctx.now}`)
    if (name === 'late') ctx.buy(ctx.instruments[0], 1)
  }
  override onSession(change: { kind: string; early: boolean }, ctx: Context): void {
    ctx.log(`${change.kind} ${change.early} ${ctx.now}`)
  }
}

const run = async () =>
  backtest({ strategy: Clockwork, bars: await openBars({ store: await openStore(store) }) })

const { hours } = US_EQUITIES
afterEach(() => {
  Object.assign(US_EQUITIES, { hours })
})

test('another table of holidays in the code changes no run on what was stored', async () => {
  const before = await run()
  const early = DAYS.find(one => one.early)!
  expect(before.logs.map(({ text }) => text)).toContain(`close true ${early.close}`)
  expect(before.logs.map(({ text }) => text)).toContain(`late ${early.close - 10 * MINUTE}`)
  // From now on the code has no early closes, and closes an hour later.
  Object.assign(US_EQUITIES, {
    hours: (day: number) => {
      const own = hours(day)
      return own === undefined ? undefined : { openMinute: own.openMinute, closeMinute: 17 * 60 }
    },
  })
  const other = venueCalendar(US_EQUITIES)
  expect(other.session(early.day)!.close).toBe(early.close + 4 * HOUR)
  const opened = await openBars({ store: await openStore(store) })
  const without = { ...opened, calendars: [other] }
  const changed = await backtest({ strategy: Clockwork, bars: without })
  const after = await run()
  expect(after.digest).toBe(before.digest)
  expect(after.logs).toEqual(before.logs)
  // The change would have been seen: a run that asks that calendar comes out otherwise.
  expect(changed.digest).not.toBe(before.digest)
})

const ALL: readonly (readonly [string, number, number])[] = [
  ['XNYS', 2018, 2024],
  ['XLON', 2018, 2024],
  ['XETR', 2018, 2024],
  ['XTKS', 2018, 2024],
  ['XHKG', 2018, 2024],
  ['XNSE', 2018, 2024],
  ['CMES', 2018, 2024],
  ['FX', 2018, 2024],
]

test.each(ALL)('what is written of %s answers as the calendar did', async (name, from, to) => {
  const own = calendarNamed(name)
  const manifest = {
    ...(await (await openStore(store)).show('us')),
    sessions: undefined,
    instruments: [
      {
        ...(await (await openStore(store)).show('us')).instruments[0],
        calendar: own.name,
        first: Date.UTC(from + 1, 5, 1) * 1000,
        last: Date.UTC(to - 1, 5, 1) * 1000,
      },
    ],
  }
  const written = await withWrittenSessions(store, manifest)
  const [table] = await writtenCalendars(await openStore(store), written)
  expect(table).toMatchObject({ name: own.name, overnight: own.overnight, firstDay: dayOf(from, 1, 1) })
  const plain = (calendar: Calendar) =>
    sessionsBetween(calendar, table.firstDay, table.lastDay).map(({ day, open, close, early, breaks }) => ({
      ...{ day, open, close, early, breaks },
    }))
  expect(plain(table)).toEqual(plain(own))
  const asked = (calendar: Calendar, time: number) => [
    calendar.isOpen(time),
    calendar.sessionAt(time)?.day,
    calendar.nextOpen(time).open,
    calendar.nextClose(time).close,
    calendar.zone.offsetAt(time),
  ]
  // Every 7 hours and 13 minutes, over changes of clocks, lunches and holidays.
  for (let time = Date.UTC(from, 2, 1) * 1000; time < Date.UTC(to, 10, 20) * 1000; time += 433 * MINUTE)
    if (JSON.stringify(asked(table, time)) !== JSON.stringify(asked(own, time)))
      expect({ time: new Date(time / 1000).toISOString(), asked: asked(table, time) }).toEqual({
        asked: asked(own, time),
      })
  // Nothing is written twice.
  expect(await withWrittenSessions(store, written)).toBe(written)
})

test('what is appended adds days and replaces none', async () => {
  const manifest = await (await openStore(store)).show('us')
  expect(manifest.sessions!.covers.XNYS).toEqual({
    firstDay: dayOf(2022, 1, 1),
    lastDay: dayOf(2024, 12, 31),
  })
  const [one] = manifest.instruments
  const later = { ...manifest, instruments: [{ ...one, last: Date.UTC(2024, 5, 3) * 1000 }] }
  Object.assign(US_EQUITIES, { hours: () => ({ openMinute: 600, closeMinute: 700 }) })
  const other = venueCalendar(US_EQUITIES)
  const grown = await withWrittenSessions(store, later, () => other)
  const [table] = await writtenCalendars(await openStore(store), grown)
  // The 24th stays as it was known; 2025 comes from the calendar of today.
  expect(table.session(dayOf(2023, 11, 24))).toMatchObject({
    early: true,
    close: DAYS.find(day => day.early)!.close,
  })
  expect(table.session(dayOf(2025, 1, 1))!.open).toBe(Date.parse('2025-01-01T15:00:00Z') * 1000)
  expect(grown.sessions!.files).toHaveLength(2)
  expect(() => table.session(dayOf(2026, 1, 1))).toThrow(
    /has the sessions of XNYS from 2022-01-01 to 2025-12-31/,
  )
})

test('a dataset of sessions goes before all of them', async () => {
  const path = join(folder, 'mine.csv')
  writeFileSync(
    path,
    'calendar,zone,day,open,close\nXNYS,America/New_York,2023-11-24,09:30,12:00\nXNYS,America/New_York,2023-11-27,09:30,16:00\n',
  )
  await ingestSource({
    store,
    place: await placeOf(path),
    adapter: sourceNamed('calendar-csv'),
    dataset: 'mine',
  })
  const [mine] = await readCalendars({ store: await openStore(store), datasets: ['mine'] })
  expect(mine.session(dayOf(2023, 11, 24))!.close).toBe(Date.parse('2023-11-24T17:00:00Z') * 1000)
  expect(mine.session(dayOf(2023, 11, 25))).toBeUndefined()
  expect(calendarsOf([], { covers: {}, overnight: {} })).toEqual([])
})
