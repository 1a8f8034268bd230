/**
 * A finished run as one HTML file that opens anywhere, without a network, now and in ten years. Pure: the same
 * input gives the same bytes; times come from the result.
 */
import { instrumentId } from '../domain/instrument.ts'
import type { RunResult } from '../domain/run-result.ts'
import { type Analysis, analyse } from './analysis.ts'
import { date } from './format.ts'
import { type Html, html } from './html.ts'
import { pageHtml } from './page/page.ts'
import { type ReportInput, type SectionName, sectionNames } from './report-input.ts'
import type { Section } from './section.ts'
import { assumptionsSection } from './sections/assumptions.ts'
import { monthlySection, yearlySection } from './sections/calendar-returns.ts'
import { cashFlowsSection } from './sections/cash-flows.ts'
import { claimSection } from './sections/claim.ts'
import { costsSection } from './sections/costs.ts'
import { drawdownsSection } from './sections/drawdowns.ts'
import { equitySection } from './sections/equity.ts'
import { exposureSection } from './sections/exposure.ts'
import { notebookSection } from './sections/notebook.ts'
import { pathsSection } from './sections/paths.ts'
import { rollingSection } from './sections/rolling.ts'
import { statisticsSection } from './sections/statistics.ts'
import { strategiesSection } from './sections/strategies.ts'
import { excursionsSection, tradeReturnsSection } from './sections/trade-quality.ts'
import { tradeData, tradeTableSection } from './sections/trade-table.ts'
import { tradesOnPrices } from './sections/trades-on-prices.ts'
import { warningsSection } from './sections/warnings.ts'

/** In every report, whatever its recipe leaves out: a report must not hide its doubts. */
const ALWAYS: readonly SectionName[] = ['warnings', 'claim', 'paths', 'assumptions']

/**
 * @param input the run, its statistics (lab/analytics `runStatistics`), the benchmark beside `result.curve`
 * @returns the text of an HTML file, under 3 MB
 */
export function renderReport(input: ReportInput): string {
  const { result, benchmark } = input
  const names = wanted(input)
  const analysis = analyse(input)
  const prices = names.includes('prices') ? tradesOnPrices(result) : undefined
  const trades = names.includes('trades') ? tradeData(result) : undefined
  const build: Record<SectionName, () => Section | undefined> = {
    warnings: () => warningsSection(result.warnings),
    claim: () => claimSection(result, analysis),
    paths: () => pathsSection(input.paths, result.currency),
    equity: () => ifRan(result, () => equitySection(result, benchmark)),
    strategies: () => ifRan(result, () => strategiesSection(result, analysis)),
    monthly: () => ifRan(result, () => monthlySection(analysis)),
    yearly: () => ifRan(result, () => yearlySection(analysis)),
    rolling: () => ifRan(result, () => rollingSection(analysis)),
    drawdowns: () => ifRan(result, () => drawdownsSection(result, analysis)),
    prices: () => prices?.section,
    tradeReturns: () => tradeReturnsSection(result),
    excursions: () => excursionsSection(result),
    exposure: () => ifRan(result, () => exposureSection(result, analysis)),
    costs: () => costsSection(result),
    cashFlows: () => cashFlowsSection(result),
    statistics: () => statisticsSection(analysis),
    notebook: () => notebookSection(result),
    trades: () => tradeTableSection(result, trades),
    assumptions: () => assumptionsSection(result),
  }
  return pageHtml({
    title: input.title ?? result.strategy,
    kicker: 'Backtest report',
    what: what(result),
    sections: names.flatMap(name => build[name]() ?? []),
    candles: prices,
    trades,
    footer: footer(result, analysis),
  })
}

/** The recipe's sections in its order, with those that no report goes without. */
function wanted({ recipe }: ReportInput): readonly SectionName[] {
  if (recipe === undefined) return sectionNames
  const chosen = recipe.sections.filter(name => !ALWAYS.includes(name))
  return ['warnings', 'claim', 'paths', ...chosen, 'assumptions']
}

/** Instruments, interval, adjustment and period in one line. */
function what(result: RunResult): string {
  const ids = result.instruments.map(instrumentId)
  const few = ids.length > 6 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ')
  const data = new Set(
    result.datasets.map(({ interval, adjustment }) => `${barsOf(interval)}, ${adjustment} prices`),
  )
  const period = result.curve.time.length === 0 ? 'no bars' : `${date(result.from)} to ${date(result.to)}`
  return [few, ...data, period].filter(part => part !== '').join(' · ')
}

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' }
const EVERY: Readonly<Record<string, string>> = { h: 'hourly', d: 'daily', w: 'weekly' }

/** `daily bars`, `5-minute bars`: 1m would leave open whether it is a minute or a month. */
function barsOf(interval: string): string {
  const [, count, unit] = /^(\d+)([smhdw])$/.exec(interval) ?? []
  if (unit === undefined) return interval
  return `${(count === '1' ? EVERY[unit] : undefined) ?? `${count}-${UNITS[unit]}`} bars`
}

function footer(result: RunResult, analysis: Analysis): Html {
  const { made } = result
  return html`Made by gordon ${made.gordon} on node ${made.node}, ${made.arch}. Digest <code>${result.digest}</code>.
Past results, simulated ones above all, say little about future ones.${analysis.benchmark === undefined && ' No benchmark was handed in.'}`
}

function ifRan(result: RunResult, build: () => Section | undefined): Section | undefined {
  return result.curve.time.length === 0 ? undefined : build()
}
