/**
 * What one unit of money became, less that unit: Π(1 + r) − 1.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.cum_returns_final(returns)`.
 * @param returns per period, fractions
 * @returns fraction, −1 when everything was lost; undefined for no returns
 */
import { finite } from '../math/index.ts'

export function totalReturn(returns: Float64Array): number | undefined {
  if (returns.length === 0) return undefined
  let growth = 1
  for (const value of returns) growth *= 1 + value
  return finite(growth - 1)
}
