/**
 * Sessions of the equity markets of Mumbai, NSE and BSE, which keep the same days: 09:15–15:30 Kolkata. From
 * 4 January 2010 the opening was at 09:00, before that at 09:55 (India Today, 16 December 2009, put off to
 * 4 January), which is taken for all earlier years; since 18 October 2010 a call auction fills 09:00–09:15.
 *
 * Holidays follow several religious calendars and are announced year by year, so that they are a list (the
 * exchanges' circulars), which ends with 2026. On the evening of Diwali there is an hour of Muhurat trading in place
 * of the day's session, be it a weekend; the list has those of 2000–2025. Before 2010 the exact hour was not found:
 * the usual one is taken, so that no daily bar is known before its evening.
 */
import { type Day, dayOf, parseDay, weekdayOf } from './civil.ts'
import { at, SATURDAY, type SessionHours, SUNDAY, type VenueHours } from './hours.ts'

export const INDIA: VenueHours = {
  name: 'XNSE',
  zone: 'Asia/Kolkata',
  firstYear: 2000,
  lastYear: 2026,
  hours,
}

const REGULAR: SessionHours = { openMinute: at('09:15'), closeMinute: at('15:30') }
const IN_2010: SessionHours = { openMinute: at('09:00'), closeMinute: at('15:30') }
const UNTIL_2009: SessionHours = { openMinute: at('09:55'), closeMinute: at('15:30') }
const OPENING_ADVANCED = dayOf(2010, 1, 4)
const CALL_AUCTION = dayOf(2010, 10, 18)

/** Year, then month and day of each weekday without a regular session. */
const HOLIDAYS: readonly string[] = [
  '2000 0126 0317 0320 0414 0421 0501 0815 0901 1002 1225',
  '2001 0101 0126 0306 0405 0413 0501 0815 0822 1002 1026 1116 1130 1217 1225',
  '2002 0325 0329 0501 0815 0910 1002 1015 1106 1119 1225',
  '2003 0213 0314 0318 0414 0418 0501 0815 1002 1126 1225',
  '2004 0101 0126 0202 0302 0409 0414 0426 1013 1022 1115 1126',
  '2005 0121 0126 0325 0414 0728 0815 0907 1012 1103 1104 1115',
  '2006 0111 0126 0209 0315 0406 0411 0414 0501 0815 1002 1024 1025 1225',
  '2007 0101 0126 0130 0216 0327 0406 0501 0502 0815 1002 1221 1225',
  '2008 0306 0320 0321 0414 0418 0501 0519 0815 0903 1002 1009 1030 1113 1127 1209 1225',
  '2009 0108 0126 0223 0310 0311 0403 0407 0410 0414 0430 0501 0921 0928 1002 1013 1019 1102 1225 1228',
  '2010 0101 0126 0212 0301 0324 0402 0414 0910 1117 1217',
  '2011 0126 0302 0412 0414 0422 0815 0831 0901 1006 1027 1107 1110 1206',
  '2012 0126 0220 0308 0405 0406 0501 0815 0820 0919 1002 1024 1114 1128 1225',
  '2013 0327 0329 0419 0424 0501 0809 0815 0909 1002 1016 1104 1114 1225',
  '2014 0227 0317 0408 0414 0418 0424 0501 0729 0815 0829 1002 1003 1006 1015 1023 1024 1104 1106 1225',
  '2015 0126 0217 0306 0402 0403 0414 0501 0917 0925 1002 1022 1111 1112 1125 1225',
  '2016 0126 0307 0324 0325 0414 0415 0419 0706 0815 0905 0913 1011 1012 1031 1114',
  '2017 0126 0224 0313 0404 0414 0501 0626 0815 0825 1002 1019 1020 1225',
  '2018 0126 0213 0302 0329 0330 0501 0815 0822 0913 0920 1002 1018 1107 1108 1123 1225',
  '2019 0304 0321 0417 0419 0429 0501 0605 0812 0815 0902 0910 1002 1008 1021 1028 1112 1225',
  '2020 0221 0310 0402 0406 0410 0414 0501 0525 1002 1116 1130 1225',
  '2021 0126 0311 0329 0402 0414 0421 0513 0721 0819 0910 1015 1104 1105 1119',
  '2022 0126 0301 0318 0414 0415 0503 0809 0815 0831 1005 1024 1026 1108',
  '2023 0126 0307 0330 0404 0407 0414 0501 0629 0815 0919 1002 1024 1114 1127 1225',
  '2024 0122 0126 0308 0325 0329 0411 0417 0501 0520 0617 0717 0815 1002 1101 1115 1120 1225',
  '2025 0226 0314 0331 0410 0414 0418 0501 0815 0827 1002 1021 1022 1105 1225',
  '2026 0115 0126 0303 0326 0331 0403 0414 0501 0528 0626 0914 1002 1020 1110 1124 1225',
]

/** Sessions outside the regular days and hours: date, parts. */
const SPECIAL: readonly string[] = [
  '2000-10-26 18:15-19:15', // Muhurat trading, this and those below without a remark
  '2001-11-14 18:15-19:15',
  '2002-11-04 18:15-19:15',
  '2003-10-25 18:15-19:15',
  '2004-11-12 18:15-19:15',
  '2005-11-01 18:15-19:15',
  '2006-10-21 18:15-19:15',
  '2007-11-09 18:15-19:15',
  '2008-10-28 18:15-19:15',
  '2009-10-17 18:15-19:15',
  '2010-11-05 18:00-19:00',
  '2011-10-26 16:45-18:00',
  '2012-11-13 16:45-18:00',
  '2013-11-03 18:15-19:30',
  '2014-10-23 18:15-19:30',
  '2015-02-28 09:15-15:30', // Union Budget on a Saturday
  '2015-11-11 17:45-18:45',
  '2016-10-30 18:30-19:30',
  '2017-10-19 18:30-19:30',
  '2018-11-07 17:30-18:30',
  '2019-10-27 18:15-19:15',
  '2020-02-01 09:15-15:30', // Union Budget
  '2020-11-14 18:15-19:15',
  '2021-11-04 18:15-19:15',
  '2022-10-24 18:15-19:15',
  '2023-11-12 18:15-19:15',
  '2024-01-20 09:15-15:30', // in place of 22 January
  '2024-03-02 09:15-10:00 11:30-12:30', // move to the disaster recovery site
  '2024-05-18 09:15-10:00 11:45-12:40', // the same
  '2024-11-01 18:00-19:00',
  '2025-02-01 09:15-15:30', // Union Budget
  '2025-10-21 13:45-14:45',
  '2026-02-01 09:15-15:30', // Union Budget on a Sunday
]

let special: ReadonlyMap<Day, SessionHours> | undefined
let holidays: ReadonlySet<Day> | undefined

function hours(day: Day): SessionHours | undefined {
  const extra = (special ??= readSpecial()).get(day)
  if (extra !== undefined) return extra
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY || weekday === SUNDAY || (holidays ??= readHolidays()).has(day)) return undefined
  return day < OPENING_ADVANCED ? UNTIL_2009 : day < CALL_AUCTION ? IN_2010 : REGULAR
}

function readHolidays(): Set<Day> {
  const days = new Set<Day>()
  for (const row of HOLIDAYS) {
    const [year, ...dates] = row.split(' ')
    for (const date of dates) days.add(dayOf(Number(year), Number(date.slice(0, 2)), Number(date.slice(2))))
  }
  return days
}

function readSpecial(): Map<Day, SessionHours> {
  const sessions = new Map<Day, SessionHours>()
  for (const row of SPECIAL) {
    const [date, ...texts] = row.split(' ')
    const parts = texts.map(text => text.split('-').map(at))
    const closeMinute = parts[parts.length - 1][1]
    sessions.set(parseDay(date)!, {
      openMinute: parts[0][0],
      closeMinute,
      breaks: parts.slice(1).map((part, i) => [parts[i][1], part[0]] as const),
      early: closeMinute < REGULAR.closeMinute,
    })
  }
  return sessions
}
