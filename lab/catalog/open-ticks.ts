/**
 * Chooses events that are no bars in a store and gives them to a run, in order of receive time: whole series from the
 * column cache when they fit, else batches from Parquet, so that a month of trades takes no more memory than a day.
 */
import { GordonError } from '../core/errors.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import type { TickKind, TickSeries, TickSource, TickStream } from '../domain/ports/store.ts'
import { type Chosen, chooseStreams, filesIn, plainInstrument, withTerms } from './choose.ts'
import { cacheKey, readCache, writeCache } from './column-cache.ts'
import { type Moment, windowOf } from './dates.ts'
import { inParallel } from './durable.ts'
import type { Manifest, ManifestInstrument } from './manifest.ts'
import { MEMORY_ROWS } from './open-bars.ts'
import { isTickKind } from './schema.ts'
import { countRows, SeriesReader, seriesColumns, seriesOf, sliceRows, whereClause } from './series-reader.ts'
import { firstAfter, firstAtOrAfter, gatherColumns, type Window } from './series.ts'
import type { Storage } from './storage/storage.ts'
import { writtenIn } from './written-sessions.ts'
import type { Store } from './store.ts'

export interface OpenTicksRequest {
  readonly store: Store
  /** Ids; all of events that the store has unless said. */
  readonly datasets?: readonly string[]
  /** Only these: `['trades', 'book']`. */
  readonly kinds?: readonly TickKind[]
  /** `BTCUSDT` or `BINANCE:BTCUSDT`; every instrument of the datasets unless said. */
  readonly symbols?: readonly string[]
  readonly venue?: string
  /** Custom series of these names only. */
  readonly names?: readonly string[]
  /** First and last receive time, included: dates, ISO times, or µs. */
  readonly from?: Moment
  readonly to?: Moment
  /** Rows held as whole series at most; beyond it events come in batches only. */
  readonly memoryRows?: number
  /** Terms of instruments that take the place of the datasets' own, e.g. from readInstruments, or of the run's bars. */
  readonly terms?: readonly Instrument[]
}

/**
 * @throws GordonError UNKNOWN_DATASET, NO_DATASET, UNKNOWN_SYMBOL, AMBIGUOUS_DATASET, EMPTY_RANGE, GRID_DIFFERS,
 *   STORE_DAMAGED
 */
export async function openTicks(request: OpenTicksRequest): Promise<TickSource> {
  const { store } = request
  const chosen = await choose(request)
  const calendars = await writtenIn(store, chosen)
  const windows = chosen.map(({ instrument }): Window => {
    const { from, to } = windowOf(request.from, request.to, calendarNamed(instrument.calendar))
    return { from, to: Math.min(to, store.knownAt) }
  })
  const most = chosen.reduce(
    (sum, { instrument }, i) => filesIn(instrument.files, windows[i]).reduce((n, { rows }) => n + rows, sum),
    0,
  )
  const instruments = instrumentsOf(chosen, request.terms)
  const place = new Map(instruments.map((one, i) => [instrumentId(one), i]))
  const inMemory = most <= (request.memoryRows ?? MEMORY_ROWS)
  const streams = await inParallel(chosen, async ({ manifest, instrument }, i) => {
    const kind = manifest.kind as TickKind
    const of = { kind, instrument: place.get(instrumentId(instrument))!, name: instrument.name }
    return inMemory
      ? heldTicks(of, await loadTicks(store, kind, instrument), windows[i])
      : tickBatches(of, store.storage, instrument, windows[i])
  })
  if (streams.every(({ rows }) => rows === 0)) {
    const { from = 'the beginning', to = 'the end' } = request
    throw new GordonError(
      'EMPTY_RANGE',
      `${chosen.map(({ manifest }) => manifest.id).join(', ')} has no event from ${from} to ${to}: see gordon data list`,
    )
  }
  const manifests = [...new Set(chosen.map(({ manifest }) => manifest))]
  return {
    datasets: manifests.map(({ id, adjustment, interval }) => ({
      id,
      snapshot: store.snapshot,
      adjustment,
      interval,
    })),
    instruments,
    streams,
    notes: [],
    ...(calendars.length === 0 ? {} : { calendars }),
  }
}

async function choose(request: OpenTicksRequest): Promise<Chosen[]> {
  const { store, kinds, names } = request
  const ids = request.datasets ?? (await store.datasets()).map(({ id }) => id)
  const manifests = await Promise.all([...new Set(ids)].map(id => store.show(id)))
  const fitting = manifests
    .filter(({ kind }) => isTickKind(kind) && (kinds === undefined || kinds.includes(kind)))
    .map(manifest => ({
      ...manifest,
      instruments: manifest.instruments.filter(
        ({ name }) => name === undefined || names === undefined || names.includes(name),
      ),
    }))
    .filter(({ instruments }) => instruments.length > 0)
  if (fitting.length === 0) {
    const has = manifests.map(({ id, kind }) => `${id} (${kind})`).join(', ')
    throw new GordonError(
      'NO_DATASET',
      `no dataset holds ${kinds?.join(' or ') ?? 'events'}: there is ${has || 'nothing yet'}`,
    )
  }
  return chooseStreams(fitting, request)
}

/**
 * Each instrument once. Where several streams measured its grid the finest holds them all; funding and custom series
 * have none of their own, and know least of what it is.
 */
function instrumentsOf(chosen: readonly Chosen[], terms: readonly Instrument[] | undefined): Instrument[] {
  const byId = new Map<string, { instrument: Instrument; manifest: Manifest }>()
  const traded = ({ manifest: { kind } }: Chosen) => kind !== 'funding' && kind !== 'custom'
  for (const one of [...chosen.filter(traded), ...chosen.filter(other => !traded(other))]) {
    const { manifest } = one
    const own = plainInstrument(one.instrument)
    const id = instrumentId(own)
    const known = byId.get(id)
    if (known === undefined) {
      byId.set(id, { instrument: own, manifest })
      continue
    }
    for (const key of ['ticksPerUnit', 'lotsPerUnit'] as const) {
      const [coarse, fine] = [known.instrument[key], own[key]].sort((a, b) => a - b)
      if (fine % coarse === 0) continue
      throw new GordonError(
        'GRID_DIFFERS',
        `${id} has a grid of 1/${known.instrument[key]} in ${known.manifest.id} and of 1/${own[key]} in ${manifest.id}: ` +
          'ingest both with the same --tick and --lot',
      )
    }
    const { ticksPerUnit, lotsPerUnit } = known.instrument
    const instrument = {
      ...own,
      ...known.instrument,
      ticksPerUnit: Math.max(ticksPerUnit, own.ticksPerUnit),
      lotsPerUnit: Math.max(lotsPerUnit, own.lotsPerUnit),
    }
    byId.set(id, { instrument, manifest: known.manifest })
  }
  return [...byId.values()].map(({ instrument }) => withTerms(instrument, terms)).sort(compareInstruments)
}

const EVERYTHING: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** A stream's whole series, from the cache, which is made where there is none. */
export async function loadTicks<Kind extends TickKind>(
  store: Store,
  kind: Kind,
  instrument: ManifestInstrument,
): Promise<TickSeries[Kind]> {
  const { files, rows, name } = instrument
  const key = cacheKey(files.map(({ sha256 }) => sha256))
  const columns = seriesColumns(kind, files)
  const fields = columns.map(({ field }) => field)
  let held = await readCache(store.folder, key)
  if (held === undefined) {
    const reader = new SeriesReader({ store: store.storage, kind, files, columns, window: EVERYTHING })
    held = await gatherColumns(wanted => reader.next(wanted), rows, fields)
    if (!store.readOnly) await writeCache(store.folder, key, held)
  }
  const filled = fields.map(field => held[field])
  return seriesOf<Kind>(columns, filled, rows, name) as TickSeries[Kind]
}

type StreamOf = { readonly kind: TickKind; readonly instrument: number; readonly name: string | undefined }

function heldTicks(
  { kind, instrument, name }: StreamOf,
  whole: TickSeries[TickKind],
  window: Window,
): TickStream {
  const series = sliceRows(
    whole,
    firstAtOrAfter(whole.receiveTime, window.from),
    firstAfter(whole.receiveTime, window.to),
  )
  let at = 0
  return {
    kind,
    instrument,
    ...(name === undefined ? {} : { name }),
    rows: series.length,
    series,
    async next(rows) {
      if (at === series.length) return undefined
      const from = at
      at = Math.min(series.length, at + rows)
      return sliceRows(series, from, at)
    },
  }
}

async function tickBatches(
  { kind, instrument, name }: StreamOf,
  storage: Storage,
  entry: ManifestInstrument,
  window: Window,
): Promise<TickStream> {
  const files = filesIn(entry.files, window)
  const columns = seriesColumns(kind, entry.files)
  const reader = new SeriesReader({ store: storage, kind, files, columns, window, name })
  const inside = files.every(
    ({ first, last }) =>
      first !== undefined && last !== undefined && first >= window.from && last <= window.to,
  )
  const rows = inside
    ? files.reduce((sum, file) => sum + file.rows, 0)
    : await countRows(storage, files, whereClause(kind, window))
  return {
    kind,
    instrument,
    ...(name === undefined ? {} : { name }),
    rows,
    next: wanted => reader.next(wanted) as Promise<TickSeries[TickKind] | undefined>,
  }
}
