/**
 * The statistics of a plain series that a run takes from its trades: here a period is the unit, as in quantstats.
 * Three days up within one trade are three wins, so these never stand beside a run's own.
 */
import { exposure } from './exposure.ts'
import { expectancy } from './expectancy.ts'
import { payoff } from './payoff.ts'
import { profitFactor } from './profit-factor.ts'
import { withoutUndefined } from './return-statistics.ts'
import { sqn } from './sqn.ts'
import { winRate } from './win-rate.ts'

export interface PeriodStatistics {
  /** Periods up among those not zero, 0..1. */
  readonly winRate?: number
  readonly profitFactor?: number
  /** Mean of the returns that were not zero, fraction. */
  readonly expectancy?: number
  readonly payoff?: number
  readonly sqn?: number
  /** Periods with a return other than zero, 0..1. */
  readonly exposure?: number
}

export function periodStatistics(returns: Float64Array): PeriodStatistics {
  return withoutUndefined({
    winRate: winRate(returns),
    profitFactor: profitFactor(returns),
    expectancy: expectancy(returns),
    payoff: payoff(returns),
    sqn: sqn(returns),
    exposure: exposure(returns),
  })
}
