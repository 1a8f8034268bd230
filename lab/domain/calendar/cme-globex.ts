/**
 * Sessions of CME Globex futures as the equity index contracts keep them since 21 September 2015: from 17:00
 * Chicago of the evening before to 16:00, then an hour of maintenance; until 12:00 on US holidays, when the next
 * session opens at 17:00 as usual. Closed on New Year's Day, Good Friday, Christmas and national days of mourning.
 * Source: CME Group, "Globex Trading Hours" and "Holiday Calendar".
 *
 * One schedule stands for all years and products: before 2015 the index contracts paused 15:15–15:30, grains and
 * livestock keep shorter hours, and the days after Thanksgiving and before Christmas end at 12:15 in some products.
 * The earlier hour is taken.
 */
import { type Day, civilOf, dayOf, easterSunday, nthWeekday, weekdayOf } from './civil.ts'
import {
  at,
  FRIDAY,
  MONDAY,
  SATURDAY,
  type SessionHours,
  SUNDAY,
  THURSDAY,
  type VenueHours,
} from './hours.ts'

export const CME_GLOBEX: VenueHours = {
  name: 'CMES',
  zone: 'America/Chicago',
  firstYear: 2000,
  lastYear: 2030,
  overnight: true,
  hours,
}

const openMinute = at('17:00') - 24 * 60
const REGULAR: SessionHours = { openMinute, closeMinute: at('16:00') }
const EARLY: SessionHours = { openMinute, closeMinute: at('12:00'), early: true }

const MOURNING: readonly Day[] = [
  dayOf(2004, 6, 11), // Ronald Reagan
  dayOf(2007, 1, 2), // Gerald Ford
  dayOf(2018, 12, 5), // George H. W. Bush
  dayOf(2025, 1, 9), // Jimmy Carter
]

function hours(day: Day): SessionHours | undefined {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || isClosed(day)) return undefined
  return isEarly(day, weekday) ? EARLY : REGULAR
}

function isClosed(day: Day): boolean {
  const { year } = civilOf(day)
  const newYear = dayOf(year, 1, 1)
  return (
    day === (weekdayOf(newYear) === SUNDAY ? newYear + 1 : newYear) ||
    day === easterSunday(year) - 2 ||
    day === nearestWorkday(dayOf(year, 12, 25)) ||
    MOURNING.includes(day)
  )
}

function isEarly(day: Day, weekday: number): boolean {
  const { year, month, day: date } = civilOf(day)
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4)
  return (
    day === nthWeekday(year, 1, MONDAY, 3) || // Martin Luther King Jr. Day
    day === nthWeekday(year, 2, MONDAY, 3) || // Presidents' Day
    day === nthWeekday(year, 5, MONDAY, -1) || // Memorial Day
    (year >= 2022 && day === nearestWorkday(dayOf(year, 6, 19))) || // Juneteenth
    day === nearestWorkday(dayOf(year, 7, 4)) ||
    day === nthWeekday(year, 9, MONDAY, 1) || // Labor Day
    day === thanksgiving ||
    day === thanksgiving + 1 ||
    (month === 12 && date === 24 && weekday !== FRIDAY)
  )
}

function nearestWorkday(day: Day): Day {
  const weekday = weekdayOf(day)
  return weekday === SATURDAY ? day - 1 : weekday === SUNDAY ? day + 1 : day
}
