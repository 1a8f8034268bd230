/**
 * Omega ratio: Σ max(return − threshold, 0) / Σ max(threshold − return, 0). Keating and Shadwick (2002).
 * Reference: empyrical-reloaded 0.5.12 `empyrical.omega_ratio(returns, risk_free=threshold)`.
 * @param options.threshold per period, fraction
 * @returns undefined for fewer than two returns, and where none fell below
 */
import { finite, sum } from '../math/index.ts'

export function omega(returns: Float64Array, options: { threshold?: number } = {}): number | undefined {
  const threshold = options.threshold ?? 0
  if (returns.length < 2) return undefined
  const losses = sum(returns.map(value => Math.max(threshold - value, 0)))
  return losses > 0 ? finite(sum(returns.map(value => Math.max(value - threshold, 0))) / losses) : undefined
}
