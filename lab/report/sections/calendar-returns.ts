/** Returns by month as a heat map (a table, so that it reads without colours) and by year. */
import type { Analysis, YearRow } from '../analysis.ts'
import { signed, signedPercent, percent } from '../format.ts'
import { type Html, html } from '../html.ts'
import { coloured, type Section, table } from '../section.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** The colour is full from here on: a month of ±10 %. */
const FULL = 0.1

export function monthlySection(analysis: Analysis): Section {
  const { months, years } = analysis
  if (months.length === 0)
    return {
      id: 'monthly',
      title: 'Monthly returns',
      body: html`<p class="muted">The run is shorter than a month can tell.</p>`,
    }
  const byMonth = new Map(months.map(month => [month.year * 12 + month.month - 1, month.return]))
  return {
    id: 'monthly',
    title: 'Monthly returns',
    short: 'Months',
    lead: 'In percent, after costs; months and years by UTC. The first and the last may be incomplete. Colour is full at ±10 %.',
    body: html`<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns"><table class="heat">
<caption class="visually-hidden">Return of each month in percent</caption>
<thead><tr><th scope="col"><span class="visually-hidden">Year</span></th>${MONTHS.map(name => html`<th scope="col">${name}</th>`)}<th scope="col">Year</th></tr></thead>
<tbody>${years.map(
      year => html`<tr><th scope="row">${year.year}</th>${MONTHS.map((_, month) => heatCell(byMonth.get(year.year * 12 + month)))}<td class="total">${year.return === undefined ? '' : signed(year.return * 100, 1)}</td></tr>
`,
    )}</tbody></table></div>`,
  }
}

export function yearlySection(analysis: Analysis): Section {
  const { benchmark } = analysis
  const cell = (value: number | undefined) =>
    value === undefined ? html`<span class="muted">undefined</span>` : coloured(value, signedPercent(value))
  return {
    id: 'yearly',
    title: 'Years',
    short: 'Years',
    lead: 'Calendar years by UTC, after costs; the first and the last may be incomplete.',
    body: table<YearRow>(
      'Return of each year',
      [
        { title: 'Year', cell: row => String(row.year) },
        { title: 'Strategy', cell: row => cell(row.return) },
        ...(benchmark === undefined
          ? []
          : [
              { title: 'Benchmark', cell: (row: YearRow) => cell(row.benchmark) },
              {
                title: 'Difference, points',
                cell: (row: YearRow) =>
                  row.return === undefined || row.benchmark === undefined
                    ? ''
                    : signed((row.return - row.benchmark) * 100),
              },
            ]),
        {
          title: 'Deepest drawdown',
          cell: row => (row.maxDrawdown === undefined ? '' : percent(row.maxDrawdown)),
        },
        { title: 'Trades closed', cell: row => String(row.trades) },
      ],
      analysis.years,
    ),
  }
}

function heatCell(value: number | undefined): Html {
  if (value === undefined) return html`<td></td>`
  const strength = Math.round(Math.min(1, Math.abs(value) / FULL) * 45)
  return html`<td style="--tone:var(--${value < 0 ? 'loss' : 'gain'});--strength:${strength}%">${signed(value * 100, 1)}</td>`
}
