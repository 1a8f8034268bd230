/**
 * The highest return of a period.
 * Reference: quantstats 0.0.86 `quantstats.stats.best(returns)`.
 * @returns fraction; undefined for no returns
 */
export function best(returns: Float64Array): number | undefined {
  return returns.length === 0 ? undefined : returns.reduce((a, b) => Math.max(a, b))
}
