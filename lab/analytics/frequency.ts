/**
 * How many samples make a year, read off their times; or the reason why that cannot be told. Never a guess.
 *
 *   median spacing            and                                               a year
 *   20..28 h                  five weekdays, at least 80 % of them present      252
 *   20..28 h                  all seven, at least 90 % present                  365
 *   6.5..7.5 days             80 % of spacings are 6..8 days                    52
 *   27..32 days               80 % are 27..35 days                              12
 *   88..95 days               80 % are 85..98 days                              4
 *   360..370 days             80 % are 355..375 days                            1
 *   under 20 h                80 % are equal, days as above, 80 % of the inner
 *                             days with the median number of samples (± 10 %)   samples a day × 252 or 365
 *
 * A weekday counts when at least half of its days are there, and not at all when at most a tenth are.
 */
import { DAY, HOUR, MINUTE, SECOND, type Micros } from '../core/time.ts'
import { quantile } from '../math/index.ts'

export type Frequency =
  | {
      readonly kind: 'detected'
      readonly periodsPerYear: number
      /** e.g. `daily on five days a week, 252 a year` */
      readonly rule: string
    }
  | { readonly kind: 'unclear'; readonly why: string }

const LONG = [
  { name: 'weekly', median: [6.5, 7.5], gap: [6, 8], periodsPerYear: 52 },
  { name: 'monthly', median: [27, 32], gap: [27, 35], periodsPerYear: 12 },
  { name: 'quarterly', median: [88, 95], gap: [85, 98], periodsPerYear: 4 },
  { name: 'yearly', median: [360, 370], gap: [355, 375], periodsPerYear: 1 },
] as const

/** @param times µs, rising; midnight belongs to the day that begins with it */
export function detectFrequency(times: Float64Array): Frequency {
  if (times.length < 3) return unclear(`${times.length} dates are too few to tell`)
  const gaps = times.subarray(1).map((time, i) => time - times[i])
  const median = quantile(gaps, 0.5)!
  if (median < 20 * HOUR) return intraday(times, gaps)
  if (median <= 28 * HOUR) return daily(times)
  const days = median / DAY
  const match = LONG.find(each => days >= each.median[0] && days <= each.median[1])
  if (match === undefined) return unclear(`a spacing of ${intervalText(median)} is none that is known`)
  if (share(gaps, gap => gap >= match.gap[0] * DAY && gap <= match.gap[1] * DAY) < 0.8) {
    return unclear(`most dates look ${match.name}, but more than a fifth of the spacings do not`)
  }
  return detected(match.periodsPerYear, match.name)
}

function daily(times: Float64Array): Frequency {
  const week = tradingDays(times)
  if (typeof week === 'string') return unclear(week)
  return detected(week.daysPerYear, `daily on ${week.name}`)
}

function intraday(times: Float64Array, gaps: Float64Array): Frequency {
  const interval = lowerMedian(gaps)
  if (share(gaps, gap => Math.abs(gap - interval) <= 0.01 * interval) < 0.8) {
    return unclear('the samples are irregular within the day')
  }
  const week = tradingDays(times)
  if (typeof week === 'string') return unclear(week)
  const counts = new Map<number, number>()
  for (const time of times) counts.set(dayOf(time), (counts.get(dayOf(time)) ?? 0) + 1)
  const inner = Float64Array.from([...counts.values()].slice(1, -1))
  const perDay = lowerMedian(inner)
  if (share(inner, count => Math.abs(count - perDay) <= 0.1 * perDay) < 0.8) {
    return unclear('the number of samples differs from day to day')
  }
  return detected(perDay * week.daysPerYear, `every ${intervalText(interval)}, ${perDay} a day, ${week.name}`)
}

/** Which days of the week are sampled: five of them make 252 days a year, seven 365; a sentence when neither. */
function tradingDays(times: Float64Array): { daysPerYear: number; name: string } | string {
  const days = new Set(Array.from(times, dayOf))
  const first = dayOf(times[0])
  const last = dayOf(times[times.length - 1])
  if (last - first < 6) return 'less than a week of days cannot tell trading days from calendar days'
  const seen = new Array<number>(7).fill(0)
  const possible = new Array<number>(7).fill(0)
  for (let day = first; day <= last; day++) {
    possible[weekday(day)]++
    if (days.has(day)) seen[weekday(day)]++
  }
  const shares = seen.map((count, i) => count / possible[i])
  const open = shares.map(value => value >= 0.5)
  if (shares.some((value, i) => !open[i] && value > 0.1))
    return 'some days of the week are there only now and then'
  const week = open.filter(Boolean).length
  const coverage = open.reduce((total, isOpen, i) => total + (isOpen ? seen[i] : 0), 0)
  const expected = open.reduce((total, isOpen, i) => total + (isOpen ? possible[i] : 0), 0)
  if (week === 5 && coverage >= 0.8 * expected) return { daysPerYear: 252, name: 'five days a week' }
  if (week === 7 && coverage >= 0.9 * expected) return { daysPerYear: 365, name: 'all days of the week' }
  if (week === 5 || week === 7) return 'too many days are missing'
  return `samples on ${week} days of the week fit neither trading days nor calendar days`
}

/** `1 min`, `4 h`, `2.5 days` */
export function intervalText(interval: Micros): string {
  const [unit, name] =
    interval >= DAY
      ? [DAY, 'days']
      : interval >= HOUR
        ? [HOUR, 'h']
        : interval >= MINUTE
          ? [MINUTE, 'min']
          : [SECOND, 's']
  return `${Number((interval / unit).toFixed(3))} ${name === 'days' && interval === DAY ? 'day' : name}`
}

/** The median; of an even number the lower, so that it is a value that occurs. */
function lowerMedian(values: Float64Array): number {
  return Float64Array.from(values).sort()[Math.floor((values.length - 1) / 2)]
}

function share(values: Float64Array, holds: (value: number) => boolean): number {
  return values.filter(holds).length / values.length
}

/** Days since 1970-01-01, a Thursday. */
function dayOf(time: Micros): number {
  return Math.floor(time / DAY)
}

/** 0 is Sunday. */
function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

function detected(periodsPerYear: number, rule: string): Frequency {
  return { kind: 'detected', periodsPerYear, rule: `${rule}, ${periodsPerYear} a year` }
}

function unclear(why: string): Frequency {
  return { kind: 'unclear', why }
}
