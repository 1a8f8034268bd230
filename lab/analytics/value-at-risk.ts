/**
 * Historical value at risk: the return that only `tail` of the periods fell below (interpolated quantile).
 * A return, so it is negative where it is a loss.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.value_at_risk(returns, cutoff=tail)`.
 * @param options.tail 0..1, default 0.05
 * @returns per period, fraction; undefined for no returns
 */
import { quantile } from '../math/index.ts'

export function valueAtRisk(returns: Float64Array, options: { tail?: number } = {}): number | undefined {
  return quantile(returns, options.tail ?? 0.05)
}
