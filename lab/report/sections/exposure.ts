/** How much was in the market, and how much was traded. */
import type { RunResult } from '../../domain/run-result.ts'
import type { Analysis } from '../analysis.ts'
import { exposureFigure } from '../charts/exposure.ts'
import { rolePalette } from '../charts/palette.ts'
import { turnoverFigure } from '../charts/turnover.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'
import { times, whyUndefined } from '../statistic-words.ts'

export function exposureSection(result: RunResult, { statistics }: Analysis): Section {
  const exposure = exposureFigure(result, { palette: rolePalette })
  const turnover = turnoverFigure(result, { palette: rolePalette })
  const { turnover: perYear } = statistics
  return {
    id: 'exposure',
    title: 'Exposure and turnover',
    short: 'Exposure',
    lead: 'Value of positions as a share of equity; below, what was traded in each month as a share of the equity then.',
    figures: { exposure, ...(turnover === undefined ? {} : { turnover }) },
    body: html`${chart({ name: 'exposure', label: 'Exposure as a share of equity over time', size: 'low' }, exposure.note)}
<h3>Turnover: ${perYear === undefined ? `per year undefined (${whyUndefined('turnover', statistics)})` : `${times(perYear)} a year`}</h3>${
      turnover === undefined
        ? html`<p class="muted">Nothing was traded.</p>`
        : chart(
            { name: 'turnover', label: 'Traded value by month as a share of equity', size: 'low' },
            turnover.note,
          )
    }`,
  }
}
