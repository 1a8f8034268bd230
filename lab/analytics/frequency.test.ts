/** Sampling frequencies that a quant would read off the dates, and those that nobody can. Hand-made calendars. */
import { expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/time.ts'
import { detectFrequency } from './frequency.ts'

const day = (text: string) => Date.parse(text + 'T00:00:00Z') * 1000

function days(
  from: string,
  to: string,
  keep: (weekday: number, text: string) => boolean = () => true,
): number[] {
  const found: number[] = []
  for (let time = day(from); time <= day(to); time += DAY) {
    const date = new Date(time / 1000)
    if (keep(date.getUTCDay(), date.toISOString().slice(0, 10))) found.push(time)
  }
  return found
}
const isWeekday = (weekday: number) => weekday > 0 && weekday < 6

function check(times: number[], expected: number | string): void {
  const found = detectFrequency(Float64Array.from(times))
  expect(found.kind === 'detected' ? found.periodsPerYear : found.why).toBe(expected)
}

it('weekdays are 252 trading days, holidays missing or not', () => {
  check(days('2020-01-01', '2020-12-31', isWeekday), 252)
  const holidays = ['2020-12-25', '2021-01-01', '2021-01-18']
  check(
    days('2020-12-21', '2021-01-22', (weekday, text) => isWeekday(weekday) && !holidays.includes(text)),
    252,
  )
})

it('weekdays at the New York close stay so over the change of clocks', () => {
  const closes = days('2020-01-01', '2020-12-31', isWeekday).map(
    time => time + (time > day('2020-03-08') && time < day('2020-11-01') ? 20 : 21) * HOUR,
  )
  check(closes, 252)
})

it('a week from Sunday to Thursday is a trading week too', () => {
  check(
    days('2020-01-01', '2020-12-31', weekday => weekday < 5),
    252,
  )
})

it('every day of the week is 365', () => {
  check(days('2000-01-03', '2000-01-11'), 365)
  check(days('2020-01-01', '2020-12-31'), 365)
})

it('weeks are 52, month ends 12, quarters 4, years 1', () => {
  check(
    days('2020-01-01', '2020-12-31', weekday => weekday === 5),
    52,
  )
  const ends = (step: number, count: number) =>
    Array.from({ length: count }, (_, i) => Date.UTC(2015, step * (i + 1), 0) * 1000)
  check(ends(1, 30), 12)
  check(ends(3, 12), 4)
  check(ends(12, 5), 1)
})

it('bars within a session count a day times its days', () => {
  const hourly = days('2020-01-01', '2020-03-01', isWeekday).flatMap(midnight =>
    Array.from({ length: 7 }, (_, i) => midnight + (15 + i) * HOUR),
  )
  check(hourly, 7 * 252)
  const minutes = days('2020-01-06', '2020-01-19').flatMap(midnight =>
    Array.from({ length: 1440 }, (_, i) => midnight + i * MINUTE),
  )
  check(minutes, 1440 * 365)
  const fourHours = days('2020-01-01', '2020-02-01').flatMap(midnight =>
    Array.from({ length: 6 }, (_, i) => midnight + 4 * i * HOUR),
  )
  check(fourHours, 6 * 365)
})

it('what cannot be told is said, with the reason', () => {
  check([day('2020-01-01'), day('2020-01-02')], '2 dates are too few to tell')
  check(
    days('2020-01-06', '2020-01-10'),
    'less than a week of days cannot tell trading days from calendar days',
  )
  check(
    days('2020-01-01', '2020-12-31', weekday => weekday !== 6),
    'samples on 6 days of the week fit neither trading days nor calendar days',
  )
  check(
    days(
      '2020-01-01',
      '2020-12-31',
      (weekday, text) => isWeekday(weekday) || (weekday === 6 && text.endsWith('1')),
    ),
    'some days of the week are there only now and then',
  )
  check(
    [0, 10, 20, 30].map(value => value * DAY),
    'a spacing of 10 days is none that is known',
  )
  check(
    [0, 7, 14, 21, 41, 48, 70, 77].map(value => value * DAY),
    'most dates look weekly, but more than a fifth of the spacings do not',
  )
  check(
    [0, 1, 5, 6, 30, 31, 47, 48, 50, 60, 61, 100].map(value => value * MINUTE),
    'the samples are irregular within the day',
  )
})
