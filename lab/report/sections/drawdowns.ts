/** The worst falls from a peak, deepest first. */
import type { Analysis, DrawdownRow } from '../analysis.ts'
import { date, days, percent } from '../format.ts'
import { html } from '../html.ts'
import { type Section, table } from '../section.ts'

export function drawdownsSection({ drawdowns }: Analysis): Section {
  return {
    id: 'drawdowns',
    title: 'Worst drawdowns',
    short: 'Drawdowns',
    lead: 'From each peak to the day on which it was reached again, deepest first.',
    body:
      drawdowns.length === 0
        ? html`<p class="muted">Equity never fell below a former peak.</p>`
        : table<DrawdownRow>(
            'Worst drawdowns, deepest first',
            [
              { title: 'Depth', cell: row => html`<span class="loss">${percent(row.depth)}</span>` },
              { title: 'Peak', cell: row => date(row.peakTime), text: true },
              { title: 'Trough', cell: row => date(row.troughTime), text: true },
              {
                title: 'Recovered',
                cell: row => (row.recoveryTime === undefined ? 'not yet' : date(row.recoveryTime)),
                text: true,
              },
              { title: 'Peak to trough', cell: row => days(row.peakTime, row.troughTime) },
              {
                title: 'Trough to recovery',
                cell: row => (row.recoveryTime === undefined ? '' : days(row.troughTime, row.recoveryTime)),
              },
              { title: 'Under water', cell: row => days(row.peakTime, row.recoveryTime ?? row.endTime) },
            ],
            drawdowns,
          ),
  }
}
