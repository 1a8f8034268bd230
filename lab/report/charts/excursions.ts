/**
 * Maximum adverse and favourable excursion against the result of each trade (Sweeney 1996): how far a trade
 * went wrong before it ended as it did, and how much of its best moment was kept. Points on the diagonal of
 * the right panel left at their best price.
 */
import type { ClosedTrade } from '../../domain/closed-trade.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { count, counted } from '../format.ts'
import { type Figure, layoutOf, significant, type Trace } from './figure.ts'
import { mostTelling } from './most-telling.ts'
import { lightPalette, type Palette } from './palette.ts'

/** @returns undefined when nothing was closed, or the bars that tell excursions were not kept */
export function excursionsFigure(
  result: RunResult,
  options: { readonly palette?: Palette; readonly points?: number } = {},
): Figure | undefined {
  const { palette = lightPalette, points = 1_500 } = options
  const told = result.trades.filter(trade => trade.mae !== undefined && trade.mfe !== undefined)
  if (told.length === 0) return undefined
  const shown = mostTelling(told, points)
  const won = shown.filter(trade => trade.profit > 0)
  const lost = shown.filter(trade => trade.profit <= 0)
  return {
    data: [
      points2d('Gain', won, { excursion: 'mae', axis: '', color: palette.gain, symbol: 'circle' }),
      points2d('Loss', lost, { excursion: 'mae', axis: '', color: palette.loss, symbol: 'x-thin' }),
      points2d('Gain', won, { excursion: 'mfe', axis: '2', color: palette.gain, symbol: 'circle' }),
      points2d('Loss', lost, { excursion: 'mfe', axis: '2', color: palette.loss, symbol: 'x-thin' }),
    ],
    layout: layoutOf(palette, {
      hovermode: 'closest',
      showlegend: true,
      grid: { rows: 1, columns: 2, pattern: 'independent', xgap: 0.14 },
      xaxis: { title: { text: 'Worst moment (MAE)' }, ticksuffix: ' %' },
      yaxis: { title: { text: 'Return' }, ticksuffix: ' %', zeroline: true, zerolinecolor: palette.muted },
      xaxis2: { title: { text: 'Best moment (MFE)' }, ticksuffix: ' %' },
      yaxis2: { ticksuffix: ' %', zeroline: true, zerolinecolor: palette.muted, matches: 'y' },
    }),
    note:
      shown.length === told.length
        ? undefined
        : `Drawn are the ${count(shown.length)} of ${counted(told.length, 'trade')} that gained or lost most.`,
  }
}

interface PointStyle {
  readonly excursion: 'mae' | 'mfe'
  readonly axis: '' | '2'
  readonly color: string
  readonly symbol: string
}

function points2d(name: string, trades: readonly ClosedTrade[], style: PointStyle): Trace {
  return {
    type: 'scatter',
    mode: 'markers',
    name,
    legendgroup: name,
    showlegend: style.axis === '',
    xaxis: 'x' + style.axis,
    yaxis: 'y' + style.axis,
    x: trades.map(trade => significant(trade[style.excursion]! * 100, 5)),
    y: trades.map(trade => significant(trade.return * 100, 5)),
    hovertemplate: `${style.excursion.toUpperCase()} %{x:.2f} %<br>return %{y:.2f} %<extra></extra>`,
    marker: {
      symbol: style.symbol,
      color: style.color,
      size: 6,
      opacity: 0.75,
      line: { color: style.color, width: style.symbol === 'circle' ? 0 : 1.5 },
    },
  }
}
