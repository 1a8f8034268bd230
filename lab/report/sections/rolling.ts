/** Sharpe and volatility over a moving window: was it one good year, or all of them? */
import type { Analysis } from '../analysis.ts'
import { rolePalette } from '../charts/palette.ts'
import { rollingFigure } from '../charts/rolling.ts'
import { count } from '../format.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'
import { whyUndefined } from '../statistic-words.ts'

export function rollingSection({ rolling, statistics }: Analysis): Section {
  const shared = { id: 'rolling', title: 'Rolling Sharpe and volatility', short: 'Rolling' }
  const { sampling } = statistics
  const figure =
    rolling &&
    rollingFigure(
      [
        { name: 'Sharpe', time: rolling.time, value: rolling.sharpe, unit: 'ratio' },
        { name: 'Volatility', time: rolling.time, value: rolling.volatility, unit: 'percent' },
      ],
      { palette: rolePalette },
    )
  if (rolling === undefined || figure === undefined)
    return {
      ...shared,
      body: html`<p class="muted">Undefined: ${
        rolling === undefined
          ? whyUndefined('sharpe', statistics)
          : `fewer than the ${count(rolling.window)} returns of one window, or they do not vary`
      }.</p>`,
    }
  return {
    ...shared,
    lead: `Annualised, over the last ${count(rolling.window)} returns (one per ${sampling}) at each point; the first window has no value.`,
    figures: { rolling: figure },
    body: chart(
      { name: 'rolling', label: 'Rolling Sharpe ratio and rolling annual volatility' },
      figure.note,
    ),
  }
}
