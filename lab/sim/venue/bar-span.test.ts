/** How long before its close a bar may have traded first. */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../core/time.ts'
import { CALENDAR_NAMES, calendarNamed, sessionTimes } from '../../domain/calendar/calendar.ts'
import { share } from '../../testing/fixtures.ts'
import { barSpan } from './bar-span.ts'

describe('a daily bar', () => {
  it.each(CALENDAR_NAMES.filter(name => name !== '24/7'))(
    'of %s covers the longest session since 2000',
    name => {
      const from = Date.UTC(2000, 0, 4) * 1000
      const to = Date.UTC(2026, 11, 20) * 1000
      const { open, close } = sessionTimes(calendarNamed(name), from, to)
      const longest = Math.max(...close.map((time, place) => time - open[place]))
      expect(barSpan(share('A', { calendar: name }), '1d')).toBe(longest)
    },
  )

  it('of a market without sessions covers a day', () => {
    expect(barSpan(share('A', { calendar: '24/7' }), '1d')).toBe(DAY)
  })
})

it('of an hour or a minute covers that, and of nobody knows what began at nobody knows when', () => {
  expect(barSpan(share('A', { calendar: 'XNYS' }), '1h')).toBe(HOUR)
  expect(barSpan(share('A'), '5m')).toBe(5 * MINUTE)
  expect(barSpan(share('A'), '')).toBe(Number.POSITIVE_INFINITY)
})
