/** What the strategy drew with `ctx.plot`: every series by its name, over time. */
import type { RunResult } from '../../domain/run-result.ts'
import { count } from '../format.ts'
import { extremeRows } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'

/** @returns undefined when nothing was plotted */
export function plotsFigure(
  result: RunResult,
  options: { readonly palette?: Palette; readonly points?: number; readonly series?: number } = {},
): Figure | undefined {
  const { palette = lightPalette, points = 8_000, series = 24 } = options
  const shown = result.plots.filter(plot => plot.value.length > 0).slice(0, series)
  if (shown.length === 0) return undefined
  const colours = [palette.strategy, palette.second, palette.third, palette.fourth, palette.benchmark]
  const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash']
  let drawn = 0
  let all = 0
  const data = shown.map((plot, n) => {
    const rows = extremeRows(plot.value, Math.floor(points / shown.length))
    drawn += rows.length
    all += plot.value.length
    return {
      type: 'scatter',
      mode: rows.length === 1 ? 'markers' : 'lines',
      name: plainName(plot.name),
      x: rows.map(row => milliseconds(plot.time[row])),
      y: rows.map(row => significant(plot.value[row])),
      line: {
        color: colours[n % colours.length],
        dash: dashes[Math.floor(n / colours.length) % dashes.length],
        width: 1.3,
      },
    }
  })
  const notes: string[] = []
  const left = result.plots.length - shown.length
  if (drawn < all) notes.push(`Thinned for drawing from ${count(all)} points; highs and lows are kept.`)
  if (left > 0) notes.push(`${left} further series are empty or beyond the ${series} that fit here.`)
  return {
    data,
    layout: layoutOf(palette, { showlegend: true, xaxis: { type: 'date' } }),
    note: notes.length === 0 ? undefined : notes.join(' '),
  }
}
