import { expect, test } from 'vitest'
import { isoTime } from '../core/time.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { windowOf } from './dates.ts'

/** First and last instant of the days, worked out by hand. */
function check(calendar: string, [from, to]: [string, string], first: string, last: string): void {
  const window = windowOf(from, to, calendarNamed(calendar))
  expect([isoTime(window.from - 1), isoTime(window.to)]).toEqual([first, last])
}

test('whole days are those of the venue', () => {
  check('XNYS', ['2024-03-08', '2024-03-11'], '2024-03-08T05:00:00Z', '2024-03-12T04:00:00Z')
  check('XTKS', ['2024-03-08', '2024-03-08'], '2024-03-07T15:00:00Z', '2024-03-08T15:00:00Z')
  check('24/7', ['2024-03-08', '2024-03-08'], '2024-03-08T00:00:00Z', '2024-03-09T00:00:00Z')
})

test('where sessions begin on the evening before, a day is its session', () => {
  // New York went to summer time on Sunday 10 March 2024.
  check('FX', ['2024-03-08', '2024-03-11'], '2024-03-07T22:00:00Z', '2024-03-11T21:00:00Z')
  // A weekend begins with Monday's session and ends with Friday's.
  check('FX', ['2024-03-09', '2024-03-11'], '2024-03-10T21:00:00Z', '2024-03-11T21:00:00Z')
  check('FX', ['2024-03-08', '2024-03-10'], '2024-03-07T22:00:00Z', '2024-03-08T22:00:00Z')
  check('CMES', ['2024-07-04', '2024-07-04'], '2024-07-03T22:00:00Z', '2024-07-04T17:00:00Z')
  expect(() => windowOf('2024-03-09', '2024-03-10', calendarNamed('FX'))).toThrow(
    'there is nothing between them',
  )
  // Beyond what the calendar knows, by the clock.
  check('CMES', ['1990-01-02', '1990-01-02'], '1990-01-02T06:00:00Z', '1990-01-03T06:00:00Z')
})
