/**
 * What one decided outcome brings on average: P(win) × mean win − P(loss) × mean loss, which is the mean of the
 * outcomes that were not zero. In the unit of the outcomes.
 * Reference: quantstats 0.0.86 `quantstats.stats.avg_return(returns)`.
 * @returns undefined where every outcome is zero
 */
import { mean } from '../math/index.ts'

export function expectancy(outcomes: Float64Array): number | undefined {
  return mean(outcomes.filter(value => value !== 0))
}
