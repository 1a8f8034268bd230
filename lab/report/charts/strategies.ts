/** What became of 100 in each strategy's hands, and in all of them together. */
import type { RunResult } from '../../domain/run-result.ts'
import { count } from '../format.ts'
import { extremeRows } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'

/** @returns undefined for a run of one strategy, and for one that saw no bar */
export function strategiesFigure(
  result: RunResult,
  options: { readonly palette?: Palette; readonly points?: number; readonly strategies?: number } = {},
): Figure | undefined {
  const { palette = lightPalette, points = 14_400, strategies = 16 } = options
  const { members, curve } = result
  if (members === undefined || curve.time.length === 0) return undefined
  const shown = members.slice(0, strategies)
  const colours = [palette.second, palette.third, palette.fourth, palette.loss, palette.muted]
  const dashes = ['solid', 'dash', 'dot', 'dashdot']
  const perLine = Math.floor(points / (shown.length + 1))
  let drawn = 0
  const line = (name: string, equity: Float64Array, start: number) => {
    const rows = extremeRows(equity, perLine)
    drawn = Math.max(drawn, rows.length)
    return {
      type: 'scatter',
      mode: rows.length === 1 ? 'markers' : 'lines',
      name: plainName(name),
      x: rows.map(row => milliseconds(curve.time[row])),
      y: rows.map(row => significant((equity[row] / start) * 100)),
      hovertemplate: '%{y:,.1f}',
    }
  }
  const data = [
    ...shown.map(({ name, equity, startEquity }, n) => ({
      ...line(name, equity, startEquity),
      line: {
        color: colours[n % colours.length],
        dash: dashes[Math.floor(n / colours.length) % dashes.length],
        width: 1.4,
      },
    })),
    {
      ...line('Together', curve.equity, result.startEquity),
      line: { color: palette.strategy, width: 2.4 },
    },
  ]
  const notes: string[] = []
  if (drawn < curve.time.length)
    notes.push(`Thinned for drawing from ${count(curve.time.length)} points a line; highs and lows are kept.`)
  if (shown.length < members.length)
    notes.push(`Drawn are the first ${shown.length} of ${count(members.length)} strategies.`)
  return {
    data,
    layout: layoutOf(palette, {
      showlegend: true,
      xaxis: { type: 'date' },
      yaxis: { tickformat: ',.4~r', title: { text: 'Start = 100' } },
    }),
    note: notes.length === 0 ? undefined : notes.join(' '),
  }
}
