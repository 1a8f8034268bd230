/**
 * Calmar ratio: compound annual growth rate / deepest drawdown. Young, Futures (1991).
 * Reference: empyrical-reloaded 0.5.12 `empyrical.calmar_ratio(returns, annualization=periodsPerYear)`.
 * @param parts.cagr a year, fraction
 * @param parts.maxDrawdown 0..1
 * @returns undefined without a drawdown
 */
import { finite } from '../math/index.ts'

export function calmar(parts: { cagr?: number; maxDrawdown?: number }): number | undefined {
  if (parts.cagr === undefined || parts.maxDrawdown === undefined || parts.maxDrawdown === 0) return undefined
  return finite(parts.cagr / parts.maxDrawdown)
}
