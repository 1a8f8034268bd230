/** `gordon backtest`: a strategy file over a store's datasets or a plain file; a summary, a report, or JSON. */
import { GordonError } from '../core/errors.ts'
import { benchmarkEquity } from '../sim/benchmark.ts'
import { type BothPaths, pathFigures } from '../sim/both-paths.ts'
import { backtest, type TradingSettings } from '../sim/index.ts'
import { type AccountOptions, currencyOf, readAccount, readFinancing } from './account-flags.ts'
import { type ChosenReplay, chooseReplay, type ReplayOptions } from './choose-replay.ts'
import { progressLine } from './output.ts'
import { checkAnnual, readChoice, readNumber, readTime } from './read-flags.ts'
import { runDocument } from './run-document.ts'
import { runSummary } from './run-summary.ts'
import { readStrategies, type StrategyOptions } from './strategies.ts'
import { readSettings, type TradingOptions } from './trading-flags.ts'
import { writeWhole } from './write-whole.ts'

export interface BacktestOptions extends ReplayOptions, TradingOptions, AccountOptions, StrategyOptions {
  readonly queue?: string
  readonly riskFreeRate?: string
  readonly periodsPerYear?: string
  readonly report?: string
  readonly json?: boolean
}

/** Runs one strategy file, or several together, and returns what to print. */
export async function backtestCommand(files: readonly string[], options: BacktestOptions): Promise<string> {
  const both = readChoice('--ambiguity', options.ambiguity, ['pessimistic', 'optimistic', 'both']) === 'both'
  const settings = {
    ...readSettings(both ? { ...options, ambiguity: 'pessimistic' } : options),
    ...readAccount(options),
    queue: options.queue,
  }
  const annual = {
    riskFreeRate: readNumber('--risk-free-rate', options.riskFreeRate),
    periodsPerYear: readNumber('--periods-per-year', options.periodsPerYear),
  }
  checkAnnual(annual)
  const strategies = await readStrategies(files, options)
  const from = options.from === undefined ? undefined : readTime('--from', options.from)
  const to = options.to === undefined ? undefined : readTime('--to', options.to, 'end')
  if (from !== undefined && to !== undefined && from > to)
    throw new GordonError('RANGE_BACKWARDS', `--from ${options.from} is after --to ${options.to}; swap them.`)
  const request = {
    ...settings,
    strategies,
    from,
    to,
  }
  const { runStatistics } = await import('../analytics/index.ts')
  const opened = () => chooseReplay(options, from)
  const measured = async (
    { bars, ticks, finer, instruments, actions, universe }: ChosenReplay,
    ambiguity: TradingSettings['ambiguity'],
  ) => {
    const progress = progressLine('backtest')
    const run = await backtest({
      ...request,
      ambiguity,
      bars,
      ticks,
      finer,
      actions,
      universe,
      financing: readFinancing(options.financing, currencyOf(options, instruments)),
      onProgress: progress.at,
    })
    progress.done()
    const benchmark = benchmarkEquity(run)
    const { curve, trades, fills } = run
    const statistics = runStatistics({ curve, trades, fills, benchmark: benchmark?.equity, ...annual })
    return { run, statistics, benchmark }
  }
  const sources = await opened()
  const { run, statistics, benchmark } = await measured(sources, settings.ambiguity)
  let paths: BothPaths | undefined
  if (both) {
    // A stream larger than memory has been read to its end.
    const all = [...sources.bars, sources.finer, sources.ticks]
    const whole = all.every(source => source?.streams.every(({ series }) => series !== undefined) !== false)
    const other = await measured(whole ? sources : await opened(), 'optimistic')
    paths = {
      pessimistic: pathFigures(run, statistics),
      optimistic: pathFigures(other.run, other.statistics),
    }
  }
  if (options.report !== undefined) {
    const { renderReport } = await import('../report/index.ts')
    await writeWhole(options.report, renderReport({ result: run, statistics, benchmark, paths }))
  }
  return options.json === true
    ? JSON.stringify({
        ...runDocument(run),
        dataset: { id: run.datasets[0].id, snapshot: run.datasets[0].snapshot },
        datasets: run.datasets,
        stats: statistics,
        paths,
      })
    : runSummary(run, statistics, benchmark, options.report, paths)
}
