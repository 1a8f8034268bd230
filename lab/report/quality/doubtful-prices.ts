/** The price of a stream over all of its time, with what is doubted marked where it was found. */
import type { Finding, IssueCode } from '../../catalog/quality/index.ts'
import { type Figure, layoutOf, milliseconds, significant, type Trace } from '../charts/figure.ts'
import { plainName } from '../charts/names.ts'
import { type Palette, rolePalette } from '../charts/palette.ts'
import { wordsOf } from './findings-map.ts'
import type { PriceLine } from './stream-picture.ts'

interface Mark {
  readonly name: string
  readonly colour: keyof Palette
  readonly symbol: string
  readonly codes: readonly IssueCode[]
}

const MARKS: readonly Mark[] = [
  {
    name: 'No price',
    colour: 'ink',
    symbol: 'triangle-down',
    codes: ['notPositive', 'notANumber', 'highBelowLow', 'outsideRange', 'crossedQuote'],
  },
  { name: 'Outlier', colour: 'loss', symbol: 'x-thin-open', codes: ['outlier'] },
  { name: 'Split not listed', colour: 'second', symbol: 'diamond-open', codes: ['unlistedSplit'] },
  { name: 'Other units', colour: 'fourth', symbol: 'square-open', codes: ['scaleJump'] },
  { name: 'Jump that stays', colour: 'third', symbol: 'circle-open', codes: ['jump'] },
]

/** Prices that span more than this factor are drawn on a logarithmic axis. */
const WIDE = 3

export function isDoubtOfPrice({ code }: Finding): boolean {
  return MARKS.some(({ codes }) => codes.includes(code))
}

export function doubtfulPrices(
  line: PriceLine,
  findings: readonly Finding[],
  currency: string,
  palette: Palette = rolePalette,
): Figure {
  const x: number[] = []
  const y: number[] = []
  for (let i = 0; i < line.time.length; i++) {
    x.push(milliseconds(line.time[i]))
    y.push(significant(line.low[i]))
    if (line.high[i] === line.low[i]) continue
    x.push(milliseconds(line.time[i]))
    y.push(significant(line.high[i]))
  }
  const positive = y.filter(value => value > 0)
  const isLog = positive.length > 0 && extreme(positive, Math.max) / extreme(positive, Math.min) > WIDE
  const data: Trace[] = [
    {
      type: 'scatter',
      mode: 'lines',
      name: 'Price',
      x,
      y: isLog ? y.map(value => (value > 0 ? value : Number.NaN)) : y,
      line: { color: palette.candle, width: 1 },
      hoverinfo: 'skip',
      showlegend: false,
    },
  ]
  for (const mark of MARKS) {
    const found = findings.filter(
      ({ code, place }) => mark.codes.includes(code) && Number.isFinite(place.from),
    )
    if (found.length > 0) data.push(markTrace(mark, found, line, isLog, palette))
  }
  return {
    data,
    layout: layoutOf(palette, {
      showlegend: true,
      hovermode: 'closest',
      xaxis: { type: 'date' },
      yaxis: {
        type: isLog ? 'log' : 'linear',
        ...(isLog ? { dtick: 'D2' } : {}),
        tickformat: ',~r',
        title: { text: plainName(currency) },
      },
    }),
  }
}

function markTrace(
  mark: Mark,
  found: readonly Finding[],
  line: PriceLine,
  isLog: boolean,
  palette: Palette,
): Trace {
  const color = palette[mark.colour]
  return {
    type: 'scatter',
    mode: 'markers',
    name: mark.name,
    x: found.map(({ place }) => milliseconds(place.from)),
    y: found.map(({ value, place }) => {
      const isDrawn = value !== undefined && Number.isFinite(value) && (!isLog || value > 0)
      return significant(isDrawn ? value : lineAt(line, place.from))
    }),
    text: found.map(({ example, count }) => plainName(wordsOf(example, count))),
    hovertemplate: '%{x|%Y-%m-%d %H:%M}<br>%{text}<extra></extra>',
    marker: { color, size: 11, symbol: mark.symbol, line: { color, width: 2.2 } },
  }
}

/** Where the line is at a time, for what has no price of its own. */
function lineAt({ time, high }: PriceLine, at: number): number {
  let row = 0
  while (row + 1 < time.length && time[row + 1] <= at) row++
  return time.length === 0 ? Number.NaN : high[row]
}

function extreme(values: readonly number[], of: (a: number, b: number) => number): number {
  return values.reduce((best, value) => of(best, value))
}
