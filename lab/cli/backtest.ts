/** `gordon backtest`: a strategy file over a store's datasets or a plain file; a summary, a report, or JSON. */
import { mkdir, writeFile, rename } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { GordonError } from '../core/errors.ts'
import { DAY, isoDate, isoTime } from '../core/time.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { RunStatistics } from '../analytics/index.ts'
import { benchmarkEquity } from '../sim/benchmark.ts'
import { backtest, type Run, type TradingSettings } from '../sim/index.ts'
import { loadStrategy } from '../sim/loader.ts'
import { chooseBars, type DataOptions } from './choose-bars.ts'
import { progressLine } from './output.ts'
import { runSummary } from './run-summary.ts'

export interface BacktestOptions extends DataOptions {
  readonly from?: string
  readonly to?: string
  readonly params?: string
  readonly cash?: string
  readonly fees?: string
  readonly slippage?: string
  readonly account?: string
  readonly leverage?: string
  readonly maxPosition?: string
  readonly maxPositionWeight?: string
  readonly maxOrderValue?: string
  readonly marketFill?: string
  readonly limitFill?: string
  readonly seed?: string
  readonly riskFreeRate?: string
  readonly periodsPerYear?: string
  readonly report?: string
  readonly json?: boolean
}

/** Runs it and returns what to print. */
export async function backtestCommand(file: string, options: BacktestOptions): Promise<string> {
  const settings = readSettings(options)
  const loaded = await loadStrategy(file)
  const from = options.from === undefined ? undefined : readTime('--from', options.from)
  const to = options.to === undefined ? undefined : readTime('--to', options.to, true)
  if (from !== undefined && to !== undefined && from > to)
    throw new GordonError('RANGE_BACKWARDS', `--from ${options.from} is after --to ${options.to}; swap them.`)
  const bars: BarSource = await chooseBars(options, to)
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
    riskFreeRate: readNumber('--risk-free-rate', options.riskFreeRate),
    periodsPerYear: readNumber('--periods-per-year', options.periodsPerYear),
  })
  if (options.report !== undefined) await writeReport(options.report, run, statistics, benchmark)
  return options.json === true
    ? JSON.stringify(runDocument(run, statistics))
    : runSummary(run, statistics, benchmark, options.report)
}

/** Everything about a run as one JSON document; times are ISO 8601, statistics that are undefined are absent. */
export function runDocument(run: Run, statistics: RunStatistics): Record<string, unknown> {
  const when = <T extends object>(record: T, ...names: (keyof T)[]) => {
    const told: Record<string, unknown> = { ...record }
    for (const name of names)
      if (typeof record[name] === 'number') told[name as string] = isoTime(record[name] as number)
    return told
  }
  return {
    digest: run.digest,
    inputs: run.inputs,
    decisions: run.decisions,
    strategy: run.strategy,
    strategyFile: run.strategyFile,
    codeHash: run.codeHash,
    params: run.params,
    seed: run.seed,
    dataset: run.datasets[0] === undefined ? undefined : { id: run.datasets[0].id, snapshot: run.datasets[0].snapshot },
    datasets: run.datasets,
    instruments: run.instruments,
    from: isoTime(run.from),
    to: isoTime(run.to),
    currency: run.currency,
    startEquity: run.startEquity,
    endEquity: run.endEquity,
    fees: run.fees,
    slippageCost: run.slippageCost,
    assumptions: run.assumptions,
    orders: run.orders.map(order => when(order, 'submittedAt', 'endedAt')),
    fills: run.fills.map(fill => when(fill, 'time')),
    trades: run.trades.map(trade => when(trade, 'entryTime', 'exitTime')),
    openTrades: run.openTrades.map(trade => when(trade, 'entryTime')),
    stats: statistics,
    logs: run.logs.map(line => when(line, 'time')),
    warnings: run.warnings,
    made: run.made,
  }
}

async function writeReport(
  path: string,
  run: Run,
  statistics: RunStatistics,
  benchmark: ReturnType<typeof benchmarkEquity>,
): Promise<void> {
  const { renderReport } = await import('../report/index.ts')
  const html = renderReport({ result: run, statistics, benchmark })
  const target = resolve(path)
  await mkdir(dirname(target), { recursive: true })
  const temporary = `${target}.${process.pid}`
  await writeFile(temporary, html)
  await rename(temporary, target)
}

function readSettings(options: BacktestOptions): TradingSettings {
  return {
    cash: readNumber('--cash', options.cash),
    fees: options.fees,
    slippage: options.slippage,
    account: readChoice('--account', options.account, ['cash', 'margin']),
    leverage: readNumber('--leverage', options.leverage),
    maxPosition: readNumber('--max-position', options.maxPosition),
    maxPositionWeight: readNumber('--max-position-weight', options.maxPositionWeight),
    maxOrderValue: readNumber('--max-order-value', options.maxOrderValue),
    marketFill: readChoice('--market-fill', options.marketFill, ['nextOpen', 'last']),
    limitFill: readChoice('--limit-fill', options.limitFill, ['through', 'touch']),
    seed: readNumber('--seed', options.seed),
  }
}

export function readNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new GordonError('FLAG_NOT_A_NUMBER', `${flag} is "${text}"; give a number.`)
  return value
}

export function readChoice<T extends string>(
  flag: string,
  text: string | undefined,
  values: readonly T[],
): T | undefined {
  if (text === undefined) return undefined
  if (!values.includes(text as T))
    throw new GordonError('FLAG_CHOICE', `${flag} is "${text}"; give one of ${values.join(', ')}.`)
  return text as T
}

/** A day (UTC; its end when `end`) or an ISO time, as µs. */
export function readTime(flag: string, text: string, end = false): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const full = isDay ? `${text}T00:00:00Z` : text
  const zoned = isDay || /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text)
  const time = zoned ? Date.parse(full) * 1000 : Number.NaN
  if (Number.isNaN(time) || (isDay && isoDate(time) !== text))
    throw new GordonError(
      'FLAG_NOT_A_TIME',
      `${flag} is "${text}"; give a day (2012-12-31) or a time with its zone (2012-12-31T16:00:00-05:00).`,
    )
  return isDay && end ? time + DAY - 1 : time
}

export function readParams(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new GordonError('PARAMS_NOT_JSON', `--params is not JSON: ${text}; write it as '{"fast":10}'.`, { cause })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new GordonError('PARAMS_NOT_JSON', `--params must be an object such as '{"fast":10}', not ${text}.`)
  return value as Record<string, unknown>
}
