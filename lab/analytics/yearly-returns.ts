/**
 * Return, benchmark and deepest drawdown of each calendar year (UTC day of the close). The first and last year are
 * what the curve covers of them.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.aggregate_returns(returns, 'yearly')` and, year by year,
 * `-empyrical.max_drawdown(returns)`.
 */
import { maxDrawdown } from './max-drawdown.ts'
import { calendarMonth } from './monthly-returns.ts'

export interface YearlyRow {
  readonly year: number
  readonly return: number
  readonly benchmark?: number
  /** Against the year's own peak, the value that it began with included; 0..1. */
  readonly maxDrawdown: number
  /** Samples in the year. */
  readonly periods: number
}

/**
 * @param curve.time µs UTC, rising
 * @param curve.equity positive; the first sample is the starting value
 * @param curve.benchmark same rows, positive
 */
export function yearlyReturns(curve: {
  time: Float64Array
  equity: Float64Array
  benchmark?: Float64Array
}): YearlyRow[] {
  const { time, equity, benchmark } = curve
  const rows: YearlyRow[] = []
  let start = 0
  for (let i = 1; i < time.length; i++) {
    const [year] = calendarMonth(time[i])
    const isLast = i === time.length - 1 || calendarMonth(time[i + 1])[0] !== year
    if (!isLast) continue
    rows.push({
      year,
      return: equity[i] / equity[start] - 1,
      benchmark: benchmark && benchmark[i] / benchmark[start] - 1,
      maxDrawdown: maxDrawdown(equity.subarray(start, i + 1)) ?? 0,
      periods: i - start,
    })
    start = i
  }
  return rows
}
