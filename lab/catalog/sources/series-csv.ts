/**
 * A custom series in a delimited text: a macro figure, a sentiment, a rate. A figure that is published again is another
 * row of the same time with a later `known`; a run sees each from when it was known.
 *
 *   time,value,known
 *   2024-03-31,1.6,2024-04-25T12:30:00Z
 *   2024-03-31,1.3,2024-05-30T12:30:00Z
 */
import { formatOf, stemOf } from '../ingest/open-table.ts'
import { plain, type Role, TIME_NAMES } from '../ingest/reading.ts'
import type { KindRows } from '../schema.ts'
import { datedRows, refuseCell } from './dated-csv.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'

const ROLES = {
  time: { names: [...TIME_NAMES, 'period', 'observationdate'] },
  value: { names: ['value', 'rate', 'score', 'sentiment', 'figure'] },
  known: {
    names: ['known', 'released', 'published', 'receivetime', 'releasedate', 'realtimestart'],
    optional: true,
  },
  name: { names: ['name', 'series', 'seriesid'], optional: true },
  symbol: { names: ['symbol', 'instrument', 'ticker'], optional: true },
  venue: { names: ['venue', 'exchange', 'mic'], optional: true },
} as const satisfies Readonly<Record<string, Role>>
type Part = keyof typeof ROLES

interface Point {
  readonly key: string
  readonly venue: string
  readonly symbol: string
  readonly name: string
  readonly eventTime: number
  readonly receiveTime: number
  readonly value: number
  readonly line: number
}

export const SERIES_CSV: SourceAdapter = {
  name: 'series-csv',
  kinds: ['custom'],
  about: 'a figure by date in CSV: time, value, and where there are: known, name, symbol',
  endings: '.csv, .parquet, .arrow or .json',
  takes: file => formatOf(file) !== undefined,
  guess({ name, columns, isFolder }) {
    const names = isFolder || formatOf(name) === undefined ? [] : columns.map(plain)
    const has = (part: Part) => names.some(one => (ROLES[part].names as readonly string[]).includes(one))
    const prices = names.some(one => ['open', 'close', 'price', 'bid', 'size'].includes(one))
    if (!has('time') || !has('value') || prices) return { confidence: 0, because: '' }
    // Columns beside those are series of their own.
    const parts = Object.values(ROLES).flatMap(({ names: own }) => own as readonly string[])
    const more = names.some(one => !parts.includes(one))
    const dated = has('known') || has('name')
    return { confidence: dated || !more ? 0.9 : 0.4, because: 'columns time and value' }
  },
  read,
}

/** Rows are few: they are held, and put in the order in which they were known. */
async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options } = reading
  const lone = options.symbol ?? stemOf(path)
  let told = true
  const points: Point[] = []
  for await (const rows of datedRows<Part, Point>(reading, ROLES, row => {
    row.need('time')
    const eventTime = row.begins('time')!
    const value = row.optionalNumber('value') ?? Number.NaN
    const receiveTime = row.known('known') ?? row.ends('time')!
    if (receiveTime < eventTime) refuseCell('known', `it is known before ${row.text('time')}`)
    told &&= row.text('known') !== undefined
    const symbol = row.text('symbol') ?? lone
    const at = symbol.indexOf(':')
    const venue = at > 0 ? symbol.slice(0, at) : (row.text('venue') ?? options.venue ?? 'FILE')
    const name = row.text('name') ?? stemOf(path)
    const of = { venue, symbol: at > 0 ? symbol.slice(at + 1) : symbol, name }
    return { key: `${of.venue}:${of.symbol} ${name}`, ...of, eventTime, receiveTime, value, line: row.line }
  }))
    points.push(...rows)
  if (!told) reading.note('a figure without a time of release is known when its day is over')
  const streams = new Map<string, Point[]>()
  for (const point of points) {
    const stream = streams.get(point.key)
    if (stream === undefined) streams.set(point.key, [point])
    else stream.push(point)
  }
  for (const stream of streams.values()) {
    stream.sort((a, b) => a.receiveTime - b.receiveTime || a.eventTime - b.eventTime || a.line - b.line)
    const [{ venue, symbol, name }] = stream
    const rows: KindRows['custom'] = {
      length: stream.length,
      name,
      eventTime: Float64Array.from(stream, point => point.eventTime),
      receiveTime: Float64Array.from(stream, point => point.receiveTime),
      value: Float64Array.from(stream, point => point.value),
    }
    yield { kind: 'custom', instrument: { venue, symbol }, name, rows, rowNumber: row => stream[row].line }
  }
}
