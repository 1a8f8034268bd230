/**
 * How much of the account was in the market: gross and net value of positions as a share of equity, at every
 * instant at which equity was marked. Above 100 % the account was levered, below 0 net short.
 */
import type { RunResult } from '../../domain/run-result.ts'
import { extremeRows, thinningNote } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant } from './figure.ts'
import { lightPalette, type Palette } from './palette.ts'

export function exposureFigure(
  result: RunResult,
  options: { readonly palette?: Palette; readonly points?: number } = {},
): Figure {
  const { palette = lightPalette, points = 3_600 } = options
  const { curve } = result
  const share = (column: Float64Array) =>
    column.map((value, row) => (curve.equity[row] > 0 ? value / curve.equity[row] : Number.NaN))
  const gross = share(curve.grossExposure)
  const net = share(curve.netExposure)
  const rows = extremeRows(gross, points)
  const x = rows.map(row => milliseconds(curve.time[row]))
  const differs = gross.some((value, row) => Math.abs(value - net[row]) > 1e-12)
  const line = { shape: 'hv', width: 1 }
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        name: differs ? 'Gross' : 'Exposure',
        x,
        y: rows.map(row => significant(gross[row] * 100, 5)),
        fill: 'tozeroy',
        fillcolor: palette.strategyFill,
        line: { ...line, color: palette.strategy },
        hovertemplate: '%{y:.1f} %<extra>%{fullData.name}</extra>',
      },
      ...(differs
        ? [
            {
              type: 'scatter',
              mode: 'lines',
              name: 'Net',
              x,
              y: rows.map(row => significant(net[row] * 100, 5)),
              line: { ...line, color: palette.second },
              hovertemplate: '%{y:.1f} %<extra>Net</extra>',
            },
          ]
        : []),
    ],
    layout: layoutOf(palette, {
      showlegend: differs,
      xaxis: { type: 'date' },
      yaxis: { ticksuffix: ' %', rangemode: 'tozero', zeroline: true },
    }),
    note: thinningNote(rows.length, gross.length),
  }
}
