/** What trading has cost so far, over time: fees and slippage laid on one another, in account currency. */
import { fillFee, fillSlippage } from '../../domain/fill.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { extremeRows, thinningNote } from './down-sample.ts'
import { type Figure, layoutOf, milliseconds, significant } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'

/** @returns undefined when nothing was filled */
export function costsFigure(
  result: RunResult,
  options: { readonly palette?: Palette; readonly points?: number } = {},
): Figure | undefined {
  const { palette = lightPalette, points = 1_000 } = options
  const { fills } = result
  if (fills.length === 0) return undefined
  const fees = new Float64Array(fills.length)
  const slippage = new Float64Array(fills.length)
  let feeSum = 0
  let slippageSum = 0
  fills.forEach((fill, row) => {
    fees[row] = feeSum += fillFee(fill)
    slippage[row] = slippageSum += fillSlippage(fill)
  })
  const rows = extremeRows(fees, points)
  const x = [
    milliseconds(result.from),
    ...rows.map(row => milliseconds(fills[row].time)),
    milliseconds(result.to),
  ]
  const layer = (name: string, column: Float64Array, color: string, fillcolor: string) => ({
    type: 'scatter',
    mode: 'lines',
    name,
    x,
    y: [0, ...rows.map(row => significant(column[row])), significant(column[column.length - 1])],
    stackgroup: 'costs',
    line: { shape: 'hv', width: 1.3, color },
    fillcolor,
    hovertemplate: `%{y:,.2f} ${plainName(result.currency)}<extra>${name}</extra>`,
  })
  return {
    data: [
      layer('Fees', fees, palette.strategy, palette.strategyFill),
      layer('Slippage', slippage, palette.loss, palette.lossFill),
    ],
    layout: layoutOf(palette, {
      showlegend: true,
      xaxis: { type: 'date' },
      yaxis: { rangemode: 'tozero', tickformat: ',.4~r' },
    }),
    note: thinningNote(rows.length, fills.length),
  }
}
