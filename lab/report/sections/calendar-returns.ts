/** Returns by month as a heat map (a table, so that it reads without colours) and by year. */
import type { Analysis, YearRow } from '../analysis.ts'
import { count, signed, signedPercent, percent } from '../format.ts'
import { type Html, html } from '../html.ts'
import { coloured, type Section, table } from '../section.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** The colour is full from here on: a month of ±10 %. */
const FULL = 0.1

export function monthlySection(analysis: Analysis): Section {
  const { months } = analysis
  if (months.length === 0)
    return {
      id: 'monthly',
      title: 'Monthly returns',
      body: html`<p class="muted">Undefined: fewer than two samples, or equity was not positive throughout.</p>`,
    }
  return {
    id: 'monthly',
    title: 'Monthly returns',
    short: 'Months',
    lead: 'In percent, after costs; months and years by UTC. The first and the last may be incomplete. Colour is full at ±10 %.',
    body: html`<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns"><table class="heat">
<caption class="visually-hidden">Return of each month in percent</caption>
<thead><tr><th scope="col"><span class="visually-hidden">Year</span></th>${MONTHS.map(name => html`<th scope="col">${name}</th>`)}<th scope="col">Year</th></tr></thead>
<tbody>${months.map(
      row => html`<tr><th scope="row">${row.year}</th>${row.months.map(heatCell)}<td class="total">${signed(row.total * 100, 1)}</td></tr>
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
                  row.benchmark === undefined ? '' : signed((row.return - row.benchmark) * 100),
              },
            ]),
        {
          title: 'Deepest drawdown',
          cell: row => percent(row.maxDrawdown),
        },
        { title: 'Trades closed', cell: row => count(row.trades) },
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
