/**
 * Sessions of the London Stock Exchange: 08:00–16:30 London, 12:30 on the last working days before Christmas and
 * New Year. Days off are the bank holidays of England and Wales (Banking and Financial Dealings Act 1971, gov.uk
 * "UK bank holidays"); royal occasions are listed one by one. Times are those of continuous trading; the closing
 * auction that follows ends within five minutes.
 */
import { type Day, civilOf, dayOf, easterSunday, nthWeekday, weekdayOf } from './civil.ts'
import { at, FRIDAY, MONDAY, SATURDAY, type SessionHours, SUNDAY, type VenueHours } from './hours.ts'

export const LONDON: VenueHours = {
  name: 'XLON',
  zone: 'Europe/London',
  firstYear: 2000,
  lastYear: 2030,
  hours,
}

const REGULAR: SessionHours = { openMinute: at('08:00'), closeMinute: at('16:30') }
const EARLY: SessionHours = { openMinute: at('08:00'), closeMinute: at('12:30'), early: true }

/** Bank holidays by proclamation. */
const PROCLAIMED: readonly Day[] = [
  dayOf(2002, 6, 3), // Golden Jubilee
  dayOf(2011, 4, 29), // wedding of Prince William
  dayOf(2012, 6, 5), // Diamond Jubilee
  dayOf(2022, 6, 3), // Platinum Jubilee
  dayOf(2022, 9, 19), // funeral of Elizabeth II
  dayOf(2023, 5, 8), // coronation of Charles III
]

function hours(day: Day): SessionHours | undefined {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || isHoliday(day)) return undefined
  const { year } = civilOf(day)
  const early = day === lastWorkday(dayOf(year, 12, 24)) || day === lastWorkday(dayOf(year, 12, 31))
  return early ? EARLY : REGULAR
}

function isHoliday(day: Day): boolean {
  const { year } = civilOf(day)
  const easter = easterSunday(year)
  return (
    day === nextMonday(dayOf(year, 1, 1)) ||
    day === easter - 2 ||
    day === easter + 1 ||
    day === earlyMay(year) ||
    day === springBank(year) ||
    day === nthWeekday(year, 8, MONDAY, -1) ||
    isChristmas(day, year) ||
    PROCLAIMED.includes(day)
  )
}

/** The first Monday of May; in 2020 the Friday of the 75th anniversary of VE Day. */
function earlyMay(year: number): Day {
  return year === 2020 ? dayOf(2020, 5, 8) : nthWeekday(year, 5, MONDAY, 1)
}

/** The last Monday of May, moved to join the jubilees. */
function springBank(year: number): Day {
  if (year === 2002 || year === 2012) return dayOf(year, 6, 4)
  if (year === 2022) return dayOf(2022, 6, 2)
  return nthWeekday(year, 5, MONDAY, -1)
}

/** Christmas and Boxing Day; one on a weekend is made up for on the next working day. */
function isChristmas(day: Day, year: number): boolean {
  const christmas = dayOf(year, 12, 25)
  const weekday = weekdayOf(christmas)
  const boxing = weekday === FRIDAY ? christmas + 3 : christmas + 1
  if (weekday === SATURDAY) return day === christmas + 2 || day === christmas + 3
  if (weekday === SUNDAY) return day === christmas + 1 || day === christmas + 2
  return day === christmas || day === boxing
}

function nextMonday(day: Day): Day {
  const weekday = weekdayOf(day)
  return weekday === SATURDAY ? day + 2 : weekday === SUNDAY ? day + 1 : day
}

function lastWorkday(day: Day): Day {
  const weekday = weekdayOf(day)
  return weekday === SATURDAY ? day - 1 : weekday === SUNDAY ? day - 2 : day
}
