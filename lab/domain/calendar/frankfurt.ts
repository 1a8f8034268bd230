/**
 * Sessions of Xetra, Frankfurt's electronic market: 09:00–17:30 Berlin; until 20:00 from 2 June 2000 to 31 October
 * 2003 (Deutsche Welle, 3 November 2003, "German Stock Exchange Limits Trading Hours"); until 14:00 on the last
 * working day of the year since 2010. Holidays: Deutsche Börse's trading calendars. The floor in Frankfurt keeps
 * later hours, which are not told here: XFRA stands for the same sessions.
 */
import { type Day, civilOf, dayOf, easterSunday, weekdayOf } from './civil.ts'
import { at, SATURDAY, type SessionHours, SUNDAY, type VenueHours } from './hours.ts'

export const FRANKFURT: VenueHours = {
  name: 'XETR',
  zone: 'Europe/Berlin',
  firstYear: 2000,
  lastYear: 2030,
  hours,
}

const REGULAR: SessionHours = { openMinute: at('09:00'), closeMinute: at('17:30') }
const LONG: SessionHours = { openMinute: at('09:00'), closeMinute: at('20:00') }
const EARLY: SessionHours = { openMinute: at('09:00'), closeMinute: at('14:00'), early: true }
const LONG_FROM = dayOf(2000, 6, 2)
const LONG_UNTIL = dayOf(2003, 10, 31)

function hours(day: Day): SessionHours | undefined {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || isHoliday(day)) return undefined
  if (day >= LONG_FROM && day <= LONG_UNTIL) return LONG
  const { year } = civilOf(day)
  return year >= 2010 && day === lastWorkday(dayOf(year, 12, 30)) ? EARLY : REGULAR
}

function isHoliday(day: Day): boolean {
  const { year, month, day: date } = civilOf(day)
  if (month === 12) return date === 24 || date === 25 || date === 26 || date === 31
  if (month === 1) return date === 1
  if (month === 5 && date === 1) return true
  if (month === 10) {
    // German Unity was kept for a while; Reformation Day once, at its 500th anniversary.
    return (date === 3 && year >= 2014 && year <= 2021) || (date === 31 && year === 2017)
  }
  const easter = easterSunday(year)
  const whitMonday = year === 2007 || (year >= 2015 && year <= 2021)
  return day === easter - 2 || day === easter + 1 || (whitMonday && day === easter + 50)
}

function lastWorkday(day: Day): Day {
  const weekday = weekdayOf(day)
  return weekday === SATURDAY ? day - 1 : weekday === SUNDAY ? day - 2 : day
}
