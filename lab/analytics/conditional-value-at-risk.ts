/**
 * Historical expected shortfall: mean of the worst ⌊(n − 1) tail⌋ + 1 returns. A return, negative for a loss.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.conditional_value_at_risk(returns, cutoff=tail)`.
 * @param options.tail 0..1, default 0.05
 * @returns per period, fraction; undefined for no returns
 */
import { mean } from '../math/index.ts'

export function conditionalValueAtRisk(
  returns: Float64Array,
  options: { tail?: number } = {},
): number | undefined {
  if (returns.length === 0) return undefined
  const worst = Math.floor((returns.length - 1) * (options.tail ?? 0.05)) + 1
  return mean(new Float64Array(returns).sort().subarray(0, worst))
}
