/**
 * Sessions of the Tokyo Stock Exchange: 09:00–15:30 with lunch 11:30–12:30.
 * - Until 1 November 2024 the close was at 15:00 (JPX, "Extension of Trading Hours", 5 November 2024).
 * - Until 18 November 2011 lunch began at 11:00 (Reuters, 21 June 2011; Mainichi, 21 November 2011).
 * - The first and the last day of a year ended at 11:00, up to 5 January 2009 (Rakuten Securities, "2009年12月30日
 *   大納会を半日取引から終日に変更").
 * - From 19 January to 21 April 2006 the afternoon began at 13:00, to spare the trading system after it had to stop
 *   at 14:40 on 18 January (TSE; ITmedia, 24 January 2006).
 *
 * Holidays follow the Act on National Holidays (1948, amended 1998, 2001, 2005, 2014, 2017, 2018), whose articles
 * on substitutes and on days between two holidays are rules below; the exchange also rests on 31 December and
 * 1–3 January. Equinoxes: the usual formula for 1980–2099 (Hydrographic Department, "Shinpen koyomi benricho").
 */
import { type Day, civilOf, dayOf, nthWeekday, weekdayOf } from './civil.ts'
import { at, MONDAY, SATURDAY, type SessionHours, SUNDAY, type VenueHours } from './hours.ts'

export const TOKYO: VenueHours = {
  name: 'XTKS',
  zone: 'Asia/Tokyo',
  firstYear: 2000,
  lastYear: 2030,
  hours,
}

const open = at('09:00')
const REGULAR: SessionHours = {
  openMinute: open,
  closeMinute: at('15:30'),
  breaks: [[at('11:30'), at('12:30')]],
}
const UNTIL_2024: SessionHours = { ...REGULAR, closeMinute: at('15:00') }
const UNTIL_2011: SessionHours = { ...UNTIL_2024, breaks: [[at('11:00'), at('12:30')]] }
const SPRING_2006: SessionHours = { ...UNTIL_2024, breaks: [[at('11:00'), at('13:00')]] }
const STOPPED: SessionHours = { ...UNTIL_2011, closeMinute: at('14:40'), early: true }
const MORNING: SessionHours = { openMinute: open, closeMinute: at('11:00'), early: true }

const CLOSE_MOVED = dayOf(2024, 11, 5)
const LUNCH_SHORTENED = dayOf(2011, 11, 21)
const LAST_HALF_DAY = dayOf(2009, 1, 5)
const SYSTEM_STOP = dayOf(2006, 1, 18)
const LATE_AFTERNOONS_END = dayOf(2006, 4, 21)
/** The trading system failed for the whole day. */
const SYSTEM_FAILURE = dayOf(2020, 10, 1)

function hours(day: Day): SessionHours | undefined {
  if (isClosed(day)) return undefined
  if (day >= CLOSE_MOVED) return REGULAR
  if (day >= LUNCH_SHORTENED) return UNTIL_2024
  if (day <= LAST_HALF_DAY && isFirstOrLastOfYear(day)) return MORNING
  if (day === SYSTEM_STOP) return STOPPED
  return day > SYSTEM_STOP && day <= LATE_AFTERNOONS_END ? SPRING_2006 : UNTIL_2011
}

function isClosed(day: Day): boolean {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || day === SYSTEM_FAILURE) return true
  const { month, day: date } = civilOf(day)
  if ((month === 12 && date === 31) || (month === 1 && date <= 3)) return true
  return isHoliday(day) || isSubstitute(day) || (isHoliday(day - 1) && isHoliday(day + 1))
}

function isFirstOrLastOfYear(day: Day): boolean {
  const { month, day: date } = civilOf(day)
  if (month === 1 && date < 10) {
    for (let before = day - date + 1; before < day; before++) if (!isClosed(before)) return false
    return true
  }
  if (month !== 12 || date < 25) return false
  for (let after = day + 1; civilOf(after).month === 12; after++) if (!isClosed(after)) return false
  return true
}

/** A holiday on a Sunday moves to the Monday; since 2007 to the next day that is none. */
function isSubstitute(day: Day): boolean {
  if (weekdayOf(day) === MONDAY) return isHoliday(day - 1)
  if (civilOf(day).year < 2007) return false
  for (let before = day - 1; isHoliday(before); before--) if (weekdayOf(before) === SUNDAY) return true
  return false
}

/** Holidays by name, before any substitution. */
function isHoliday(day: Day): boolean {
  const { year, month, day: date } = civilOf(day)
  switch (month) {
    case 1:
      return date === 1 || day === nthWeekday(year, 1, MONDAY, 2)
    case 2:
      return date === 11 || (date === 23 && year >= 2020)
    case 3:
      return date === equinox(year, 20.8431)
    case 4:
      return date === 29 || (year === 2019 && date === 30)
    case 5:
      if (year === 2019 && (date === 1 || date === 2)) return true
      return date === 3 || date === 5 || (date === 4 && year >= 2007)
    case 7:
      // The Olympic Games of Tokyo moved three holidays in each of two years.
      if (year === 2020) return date === 23 || date === 24
      if (year === 2021) return date === 22 || date === 23
      return year < 2003 ? date === 20 : day === nthWeekday(year, 7, MONDAY, 3)
    case 8:
      if (year === 2020) return date === 10
      if (year === 2021) return date === 8
      return year >= 2016 && date === 11
    case 9:
      if (date === equinox(year, 23.2488)) return true
      return year < 2003 ? date === 15 : day === nthWeekday(year, 9, MONDAY, 3)
    case 10:
      if (year === 2019 && date === 22) return true
      return year !== 2020 && year !== 2021 && day === nthWeekday(year, 10, MONDAY, 2)
    case 11:
      return date === 3 || date === 23
    case 12:
      return date === 23 && year <= 2018
    default:
      return false
  }
}

/** The date of an equinox in its month. */
function equinox(year: number, in1980: number): number {
  return Math.floor(in1980 + 0.242194 * (year - 1980) - Math.floor((year - 1980) / 4))
}
