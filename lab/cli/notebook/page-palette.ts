/**
 * Colours for charts in a notebook. What draws the page may be light or dark, and a stored output does not know which:
 * so paper is the page itself, and every colour has at least 3:1 contrast on white and on JupyterLab's #111.
 */
import type { Palette } from '../../report/index.ts'

export const pagePalette: Palette = {
  paper: 'rgba(0,0,0,0)',
  ink: '#787f87',
  muted: '#787f87',
  rule: 'rgba(128,136,145,0.28)',
  strategy: '#2f81cf',
  strategyFill: 'rgba(47,129,207,0.14)',
  benchmark: '#858d96',
  gain: '#2f81cf',
  loss: '#d1602b',
  lossFill: 'rgba(209,96,43,0.18)',
  candle: '#808892',
  candleFill: 'rgba(128,136,145,0.45)',
  second: '#ac7712',
  third: '#1c9075',
  fourth: '#ad5f9a',
}

type Layout = Readonly<Record<string, unknown>>

/** A layout on that paper, whatever it said of its own; its axes keep their colours where they have some. */
export function onPage(layout: Layout): Layout {
  const { paper, ink, rule, strategy, second, third, fourth, loss } = pagePalette
  const axis = { gridcolor: rule, linecolor: rule, zerolinecolor: rule, tickfont: { color: ink } }
  const axes = ['xaxis', 'yaxis', ...Object.keys(layout).filter(key => /^[xy]axis\d+$/.test(key))]
  return {
    colorway: [strategy, loss, third, second, fourth],
    ...layout,
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    font: { ...(layout.font as Layout), color: ink },
    // Labels lie over lines, and need a ground of their own.
    hoverlabel: { bgcolor: '#2b323a', bordercolor: '#2b323a', font: { color: '#ffffff' } },
    ...Object.fromEntries(axes.map(name => [name, { ...axis, ...(layout[name] as Layout | undefined) }])),
  }
}
