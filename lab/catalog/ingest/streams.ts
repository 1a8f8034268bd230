/**
 * The streams of one ingest while their rows come in: each row is looked at, each stream is written aside, and what
 * is known of its instrument grows. At the end they become additions to datasets, in place but not yet visible.
 */
import { GordonError } from '../../core/errors.ts'
import { isoTime, type Micros } from '../../core/time.ts'
import type { BarSeries } from '../../domain/bar.ts'
import { calendarNamed, calendarOfVenue } from '../../domain/calendar/calendar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { CustomSeries } from '../../domain/market-events.ts'
import { fieldsOf } from '../fields.ts'
import { inParallel } from '../durable.ts'
import type { ManifestFile, ManifestInstrument, ManifestPart, ManifestSource } from '../manifest.ts'
import {
  type DataKind,
  isTableKind as isTable,
  type KindRows,
  type PriceType,
  type TableKind,
} from '../schema.ts'
import type { SeriesKind } from '../series-reader.ts'
import type { SourceBatch, SourceInstrument } from '../sources/source.ts'
import { correctedBars, newPoints } from './corrections.ts'
import { GridFinder, perUnit } from './grid.ts'
import type { IssueLog } from './issues.ts'
import {
  type Addition,
  currentManifest,
  type DatasetTerms,
  merge,
  type MergeMode,
  streamId,
} from './merge.ts'
import type { StagedPart, StagedRows, Staging } from './partitions.ts'
import type { ReadingOptions } from './reading.ts'
import type { StorePlace } from '../storage/storage.ts'
import { RowsInOrder } from './rows-in-order.ts'
import { withSessions } from './sessions.ts'
import { RowCheck } from './sound-rows.ts'

/** Columns of prices and of sizes, by kind; kinds without any have no grid of their own. */
const PRICES: Readonly<Record<SeriesKind, readonly string[]>> = {
  bars: ['open', 'high', 'low', 'close'],
  trades: ['price'],
  quotes: ['bid', 'ask'],
  book: ['price'],
  funding: [],
  custom: [],
}
const SIZES: Readonly<Record<SeriesKind, readonly string[]>> = {
  bars: ['volume'],
  trades: ['size'],
  quotes: ['bidSize', 'askSize'],
  book: ['size'],
  funding: [],
  custom: [],
}

interface Stream {
  readonly dataset: Dataset
  readonly part: StagedPart
  readonly name: string | undefined
  readonly grid: GridFinder
  instrument: SourceInstrument
  wholeSizes: boolean
  check: RowCheck | undefined
  /** Of a table: first and last time in it. */
  first: Micros
  last: Micros
  /** Rows that wait to be put in order, where that is asked for. */
  readonly unordered: RowsInOrder
  seen: number
  /** Of bars that are appended: what is told otherwise than it is stored. */
  corrections: StagedPart | undefined
  readonly sources: ManifestSource[]
  readonly notes: Set<string>
  readonly issues: ManifestPart['issues'][number][]
  dropped: number
}

interface Dataset {
  readonly terms: DatasetTerms
  readonly streams: Map<string, Stream>
  /** Rows that each stream has in the store, where they are appended to. */
  readonly starts: Map<string, number>
  readonly current: Awaited<ReturnType<typeof currentManifest>>
}

export interface StreamOptions extends ReadingOptions {
  readonly store: StorePlace
  readonly adapter: { readonly kinds: readonly DataKind[] }
  readonly kinds?: readonly DataKind[]
  readonly price?: PriceType
  /** A row at or behind the last that the store has of its stream is left out, as one behind the row ahead is. */
  readonly goesOn?: boolean
}

export class Streams {
  rows = 0
  readonly #staging: Staging
  readonly #options: StreamOptions
  readonly #id: string
  readonly #mode: MergeMode
  readonly #several: boolean
  readonly #datasets = new Map<string, Dataset>()
  #source!: ManifestSource
  #log!: IssueLog
  /** Streams of the source that is being read. */
  #touched = new Set<Stream>()

  constructor(staging: Staging, options: StreamOptions, id: string, mode: MergeMode) {
    this.#staging = staging
    this.#options = options
    this.#id = id
    this.#mode = mode
    this.#several = (options.kinds ?? options.adapter.kinds).length > 1
  }

  /** The next rows come from this source. */
  async begin(source: ManifestSource, log: IssueLog): Promise<void> {
    this.#source = source
    this.#log = log
    this.#touched = new Set()
  }

  async take(batch: SourceBatch): Promise<void> {
    if (batch.rows.length === 0) return
    const stream = await this.#streamOf(batch)
    if (!this.#touched.has(stream)) await this.#enter(stream, batch)
    if (!('instrument' in batch)) {
      for (const time of timesOf(batch)) {
        stream.first = Math.min(stream.first, time)
        stream.last = Math.max(stream.last, time)
      }
      this.rows += batch.rows.length
      await stream.part.append(fieldsOf(batch.kind, batch.rows))
      return
    }
    stream.instrument = { ...stream.instrument, ...batch.instrument }
    const { kind, rows, rowNumber } = batch
    // Before anything looks at them: that all columns are there, and long enough.
    fieldsOf(kind, rows as never)
    // Bars that are to be sorted come sorted: only then are they known to be a series.
    if (this.#options.sort === true && kind !== 'bars') {
      const before = stream.seen
      stream.seen += rows.length
      stream.unordered.add(rows, rowNumber ?? (row => before + row + 1))
    } else await this.#store(stream, kind, rows, rowNumber)
  }

  async #store(
    stream: Stream,
    kind: SeriesKind,
    given: KindRows[SeriesKind],
    rowNumber: ((row: number) => number) | undefined,
  ): Promise<void> {
    let rows = stream.check!.sound(given, rowNumber)
    const mayRepeat = kind === 'custom' ? this.#options.goesOn !== true : this.#options.known !== undefined
    if (this.#mode === 'append' && mayRepeat) rows = await this.#notStored(stream, kind, rows)
    if (rows.length === 0) return
    if (kind === 'bars') rows = withSessions(rows as KindRows['bars'], this.#calendarOf(stream))
    measure(stream, kind, rows)
    this.rows += rows.length
    await stream.part.append(fieldsOf(kind, rows as never))
  }

  /** Rows that the store does not have; of bars those after its last, and what was corrected is put aside. */
  async #notStored(
    stream: Stream,
    kind: SeriesKind,
    rows: KindRows[SeriesKind],
  ): Promise<KindRows[SeriesKind]> {
    const { known } = this.#options
    const id = labelOf(stream)
    const present = stream.dataset.current?.instruments.find(one => streamId(one) === id)
    if (present === undefined || (kind !== 'bars' && kind !== 'custom')) return rows
    const told = (count: number, what: string) => {
      this.rows += count
      if (count > 0) stream.notes.add(what)
    }
    const { storedRows } = await import('./stored-rows.ts')
    const stored = await storedRows(this.#options.store, kind, present)
    if (kind === 'custom') {
      const found = newPoints(rows as KindRows['custom'], stored.series as CustomSeries, known)
      told(found.repeated, `points of ${id} that are stored already were left out`)
      return found.rows
    }
    const { series, corrections: before } = stored as { series: BarSeries; corrections?: BarSeries }
    const { last } = present
    const found = correctedBars(rows as KindRows['bars'], { stored: series, before, last, known: known!, id })
    told(found.repeated, `bars of ${id} that are stored already were left out`)
    if (found.corrections.length > 0) {
      told(found.corrections.length, `bars of ${id} that were corrected are known from ${isoTime(known!)} on`)
      stream.corrections ??= this.#staging.part('bars', present.corrections?.rows ?? 0)
      const sessions = withSessions(found.corrections, this.#calendarOf(stream))
      await stream.corrections.append(fieldsOf('bars', sessions))
      measure(stream, 'bars', found.corrections)
    }
    return found.later
  }

  /** All rows of the source have been given; what was held back to be put in order is stored. */
  async settle(): Promise<void> {
    for (const stream of this.#touched) {
      const all = stream.unordered.take()
      stream.seen = 0
      if (all !== undefined)
        await this.#store(stream, stream.dataset.terms.kind as SeriesKind, all.rows, all.rowNumber)
    }
  }

  /** The source was sound. */
  async end(notes: readonly string[]): Promise<void> {
    for (const stream of this.#touched) {
      // A file of the store is of one source.
      await stream.part.cut()
      await stream.corrections?.cut()
      stream.sources.push(this.#source)
      for (const note of notes) stream.notes.add(note)
      stream.issues.push(...this.#log.summary(labelOf(stream)))
      stream.dropped += this.#log.fatalRows
    }
  }

  /** Gives every file its place in the store. @throws GordonError as merge does, before anything is moved */
  async finish(): Promise<Addition[]> {
    const additions: (() => Promise<Addition>)[] = []
    for (const { terms, streams, starts, current } of this.#datasets.values()) {
      const parts: {
        stream: Stream
        part: Omit<ManifestPart, 'files'>
        place: () => Promise<ManifestFile[]>
      }[] = []
      const corrections: { readonly stream: Stream; readonly staged: StagedRows }[] = []
      for (const stream of streams.values()) {
        const staged = await stream.part.finish()
        const corrected = await stream.corrections?.finish()
        if (corrected !== undefined) corrections.push({ stream, staged: corrected })
        if (staged.rows === 0) continue
        const { sources, issues, dropped } = stream
        const { rows } = staged
        // Terms without any time have none to tell of.
        const { first, last } = isTable(terms.kind)
          ? { first: finite(stream.first), last: finite(stream.last) }
          : staged
        const { id: dataset, kind, price } = terms
        const interval = kind === 'bars' ? terms.interval : undefined
        const { venue, symbol } = isTable(kind) ? {} : stream.instrument
        const key = { dataset, kind, venue, symbol, name: stream.name, interval, price }
        const instrument = isTable(kind) ? undefined : this.#instrumentOf(stream)
        const part = { rows, first, last, sources, notes: [...stream.notes], issues, dropped, ...instrument }
        parts.push({ stream, part, place: () => this.#staging.moveIn(key, staged) })
      }
      const additionOf = (files: readonly (readonly ManifestFile[])[]): Addition => {
        const whole = parts.map(({ stream, part }, i) => ({
          ...part,
          ...(stream.name === undefined ? {} : { name: stream.name }),
          files: files[i] ?? [],
        }))
        return isTable(terms.kind)
          ? { terms, instruments: [], table: whole[0] }
          : { terms, instruments: whole as unknown as ManifestInstrument[], starts }
      }
      // Said before anything is moved; looked at again when publishing, for another ingest may come between.
      merge(current, additionOf([]), this.#mode)
      additions.push(async () => ({
        ...additionOf(await inParallel(parts, ({ place }) => place())),
        ...(corrections.length === 0 ? {} : { corrections: await this.#placed(terms, corrections) }),
      }))
    }
    const placed: Addition[] = []
    for (const place of additions) placed.push(await place())
    await this.#staging.settle()
    return placed
  }

  async #placed(
    { id: dataset, kind, price, interval }: DatasetTerms,
    corrections: readonly { readonly stream: Stream; readonly staged: StagedRows }[],
  ): Promise<ReadonlyMap<string, ManifestPart>> {
    const parts = await inParallel(
      corrections,
      async ({ stream, staged }): Promise<[string, ManifestPart]> => {
        const { venue, symbol } = stream.instrument
        const files = await this.#staging.moveIn({ dataset, kind, venue, symbol, interval, price }, staged)
        const { rows, first, last } = staged
        const { sources, notes } = stream
        return [
          labelOf(stream),
          { rows, first, last, sources, notes: [...notes], issues: [], dropped: 0, files },
        ]
      },
    )
    return new Map(parts)
  }

  async #enter(stream: Stream, batch: SourceBatch): Promise<void> {
    const other = stream.sources.at(-1)
    if (batch.kind === 'bars' && other !== undefined) {
      throw new GordonError(
        'INSTRUMENT_TWICE',
        `${labelOf(stream)} is in ${other.name} and in ${this.#source.name}: leave one of them out, or give them different symbols`,
      )
    }
    this.#touched.add(stream)
    stream.part.source = stream.sources.length
    if (!isTable(batch.kind)) {
      const now = this.#options.now ?? Number.POSITIVE_INFINITY
      const last = stream.check?.last ?? this.#lastStored(stream)
      stream.check = new RowCheck(batch.kind as SeriesKind, labelOf(stream), this.#log, now, last)
    }
  }

  #lastStored({ dataset, instrument, name }: Stream): Micros | undefined {
    if (this.#options.goesOn !== true) return undefined
    const id = streamId({ ...instrument, name })
    return dataset.current?.instruments.find(one => streamId(one) === id)?.last
  }

  async #streamOf(batch: SourceBatch): Promise<Stream> {
    const dataset = await this.#datasetOf(batch)
    const instrument = isTable(batch.kind)
      ? { venue: '', symbol: '' }
      : (batch as { readonly instrument: SourceInstrument }).instrument
    const name = batch.kind === 'custom' ? batch.name : undefined
    const key = `${instrument.venue}:${instrument.symbol} ${name ?? ''}`
    let stream = dataset.streams.get(key)
    if (stream === undefined) {
      const start = this.#mode === 'append' ? (dataset.starts.get(streamId({ ...instrument, name })) ?? 0) : 0
      stream = {
        dataset,
        part: this.#staging.part(batch.kind, start),
        name,
        grid: new GridFinder(),
        instrument,
        wholeSizes: true,
        check: undefined,
        first: Number.POSITIVE_INFINITY,
        last: Number.NEGATIVE_INFINITY,
        unordered: new RowsInOrder(),
        seen: 0,
        corrections: undefined,
        sources: [],
        notes: new Set(),
        issues: [],
        dropped: 0,
      }
      dataset.streams.set(key, stream)
    }
    return stream
  }

  async #datasetOf(batch: SourceBatch): Promise<Dataset> {
    const { store } = this.#options
    const bars = batch.kind === 'bars'
    const price = bars ? (batch.price ?? this.#options.price ?? 'trade') : undefined
    const interval = bars ? batch.interval : 'ticks'
    const adjustment = bars ? (batch.adjustment ?? this.#options.adjustment ?? 'raw') : 'raw'
    const side = price === undefined || price === 'trade' || price === this.#options.price ? '' : price
    const words = this.#several ? [bars ? interval : batch.kind, side] : [side]
    const id = [this.#id, words.filter(Boolean).join('-')].filter(Boolean).join('/')
    let dataset = this.#datasets.get(id)
    if (dataset === undefined) {
      const current = await currentManifest(store, id)
      const starts = new Map((current?.instruments ?? []).map(one => [streamId(one), one.rows]))
      const terms = { id, kind: batch.kind, interval, adjustment, ...(price === undefined ? {} : { price }) }
      dataset = { terms, streams: new Map(), starts, current }
      this.#datasets.set(id, dataset)
    } else if (dataset.terms.interval !== interval) {
      const [other] = [...dataset.streams.values()].flatMap(stream => stream.sources)
      throw new GordonError(
        'MIXED_INTERVALS',
        `${this.#source.name} has bars of ${interval} and ${other?.name ?? this.#source.name} of ${dataset.terms.interval}: ingest them into two datasets`,
      )
    }
    return dataset
  }

  #calendarOf({ instrument }: Stream): string {
    return instrument.calendar ?? this.#options.calendar ?? calendarOfVenue(instrument.venue)
  }

  /** What the source said of it, then the caller, then what was measured. */
  #instrumentOf(stream: Stream): Instrument {
    const options = this.#options
    const { grid, instrument, dataset } = stream
    const { kind } = dataset.terms
    const hasGrid = PRICES[kind as SeriesKind].length > 0
    let ticksPerUnit = instrument.ticksPerUnit
    if (options.tick !== undefined) ticksPerUnit = perUnit('--tick', options.tick)
    else if (ticksPerUnit === undefined) {
      ticksPerUnit = hasGrid ? grid.ticksPerUnit : 1
      if (hasGrid && grid.offGrid)
        stream.notes.add(
          `prices of ${instrument.symbol} have more digits than their grid of ${1 / ticksPerUnit}`,
        )
    }
    const measured = !hasGrid || stream.wholeSizes ? 1 : 1e8
    return {
      ...instrument,
      ...options.terms,
      ticksPerUnit,
      lotsPerUnit:
        options.lot !== undefined ? perUnit('--lot', options.lot) : (instrument.lotsPerUnit ?? measured),
      currency: options.currency ?? instrument.currency ?? 'USD',
      calendar: calendarNamed(this.#calendarOf(stream)).name,
    }
  }
}

/** What the rows of a table reach from and to. */
function timesOf(batch: Extract<SourceBatch, { readonly kind: TableKind }>): number[] {
  switch (batch.kind) {
    case 'actions':
      return batch.rows.map(({ action }) => action.time)
    case 'calendars':
      return batch.rows.flatMap(({ open, close }) => [open, close])
    default:
      return (batch.rows as readonly { validFrom: Micros; validTo: Micros }[])
        .flatMap(({ validFrom, validTo }) => [validFrom, validTo])
        .filter(Number.isFinite)
  }
}

function finite(time: Micros): Micros {
  return Number.isFinite(time) ? time : 0
}

function labelOf({ instrument, name }: Stream): string {
  return streamId({ ...instrument, name })
}

/** What the grid of its instrument must hold. */
function measure(stream: Stream, kind: SeriesKind, rows: KindRows[SeriesKind]): void {
  const columns = rows as unknown as Readonly<Record<string, Float64Array>>
  if (stream.instrument.ticksPerUnit === undefined)
    for (const name of PRICES[kind]) stream.grid.seeAll(columns[name], rows.length)
  if (stream.instrument.lotsPerUnit !== undefined || !stream.wholeSizes) return
  for (const name of SIZES[kind]) {
    const sizes = columns[name]
    for (let i = 0; i < rows.length && stream.wholeSizes; i++)
      stream.wholeSizes = sizes[i] % 1 === 0 || Number.isNaN(sizes[i])
  }
}
