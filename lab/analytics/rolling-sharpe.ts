/**
 * Sharpe ratio of the last `window` returns, at each return.
 * Reference: quantstats 0.0.86
 * `quantstats.stats.rolling_sharpe(returns, rf, rolling_period=window, periods_per_year=periodsPerYear)`.
 */
import { sharpe } from './sharpe.ts'

/**
 * @param options.riskFree per period, fraction
 * @returns one value per return; undefined until the window is full, and where it is flat
 */
export function rollingSharpe(
  returns: Float64Array,
  options: { window: number; periodsPerYear: number; riskFree?: number },
): (number | undefined)[] {
  return Array.from(returns, (_, i) =>
    i + 1 < options.window ? undefined : sharpe(returns.subarray(i + 1 - options.window, i + 1), options),
  )
}
