/**
 * Each strategy of a run beside the whole, by the same yardstick: sampled and annualised as the run's own
 * statistics are. A strategy's contribution is its profit as a part of the money that the whole began with, so
 * that contributions add up to the whole's return.
 */
import {
  correlation,
  maxDrawdown,
  type ReturnStatistics,
  returnStatistics,
  returnsFromEquity,
  type RunStatistics,
  sampleCurve,
  type TradeStatistics,
  tradeStatistics,
} from '../analytics/index.ts'
import type { RunMember, RunResult } from '../domain/run-result.ts'

/** What makes a year of the run's samples. */
type Yardstick = Pick<RunStatistics, 'riskFreeRate' | 'periodsPerYear'>

export interface MemberRow {
  readonly name: string
  readonly share: number
  readonly startEquity: number
  readonly endEquity: number
  readonly profit: number
  /** Of its own money, fraction; undefined where it had none. */
  readonly return: number | undefined
  /** Of the money of all, fraction. */
  readonly contribution: number | undefined
  /** Of the profit of all, fraction; undefined where there was none to share. */
  readonly ofProfit: number | undefined
  readonly fees: number
  readonly statistics: ReturnStatistics & TradeStatistics
  readonly isSolvent: boolean
}

export interface Members {
  readonly rows: readonly MemberRow[]
  readonly whole: MemberRow
  /** Returns that each one's statistics are computed from. */
  readonly periods: number
  /** By day; else by bar. */
  readonly daily: boolean
}

/** One value per row of the curve; drawdown is of every row. Nothing where it was not positive throughout. */
export function curveStatistics(
  time: Float64Array,
  equity: Float64Array,
  { riskFreeRate, periodsPerYear }: Yardstick,
): ReturnStatistics {
  if (!equity.every(value => value > 0)) return {}
  const returns = returnsFromEquity(sampleCurve({ time, equity }).equity)
  const depth = returns.length === 0 ? undefined : maxDrawdown(equity)
  return returnStatistics({ returns, riskFreeRate, periodsPerYear, maxDrawdown: depth })
}

/** @returns undefined for a run of one strategy */
export function analyseMembers(result: RunResult, statistics: RunStatistics): Members | undefined {
  const { members, curve } = result
  if (members === undefined) return undefined
  const profit = result.endEquity - result.startEquity
  const row = (of: Pick<RunMember, 'name' | 'share' | 'startEquity' | 'endEquity' | 'fees' | 'equity'>) => {
    const gained = of.endEquity - of.startEquity
    return {
      name: of.name,
      share: of.share,
      startEquity: of.startEquity,
      endEquity: of.endEquity,
      fees: of.fees,
      profit: gained,
      return: of.startEquity > 0 ? gained / of.startEquity : undefined,
      contribution: result.startEquity > 0 ? gained / result.startEquity : undefined,
      ofProfit: profit > 0 ? gained / profit : undefined,
      isSolvent: of.equity.every(value => value > 0),
    }
  }
  return {
    rows: members.map(member => ({
      ...row(member),
      statistics: {
        // Of ruin the depth is left to tell.
        maxDrawdown: curve.time.length > 1 ? maxDrawdown(member.equity) : undefined,
        ...curveStatistics(curve.time, member.equity, statistics),
        ...tradeStatistics(result.trades.filter(trade => trade.strategy === member.name)),
      },
    })),
    whole: { ...row({ ...result, name: 'Together', share: 1, equity: curve.equity }), statistics },
    periods: statistics.periods,
    daily: statistics.sampling === 'session' || result.datasets.every(({ interval }) => interval === '1d'),
  }
}

/**
 * Correlations of the returns per sample of curves beside `time`.
 * @returns a row for each curve; undefined where one did not vary or was not positive throughout
 */
export function correlations(
  time: Float64Array,
  curves: readonly Float64Array[],
): readonly (readonly (number | undefined)[])[] {
  const returns = curves.map(equity =>
    equity.every(value => value > 0) ? returnsFromEquity(sampleCurve({ time, equity }).equity) : undefined,
  )
  return returns.map(a =>
    returns.map(b => (a === undefined || b === undefined ? undefined : correlation(a, b))),
  )
}
