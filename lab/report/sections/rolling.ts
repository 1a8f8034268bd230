/** Sharpe and volatility over a moving window: was it one good year, or all of them? */
import type { Analysis } from '../analysis.ts'
import { rolePalette } from '../charts/palette.ts'
import { rollingFigure } from '../charts/rolling.ts'
import { count } from '../format.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'

export function rollingSection({ rolling }: Analysis): Section {
  const shared = { id: 'rolling', title: 'Rolling Sharpe and volatility', short: 'Rolling' }
  const figure = rollingFigure(
    [
      { name: 'Sharpe', time: rolling.time, value: rolling.sharpe, unit: 'ratio' },
      { name: 'Volatility', time: rolling.time, value: rolling.volatility, unit: 'percent' },
    ],
    { palette: rolePalette },
  )
  if (figure === undefined)
    return {
      ...shared,
      body: html`<p class="muted">Undefined: the run is shorter than one window of ${count(rolling.window)} ${rolling.sample} returns, or its returns do not vary.</p>`,
    }
  return {
    ...shared,
    lead: `Annualised, over the last ${count(rolling.window)} ${rolling.sample} returns at each point; the first window has no value.`,
    figures: { rolling: figure },
    body: chart(
      { name: 'rolling', label: 'Rolling Sharpe ratio and rolling annual volatility' },
      figure.note,
    ),
  }
}
