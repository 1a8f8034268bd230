/**
 * The project's own time-zone tables: a standard offset and the law by which clocks change, for the zones in which
 * venues trade. Calendars and schedules go by these alone, so that no runtime's table decides a result.
 *
 * Sources: US Energy Policy Act of 2005 (second Sunday of March to first Sunday of November since 2007; the first
 * Sunday of April to the last of October from 1987), changes at 02:00 local time; EU Directive 2000/84/EC and its
 * forerunner (last Sundays of March and October since 1996), changes at 01:00 UTC everywhere. Each zone is held to
 * Python's zoneinfo, hour by hour, in zone.test.ts.
 */
import { DAY, HOUR, type Micros, MINUTE } from '../../core/time.ts'
import { dayOf, nthWeekday } from './civil.ts'

export interface ZoneRule {
  /** Local time minus UTC outside of summer time. */
  readonly standard: Micros
  /** `us`, `eu`: summer time is an hour ahead by that law; `none`: the clocks stay. */
  readonly summer: 'none' | 'us' | 'eu'
  /** First year in which the rule holds; earlier ones are not in these tables. */
  readonly from: number
}

/** Offsets of one UTC year: in force from each instant on. The first entry is the year's beginning. */
export interface OffsetSpan {
  readonly from: Micros
  readonly offset: Micros
}

const SUNDAY = 0

const zone = (minutes: number, summer: ZoneRule['summer'], from: number): ZoneRule => ({
  standard: minutes * MINUTE,
  summer,
  from,
})

const RULES: Readonly<Record<string, ZoneRule>> = {
  'America/New_York': zone(-300, 'us', 1987),
  'America/Toronto': zone(-300, 'us', 1987),
  'America/Chicago': zone(-360, 'us', 1987),
  'America/Denver': zone(-420, 'us', 1987),
  'America/Phoenix': zone(-420, 'none', 1987),
  'America/Los_Angeles': zone(-480, 'us', 1987),
  'Europe/London': zone(0, 'eu', 1996),
  'Europe/Dublin': zone(0, 'eu', 1996),
  'Europe/Lisbon': zone(0, 'eu', 1997),
  'Europe/Amsterdam': zone(60, 'eu', 1996),
  'Europe/Berlin': zone(60, 'eu', 1996),
  'Europe/Brussels': zone(60, 'eu', 1996),
  'Europe/Madrid': zone(60, 'eu', 1996),
  'Europe/Paris': zone(60, 'eu', 1996),
  'Europe/Rome': zone(60, 'eu', 1996),
  'Europe/Stockholm': zone(60, 'eu', 1996),
  'Europe/Zurich': zone(60, 'eu', 1996),
  'Europe/Athens': zone(120, 'eu', 1996),
  'Europe/Helsinki': zone(120, 'eu', 1996),
  'Asia/Dubai': zone(240, 'none', 1987),
  'Asia/Kolkata': zone(330, 'none', 1987),
  'Asia/Hong_Kong': zone(480, 'none', 1987),
  'Asia/Shanghai': zone(480, 'none', 1992),
  'Asia/Singapore': zone(480, 'none', 1987),
  'Asia/Taipei': zone(480, 'none', 1987),
  'Asia/Seoul': zone(540, 'none', 1989),
  'Asia/Tokyo': zone(540, 'none', 1987),
  'Australia/Brisbane': zone(600, 'none', 1993),
}

/** Zones of these tables. */
export const RULED_ZONES: readonly string[] = Object.keys(RULES)

/** The rule of an IANA zone; undefined for one that these tables do not hold. */
export function ruleOf(name: string): ZoneRule | undefined {
  return Object.hasOwn(RULES, name) ? RULES[name] : undefined
}

/** The offsets in force during a UTC year of a rule's own years. */
export function spansByRule(rule: ZoneRule, year: number): OffsetSpan[] {
  const { standard } = rule
  const start = { from: dayOf(year, 1, 1) * DAY, offset: standard }
  if (rule.summer === 'none') return [start]
  const summer = standard + HOUR
  if (rule.summer === 'eu') {
    return [
      start,
      { from: nthWeekday(year, 3, SUNDAY, -1) * DAY + HOUR, offset: summer },
      { from: nthWeekday(year, 10, SUNDAY, -1) * DAY + HOUR, offset: standard },
    ]
  }
  const begins = year >= 2007 ? nthWeekday(year, 3, SUNDAY, 2) : nthWeekday(year, 4, SUNDAY, 1)
  const ends = year >= 2007 ? nthWeekday(year, 11, SUNDAY, 1) : nthWeekday(year, 10, SUNDAY, -1)
  return [
    start,
    { from: begins * DAY + 2 * HOUR - standard, offset: summer },
    { from: ends * DAY + 2 * HOUR - summer, offset: standard },
  ]
}
