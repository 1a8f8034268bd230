/** Value traded in each calendar month (UTC), buys and sells together, as a share of the equity at its end. */
import { fillValue } from '../../domain/fill.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { type Figure, layoutOf, significant } from './figure.ts'
import { lightPalette, type Palette } from './palette.ts'

/** @returns undefined when nothing was filled */
export function turnoverFigure(
  result: RunResult,
  options: { readonly palette?: Palette } = {},
): Figure | undefined {
  const { palette = lightPalette } = options
  const { curve, fills } = result
  if (fills.length === 0 || curve.time.length === 0) return undefined
  const traded = new Map<number, number>()
  for (const fill of fills) {
    const month = monthOf(fill.time)
    traded.set(month, (traded.get(month) ?? 0) + fillValue(fill))
  }
  const first = monthOf(result.from)
  const equity = new Float64Array(monthOf(result.to) - first + 1).fill(Number.NaN)
  curve.time.forEach((time, row) => {
    equity[monthOf(time) - first] = curve.equity[row]
  })
  const x = Array.from(equity, (_, n) => monthStart(first + n))
  const y = Array.from(equity, (value, n) =>
    value > 0 ? significant(((traded.get(first + n) ?? 0) / value) * 100, 5) : Number.NaN,
  )
  return {
    data: [
      {
        type: 'bar',
        x,
        y,
        marker: { color: palette.strategy },
        hovertemplate: '%{x|%b %Y}: %{y:.1f} %<extra></extra>',
      },
    ],
    layout: layoutOf(palette, {
      hovermode: 'closest',
      bargap: 0.15,
      xaxis: { type: 'date' },
      yaxis: { ticksuffix: ' %', tickformat: ',~r', rangemode: 'tozero' },
    }),
  }
}

/** Months since year 0. */
function monthOf(time: number): number {
  const day = new Date(time / 1000)
  return day.getUTCFullYear() * 12 + day.getUTCMonth()
}

function monthStart(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-15`
}
