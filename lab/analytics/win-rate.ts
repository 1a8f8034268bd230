/**
 * Winners among the outcomes that were not zero: count(x > 0) / count(x ≠ 0). A period without a position returns
 * 0 and is no defeat. (Of trades, trade-statistics.ts counts all, scratches included, as trading journals do.)
 * Reference: quantstats 0.0.86 `quantstats.stats.win_rate(returns)`.
 * @returns 0..1; undefined where every outcome is zero
 */
export function winRate(outcomes: Float64Array): number | undefined {
  let wins = 0
  let decided = 0
  for (const value of outcomes) {
    if (value > 0) wins++
    if (value !== 0) decided++
  }
  return decided === 0 ? undefined : wins / decided
}
