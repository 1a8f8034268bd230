/**
 * How each statistic is called, written and, where it does not exist, excused. Names are those of
 * lab/analytics; a statistic that has no entry here is not shown.
 */
import { number, percent, signedPercent } from './format.ts'

export type StatisticGroup = 'Return' | 'Risk' | 'Return for risk' | 'Trades' | 'Against the benchmark'

export interface StatisticWords {
  readonly key: string
  readonly label: string
  readonly group: StatisticGroup
  readonly write: (value: number) => string
  /** Why it has no value, in a few words. */
  readonly undefinedBecause: string
  /** A series of returns alone, such as the benchmark's, does not have it. */
  readonly ownOnly: boolean
}

const ratio = (value: number) => number(value, 2)
const share = (value: number) => percent(value)
const change = (value: number) => signedPercent(value)

const FEW_RETURNS = 'too few returns'
const NO_SPREAD = 'returns do not vary, or are too few'
const NO_TRADES = 'no closed trade'
const NO_BENCHMARK = 'no benchmark, or it does not vary'

export const statisticWords: readonly StatisticWords[] = [
  words('totalReturn', 'Total return', 'Return', change, 'equity was not positive throughout'),
  words('cagr', 'Annual growth (CAGR)', 'Return', change, 'the run is too short, or equity fell to zero'),
  words('best', 'Best period', 'Return', change, FEW_RETURNS),
  words('worst', 'Worst period', 'Return', change, FEW_RETURNS),
  words('exposure', 'Exposure', 'Return', share, 'equity was not positive throughout'),
  words('turnover', 'Turnover per year', 'Return', share, 'the run is too short'),
  words('volatility', 'Volatility, annual', 'Risk', share, FEW_RETURNS),
  words('maxDrawdown', 'Maximum drawdown', 'Risk', share, 'equity was never positive'),
  words('valueAtRisk', 'Value at risk, 95 %, one period', 'Risk', share, FEW_RETURNS),
  words('conditionalValueAtRisk', 'Expected shortfall, 95 %', 'Risk', share, FEW_RETURNS),
  words('skew', 'Skew', 'Risk', ratio, NO_SPREAD),
  words('kurtosis', 'Excess kurtosis', 'Risk', ratio, NO_SPREAD),
  words('sharpe', 'Sharpe', 'Return for risk', ratio, NO_SPREAD),
  words('sortino', 'Sortino', 'Return for risk', ratio, 'no return fell below the target'),
  words('calmar', 'Calmar', 'Return for risk', ratio, 'there was no drawdown, or the run is too short'),
  words('omega', 'Omega', 'Return for risk', ratio, 'no return fell below the target'),
  words('winRate', 'Trades won', 'Trades', share, NO_TRADES),
  words('profitFactor', 'Profit factor', 'Trades', ratio, 'no trade lost'),
  words('expectancy', 'Expectancy per trade', 'Trades', ratio, NO_TRADES),
  words('payoff', 'Payoff (average gain to average loss)', 'Trades', ratio, 'no gain or no loss to compare'),
  words('sqn', 'System quality number', 'Trades', ratio, 'too few trades, or all alike'),
  words('beta', 'Beta', 'Against the benchmark', ratio, NO_BENCHMARK),
  words('alpha', 'Alpha, annual', 'Against the benchmark', change, NO_BENCHMARK),
  words('informationRatio', 'Information ratio', 'Against the benchmark', ratio, NO_BENCHMARK),
  words('trackingError', 'Tracking error, annual', 'Against the benchmark', share, NO_BENCHMARK),
  words('upCapture', 'Up capture', 'Against the benchmark', share, NO_BENCHMARK),
  words('downCapture', 'Down capture', 'Against the benchmark', share, NO_BENCHMARK),
]

function words(
  key: string,
  label: string,
  group: StatisticGroup,
  write: (value: number) => string,
  undefinedBecause: string,
): StatisticWords {
  return { key, label, group, write, undefinedBecause, ownOnly: key === 'exposure' || key === 'turnover' }
}

/** Why a statistic has no value, in a few words. */
export function whyUndefined(key: string): string {
  return statisticWords.find(words => words.key === key)?.undefinedBecause ?? 'it does not exist for this run'
}
