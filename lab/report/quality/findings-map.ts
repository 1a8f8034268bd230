/** Where in time something lacks, stands still, or goes by another clock: a line per stream, a lane of it per kind. */
import type { Finding } from '../../catalog/quality/index.ts'
import type { IssueCode } from '../../catalog/quality/issue.ts'
import { type Figure, layoutOf, milliseconds, type Trace } from '../charts/figure.ts'
import { plainName } from '../charts/names.ts'
import { type Palette, rolePalette } from '../charts/palette.ts'

interface Kind {
  readonly name: string
  readonly colour: keyof Palette
  readonly symbol: string
  readonly codes: readonly IssueCode[]
}

const KINDS: readonly Kind[] = [
  {
    name: 'Missing',
    colour: 'loss',
    symbol: 'square',
    codes: ['missingSession', 'missingBars', 'silence', 'sequenceGap'],
  },
  { name: 'Stale', colour: 'second', symbol: 'diamond', codes: ['staleRun'] },
  {
    name: 'Other clock',
    colour: 'fourth',
    symbol: 'triangle-up',
    codes: ['zoneShift', 'dstShift', 'clockStep', 'receivedBefore'],
  },
  { name: 'Outside sessions', colour: 'third', symbol: 'circle', codes: ['outsideSession'] },
  {
    name: 'Doubled or out of order',
    colour: 'strategy',
    symbol: 'x',
    codes: ['duplicate', 'repeatedRow', 'unsorted', 'missingTime'],
  },
]

export interface MappedStream {
  readonly name: string
  readonly first: number
  readonly last: number
  readonly findings: readonly Finding[]
}

const MOST_STREAMS = 30
const LONGEST_NAME = 16
/** Part of the room between two streams that their lanes take. */
const LANES = 0.7

/** undefined where there is nothing to show. */
export function findingsMap(
  streams: readonly MappedStream[],
  palette: Palette = rolePalette,
): { readonly figure: Figure; readonly lines: number } | undefined {
  const isMapped = ({ code, place }: Finding) =>
    Number.isFinite(place.from) && KINDS.some(({ codes }) => codes.includes(code))
  const concerned = streams.filter(({ findings }) => findings.some(isMapped))
  if (concerned.length === 0) return undefined
  const shown = concerned.slice(0, MOST_STREAMS)
  const x: number[] = []
  const y: number[] = []
  shown.forEach(({ first, last }, row) => {
    x.push(milliseconds(first), milliseconds(last), Number.NaN)
    y.push(row, row, Number.NaN)
  })
  const data: Trace[] = [
    {
      type: 'scatter',
      mode: 'lines',
      x,
      y,
      line: { color: palette.candleFill, width: 3 },
      hoverinfo: 'skip',
      showlegend: false,
    },
  ]
  // What goes on for long would hide what is short, were they on one line.
  const there = KINDS.filter(({ codes }) =>
    shown.some(({ findings }) =>
      findings.some(({ code, place }) => codes.includes(code) && Number.isFinite(place.from)),
    ),
  )
  for (const [at, kind] of there.entries())
    data.push(
      traceOf(kind, shown, palette, LANES * (at / there.length - (there.length - 1) / there.length / 2)),
    )
  const left = concerned.length - shown.length
  const figure: Figure = {
    data,
    layout: layoutOf(palette, {
      showlegend: true,
      hovermode: 'closest',
      xaxis: { type: 'date' },
      yaxis: {
        tickmode: 'array',
        tickvals: shown.map((_, row) => row),
        ticktext: shortNames(shown.map(({ name }) => name)).map(plainName),
        range: [shown.length - 0.5, -0.5],
        zeroline: false,
      },
    }),
    note: left > 0 ? `And ${left} streams more.` : undefined,
  }
  return { figure, lines: shown.length }
}

/** Without the venue where all have the same, and no longer than a phone has room for. */
function shortNames(names: readonly string[]): string[] {
  const venue = names[0].slice(0, names[0].indexOf(':') + 1)
  const isShared = names.every(name => name.startsWith(venue))
  return names
    .map(name => (isShared ? name.slice(venue.length) : name))
    .map(name => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name))
}

/** @param lane how far below the stream's line */
function traceOf(kind: Kind, shown: readonly MappedStream[], palette: Palette, lane: number): Trace {
  const x: number[] = []
  const y: number[] = []
  const text: string[] = []
  shown.forEach(({ findings }, row) => {
    for (const { code, place, example, count } of findings) {
      if (!kind.codes.includes(code) || !Number.isFinite(place.from)) continue
      const words = plainName(wordsOf(example, count))
      x.push(milliseconds(place.from), milliseconds(Math.max(place.from, place.to)), Number.NaN)
      y.push(row + lane, row + lane, Number.NaN)
      text.push(words, words, '')
    }
  })
  const color = palette[kind.colour]
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: kind.name,
    x,
    y,
    text,
    hovertemplate: '%{x|%Y-%m-%d %H:%M}<br>%{text}<extra></extra>',
    line: { color, width: 6 },
    marker: { color, size: 7, symbol: kind.symbol },
  }
}

/** The sentence without the stream and the time, which the chart shows. */
export function wordsOf(example: string, count: number): string {
  const at = example.indexOf(': ')
  const rest = at < 0 ? example : example.slice(at + 2)
  return count > 1 ? `${rest} (${count})` : rest
}
