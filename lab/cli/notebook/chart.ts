/**
 * Plotly in a cell. JupyterLab draws the figure's own MIME type; viewers and HTML exports that have plotly.js on
 * the page run the small script; everyone else reads a line of text.
 */
import { randomBytes } from 'node:crypto'
import { escapeHtml } from './escape.ts'
import type { Bundle } from './kernel.ts'
import { onPage } from './page-palette.ts'
import { JUPYTER } from './table.ts'

export interface Figure {
  /** Plotly traces; typed arrays and Arrow columns are fine. */
  readonly data: readonly object[]
  readonly layout?: object
}

/** Something to display: the last value of a cell, or `display(chart(…))`. */
export function chart(data: readonly object[], layout: object = {}): Figure & { [JUPYTER]: () => Bundle } {
  const figure = { data, layout }
  return { ...figure, [JUPYTER]: () => chartBundle(figure) }
}

export function chartBundle(figure: Figure): Bundle {
  const layout = onPage({ margin: { l: 60, r: 20, t: 40, b: 40 }, height: 420, ...figure.layout })
  const plain: Figure = JSON.parse(JSON.stringify({ data: figure.data, layout }, spread))
  const config = { responsive: true, displaylogo: false }
  const id = `chart-${randomBytes(6).toString('hex')}`
  const json = JSON.stringify({ ...plain, config }).replace(/</g, '\\u003c')
  const draw =
    `(function draw(tries){var place=document.getElementById("${id}");` +
    'if(!window.Plotly){if(tries<50)setTimeout(draw,100,tries+1);return}' +
    `var figure=${json};Plotly.newPlot(place,figure.data,figure.layout,figure.config)})(0)`
  return {
    'application/vnd.plotly.v1+json': { ...plain, config },
    'text/html': `<div id="${id}" style="min-height:300px"></div><script>${draw}</script>`,
    'text/plain': `[chart: ${escapeHtml(names(plain))}]`,
  }
}

/** Typed arrays as arrays; numbers that JSON has no word for become gaps. */
function spread(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value
}

function names(figure: Figure): string {
  return figure.data
    .map(
      trace =>
        (trace as { name?: string; type?: string }).name ?? (trace as { type?: string }).type ?? 'line',
    )
    .join(', ')
}
