/** `gordon backtest`: a strategy file over a store's datasets or a plain file; a summary, a report, or JSON. */
import { GordonError } from '../core/errors.ts'
import { benchmarkEquity } from '../sim/benchmark.ts'
import { backtest } from '../sim/index.ts'
import { loadStrategy } from '../sim/loader.ts'
import { chooseBars, type DataOptions } from './choose-bars.ts'
import { progressLine } from './output.ts'
import { checkAnnual, readNumber, readParams, readTime } from './read-flags.ts'
import { runDocument } from './run-document.ts'
import { runSummary } from './run-summary.ts'
import { readSettings, type TradingOptions } from './trading-flags.ts'
import { writeWhole } from './write-whole.ts'

export interface BacktestOptions extends DataOptions, TradingOptions {
  readonly from?: string
  readonly to?: string
  readonly riskFreeRate?: string
  readonly periodsPerYear?: string
  readonly report?: string
  readonly json?: boolean
}

/** Runs it and returns what to print. */
export async function backtestCommand(file: string, options: BacktestOptions): Promise<string> {
  const settings = readSettings(options)
  const annual = {
    riskFreeRate: readNumber('--risk-free-rate', options.riskFreeRate),
    periodsPerYear: readNumber('--periods-per-year', options.periodsPerYear),
  }
  checkAnnual(annual)
  const loaded = await loadStrategy(file)
  const from = options.from === undefined ? undefined : readTime('--from', options.from)
  const to = options.to === undefined ? undefined : readTime('--to', options.to, 'end')
  if (from !== undefined && to !== undefined && from > to)
    throw new GordonError('RANGE_BACKWARDS', `--from ${options.from} is after --to ${options.to}; swap them.`)
  const bars = await chooseBars(options, options.to)
  const progress = progressLine('backtest')
  const run = await backtest({
    ...settings,
    strategy: loaded.strategy as Parameters<typeof backtest>[0]['strategy'],
    strategyFile: file,
    codeHash: loaded.codeHash,
    params: readParams(options.params),
    bars,
    from,
    to,
    onProgress: progress.at,
  })
  progress.done()
  const { runStatistics } = await import('../analytics/index.ts')
  const benchmark = benchmarkEquity(run)
  const statistics = runStatistics({
    curve: run.curve,
    trades: run.trades,
    fills: run.fills,
    benchmark: benchmark?.equity,
    ...annual,
  })
  if (options.report !== undefined) {
    const { renderReport } = await import('../report/index.ts')
    await writeWhole(options.report, renderReport({ result: run, statistics, benchmark }))
  }
  return options.json === true
    ? JSON.stringify({
        ...runDocument(run),
        dataset: { id: run.datasets[0].id, snapshot: run.datasets[0].snapshot },
        datasets: run.datasets,
        stats: statistics,
      })
    : runSummary(run, statistics, benchmark, options.report)
}
