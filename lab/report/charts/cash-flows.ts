/** What moved money without an order, added up over time: one step line per kind, in account currency. */
import type { RunResult } from '../../domain/run-result.ts'
import { cashFlowTotals } from '../../domain/cash-flow.ts'
import { extremeRows, thinningNote } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'

/** @returns undefined when there was none */
export function cashFlowsFigure(
  result: RunResult,
  options: { readonly palette?: Palette; readonly points?: number } = {},
): Figure | undefined {
  const { palette = lightPalette, points = 1_000 } = options
  const totals = cashFlowTotals(result)
  if (totals.length === 0) return undefined
  const colors = [palette.strategy, palette.loss, palette.third, palette.second, palette.fourth]
  let thinned: string | undefined
  const data = totals.map(({ name, flows }, place) => {
    let sum = 0
    const column = Float64Array.from(flows, flow => (sum += flow.amount * (flow.accountRate ?? 1)))
    const rows = extremeRows(column, points)
    thinned ??= thinningNote(rows.length, flows.length)
    return {
      type: 'scatter',
      mode: 'lines',
      name,
      x: [
        milliseconds(result.from),
        ...rows.map(row => milliseconds(flows[row].time)),
        milliseconds(result.to),
      ],
      y: [0, ...rows.map(row => significant(column[row])), significant(column[column.length - 1])],
      line: {
        shape: 'hv',
        width: 1.5,
        color: colors[place % colors.length],
        dash: place < colors.length ? 'solid' : 'dot',
      },
      hovertemplate: `%{y:,.2f} ${plainName(result.currency)}<extra>${name}</extra>`,
    }
  })
  return {
    data,
    layout: layoutOf(palette, {
      showlegend: true,
      xaxis: { type: 'date' },
      yaxis: { tickformat: ',.4~r', zeroline: true },
    }),
    note: thinned,
  }
}
