/**
 * Share of samples in the market: count(x ≠ 0) / n. For a run x is the gross exposure per bar, so it is exact; for
 * a plain series it is the return, the best that can be known of it.
 * Reference: quantstats 0.0.86 `quantstats.stats.exposure(returns)`, which rounds this up to a whole percent.
 * @returns 0..1; undefined for no samples
 */
export function exposure(samples: Float64Array): number | undefined {
  if (samples.length === 0) return undefined
  return samples.filter(value => value !== 0).length / samples.length
}
