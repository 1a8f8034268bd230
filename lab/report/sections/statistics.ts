/** Every statistic in words, beside the benchmark's where it has one; undefined ones say why. */
import type { Analysis } from '../analysis.ts'
import { percent } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { Section } from '../section.ts'
import { type StatisticGroup, type StatisticWords, statisticWords, whyUndefined } from '../statistic-words.ts'

const GROUPS: readonly StatisticGroup[] = [
  'Return',
  'Risk',
  'Return for risk',
  'Trades',
  'Against the benchmark',
]
const WITH_BENCHMARK: readonly StatisticGroup[] = ['Return', 'Risk', 'Return for risk']

export function statisticsSection(analysis: Analysis): Section {
  const { riskFreeRate, frequency, sampling, statisticsNote } = analysis.statistics
  const unit = sampling === 'session' ? 'session' : 'bar'
  return {
    id: 'statistics',
    title: 'Statistics',
    short: 'Statistics',
    lead:
      `A period is one ${unit}; periods per year: ${frequency}; risk-free rate ${percent(riskFreeRate)} a year. ` +
      'What does not exist is said to be undefined, with the reason.',
    body: html`${statisticsNote !== undefined && html`<p class="evidence">${statisticsNote}.</p>`}<div class="columns statistics">${GROUPS.map(group => groupTable(group, analysis))}</div>`,
  }
}

function groupTable(group: StatisticGroup, analysis: Analysis): Html {
  const rows = statisticWords.filter(words => words.group === group)
  const benchmark = WITH_BENCHMARK.includes(group) ? analysis.benchmark : undefined
  return html`<div><h3>${group}</h3><table><caption class="visually-hidden">${group}</caption>
${benchmark && html`<thead><tr><th scope="col"><span class="visually-hidden">Statistic</span></th><th scope="col">Strategy</th><th scope="col">Benchmark</th></tr></thead>`}
<tbody>${rows.map(
    words => html`<tr><th scope="row">${words.label}</th>${ownCell(words, analysis)}${benchmark && html`<td>${otherText(words, benchmark.statistics[words.key])}</td>`}</tr>
`,
  )}</tbody></table></div>`
}

function ownCell(words: StatisticWords, { statistics }: Analysis): Html {
  const value = statistics[words.key]
  return value === undefined
    ? html`<td class="undefined">undefined (${whyUndefined(words.key, statistics)})</td>`
    : html`<td>${words.write(value)}</td>`
}

/** A benchmark has no exposure of its own and no trades; empty, since nobody asked. */
function otherText(words: StatisticWords, value: number | undefined): string {
  return value === undefined ? '' : words.write(value)
}
