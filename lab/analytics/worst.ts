/**
 * The lowest return of a period.
 * Reference: quantstats 0.0.86 `quantstats.stats.worst(returns)`.
 * @returns fraction; undefined for no returns
 */
export function worst(returns: Float64Array): number | undefined {
  return returns.length === 0 ? undefined : returns.reduce((a, b) => Math.min(a, b))
}
