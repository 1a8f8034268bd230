/**
 * How far below its highest value so far the curve is: equity / running peak − 1, ≤ 0.
 * Reference: quantstats 0.0.86 `to_drawdown_series(returns)`.
 * @param equity account value per sample; from its first positive one on
 * @returns one fraction per sample; 0 before equity was positive
 */
export function underwater(equity: Float64Array): Float64Array {
  let peak = 0
  return equity.map(value => {
    peak = Math.max(peak, value)
    return peak > 0 ? value / peak - 1 : 0
  })
}
