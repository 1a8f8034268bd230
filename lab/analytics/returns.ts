/**
 * Between an equity curve and its simple returns: rᵢ = equityᵢ₊₁ / equityᵢ − 1.
 * Reference: pandas 2.2.3 `Series.pct_change()`, `empyrical.cum_returns(returns, 1)`.
 */
import { GordonError } from '../core/errors.ts'

/**
 * @param equity account value per sample, currency
 * @returns one return fewer than samples, fractions
 * @throws EQUITY_NOT_POSITIVE where a return would divide by zero or change sign
 */
export function returnsFromEquity(equity: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, equity.length - 1))
  for (let i = 0; i < equity.length; i++) {
    // The last value divides nothing; it may be zero (everything lost), never negative.
    if (!(equity[i] > 0 || (equity[i] === 0 && i > 0 && i === equity.length - 1))) {
      throw new GordonError(
        'EQUITY_NOT_POSITIVE',
        `equity is ${equity[i]} at sample ${i}, so returns are undefined from there: cut the curve before it`,
      )
    }
    if (i > 0) returns[i - 1] = equity[i] / equity[i - 1] - 1
  }
  return returns
}

/** Growth of 1: the starting value 1, then 1 × (1 + r₁) …; one sample more than returns. */
export function wealthFromReturns(returns: Float64Array): Float64Array {
  const wealth = new Float64Array(returns.length + 1)
  wealth[0] = 1
  for (let i = 0; i < returns.length; i++) wealth[i + 1] = wealth[i] * (1 + returns[i])
  return wealth
}
