/**
 * `gordon metrics returns.csv`: every statistic of a plain series of returns, with the assumptions that they rest
 * on printed beside them. How often the series is sampled is read off its dates or given, never guessed.
 *
 * Win rate, profit factor, expectancy, payoff, SQN and exposure are of periods here (quantstats' meaning); a
 * backtest gives them of trades. `basis` says so.
 */
import { readFile } from 'node:fs/promises'
import {
  detectFrequency,
  type DrawdownDates,
  drawdownDates,
  type PeriodStatistics,
  periodStatistics,
  type ReturnStatistics,
  returnStatistics,
  riskFreePerPeriod,
  wealthFromReturns,
  worstDrawdowns,
} from '../analytics/index.ts'
import { GordonError } from '../core/errors.ts'
import { parseReturnsCsv, type ReturnsTable } from './returns-csv.ts'
import { checkAnnual } from './read-flags.ts'

export interface MetricsOptions {
  /** One JSON document in place of a table. */
  readonly json?: boolean
  /** Above 0; detected from the dates when absent. */
  readonly periodsPerYear?: number
  /** A year, fraction; 0 when absent. */
  readonly riskFreeRate?: number
  /** Another table of returns, of the same dates, in place of the column `benchmark`. */
  readonly benchmark?: string
}

/** What `--json` prints. */
export interface MetricsDocument {
  readonly file: string
  readonly benchmark?: string
  /** Returns measured. */
  readonly returns: number
  /** Rows of the table: one more where the first return is missing. It counts as a period of growth. */
  readonly rows: number
  readonly from?: string
  readonly to?: string
  readonly periodsPerYear: number
  /** `given`, or the rule by which it was detected. */
  readonly frequency: string
  /** A year, fraction. */
  readonly riskFreeRate: number
  /** `given` or `default`. */
  readonly riskFreeRateFrom: 'given' | 'default'
  readonly riskFreePerPeriod: number
  /** What winRate, profitFactor, expectancy, payoff, sqn and exposure count. */
  readonly basis: 'periods'
  readonly stats: ReturnStatistics & PeriodStatistics & DrawdownDates
}

/**
 * @returns what to print, without the last line feed
 * @throws FILE_NOT_FOUND, FILE_NOT_READ, FREQUENCY_UNKNOWN, BENCHMARK_DATES, FLAG_OUT_OF_RANGE, and what
 *   returns-csv.ts refuses
 */
export async function metricsCommand(file: string, options: MetricsOptions = {}): Promise<string> {
  checkAnnual(options)
  const table = await readTable(file)
  const other = options.benchmark === undefined ? undefined : await readTable(options.benchmark)
  const benchmark =
    other === undefined ? table.benchmark : alignedBenchmark(table, other, file, options.benchmark!)
  const document = measure(
    { ...table, benchmark },
    { file, options, benchmark: options.benchmark ?? (benchmark && 'column benchmark') },
  )
  return options.json ? JSON.stringify(document) : describe(document)
}

function measure(
  table: ReturnsTable,
  context: { file: string; options: MetricsOptions; benchmark?: string },
): MetricsDocument {
  const { file, options } = context
  const { periodsPerYear, frequency } = frequencyOf(table, file, options.periodsPerYear)
  const riskFreeRate = options.riskFreeRate ?? 0
  const wealth = wealthFromReturns(table.returns)
  // Sample 0 of the wealth is the starting value: the row of the missing return, or before the first row.
  const rowOf = (sample: number) => sample - (wealth.length - table.rows)
  return {
    file,
    benchmark: context.benchmark,
    returns: table.returns.length,
    rows: table.rows,
    from: table.dates?.[0],
    to: table.dates?.[table.rows - 1],
    periodsPerYear,
    frequency,
    riskFreeRate,
    riskFreeRateFrom: options.riskFreeRate === undefined ? 'default' : 'given',
    riskFreePerPeriod: riskFreePerPeriod(riskFreeRate, periodsPerYear),
    basis: 'periods',
    stats: {
      ...returnStatistics({
        returns: table.returns,
        benchmark: table.benchmark,
        periods: table.rows,
        riskFreeRate,
        periodsPerYear,
      }),
      ...drawdownDates(worstDrawdowns(wealth, 1)[0], {
        last: wealth.length - 1,
        time: sample => table.times?.[rowOf(sample)],
        label: sample => table.dates?.[rowOf(sample)],
      }),
      ...periodStatistics(table.returns),
    },
  }
}

function frequencyOf(
  table: ReturnsTable,
  file: string,
  given: number | undefined,
): { periodsPerYear: number; frequency: string } {
  if (given !== undefined) return { periodsPerYear: given, frequency: 'given' }
  const mend = 'give --periods-per-year, for example 252 for trading days, 52 for weeks or 12 for months'
  if (table.times === undefined) {
    throw new GordonError(
      'FREQUENCY_UNKNOWN',
      `${file} has no column date to tell how often it is sampled: ${mend}`,
    )
  }
  const found = detectFrequency(table.times)
  if (found.kind === 'detected') return { periodsPerYear: found.periodsPerYear, frequency: found.rule }
  throw new GordonError(
    'FREQUENCY_UNKNOWN',
    `how often ${file} is sampled cannot be told from its dates, since ${found.why}: ${mend}`,
  )
}

function alignedBenchmark(
  own: ReturnsTable,
  other: ReturnsTable,
  file: string,
  otherFile: string,
): Float64Array {
  const mend = 'give both the same rows'
  if (own.returns.length !== other.returns.length) {
    throw new GordonError(
      'BENCHMARK_DATES',
      `${otherFile} has ${other.returns.length} returns and ${file} has ${own.returns.length}: ${mend}`,
    )
  }
  if (own.times && other.times) {
    const [ownSkip, otherSkip] = [own.rows - own.returns.length, other.rows - other.returns.length]
    for (let i = 0; i < own.returns.length; i++) {
      if (own.times[i + ownSkip] === other.times[i + otherSkip]) continue
      throw new GordonError(
        'BENCHMARK_DATES',
        `${otherFile} row ${i + otherSkip + 2} is of ${other.dates![i + otherSkip]} where ${file} has ` +
          `${own.dates![i + ownSkip]}: ${mend}`,
      )
    }
  }
  return other.returns
}

async function readTable(file: string): Promise<ReturnsTable> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      throw new GordonError('FILE_NOT_FOUND', `there is no file ${file}: check the path`, { cause })
    }
    const what = code === 'EISDIR' ? 'is a folder, not a table' : `cannot be read (${code})`
    throw new GordonError('FILE_NOT_READ', `${file} ${what}: give a CSV file with a column return`, { cause })
  }
  return parseReturnsCsv(text, file)
}

type Statistic = keyof MetricsDocument['stats']
type Row = [label: string, key: Statistic, write: (value: number) => string]

const percent = (value: number) => `${(value * 100).toFixed(2)} %`
const plain = (value: number) => value.toFixed(2)

const OWN: readonly Row[] = [
  ['total return', 'totalReturn', percent],
  ['Sharpe', 'sharpe', plain],
  ['CAGR', 'cagr', percent],
  ['Sortino', 'sortino', plain],
  ['volatility', 'volatility', percent],
  ['Calmar', 'calmar', plain],
  ['max drawdown', 'maxDrawdown', percent],
  ['Omega', 'omega', plain],
  ['value at risk 5 %', 'valueAtRisk', percent],
  ['skew', 'skew', plain],
  ['shortfall 5 %', 'conditionalValueAtRisk', percent],
  ['excess kurtosis', 'kurtosis', plain],
  ['best period', 'best', percent],
  ['profit factor', 'profitFactor', plain],
  ['worst period', 'worst', percent],
  ['payoff', 'payoff', plain],
  ['periods won', 'winRate', percent],
  ['SQN', 'sqn', plain],
  ['expectancy', 'expectancy', value => `${(value * 100).toFixed(4)} %`],
  ['exposure', 'exposure', percent],
]

const RELATIVE: readonly Row[] = [
  ['benchmark return', 'benchmarkReturn', percent],
  ['beta', 'beta', plain],
  ['alpha', 'alpha', percent],
  ['information ratio', 'informationRatio', value => value.toFixed(4)],
  ['tracking error', 'trackingError', percent],
  ['up capture', 'upCapture', percent],
  ['down capture', 'downCapture', percent],
]

function describe(document: MetricsDocument): string {
  const { stats } = document
  const span = document.from === undefined ? '' : `, ${document.from} to ${document.to}`
  const lines = [
    `${document.file}: ${document.returns} returns${span}`,
    document.frequency === 'given'
      ? `sampling given: ${document.periodsPerYear} a year`
      : `sampling detected: ${document.frequency}`,
    `risk-free rate ${percent(document.riskFreeRate)} a year (${document.riskFreeRateFrom})`,
    '',
    ...inPairs(OWN, stats),
  ]
  if (document.benchmark !== undefined) {
    lines.push('', `against ${document.benchmark}`, ...inPairs(RELATIVE, stats))
  }
  if (stats.maxDrawdownDuration !== undefined) lines.push('', ...drawdownLines(stats))
  lines.push('', 'Wins, payoff, SQN and exposure are of periods, not trades.')
  if (document.benchmark !== undefined) lines.push('The information ratio is per period, not a year.')
  return lines.join('\n')
}

function inPairs(rows: readonly Row[], stats: MetricsDocument['stats']): string[] {
  const cells = rows.map(([label, key, write]) => {
    const value = stats[key] as number | undefined
    return label.padEnd(18) + (value === undefined ? 'undefined' : write(value)).padStart(14)
  })
  return cells.flatMap((cell, i) => (i % 2 === 0 ? [`  ${cell}    ${cells[i + 1] ?? ''}`.trimEnd()] : []))
}

function drawdownLines(stats: MetricsDocument['stats']): string[] {
  const days =
    stats.maxDrawdownDays === undefined ? '' : `, ${counted(Math.round(stats.maxDrawdownDays), 'day')}`
  const length = counted(stats.maxDrawdownDuration!, 'period') + days
  if (stats.maxDrawdownTrough === undefined) return [`  deepest drawdown lasted ${length}`]
  const recovery = stats.maxDrawdownRecovery
  return [
    `  deepest drawdown from ${stats.maxDrawdownPeak ?? 'the start'} to ${stats.maxDrawdownTrough},`,
    `  ${recovery === undefined ? 'not recovered' : `recovered ${recovery}`} (${length})`,
  ]
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
