/**
 * Compound annual growth rate: (1 + total return)^(periodsPerYear / periods) − 1.
 * Reference: empyrical-reloaded 0.5.12 `empyrical.annual_return(returns, annualization=periodsPerYear)`.
 */
import { finite } from '../math/index.ts'
import { totalReturn } from './total-return.ts'

/**
 * @param returns per period, fractions
 * @param options.periods periods that went by; one more than returns where the first row's return is missing,
 *   which the reference counts too
 * @returns a year, fraction; undefined for no returns, and where a short sample blows up beyond any number
 */
export function cagr(
  returns: Float64Array,
  options: { periodsPerYear: number; periods?: number },
): number | undefined {
  const total = totalReturn(returns)
  if (total === undefined) return undefined
  return finite((1 + total) ** (options.periodsPerYear / (options.periods ?? returns.length)) - 1)
}
