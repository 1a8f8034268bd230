/** A run in a terminal: what was run, what came out, what it cost, what to doubt, what to open next. */
import type { RunStatistics } from '../analytics/index.ts'
import { isoDate, isoTime } from '../core/time.ts'
import { instrumentId } from '../domain/instrument.ts'
import { cashFlowTotals } from '../domain/cash-flow.ts'
import type { RunResult } from '../domain/run-result.ts'
import type { Benchmark } from '../sim/benchmark.ts'
import type { BothPaths, PathFigures } from '../sim/both-paths.ts'
import { money, percent, ratio, row } from './words.ts'

const FEW_TRADES = 30

export function runSummary(
  run: RunResult,
  statistics: RunStatistics,
  benchmark: Benchmark | undefined,
  report: string | undefined,
  paths?: BothPaths,
): string {
  const totalReturn = run.endEquity / run.startEquity - 1
  const held =
    benchmark === undefined ? undefined : benchmark.equity[benchmark.equity.length - 1] / run.startEquity - 1
  const names = run.instruments.map(instrumentId)
  const lines = [
    run.members === undefined ? `${run.strategy} ${JSON.stringify(run.params)}` : run.strategy,
    row(
      'instruments',
      names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', '),
    ),
    row(
      'data',
      [...new Set(run.datasets.map(set => `${set.id} (${set.adjustment}, ${set.interval})`))].join('; '),
    ),
    row('period', `${day(run.from)} to ${day(run.to)}, ${run.curve.time.length} instants`),
    '',
    row(
      'return',
      `${percent(totalReturn)}${held === undefined ? '' : `   (${benchmark!.name}: ${percent(held)})`}`,
    ),
    row('equity', `${money(run.startEquity)} → ${money(run.endEquity)} ${run.currency}`),
    row('CAGR', percent(statistics.cagr)),
    row('volatility', percent(statistics.volatility)),
    row('Sharpe', ratio(statistics.sharpe)),
    row('max drawdown', percent(statistics.maxDrawdown)),
    row(
      'costs',
      `fees ${money(run.fees)} (${run.assumptions.fees}), slippage ${money(run.slippageCost)} (${run.assumptions.slippage})`,
    ),
    ...flowRows(run),
    row(
      'trades',
      `${run.trades.length} closed, ${run.openTrades.length} open; ${run.orders.length} orders, ${run.fills.length} fills` +
        (statistics.winRate === undefined ? '' : `; ${percent(statistics.winRate)} won`),
    ),
    ...memberRows(run),
    row('digest', run.digest),
  ]
  if (paths !== undefined) lines.push('', ...pathLines(paths))
  const doubts = run.warnings.map(warning => `${warning.text} [${warning.code}]`)
  if (run.trades.length < FEW_TRADES)
    doubts.push(`${run.trades.length} closed trades are too few to tell skill from luck.`)
  if (doubts.length > 0) lines.push('', ...doubts.map(text => `  ! ${text}`))
  if (report !== undefined) lines.push('', `Open ${report} in a browser for the whole picture.`)
  return lines.join('\n')
}

/** Each strategy of several: its part of the money, and what became of it. */
function memberRows({ members = [], trades }: RunResult): string[] {
  return members.map(({ name, share, params, startEquity, endEquity, fees }) =>
    row(
      name,
      `${percent(share)} of the money: ${money(startEquity)} → ${money(endEquity)} (${percent(endEquity / startEquity - 1)}), ` +
        `fees ${money(fees)}, ${trades.filter(trade => trade.strategy === name).length} trades  ${JSON.stringify(params)}`,
    ),
  )
}

/** What moved money without an order, in the account's currency. */
function flowRows(run: RunResult): string[] {
  const totals = cashFlowTotals(run)
  if (totals.length === 0) return []
  return [row('cash flows', totals.map(({ name, amount }) => `${name} ${money(amount)}`).join(', '))]
}

function day(time: number): string {
  return Number.isNaN(time) ? 'nothing' : time % 86_400_000_000 === 0 ? isoTime(time) : isoDate(time)
}

/** Both ways to read the bars that do not say what came first, side by side. */
function pathLines({ pessimistic, optimistic }: BothPaths): string[] {
  const line = (name: string, told: (path: PathFigures) => string) =>
    row(name, `${told(pessimistic).padStart(16)} ${told(optimistic).padStart(16)}`)
  return [
    row('both paths', `${'stops first'.padStart(16)} ${'targets first'.padStart(16)}`),
    line('ambiguous', path => `${path.ambiguousBars} ${path.ambiguousBars === 1 ? 'bar' : 'bars'}`),
    line('return', path => percent(path.totalReturn)),
    line('equity', path => money(path.endEquity)),
    line('Sharpe', path => ratio(path.sharpe)),
    line('max drawdown', path => percent(path.maxDrawdown)),
    line('trades', path => String(path.trades)),
    '  The truth need not lie between the two: each goes on with other positions and other money.',
  ]
}
