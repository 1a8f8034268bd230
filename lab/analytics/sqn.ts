/**
 * System quality number: √n × mean / sample standard deviation, of outcomes per trade (or per period): the t
 * statistic of the mean. Van Tharp, Definitive Guide to Position Sizing (2008); n is not capped at 100 here.
 * Reference: scipy 1.15.3 `scipy.stats.ttest_1samp(outcomes, 0).statistic`.
 * @returns undefined for fewer than two outcomes and for equal ones
 */
import { dispersion, mean } from '../math/index.ts'

export function sqn(outcomes: Float64Array): number | undefined {
  const deviation = dispersion(outcomes)
  return deviation === undefined ? undefined : (Math.sqrt(outcomes.length) * mean(outcomes)!) / deviation
}
