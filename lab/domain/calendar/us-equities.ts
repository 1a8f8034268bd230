/**
 * Sessions of the New York Stock Exchange, which Nasdaq keeps too: 09:30–16:00 New York, 13:00 on early closes.
 * Rules: NYSE Rule 7.2 and the exchange's published "Hours & Calendars"; unscheduled closures are listed one by
 * one. Holidays on a Saturday are kept on Friday, those on a Sunday on Monday; New Year's Day on a Saturday is
 * not kept, since that Friday ends the accounting year.
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

export const US_EQUITIES: VenueHours = {
  name: 'XNYS',
  zone: 'America/New_York',
  firstYear: 2000,
  lastYear: 2030,
  hours,
}

const REGULAR: SessionHours = { openMinute: at('09:30'), closeMinute: at('16:00') }
const EARLY: SessionHours = { openMinute: at('09:30'), closeMinute: at('13:00'), early: true }

/** Days on which the exchange stayed closed outside its rules. */
const CLOSED: readonly Day[] = [
  // The attacks of 11 September 2001
  dayOf(2001, 9, 11),
  dayOf(2001, 9, 12),
  dayOf(2001, 9, 13),
  dayOf(2001, 9, 14),
  // Mourning: Ronald Reagan, Gerald Ford, George H. W. Bush, Jimmy Carter
  dayOf(2004, 6, 11),
  dayOf(2007, 1, 2),
  dayOf(2018, 12, 5),
  dayOf(2025, 1, 9),
  // Hurricane Sandy
  dayOf(2012, 10, 29),
  dayOf(2012, 10, 30),
]

function hours(day: Day): SessionHours | undefined {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || isHoliday(day) || CLOSED.includes(day)) return undefined
  return isEarlyClose(day, weekday) ? EARLY : REGULAR
}

function isHoliday(day: Day): boolean {
  const { year } = civilOf(day)
  return (
    day === newYear(year) ||
    day === nthWeekday(year, 1, MONDAY, 3) || // Martin Luther King Jr. Day
    day === nthWeekday(year, 2, MONDAY, 3) || // Washington's Birthday
    day === easterSunday(year) - 2 || // Good Friday
    day === nthWeekday(year, 5, MONDAY, -1) || // Memorial Day
    (year >= 2022 && day === observed(dayOf(year, 6, 19))) || // Juneteenth
    day === observed(dayOf(year, 7, 4)) ||
    day === nthWeekday(year, 9, MONDAY, 1) || // Labor Day
    day === nthWeekday(year, 11, THURSDAY, 4) || // Thanksgiving
    day === observed(dayOf(year, 12, 25))
  )
}

function newYear(year: number): Day {
  const day = dayOf(year, 1, 1)
  return weekdayOf(day) === SUNDAY ? day + 1 : day
}

function observed(day: Day): Day {
  const weekday = weekdayOf(day)
  return weekday === SATURDAY ? day - 1 : weekday === SUNDAY ? day + 1 : day
}

function isEarlyClose(day: Day, weekday: number): boolean {
  const { year, month, day: dayOfMonth } = civilOf(day)
  if (month === 11) return day === nthWeekday(year, 11, THURSDAY, 4) + 1
  if (month === 12) {
    // The Friday after Christmas 2003 was cut short by an extra decision of the exchange.
    return dayOfMonth === 24 || day === dayOf(2003, 12, 26)
  }
  if (month !== 7) return false
  const independence = weekdayOf(dayOf(year, 7, 4))
  // Until 2012 a Thursday's Independence Day cut the Friday after it; since 2013 the Wednesday before it.
  if (independence === THURSDAY && year < 2013) return dayOfMonth === 5 && weekday === FRIDAY
  return dayOfMonth === 3
}
