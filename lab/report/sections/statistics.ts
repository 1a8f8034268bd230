/** Every statistic in words, beside the benchmark's where it has one; undefined ones say why. */
import type { Analysis } from '../analysis.ts'
import { type Html, html } from '../html.ts'
import { number, percent } from '../format.ts'
import type { Section } from '../section.ts'
import { type StatisticGroup, type StatisticWords, statisticWords } from '../statistic-words.ts'

const GROUPS: readonly StatisticGroup[] = [
  'Return',
  'Risk',
  'Return for risk',
  'Trades',
  'Against the benchmark',
]
const OWN_ONLY: readonly StatisticGroup[] = ['Trades', 'Against the benchmark']

export function statisticsSection(analysis: Analysis): Section {
  return {
    id: 'statistics',
    title: 'Statistics',
    short: 'Statistics',
    lead:
      `Annual figures use ${number(analysis.periodsPerYear, Number.isInteger(analysis.periodsPerYear) ? 0 : 2)} periods a year ` +
      `and a risk-free rate of ${percent(analysis.riskFreeRate)}. What does not exist is said to be undefined, with the reason.`,
    body: html`<div class="columns statistics">${GROUPS.map(group => groupTable(group, analysis))}</div>`,
  }
}

function groupTable(group: StatisticGroup, { statistics, benchmark }: Analysis): Html {
  const rows = statisticWords.filter(words => words.group === group)
  const two = benchmark !== undefined && !OWN_ONLY.includes(group)
  return html`<div><h3>${group}</h3><table><caption class="visually-hidden">${group}</caption>
${two && html`<thead><tr><th scope="col"><span class="visually-hidden">Statistic</span></th><th scope="col">Strategy</th><th scope="col">Benchmark</th></tr></thead>`}
<tbody>${rows.map(
    words => html`<tr><th scope="row">${words.label}</th>${cell(words, statistics)}${two && (words.ownOnly ? html`<td></td>` : cell(words, benchmark.statistics))}</tr>
`,
  )}</tbody></table></div>`
}

function cell(words: StatisticWords, statistics: Analysis['statistics']): Html {
  const value = statistics[words.key]
  return value === undefined
    ? html`<td class="undefined">undefined (${words.undefinedBecause})</td>`
    : html`<td>${words.write(value)}</td>`
}
