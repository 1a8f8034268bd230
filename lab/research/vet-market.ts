/**
 * All that a run replays, in memory: bars of several intervals, finer bars, trades, quotes, books, funding, custom
 * series. One row of one stream is known at its receive time and happened, by the venue's clock, no later.
 */
import { GordonError } from '../core/errors.ts'
import type { BarSeries } from '../domain/bar.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { BarSource, TickKind, TickSeries, TickSource } from '../domain/ports/store.ts'
import type { ReplaySources } from '../sim/replay-plan.ts'

export interface Market {
  readonly bars: readonly BarSource[]
  readonly finer: BarSource | undefined
  readonly ticks: readonly TickSource[]
}

export type AnySeries = BarSeries | TickSeries[TickKind]

/** One stream of a market. */
export interface MarketStream {
  /** `bars` or a kind of ticks. */
  readonly kind: 'bars' | TickKind
  readonly instrument: Instrument
  /** `trades of XNAS:A`, for sentences. */
  readonly called: string
  readonly series: AnySeries
}

/** @throws GordonError VET_TOO_LARGE where a stream does not fit in memory */
export function marketOf(sources: ReplaySources): Market {
  const market = {
    bars: listed(sources.bars),
    finer: sources.finer,
    ticks: listed(sources.ticks),
  }
  for (const { rows, series, called } of placesOf(market))
    if (series === undefined)
      throw new GordonError(
        'VET_TOO_LARGE',
        `The ${called} are ${rows} rows, more than fit in memory at once; vet fewer symbols or a shorter range.`,
      )
  return market
}

/** Every stream, in the order of the sources. */
export function streamsOf(market: Market): MarketStream[] {
  return placesOf(market).map(({ kind, instrument, called, series }) => ({
    ...{ kind, instrument, called },
    series: series!,
  }))
}

/** The same market with other rows: `change` is asked of every stream in its turn. */
export function changed(market: Market, change: (stream: MarketStream, place: number) => AnySeries): Market {
  let place = 0
  const each = <Stream extends { readonly series?: AnySeries; readonly rows: number }>(
    stream: Stream,
    described: Omit<MarketStream, 'series'>,
  ): Stream => {
    const series = change({ ...described, series: stream.series! }, place++)
    if (series === stream.series) return stream
    return { ...stream, series, rows: series.length, next: async () => undefined }
  }
  const ofBars = (source: BarSource): BarSource => ({
    ...source,
    streams: source.streams.map((stream, handle) =>
      each(stream, describedBars(source.instruments[handle], source.intervals[handle])),
    ),
  })
  return {
    bars: market.bars.map(ofBars),
    finer: market.finer === undefined ? undefined : ofBars(market.finer),
    ticks: market.ticks.map(source => ({
      ...source,
      streams: source.streams.map(stream =>
        each(stream, describedTicks(stream.kind, stream.name, source.instruments[stream.instrument])),
      ),
    })),
  }
}

interface Place extends Omit<MarketStream, 'series'> {
  readonly rows: number
  readonly series: AnySeries | undefined
}

function placesOf({ bars, finer, ticks }: Market): Place[] {
  const ofBars = (source: BarSource): Place[] =>
    source.streams.map(({ rows, series }, handle) => ({
      ...describedBars(source.instruments[handle], source.intervals[handle]),
      ...{ rows, series },
    }))
  return [
    ...bars.flatMap(ofBars),
    ...(finer === undefined ? [] : ofBars(finer)),
    ...ticks.flatMap(source =>
      source.streams.map(({ kind, name, instrument, rows, series }) => ({
        ...describedTicks(kind, name, source.instruments[instrument]),
        ...{ rows, series },
      })),
    ),
  ]
}

function describedBars(instrument: Instrument, interval: string): Omit<MarketStream, 'series'> {
  return { kind: 'bars', instrument, called: `${interval} bars of ${instrumentId(instrument)}` }
}

function describedTicks(
  kind: TickKind,
  name: string | undefined,
  instrument: Instrument,
): Omit<MarketStream, 'series'> {
  return { kind, instrument, called: `${name ?? kind} of ${instrumentId(instrument)}` }
}

function listed<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return []
  return Array.isArray(given) ? (given as readonly T[]) : [given as T]
}

/** All instants at which something became known, in order, each once. */
export function instantsIn(market: Market): Float64Array {
  const columns = streamsOf(market).map(({ series }) => series.receiveTime.subarray(0, series.length))
  const all = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0))
  let filled = 0
  for (const column of columns) {
    all.set(column, filled)
    filled += column.length
  }
  all.sort()
  let kept = 0
  for (let row = 0; row < all.length; row++)
    if (row === 0 || all[row] !== all[row - 1]) all[kept++] = all[row]
  return all.subarray(0, kept)
}

/** The first row from which on every row happened, and was known, at `time` or later. */
export function firstRowFrom({ length, eventTime, receiveTime }: AnySeries, time: number): number {
  let row = length
  while (row > 0 && Math.min(eventTime[row - 1], receiveTime[row - 1]) >= time) row--
  return row
}

/** Chosen rows of every column. */
export function pickedRows<Series extends AnySeries>(series: Series, rows: readonly number[]): Series {
  const made = new Map<Float64Array, Float64Array>()
  const picked: Record<string, unknown> = { ...series, length: rows.length }
  for (const [name, column] of Object.entries(series)) {
    if (!(column instanceof Float64Array)) continue
    const chosen = made.get(column) ?? Float64Array.from(rows, row => column[row])
    made.set(column, chosen)
    picked[name] = chosen
  }
  return picked as unknown as Series
}

/** Rows [from, to) as views. */
export function partOf<Series extends AnySeries>(series: Series, from: number, to: number): Series {
  if (from === 0 && to === series.length) return series
  const part: Record<string, unknown> = { ...series, length: to - from }
  for (const [name, column] of Object.entries(series))
    if (column instanceof Float64Array) part[name] = column.subarray(from, to)
  if (series.receiveTime === series.eventTime) part.receiveTime = part.eventTime
  return part as unknown as Series
}

const TIMES = ['eventTime', 'receiveTime', 'sessionClose'] as const

/** The same rows on dates further off. */
export function onOtherDates(market: Market, by: number): Market {
  return changed(market, ({ series }) => {
    const moved: Record<string, unknown> = { ...series }
    for (const name of TIMES) {
      const column = (series as Partial<Record<(typeof TIMES)[number], Float64Array>>)[name]
      if (column !== undefined) moved[name] = column.map(time => time + by)
    }
    return moved as unknown as AnySeries
  })
}

/** Without the first rows of every stream; books stay whole, as each row of theirs needs those before. */
export function withoutFirst(market: Market, rows: number): Market {
  return changed(market, ({ kind, series }) =>
    kind === 'book' ? series : partOf(series, Math.min(rows, series.length), series.length),
  )
}
