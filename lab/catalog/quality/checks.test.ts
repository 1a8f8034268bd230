import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../../core/time.ts'
import { calendarNamed, sessionsBetween } from '../../domain/calendar/calendar.ts'
import { dayOf } from '../../domain/calendar/civil.ts'
import {
  bookMarket,
  type CleanMarket,
  dailyMarket,
  intradayMarket,
  quotesMarket,
  roundTheClockMarket,
  tradesMarket,
} from '../../testing/clean-markets.ts'
import { FAULTS } from '../../testing/corruption.ts'
import { findingsOf } from '../../testing/recall.ts'
import type { CheckedRows, CheckedStream } from './check.ts'
import { checkStream } from './checks.ts'
import type { Finding } from './findings.ts'

const MARKETS = [dailyMarket, intradayMarket, roundTheClockMarket, tradesMarket, quotesMarket, bookMarket]

/** Of every market one with each of its faults. */
function corrupted(seed: number): { name: string; market: CleanMarket; rows: CheckedRows }[] {
  return MARKETS.flatMap(make => {
    const market = make(seed)
    return Object.entries(FAULTS).flatMap(([name, fault], stream) => {
      const injected = fault(market, Random.ofChoice(seed, 200 + stream))
      return injected === undefined ? [] : [{ name: `${market.name}: ${name}`, market, rows: injected.rows }]
    })
  })
}

function inBatches(stream: CheckedStream, rows: CheckedRows, size: number): Promise<readonly Finding[]> {
  let at = 0
  return checkStream(stream, () => {
    if (at >= rows.length) return undefined
    const from = at
    at = Math.min(rows.length, at + size)
    return cut(rows, from, at)
  })
}

function cut(rows: CheckedRows, from: number, to: number): CheckedRows {
  const made: Record<string, unknown> = { ...rows, length: to - from }
  for (const [name, column] of Object.entries(rows))
    if (column instanceof Float64Array) made[name] = column.slice(from, to)
  if (rows.receiveTime === rows.eventTime) made.receiveTime = made.eventTime
  return made as unknown as CheckedRows
}

test('what is found does not depend on how rows are cut into batches', async () => {
  for (const { name, market, rows } of corrupted(31)) {
    const whole = await inBatches(market.stream, rows, rows.length)
    expect(await findingsOf(market.stream, rows), name).toEqual(whole)
    expect(await inBatches(market.stream, rows, 77), name).toEqual(whole)
  }
}, 30_000)

test('nothing is known before the rows gave it away', async () => {
  let looked = 0
  for (const { name, market, rows } of corrupted(32)) {
    for (const { code, known, place } of await findingsOf(market.stream, rows)) {
      let to = rows.length
      while (to > 0 && rows.receiveTime[to - 1] > known) to--
      const before = await inBatches(market.stream, cut(rows, 0, to), 4096)
      const isThere = before.some(one => one.code === code && one.place.row === place.row)
      expect(isThere, `${name}: ${code} at row ${place.row}, known ${isoTime(known)}`).toBe(true)
      looked++
    }
  }
  expect(looked).toBeGreaterThan(60)
}, 30_000)

const EXCHANGE = calendarNamed('XNYS')

function barsAt(times: readonly number[], stream: Partial<CheckedStream> = {}): Promise<readonly Finding[]> {
  const eventTime = Float64Array.from(times)
  const price = eventTime.map((_, i) => 100 + ((i * 37) % 11) / 10)
  const rows = {
    length: times.length,
    eventTime,
    receiveTime: eventTime,
    open: price,
    close: price.map((value, i) => value + ((i * 17) % 5) / 10),
    high: price.map(value => value + 1),
    low: price.map(value => value - 1),
    volume: eventTime.map((_, i) => 1000 + ((i * 53) % 101)),
  }
  const instrument = {
    venue: 'XNYS',
    symbol: 'IBM',
    calendar: 'XNYS',
    ticksPerUnit: 100,
    lotsPerUnit: 1,
    currency: 'USD',
  }
  return findingsOf({ kind: 'bars', instrument, calendar: EXCHANGE, interval: 30 * MINUTE, ...stream }, rows)
}

/** Closes of half-hour bars. 2024-07-03 closed at 13:00 New York, 2024-07-04 not at all (NYSE, 2024 holidays). */
function halfHours(first: number, last: number): number[] {
  return sessionsBetween(EXCHANGE, first, last).flatMap(({ open, close }) =>
    Array.from({ length: (close - open) / (30 * MINUTE) }, (_, i) => open + (i + 1) * 30 * MINUTE),
  )
}

test('a half day and a holiday are no holes; a bar less is one, and a session less', async () => {
  const times = halfHours(dayOf(2024, 6, 24), dayOf(2024, 7, 12))
  expect(times).toHaveLength(13 * 13 + 7)
  expect(await barsAt(times)).toEqual([])
  const eleven = Date.UTC(2024, 6, 9, 15, 0) * 1000
  const without = await barsAt(times.filter(time => time !== eleven))
  expect(without.map(({ code, count, example }) => ({ code, count, example }))).toEqual([
    {
      code: 'missingBars',
      count: 1,
      example: 'XNYS:IBM 2024-07-09T14:30:00Z: 1 bar lacks up to 2024-07-09T15:30:00Z',
    },
  ])
  const [session] = await barsAt(times.filter(time => Math.floor(time / DAY) !== dayOf(2024, 7, 9)))
  expect(session).toMatchObject({
    code: 'missingSession',
    severity: 'suspect',
    example: 'XNYS:IBM 2024-07-09T13:30:00Z: there is no bar of the session of 2024-07-09',
    count: 1,
  })
})

test('New York’s times taken for UTC are told as that', async () => {
  const times = halfHours(dayOf(2024, 6, 24), dayOf(2024, 7, 12)).map(time => time - 4 * HOUR)
  const found = await barsAt(times)
  expect(found.find(({ code }) => code === 'zoneShift')?.example).toBe(
    'XNYS:IBM 2024-06-24T10:00:00Z: 14 days of trading up to 2024-07-12 are 4 h too early: local times of ' +
      'America/New_York were taken for UTC',
  )
})

test('summer time that begins three weeks late is told with its clocks', async () => {
  // New York's clocks went forward on 2024-03-10, London's on 2024-03-31.
  const times = halfHours(dayOf(2024, 2, 26), dayOf(2024, 4, 12)).map(time =>
    time > Date.UTC(2024, 2, 10) * 1000 && time < Date.UTC(2024, 2, 31) * 1000 ? time + HOUR : time,
  )
  const found = (await barsAt(times)).filter(({ code }) => code === 'dstShift')
  expect(found.map(({ count, example }) => `${count} ${example}`)).toEqual([
    '14 XNYS:IBM 2024-03-11T15:00:00Z: 14 days of trading up to 2024-03-28 are 1 h too late, from or to a change of ' +
      'clocks (America/New_York, Europe/London)',
  ])
})

test('after five hundred places the rest is counted in one', async () => {
  const times = halfHours(dayOf(2024, 1, 2), dayOf(2024, 6, 28))
  // Every second bar twice: as many places as pairs.
  const found = await barsAt(times.flatMap((time, i) => (i % 2 === 0 ? [time, time] : [time])))
  const doubled = found.filter(({ code }) => code === 'duplicate')
  const pairs = Math.ceil(times.length / 2)
  expect(doubled).toHaveLength(501)
  expect(doubled.filter(({ rest }) => rest === true).map(({ count }) => count)).toEqual([pairs - 500])
  expect(doubled.reduce((sum, { count }) => sum + count, 0)).toBe(pairs)
})
