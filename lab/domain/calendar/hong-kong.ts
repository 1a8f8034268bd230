/**
 * Sessions of the Hong Kong Stock Exchange: 09:30–16:00 with lunch 12:00–13:00; until 4 March 2012 lunch lasted to
 * 13:30, until 4 March 2011 the day was 10:00–16:00 with lunch 12:30–14:30 (HKEx, news releases of 23 November 2010
 * and 1 March 2012). The eves of Christmas, of New Year and (since 2013) of Lunar New Year have the morning only.
 *
 * Holidays: General Holidays Ordinance (Cap. 149). Dates of the lunar calendar are listed, from the Hong Kong
 * Observatory's Gregorian–Lunar tables; days lost to typhoons one by one, mornings lost to them are not.
 */
import { type Day, civilOf, dayOf, easterSunday, weekdayOf } from './civil.ts'
import { at, FRIDAY, SATURDAY, type SessionHours, SUNDAY, type VenueHours } from './hours.ts'

export const HONG_KONG: VenueHours = {
  name: 'XHKG',
  zone: 'Asia/Hong_Kong',
  firstYear: 2000,
  lastYear: 2030,
  hours,
}

const lunch = (from: string, to: string): [number, number][] => [[at(from), at(to)]]
const REGULAR: SessionHours = {
  openMinute: at('09:30'),
  closeMinute: at('16:00'),
  breaks: lunch('12:00', '13:00'),
}
const UNTIL_2012: SessionHours = { ...REGULAR, breaks: lunch('12:00', '13:30') }
const UNTIL_2011: SessionHours = {
  openMinute: at('10:00'),
  closeMinute: at('16:00'),
  breaks: lunch('12:30', '14:30'),
}
const MORNING: SessionHours = { openMinute: at('09:30'), closeMinute: at('12:00'), early: true }
const MORNING_UNTIL_2011: SessionHours = { openMinute: at('10:00'), closeMinute: at('12:30'), early: true }
const OPENING_MOVED = dayOf(2011, 3, 7)
const LUNCH_SHORTENED = dayOf(2012, 3, 5)

/** Year, then month and day of: Lunar New Year, Ching Ming, Buddha's birthday, Tuen Ng, Mid-Autumn, Chung Yeung. */
const LUNAR: readonly string[] = [
  '2000 0205 0404 0511 0606 0912 1006',
  '2001 0124 0405 0430 0625 1001 1025',
  '2002 0212 0405 0519 0615 0921 1014',
  '2003 0201 0405 0508 0604 0911 1004',
  '2004 0122 0404 0526 0622 0928 1022',
  '2005 0209 0405 0515 0611 0918 1011',
  '2006 0129 0405 0505 0531 1006 1030',
  '2007 0218 0405 0524 0619 0925 1019',
  '2008 0207 0404 0512 0608 0914 1007',
  '2009 0126 0404 0502 0528 1003 1026',
  '2010 0214 0405 0521 0616 0922 1016',
  '2011 0203 0405 0510 0606 0912 1005',
  '2012 0123 0404 0428 0623 0930 1023',
  '2013 0210 0404 0517 0612 0919 1013',
  '2014 0131 0405 0506 0602 0908 1002',
  '2015 0219 0405 0525 0620 0927 1021',
  '2016 0208 0404 0514 0609 0915 1009',
  '2017 0128 0404 0503 0530 1004 1028',
  '2018 0216 0405 0522 0618 0924 1017',
  '2019 0205 0405 0512 0607 0913 1007',
  '2020 0125 0404 0430 0625 1001 1025',
  '2021 0212 0404 0519 0614 0921 1014',
  '2022 0201 0405 0508 0603 0910 1004',
  '2023 0122 0405 0526 0622 0929 1023',
  '2024 0210 0404 0515 0610 0917 1011',
  '2025 0129 0404 0505 0531 1006 1029',
  '2026 0217 0405 0524 0619 0925 1018',
  '2027 0206 0405 0513 0609 0915 1008',
  '2028 0126 0404 0502 0528 1003 1026',
  '2029 0213 0404 0520 0616 0922 1016',
  '2030 0203 0405 0509 0605 0912 1005',
]

/** Typhoons, holidays by proclamation, and substitutes outside the rules. */
const CLOSED: readonly Day[] = [
  dayOf(2001, 7, 6), // Utor
  dayOf(2001, 7, 25), // Yutu
  dayOf(2008, 8, 6), // Kammuri
  dayOf(2008, 8, 22), // Nuri
  dayOf(2010, 4, 6), // Ching Ming and Easter Monday on one day
  dayOf(2011, 9, 29), // Nesat
  dayOf(2012, 10, 2), // Mid-Autumn and National Day side by side
  dayOf(2013, 8, 14), // Utor
  dayOf(2015, 4, 7), // Ching Ming on Easter Sunday
  dayOf(2015, 9, 3), // 70 years since the war
  dayOf(2016, 8, 2), // Nida
  dayOf(2016, 10, 21), // Haima
  dayOf(2017, 8, 23), // Hato
  dayOf(2020, 10, 13), // Nangka
  dayOf(2021, 10, 13), // Kompasu
  dayOf(2022, 9, 12), // Mid-Autumn on a Saturday
  dayOf(2023, 7, 17), // Talim
  dayOf(2024, 9, 6), // Yagi
]

interface LunarYear {
  readonly newYear: Day
  readonly holidays: ReadonlySet<Day>
}

const lunarYears = new Map<number, LunarYear>()

function hours(day: Day): SessionHours | undefined {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || isHoliday(day) || CLOSED.includes(day)) return undefined
  if (isEve(day)) return day < OPENING_MOVED ? MORNING_UNTIL_2011 : MORNING
  return day < OPENING_MOVED ? UNTIL_2011 : day < LUNCH_SHORTENED ? UNTIL_2012 : REGULAR
}

function isEve(day: Day): boolean {
  const { year, month, day: date } = civilOf(day)
  if (month === 12) return date === 24 || date === 31
  return year >= 2013 && day === lunarYear(year).newYear - 1
}

function isHoliday(day: Day): boolean {
  const { year, month } = civilOf(day)
  const easter = easterSunday(year)
  if (day === easter - 2 || day === easter + 1) return true
  if (month === 12) return isChristmas(day, year)
  return (
    day === afterSunday(dayOf(year, 1, 1)) ||
    day === afterSunday(dayOf(year, 5, 1)) ||
    day === afterSunday(dayOf(year, 7, 1)) ||
    day === afterSunday(dayOf(year, 10, 1)) ||
    lunarYear(year).holidays.has(day)
  )
}

/** Christmas Day and the first weekday after it; both on weekdays where Christmas is on a weekend. */
function isChristmas(day: Day, year: number): boolean {
  const christmas = dayOf(year, 12, 25)
  const weekday = weekdayOf(christmas)
  if (weekday === SATURDAY) return day === christmas + 2
  if (weekday === SUNDAY) return day === christmas + 1 || day === christmas + 2
  return day === christmas || (weekday !== FRIDAY && day === christmas + 1)
}

function afterSunday(day: Day): Day {
  return weekdayOf(day) === SUNDAY ? day + 1 : day
}

function lunarYear(year: number): LunarYear {
  let found = lunarYears.get(year)
  if (found === undefined) lunarYears.set(year, (found = readLunarYear(year)))
  return found
}

function readLunarYear(year: number): LunarYear {
  const row = LUNAR[year - HONG_KONG.firstYear].split(' ')
  const [newYear, chingMing, buddha, tuenNg, midAutumn, chungYeung] = row
    .slice(1)
    .map(text => dayOf(year, Number(text.slice(0, 2)), Number(text.slice(2))))
  const holidays = new Set([newYear, newYear + 1, newYear + 2])
  const first = weekdayOf(newYear)
  // A Sunday among the three days is made up for: before 2013 on the eve, since then on the fourth day.
  if (year < 2013) {
    if (first === SATURDAY) holidays.add(newYear - 1)
  } else if (first >= FRIDAY || first === SUNDAY) holidays.add(newYear + 3)
  const observed = afterSunday(chingMing)
  holidays.add(observed === easterSunday(year) + 1 ? observed + 1 : observed)
  for (const day of [buddha, tuenNg, chungYeung]) holidays.add(afterSunday(day))
  // The day after Mid-Autumn; National Day keeps 1 October and pushes it on.
  holidays.add(midAutumn + 1 === dayOf(year, 10, 1) ? midAutumn + 2 : midAutumn + 1)
  return { newYear, holidays }
}
