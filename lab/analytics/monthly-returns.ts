/**
 * Returns by calendar month (UTC day of the close): value at the month's last sample over the value at the last
 * sample before it.
 * Reference: quantstats 0.0.86 `quantstats.stats.monthly_returns(returns)`, which shows 0 for months without data.
 */
import { closingDay } from './sampling.ts'
import { DAY } from '../core/time.ts'

export interface MonthlyRow {
  readonly year: number
  /** January first, fractions; undefined where the curve has no sample. */
  readonly months: readonly (number | undefined)[]
  /** Of the whole year, as far as the curve reaches. */
  readonly total: number
}

/**
 * @param curve.time µs UTC, rising
 * @param curve.equity positive; the first sample is the starting value
 */
export function monthlyReturns(curve: { time: Float64Array; equity: Float64Array }): MonthlyRow[] {
  const { time, equity } = curve
  const rows: { year: number; months: (number | undefined)[]; total: number; start: number }[] = []
  let monthStart = equity[0]
  for (let i = 1; i < time.length; i++) {
    const [year, month] = calendarMonth(time[i])
    const [lastYear, lastMonth] = calendarMonth(time[i - 1])
    if (rows.length === 0 || year !== lastYear) {
      rows.push({ year, months: new Array(12).fill(undefined), total: 0, start: equity[i - 1] })
    }
    if (i === 1 || year !== lastYear || month !== lastMonth) monthStart = equity[i - 1]
    const row = rows[rows.length - 1]
    row.months[month] = equity[i] / monthStart - 1
    row.total = equity[i] / row.start - 1
  }
  return rows.map(({ year, months, total }) => ({ year, months, total }))
}

/** Year, and month from 0, of the day that a close belongs to. */
export function calendarMonth(time: number): [year: number, month: number] {
  const date = new Date((closingDay(time) * DAY) / 1000)
  return [date.getUTCFullYear(), date.getUTCMonth()]
}
