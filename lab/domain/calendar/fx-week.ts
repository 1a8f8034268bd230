/**
 * The week of spot foreign exchange: from Sunday 17:00 to Friday 17:00 New York, one session for each of the five
 * days, from 17:00 to 17:00, so that a daily bar is known at 17:00 New York (the roll of value dates). No venue
 * rules it, hence no holidays: on 25 December and 1 January most desks are away, and what trades is thin.
 * Quotes pause for some minutes at the roll at most banks; that is theirs, not the market's.
 */
import { type Day, weekdayOf } from './civil.ts'
import { at, SATURDAY, type SessionHours, SUNDAY, type VenueHours } from './hours.ts'

export const FX_WEEK: VenueHours = {
  name: 'FX',
  zone: 'America/New_York',
  firstYear: 1990,
  lastYear: 2050,
  overnight: true,
  hours,
}

const SESSION: SessionHours = { openMinute: at('17:00') - 24 * 60, closeMinute: at('17:00') }

function hours(day: Day): SessionHours | undefined {
  const weekday = weekdayOf(day)
  return weekday === SATURDAY || weekday === SUNDAY ? undefined : SESSION
}
