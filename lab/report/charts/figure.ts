/**
 * What every chart here is: a plain Plotly figure, with a note where the drawing shows less than the data.
 * In a notebook: tslab.display.raw('application/vnd.plotly.v1+json', { data, layout }).
 */
import type { Micros } from '../../core/time.ts'
import type { Palette } from './palette.ts'

export type Trace = Readonly<Record<string, unknown>>
export type Layout = Readonly<Record<string, unknown>>

export interface Figure {
  readonly data: readonly Trace[]
  readonly layout: Layout
  /** One sentence for under the chart, e.g. how a long curve was thinned. */
  readonly note?: string
}

/** A layout with the house's type, margins and quiet axes; `own` is laid over it, axis by axis. */
export function layoutOf(palette: Palette, own: Layout = {}): Layout {
  const axes: Record<string, unknown> = {}
  for (const name of ['xaxis', 'yaxis', ...Object.keys(own).filter(key => /^[xy]axis\d+$/.test(key))])
    axes[name] = { ...axisStyle(palette), ...(own[name] as Layout | undefined) }
  return {
    paper_bgcolor: palette.paper,
    plot_bgcolor: palette.paper,
    font: {
      family: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
      size: 12,
      color: palette.muted,
    },
    margin: { l: 64, r: 16, t: 8, b: 36 },
    hovermode: 'x unified',
    hoverlabel: { bgcolor: palette.paper, bordercolor: palette.rule, font: { color: palette.ink, size: 12 } },
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { color: palette.ink } },
    showlegend: false,
    dragmode: 'zoom',
    separators: '.,',
    ...own,
    ...axes,
  }
}

/** Plotly's date axes take milliseconds. */
export function milliseconds(time: Micros): number {
  return time / 1000
}

/** Rounds to `digits` significant digits: more than a screen shows, less than a file should carry. */
export function significant(value: number, digits = 7): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : Number.NaN
}

function axisStyle(palette: Palette): Layout {
  return {
    gridcolor: palette.rule,
    linecolor: palette.rule,
    zerolinecolor: palette.rule,
    tickcolor: palette.rule,
    tickfont: { color: palette.muted },
    automargin: true,
    fixedrange: false,
  }
}
