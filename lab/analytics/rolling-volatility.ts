/**
 * Annual volatility of the last `window` returns, at each return.
 * Reference: quantstats 0.0.86
 * `quantstats.stats.rolling_volatility(returns, rolling_period=window, periods_per_year=periodsPerYear)`.
 * @returns one value per return; undefined until the window is full
 */
import { volatility } from './volatility.ts'

export function rollingVolatility(
  returns: Float64Array,
  options: { window: number; periodsPerYear: number },
): (number | undefined)[] {
  return Array.from(returns, (_, i) =>
    i + 1 < options.window ? undefined : volatility(returns.subarray(i + 1 - options.window, i + 1), options),
  )
}
