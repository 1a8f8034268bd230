/**
 * The account over time beside its benchmark, and below it, on the same time axis, how far each stood under
 * its last peak.
 */
import type { RunResult } from '../../domain/run-result.ts'
import { underwater } from '../../analytics/underwater.ts'
import { extremeRows, thinningNote } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant, type Trace } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'

export interface EquityOptions {
  readonly palette?: Palette
  /** Beside `result.curve.time`. */
  readonly benchmark?: { readonly name: string; readonly equity: Float64Array }
  /** Points per curve. */
  readonly points?: number
}

export function equityFigure(result: RunResult, options: EquityOptions = {}): Figure {
  const { palette = lightPalette, benchmark, points = 3_600 } = options
  const { equity } = result.curve
  const own = result.members === undefined ? 'Strategy' : 'Strategies together'
  const curve = thinned(result, equity, points)
  const under = thinned(result, underwater(equity), points)
  const data: Trace[] = []
  if (benchmark !== undefined) {
    const line = { color: palette.benchmark, width: 1.3 }
    const name = plainName(benchmark.name.charAt(0).toUpperCase() + benchmark.name.slice(1))
    const depth = thinned(result, underwater(benchmark.equity), points)
    data.push(
      { ...lineTrace(name, thinned(result, benchmark.equity, points)), line, hovertemplate: '%{y:,.0f}' },
      {
        ...lineTrace(name, { x: depth.x, y: depth.y.map(inPercent) }),
        yaxis: 'y2',
        showlegend: false,
        line: { ...line, width: 1 },
        hovertemplate: '%{y:.1f} %',
      },
    )
  }
  data.push(
    {
      ...lineTrace(own, curve),
      line: { color: palette.strategy, width: 1.9 },
      hovertemplate: '%{y:,.0f}',
    },
    {
      ...lineTrace(own, { x: under.x, y: under.y.map(inPercent) }),
      yaxis: 'y2',
      showlegend: false,
      fill: 'tozeroy',
      fillcolor: palette.lossFill,
      line: { color: palette.loss, width: 1.2 },
      hovertemplate: '%{y:.1f} %',
    },
  )
  return {
    data,
    layout: layoutOf(palette, {
      showlegend: true,
      xaxis: { type: 'date', anchor: 'y2' },
      yaxis: { domain: [0.36, 1], tickformat: ',.3~r', title: { text: plainName(result.currency) } },
      yaxis2: { domain: [0, 0.28], ticksuffix: ' %', rangemode: 'tozero', title: { text: 'Under water' } },
    }),
    note: thinningNote(curve.x.length, equity.length),
  }
}

interface Line {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

function thinned(result: RunResult, values: Float64Array, points: number): Line {
  const rows = extremeRows(values, points)
  return {
    x: rows.map(row => milliseconds(result.curve.time[row])),
    y: rows.map(row => significant(values[row])),
  }
}

function inPercent(fraction: number): number {
  return significant(fraction * 100, 5)
}

function lineTrace(name: string, line: Line): Trace {
  return { type: 'scatter', mode: 'lines', name, x: line.x, y: line.y }
}
