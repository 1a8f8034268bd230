/**
 * How the returns of closed trades are spread: a histogram over all of them, losses and gains in their
 * colours, zero always a border between two bars. Bar width after Freedman and Diaconis (1981),
 * 2 IQR n^(-1/3), widened to a round number; the far tails are gathered in the outermost bars.
 */
import type { RunResult } from '../../domain/run-result.ts'
import { count } from '../format.ts'
import { type Figure, layoutOf, significant } from './figure.ts'
import { lightPalette, type Palette } from './palette.ts'

const MOST_BARS = 80

/** @returns undefined when nothing was closed */
export function tradeReturnsFigure(
  result: RunResult,
  options: { readonly palette?: Palette } = {},
): Figure | undefined {
  const { palette = lightPalette } = options
  const returns = Float64Array.from(result.trades, trade => trade.return).sort()
  if (returns.length === 0) return undefined
  const width = barWidth(returns)
  const low = Math.floor(quantile(returns, 0.002) / width)
  const high = Math.max(low + 1, Math.floor(quantile(returns, 0.998) / width) + 1)
  const counts = new Array<number>(high - low).fill(0)
  let beyond = 0
  for (const value of returns) {
    const bar = Math.floor(value / width) - low
    if (bar < 0 || bar >= counts.length) beyond++
    counts[Math.min(counts.length - 1, Math.max(0, bar))]++
  }
  const left = counts.map((_, bar) => significant((low + bar) * width * 100, 9))
  const step = significant(width * 100, 9)
  return {
    data: [
      {
        type: 'bar',
        x: left.map(edge => significant(edge + step / 2, 9)),
        y: counts,
        width: step,
        customdata: left.map(edge => [edge, significant(edge + step, 9)]),
        hovertemplate: '%{y} trades<br>%{customdata[0]} % to %{customdata[1]} %<extra></extra>',
        marker: {
          color: left.map(edge => (edge < 0 ? palette.loss : palette.gain)),
          line: { color: palette.paper, width: 1 },
        },
      },
    ],
    layout: layoutOf(palette, {
      hovermode: 'closest',
      bargap: 0,
      xaxis: { title: { text: 'Return of the trade after fees' }, ticksuffix: ' %', zeroline: true },
      yaxis: { title: { text: 'Trades' }, rangemode: 'tozero', tickformat: ',~d' },
    }),
    note:
      beyond === 0
        ? undefined
        : `${count(beyond)} of ${count(returns.length)} trades lie further out and are counted in the outermost bars.`,
  }
}

function barWidth(sorted: Float64Array): number {
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  const range = quantile(sorted, 0.998) - quantile(sorted, 0.002)
  const wanted = Math.max((2 * spread) / Math.cbrt(sorted.length), range / MOST_BARS, 1e-6)
  const power = 10 ** Math.floor(Math.log10(wanted))
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= wanted * 0.999) ?? 10 * power
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
