/** How trades ended and how they felt on the way: distribution of returns, MAE and MFE. */
import type { RunResult } from '../../domain/run-result.ts'
import { excursionsFigure } from '../charts/excursions.ts'
import { rolePalette } from '../charts/palette.ts'
import { tradeReturnsFigure } from '../charts/trade-returns.ts'
import { counted } from '../format.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'

export function tradeReturnsSection(result: RunResult): Section {
  const figure = tradeReturnsFigure(result, { palette: rolePalette })
  const shared = { id: 'trade-returns', title: 'Distribution of trade returns', short: 'Distribution' }
  if (figure === undefined) return { ...shared, body: nothingClosed() }
  return {
    ...shared,
    lead: `All ${counted(result.trades.length, 'closed trade')}, after fees, each as a share of what was put in.`,
    figures: { 'trade-returns': figure },
    body: chart({ name: 'trade-returns', label: 'Histogram of trade returns in percent' }, figure.note),
  }
}

export function excursionsSection(result: RunResult): Section {
  const figure = excursionsFigure(result, { palette: rolePalette })
  const shared = { id: 'excursions', title: 'Excursions: MAE and MFE', short: 'MAE/MFE' }
  if (figure === undefined)
    return { ...shared, body: result.trades.length === 0 ? nothingClosed() : withoutBars() }
  return {
    ...shared,
    lead:
      'Left: how far each trade was under water before it ended as it did; gains far to the left were lucky to be held. ' +
      'Right: its best moment; the further below the diagonal, the more was given back.',
    figures: { excursions: figure },
    body: chart(
      {
        name: 'excursions',
        label: 'Return of each trade against its worst and its best moment, in percent',
        size: 'pair',
      },
      figure.note,
    ),
  }
}

function withoutBars() {
  return html`<p class="muted">Undefined: the result does not carry the bars that would tell how trades fared while held.</p>`
}

function nothingClosed() {
  return html`<p class="muted">Nothing to show: no trade was closed in this run.</p>`
}
