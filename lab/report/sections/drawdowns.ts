/** The worst falls from a peak, deepest first. */
import type { Analysis, DrawdownRow } from '../analysis.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { duration, percent } from '../format.ts'
import { html } from '../html.ts'
import { timeWriter } from '../resolution.ts'
import { type Section, table } from '../section.ts'

export function drawdownsSection(result: RunResult, { drawdowns }: Analysis): Section {
  const time = timeWriter(result)
  return {
    id: 'drawdowns',
    title: 'Worst drawdowns',
    short: 'Drawdowns',
    lead: 'From each peak to the moment when it was reached again, deepest first.',
    body:
      drawdowns.length === 0
        ? html`<p class="muted">Equity never fell below a former peak.</p>`
        : table<DrawdownRow>(
            'Worst drawdowns, deepest first',
            [
              { title: 'Depth', cell: row => html`<span class="loss">${percent(row.depth)}</span>` },
              { title: 'Peak', cell: row => time(row.peakTime), text: true },
              { title: 'Trough', cell: row => time(row.troughTime), text: true },
              {
                title: 'Recovered',
                cell: row => (row.recoveryTime === undefined ? 'not yet' : time(row.recoveryTime)),
                text: true,
              },
              { title: 'Peak to trough', cell: row => duration(row.peakTime, row.troughTime) },
              {
                title: 'Trough to recovery',
                cell: row =>
                  row.recoveryTime === undefined ? '' : duration(row.troughTime, row.recoveryTime),
              },
              { title: 'Under water', cell: row => duration(row.peakTime, row.recoveryTime ?? row.endTime) },
            ],
            drawdowns,
          ),
  }
}
