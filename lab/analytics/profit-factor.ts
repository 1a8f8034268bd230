/**
 * Gross profit over gross loss: Σ gains / |Σ losses|, of returns per period or of profits per trade.
 * Reference: quantstats 0.0.86 `quantstats.stats.profit_factor(returns)` (there infinite without a loser).
 * @returns undefined without a loser
 */
import { finite, sum } from '../math/index.ts'

export function profitFactor(outcomes: Float64Array): number | undefined {
  const losses = -sum(outcomes.filter(value => value < 0))
  return losses > 0 ? finite(sum(outcomes.filter(value => value > 0)) / losses) : undefined
}
