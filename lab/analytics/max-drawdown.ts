/**
 * Peak-to-trough decline of an equity curve, as a fraction of the peak.
 * Reference: empyrical-reloaded 0.5.12 `-empyrical.max_drawdown(returns)` (there negative).
 * @param equity account value per sample, the starting value included; finite
 * @returns 0..1 (above 1 only where equity fell below zero); undefined until equity has been positive
 */
export function maxDrawdown(equity: Float64Array): number | undefined {
  let peak = 0
  let worst = 0
  for (const value of equity) {
    peak = Math.max(peak, value)
    if (peak > 0) worst = Math.max(worst, (peak - value) / peak)
  }
  return peak > 0 ? worst : undefined
}
