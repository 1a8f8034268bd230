/**
 * Quantile by linear interpolation between order statistics, rank (n − 1) q (Hyndman and Fan 1996, type 7):
 * what `numpy.percentile(values, 100 * q)` and a spreadsheet's PERCENTILE give.
 * @param q 0..1
 * @returns undefined for no values
 */
export function quantile(values: ArrayLike<number>, q: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = new Float64Array(values).sort()
  const rank = (sorted.length - 1) * q
  const below = Math.floor(rank)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - below)
}
