/**
 * What a run replays: the instruments of all its sources in canonical order, and their streams in the order in
 * which events of one instant are delivered. Neither the order of sources nor of files decides a handle.
 *
 * Each instrument has one place where its orders fill: its trades with its book, or with its quotes where it has no
 * book; without any of these its finest bars. Coarser bars only inform, and bars given to `finer` only execute.
 */
import { GordonError } from '../core/errors.ts'
import { type Calendar, calendarNamed } from '../domain/calendar/calendar.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import type { BarSource, BarStream, TickSource, TickStream } from '../domain/ports/store.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { type BarTerms, compareStreams, type StreamTerms } from '../engine/streams.ts'

export interface ReplaySources {
  /** Bars that the strategy sees; several sources where it looks at several intervals. */
  readonly bars?: BarSource | readonly BarSource[]
  /** Finer bars of the same instruments, which the strategy does not see: they tell how its orders fill. */
  readonly finer?: BarSource
  readonly ticks?: TickSource | readonly TickSource[]
}

export interface PlannedStream {
  readonly terms: StreamTerms
  readonly bars?: BarStream
  readonly ticks?: TickStream
}

export interface ReplayPlan {
  readonly instruments: readonly Instrument[]
  readonly streams: readonly PlannedStream[]
  readonly datasets: readonly RunDataset[]
  readonly notes: readonly string[]
  /** By name: as the snapshots have it written down, else the project's own. @throws GordonError UNKNOWN_CALENDAR */
  readonly calendar: (name: string) => Calendar
  /** Interval of the bars that a strategy sees first, per instrument; undefined where it sees none. */
  readonly intervals: readonly (string | undefined)[]
}

export function planReplay(sources: ReplaySources): ReplayPlan {
  const bars = listed(sources.bars)
  const ticks = listed(sources.ticks)
  const finer = sources.finer === undefined ? [] : [sources.finer]
  const all = [...bars, ...finer, ...ticks]
  const byId = new Map<string, Instrument>()
  for (const source of all)
    for (const instrument of source.instruments) {
      const id = instrumentId(instrument)
      const known = byId.get(id)
      if (known !== undefined && !sameGrid(known, instrument))
        throw new GordonError(
          'INSTRUMENT_DIFFERS',
          `${id} is on another price or lot grid in ${source.datasets[0]?.id ?? 'one source'} than in another source of the run; ingest both with the same ticks and lots.`,
        )
      if (known === undefined) byId.set(id, instrument)
    }
  const instruments = [...byId.values()].sort(compareInstruments)
  const handleOf = new Map(instruments.map((instrument, handle) => [instrumentId(instrument), handle]))
  const handle = (source: { readonly instruments: readonly Instrument[] }, place: number) =>
    handleOf.get(instrumentId(source.instruments[place]))!

  // A book knows more than the quotes that are made of it: where there is one, quotes only inform.
  const booked = new Set<number>()
  for (const source of ticks)
    for (const stream of source.streams)
      if (stream.kind === 'book') booked.add(handle(source, stream.instrument))

  const planned: { terms: StreamTerms; bars?: BarStream; ticks?: TickStream }[] = []
  for (const source of ticks)
    for (const stream of source.streams) {
      const { kind } = stream
      const of = handle(source, stream.instrument)
      planned.push({
        terms: {
          kind,
          handle: of,
          name: stream.name ?? kind,
          executes: kind === 'trades' || kind === 'book' || (kind === 'quotes' && !booked.has(of)),
        },
        ticks: stream,
      })
    }
  for (const source of [...bars, ...finer])
    source.streams.forEach((stream, place) => {
      planned.push({
        terms: {
          kind: 'bars',
          handle: handle(source, place),
          interval: source.intervals[place],
          executes: false,
          informs: source !== sources.finer,
        },
        bars: stream,
      })
    })
  planned.sort((a, b) => compareStreams(a.terms, b.terms))
  const streams = withExecution(planned, instruments.length)
  refuseTwins(streams, instruments)
  return {
    instruments,
    streams,
    datasets: all.flatMap(source => source.datasets),
    notes: all.flatMap(source => source.notes),
    calendar: calendarsIn(all),
    intervals: instruments.map((_, place) => {
      const own = streams.find(
        ({ terms }) => terms.kind === 'bars' && terms.handle === place && terms.informs,
      )
      return (own?.terms as BarTerms | undefined)?.interval
    }),
  }
}

/** Of two sources that have one written down the first is taken. */
function calendarsIn(sources: readonly { readonly calendars?: readonly Calendar[] }[]) {
  const written = new Map<string, Calendar>()
  for (const source of sources)
    for (const calendar of source.calendars ?? [])
      if (!written.has(calendar.name)) written.set(calendar.name, calendar)
  return (name: string): Calendar => {
    const own = written.get(name)
    if (own !== undefined || written.size === 0) return own ?? calendarNamed(name)
    const plain = calendarNamed(name)
    return written.get(plain.name) ?? plain
  }
}

/** The finest bars of each instrument without ticks fill its orders. */
function withExecution(planned: readonly PlannedStream[], count: number): PlannedStream[] {
  const settled = new Uint8Array(count)
  for (const { terms } of planned) if (terms.kind !== 'bars' && terms.executes) settled[terms.handle] = 1
  return planned.map(stream => {
    const { terms } = stream
    if (terms.kind !== 'bars' || settled[terms.handle] === 1) return stream
    settled[terms.handle] = 1
    return { ...stream, terms: { ...terms, executes: true } }
  })
}

function refuseTwins(streams: readonly PlannedStream[], instruments: readonly Instrument[]): void {
  const seen = new Set<string>()
  for (const { terms } of streams) {
    const what = terms.kind === 'bars' ? `${terms.interval || 'unnamed'} bars` : terms.kind
    const key = `${terms.handle} ${what} ${terms.kind === 'custom' ? terms.name : ''}`
    if (seen.has(key))
      throw new GordonError(
        'STREAM_TWICE',
        `${instrumentId(instruments[terms.handle])} comes with ${what} twice; name each dataset once.`,
      )
    seen.add(key)
  }
}

function sameGrid(a: Instrument, b: Instrument): boolean {
  return a.ticksPerUnit === b.ticksPerUnit && a.lotsPerUnit === b.lotsPerUnit && a.currency === b.currency
}

function listed<Source>(sources: Source | readonly Source[] | undefined): readonly Source[] {
  if (sources === undefined) return []
  return Array.isArray(sources) ? sources : [sources as Source]
}
