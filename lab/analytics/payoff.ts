/**
 * Mean win over mean loss, of returns per period or of profits per trade.
 * Reference: quantstats 0.0.86 `quantstats.stats.payoff_ratio(returns)`.
 * @returns undefined without a winner or without a loser
 */
import { finite, mean } from '../math/index.ts'

export function payoff(outcomes: Float64Array): number | undefined {
  const win = mean(outcomes.filter(value => value > 0))
  const loss = mean(outcomes.filter(value => value < 0))
  return win === undefined || loss === undefined ? undefined : finite(win / -loss)
}
