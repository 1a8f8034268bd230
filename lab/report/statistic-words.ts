/**
 * How each statistic is called, written and, where it does not exist, excused. Names are those of
 * lab/analytics; a statistic that has no entry here is not shown.
 */
import type { RunStatistics } from '../analytics/index.ts'
import type { StatisticKey } from './analysis.ts'
import { count, number, percent, signedPercent } from './format.ts'

export type StatisticGroup = 'Return' | 'Risk' | 'Return for risk' | 'Trades' | 'Against the benchmark'

export interface StatisticWords {
  readonly key: StatisticKey
  readonly label: string
  readonly group: StatisticGroup
  readonly write: (value: number) => string
  /** Why it has no value, in a few words. */
  readonly undefinedBecause: string
}

const ratio = (value: number) => number(value, 2)
const share = (value: number) => percent(value)
const change = (value: number) => signedPercent(value)
export const times = (value: number) => `${number(value, 2)}\u00a0×`

const FEW_RETURNS = 'too few returns'
const NO_SPREAD = 'returns do not vary, or are too few'
const NO_SHORTFALL = 'no return fell short'
const NO_TRADES = 'no closed trade'
const NO_LOSS = 'no trade lost'
const NO_BENCHMARK = 'no benchmark, or it does not vary'

export const statisticWords: readonly StatisticWords[] = [
  words('totalReturn', 'Total return', 'Return', change, FEW_RETURNS),
  words('cagr', 'Growth per year (CAGR)', 'Return', change, FEW_RETURNS),
  words('best', 'Best period', 'Return', change, FEW_RETURNS),
  words('worst', 'Worst period', 'Return', change, FEW_RETURNS),
  words('exposure', 'Time in the market', 'Return', share, 'the run saw no bar'),
  words('averageGrossExposure', 'Average gross exposure', 'Return', share, 'the run saw no bar'),
  words('turnover', 'Turnover per year, both sides', 'Return', times, FEW_RETURNS),
  words('volatility', 'Volatility, annual', 'Risk', share, FEW_RETURNS),
  words('maxDrawdown', 'Maximum drawdown', 'Risk', share, FEW_RETURNS),
  words('maxDrawdownDays', 'Its length, days', 'Risk', value => count(value), 'there was no drawdown'),
  words('valueAtRisk', 'Worst 5 % of periods begin at (VaR)', 'Risk', change, FEW_RETURNS),
  words('conditionalValueAtRisk', 'Mean of the worst 5 % (CVaR)', 'Risk', change, FEW_RETURNS),
  words('skew', 'Skew', 'Risk', ratio, NO_SPREAD),
  words('kurtosis', 'Excess kurtosis', 'Risk', ratio, NO_SPREAD),
  words('sharpe', 'Sharpe', 'Return for risk', ratio, NO_SPREAD),
  words('sortino', 'Sortino', 'Return for risk', ratio, NO_SHORTFALL),
  words('calmar', 'Calmar', 'Return for risk', ratio, 'there was no drawdown'),
  words('omega', 'Omega', 'Return for risk', ratio, NO_SHORTFALL),
  words('winRate', 'Trades won', 'Trades', share, NO_TRADES),
  words('profitFactor', 'Profit factor', 'Trades', ratio, NO_LOSS),
  words('expectancy', 'Mean profit per trade (expectancy)', 'Trades', ratio, NO_TRADES),
  words('averageTradeReturn', 'Mean return per trade', 'Trades', change, NO_TRADES),
  words('averageWin', 'Mean gain', 'Trades', ratio, 'no trade won'),
  words('averageLoss', 'Mean loss', 'Trades', ratio, NO_LOSS),
  words('payoff', 'Payoff: mean gain to mean loss', 'Trades', ratio, 'no gain or no loss to compare'),
  words('sqn', 'System quality number', 'Trades', ratio, 'too few trades, or all alike'),
  words('averageHoldingDays', 'Mean holding time, days', 'Trades', ratio, NO_TRADES),
  words('losingStreak', 'Longest losing streak, trades', 'Trades', value => count(value), NO_TRADES),
  words('beta', 'Beta', 'Against the benchmark', ratio, NO_BENCHMARK),
  words('alpha', 'Alpha, annual', 'Against the benchmark', change, NO_BENCHMARK),
  words(
    'informationRatio',
    'Information ratio, per period',
    'Against the benchmark',
    value => number(value, 4),
    NO_BENCHMARK,
  ),
  words('trackingError', 'Tracking error, annual', 'Against the benchmark', share, NO_BENCHMARK),
  words('upCapture', 'Up capture', 'Against the benchmark', share, NO_BENCHMARK),
  words('downCapture', 'Down capture', 'Against the benchmark', share, NO_BENCHMARK),
]

const NEED_A_YEAR: readonly StatisticKey[] = [
  'cagr',
  'volatility',
  'sharpe',
  'sortino',
  'calmar',
  'turnover',
  'alpha',
  'trackingError',
  'upCapture',
  'downCapture',
]
const OF_TRADES: StatisticGroup = 'Trades'

/** Why a statistic has no value, in a few words. */
export function whyUndefined(
  key: StatisticKey,
  statistics: Pick<RunStatistics, 'trades' | 'periods' | 'best' | 'periodsPerYear' | 'frequency'>,
): string {
  const words = statisticWords.find(each => each.key === key)
  if (words?.group === OF_TRADES) return statistics.trades === 0 ? NO_TRADES : words.undefinedBecause
  if (statistics.periods === 0) return FEW_RETURNS
  // With periods there is a best one, unless equity fell to zero or below.
  if (statistics.best === undefined) return 'equity was not positive throughout'
  if (statistics.periodsPerYear === undefined && NEED_A_YEAR.includes(key))
    return `periods per year are ${statistics.frequency}`
  return words?.undefinedBecause ?? 'it does not exist for this run'
}

function words(
  key: StatisticKey,
  label: string,
  group: StatisticGroup,
  write: (value: number) => string,
  undefinedBecause: string,
): StatisticWords {
  return { key, label, group, write, undefinedBecause }
}
