/**
 * Candlesticks of one instrument with its round trips on them: a triangle up where a position was entered,
 * down where it was left, and a line between them in the colour of the outcome. Long histories are drawn in
 * coarser candles (first open, highest high, lowest low, last close), so no extreme is lost.
 */
import type { BarSeries } from '../../domain/bar.ts'
import type { ClosedTrade, OpenTrade } from '../../domain/closed-trade.ts'
import { instrumentId } from '../../domain/instrument.ts'
import type { RunResult } from '../../domain/run-result.ts'
import { count, counted } from '../format.ts'
import { type Figure, layoutOf, milliseconds, significant, type Trace } from './figure.ts'
import { plainName } from './names.ts'
import { lightPalette, type Palette } from './palette.ts'
import { mostTelling } from './most-telling.ts'

export interface CandlesOptions {
  readonly palette?: Palette
  /** At most so many candles; more bars are put together. */
  readonly candles?: number
  /** At most so many round trips are marked: those with the largest gain or loss. */
  readonly marks?: number
}

/**
 * @param instrument `XNAS:AAPL`
 * @returns undefined where the result carries no bars of that instrument
 */
export function candlesFigure(
  result: RunResult,
  instrument: string,
  options: CandlesOptions = {},
): Figure | undefined {
  const { palette = lightPalette, candles = 3_000, marks = 400 } = options
  const handle = result.instruments.findIndex(one => instrumentId(one) === instrument)
  const bars = result.bars[handle]
  if (bars === undefined || bars.length === 0) return undefined
  const perCandle = Math.ceil(bars.length / candles)
  const trades = result.trades.filter(trade => trade.instrument === instrument)
  const marked = mostTelling(trades, marks)
  const open = result.openTrades.filter(trade => trade.instrument === instrument)
  const notes: string[] = []
  if (perCandle > 1) notes.push(`Each candle is ${count(perCandle)} bars (${count(bars.length)} in all).`)
  if (marked.length < trades.length)
    notes.push(
      `Marked are the ${count(marked.length)} of ${counted(trades.length, 'round trip')} that gained or lost most.`,
    )
  return {
    data: [
      candleTrace(bars, perCandle, palette),
      ...roundTripLines(marked, palette),
      ...roundTripMarks(marked, open, palette),
    ],
    layout: layoutOf(palette, {
      hovermode: 'closest',
      showlegend: true,
      margin: { l: 64, r: 16, t: 8, b: 8 },
      xaxis: {
        type: 'date',
        rangeslider: {
          visible: true,
          thickness: 0.1,
          bgcolor: palette.paper,
          bordercolor: palette.rule,
          borderwidth: 1,
          yaxis: { rangemode: 'auto' },
        },
        ...weekendBreaks(result, handle, perCandle),
      },
      yaxis: { tickformat: ',.6~r', side: 'left' },
    }),
    note: notes.length === 0 ? undefined : notes.join(' '),
  }
}

function candleTrace(bars: BarSeries, perCandle: number, palette: Palette): Trace {
  const x: number[] = []
  const open: number[] = []
  const high: number[] = []
  const low: number[] = []
  const close: number[] = []
  for (let from = 0; from < bars.length; from += perCandle) {
    const to = Math.min(bars.length, from + perCandle)
    let top = bars.high[from]
    let bottom = bars.low[from]
    for (let row = from + 1; row < to; row++) {
      top = Math.max(top, bars.high[row])
      bottom = Math.min(bottom, bars.low[row])
    }
    x.push(milliseconds(bars.eventTime[to - 1]))
    open.push(significant(bars.open[from]))
    high.push(significant(top))
    low.push(significant(bottom))
    close.push(significant(bars.close[to - 1]))
  }
  return {
    type: 'candlestick',
    name: 'Price',
    showlegend: false,
    x,
    open,
    high,
    low,
    close,
    increasing: { line: { color: palette.candle, width: 1 }, fillcolor: palette.paper },
    decreasing: { line: { color: palette.candle, width: 1 }, fillcolor: palette.candleFill },
  }
}

function roundTripLines(trades: readonly ClosedTrade[], palette: Palette): Trace[] {
  return [true, false].map(won => {
    const x: number[] = []
    const y: number[] = []
    for (const trade of trades) {
      if (trade.profit > 0 !== won) continue
      x.push(milliseconds(trade.entryTime), milliseconds(trade.exitTime), Number.NaN)
      y.push(significant(trade.entryPrice), significant(trade.exitPrice), Number.NaN)
    }
    return {
      type: 'scatter',
      mode: 'lines',
      name: won ? 'Gain' : 'Loss',
      x,
      y,
      hoverinfo: 'skip',
      line: { color: won ? palette.gain : palette.loss, width: 1.5, dash: won ? 'solid' : 'dot' },
    }
  })
}

function roundTripMarks(
  trades: readonly ClosedTrade[],
  open: readonly OpenTrade[],
  palette: Palette,
): Trace[] {
  const entries = [...trades, ...open]
  return [
    markTrace(ENTRY, entries.map(entryPoint), palette.ink),
    markTrace(EXIT, trades.map(exitPoint), palette.ink),
  ]
}

interface Point {
  readonly x: number
  readonly y: number
  /** Beside the mark: units entered, negative when short; or the return in percent. */
  readonly told: number
  /** Whose trade, where there are several strategies. */
  readonly strategy: string | undefined
}

function entryPoint(trade: ClosedTrade | OpenTrade): Point {
  const told = trade.direction === 'long' ? trade.quantity : -trade.quantity
  return {
    x: milliseconds(trade.entryTime),
    y: significant(trade.entryPrice),
    told,
    strategy: trade.strategy,
  }
}

function exitPoint(trade: ClosedTrade): Point {
  const told = significant(trade.return * 100, 5)
  return { x: milliseconds(trade.exitTime), y: significant(trade.exitPrice), told, strategy: trade.strategy }
}

interface MarkStyle {
  readonly name: string
  readonly symbol: string
  /** How `Point.told` is written when the mark is touched. */
  readonly told: string
}

const ENTRY: MarkStyle = { name: 'Entry', symbol: 'triangle-up', told: '%{customdata:+,} units' }
const EXIT: MarkStyle = { name: 'Exit', symbol: 'triangle-down-open', told: '%{customdata:+.2f} %' }

function markTrace(style: MarkStyle, points: readonly Point[], color: string): Trace {
  const { name, symbol, told } = style
  const isNamed = points.some(point => point.strategy !== undefined)
  return {
    type: 'scatter',
    mode: 'markers',
    name,
    x: points.map(point => point.x),
    y: points.map(point => point.y),
    customdata: points.map(point => point.told),
    ...(isNamed ? { text: points.map(point => plainName(point.strategy ?? '')) } : {}),
    hovertemplate: `%{x|%Y-%m-%d %H:%M}<br>${name} at %{y:,.6~r}, ${told}${isNamed ? '<br>%{text}' : ''}<extra></extra>`,
    marker: { symbol, size: 9, color, line: { color, width: 1.2 } },
  }
}

/** Days without a market leave no holes in daily charts of exchanges that rest on weekends. */
function weekendBreaks(result: RunResult, handle: number, perCandle: number): Record<string, unknown> {
  const daily = result.datasets.length > 0 && result.datasets.every(dataset => dataset.interval === '1d')
  const rests = result.instruments[handle].calendar !== '24/7'
  return daily && rests && perCandle === 1 ? { rangebreaks: [{ bounds: ['sat', 'mon'] }] } : {}
}
