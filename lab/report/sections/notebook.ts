/** What the strategy itself wrote down: series from `ctx.plot`, lines from `ctx.log`. */
import type { RunResult } from '../../domain/run-result.ts'
import { rolePalette } from '../charts/palette.ts'
import { plotsFigure } from '../charts/plots.ts'
import { count, counted, minute } from '../format.ts'
import { html } from '../html.ts'
import { chart, type Section } from '../section.ts'

const FIRST_LINES = 100
const LAST_LINES = 100
const LINE_LENGTH = 240

/** @returns undefined where the strategy left neither */
export function notebookSection(result: RunResult): Section | undefined {
  const figure = plotsFigure(result, { palette: rolePalette })
  if (figure === undefined && result.logs.length === 0) return undefined
  return {
    id: 'notebook',
    title: 'What the strategy noted',
    short: 'Notes',
    lead: 'Series from ctx.plot and lines from ctx.log, as the strategy wrote them.',
    figures: figure === undefined ? {} : { plots: figure },
    body: html`${
      figure !== undefined &&
      chart({ name: 'plots', label: `Series plotted by the strategy: ${names(result)}` }, figure.note)
    }${result.logs.length > 0 && log(result)}`,
  }
}

function names(result: RunResult): string {
  return result.plots
    .slice(0, 12)
    .map(plot => plot.name)
    .join(', ')
}

function log(result: RunResult) {
  const { logs } = result
  const cut = logs.length > FIRST_LINES + LAST_LINES
  const first = cut ? logs.slice(0, FIRST_LINES) : logs
  const last = cut ? logs.slice(-LAST_LINES) : []
  const line = ({ time, text }: { time: number; text: string }) =>
    html`<time>${minute(time)}</time>  ${text.length > LINE_LENGTH ? text.slice(0, LINE_LENGTH) + '…' : text}
`
  return html`<h3>Log, ${counted(logs.length, 'line')}</h3>
<div class="log" tabindex="0" role="region" aria-label="Log of the strategy">${first.map(line)}${
    cut &&
    html`
… ${count(logs.length - first.length - last.length)} lines between are left out here; all are in run.logs …

`
  }${last.map(line)}</div><p class="note print-only">On paper the log ends here; the file has the rest.</p>`
}
