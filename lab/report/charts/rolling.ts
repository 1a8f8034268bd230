/**
 * Rolling statistics in panels below one another on one time axis; gaps where a window has no value. The
 * values come from lab/analytics; here they are only drawn.
 */
import { extremeRows, thinningNote } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'

export interface RollingSeries {
  readonly name: string
  /** µs UTC, the end of each window. */
  readonly time: Float64Array
  /** NaN where undefined. */
  readonly value: Float64Array
  /** `percent` draws fractions as percent. */
  readonly unit: 'ratio' | 'percent'
}

/** One panel for each series; undefined when none has a value. */
export function rollingFigure(
  series: readonly RollingSeries[],
  options: { readonly palette?: Palette; readonly points?: number } = {},
): Figure | undefined {
  const { palette = lightPalette, points = 3_600 } = options
  const shown = series.filter(one => one.value.some(value => Number.isFinite(value)))
  if (shown.length === 0) return undefined
  const colours = [palette.strategy, palette.second, palette.third]
  const layout: Record<string, unknown> = {}
  const gap = 0.08
  const height = (1 - gap * (shown.length - 1)) / shown.length
  let drawn = 0
  const data = shown.map((one, n) => {
    const rows = extremeRows(one.value, points)
    drawn += rows.length
    const top = 1 - n * (height + gap)
    const factor = one.unit === 'percent' ? 100 : 1
    layout[n === 0 ? 'yaxis' : `yaxis${n + 1}`] = {
      domain: [Math.max(0, top - height), top],
      title: { text: plainName(one.name) },
      ticksuffix: one.unit === 'percent' ? ' %' : '',
      zeroline: true,
      zerolinecolor: palette.muted,
      ...(one.unit === 'percent' ? { rangemode: 'tozero' } : {}),
    }
    return {
      type: 'scatter',
      mode: 'lines',
      name: plainName(one.name),
      x: rows.map(row => milliseconds(one.time[row])),
      y: rows.map(row => significant(one.value[row] * factor, 5)),
      yaxis: n === 0 ? 'y' : `y${n + 1}`,
      line: { color: colours[n % colours.length], width: 1.4 },
      hovertemplate: one.unit === 'percent' ? '%{y:.1f} %' : '%{y:.2f}',
    }
  })
  const all = shown.reduce((sum, one) => sum + one.value.length, 0)
  return {
    data,
    layout: layoutOf(palette, {
      ...layout,
      xaxis: { type: 'date', anchor: shown.length === 1 ? 'y' : `y${shown.length}` },
    }),
    note: drawn < all ? thinningNote(drawn, all) : undefined,
  }
}
