/**
 * Chooses bars in a store and gives them to a run: whole series from the column cache when they fit, else batches
 * from Parquet. Raw prices across a split are refused here, before any decision is made on them.
 */
import { GordonError } from '../core/errors.ts'
import { isoDate } from '../core/time.ts'
import type { Adjustment, BarSeries } from '../domain/bar.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import type { BarSource, BarStream } from '../domain/ports/store.ts'
import { writtenIn } from './written-sessions.ts'
import { type Chosen, chooseStreams, filesIn, plainInstrument, withTerms } from './choose.ts'
import { cacheKey, readCache, writeCache } from './column-cache.ts'
import { readCorrections, receivedBy } from './corrections.ts'
import { barDate, type Moment, windowOf } from './dates.ts'
import { withDuckDb } from './duckdb.ts'
import { inParallel } from './durable.ts'
import type { Manifest, ManifestInstrument } from './manifest.ts'
import { gatherColumns, sliceSeries, type Window, windowSeries } from './series.ts'
import { countRows, SeriesReader, seriesColumns, seriesOf, whereClause } from './series-reader.ts'
import { readSessionPrices } from './session-prices.ts'
import { findSplits, type SessionPrices, sessionPrices, explains, type ToldSplit } from './splits.ts'
import type { PriceType } from './schema.ts'
import type { Storage } from './storage/storage.ts'
import type { Store } from './store.ts'

export interface OpenBarsRequest {
  readonly store: Store
  /** Ids; all that the store has unless said. */
  readonly datasets?: readonly string[]
  /** `AAPL` or `XNAS:AAPL`; every instrument of the datasets unless said. */
  readonly symbols?: readonly string[]
  readonly venue?: string
  readonly interval?: string
  readonly adjustment?: Adjustment
  /** Where datasets hold the same bars at bid and at ask. */
  readonly price?: PriceType
  /** Terms of instruments that take the place of the dataset's own, e.g. from readInstruments. */
  readonly terms?: readonly Instrument[]
  /** First and last, included: dates, ISO times, or µs. */
  readonly from?: Moment
  readonly to?: Moment
  /** Rows held as whole series at most; beyond it bars come in batches only. */
  readonly memoryRows?: number
  /** Sessions, `yyyy-mm-dd`, at which a jump of raw prices is known to be no split. */
  readonly acceptJumps?: readonly string[]
  /** Splits that the run is told of: raw prices may jump by them. */
  readonly splits?: readonly ToldSplit[]
}

export const MEMORY_ROWS = 4_000_000

/** @throws GordonError UNKNOWN_DATASET, UNKNOWN_SYMBOL, AMBIGUOUS_DATASET, EMPTY_RANGE, UNADJUSTED_SPLIT, STORE_DAMAGED */
export async function openBars(request: OpenBarsRequest): Promise<BarSource> {
  const { store } = request
  const chosen = await choose(request)
  const { knownAt } = store
  const calendars = await writtenIn(store, chosen)
  const windows = chosen.map(({ instrument }): Window => {
    const { from, to } = windowOf(request.from, request.to, calendarNamed(instrument.calendar))
    return { from, to: Math.min(to, knownAt), knownAt }
  })
  const inMemory = upperBound(chosen, windows) <= (request.memoryRows ?? MEMORY_ROWS)
  const streams = await inParallel(chosen, async ({ instrument }, i) =>
    inMemory
      ? heldStream(
          receivedBy(windowSeries(await loadSeries(store, instrument), windows[i]), knownAt),
          await readCorrections(store.storage, instrument, knownAt),
        )
      : batchStream(store.storage, instrument, windows[i]),
  )
  // One after another, so that the same refusal comes first every time.
  for (const [i, { manifest, instrument }] of chosen.entries()) {
    const stream = streams[i]
    if (stream.rows === 0) {
      // Whoever was not listed yet is no reason to refuse the others; a symbol asked for by name is.
      if (request.symbols === undefined && streams.some(({ rows }) => rows > 0)) continue
      throw emptyRange(request, manifest, instrument)
    }
    if (manifest.adjustment === 'raw' && instrument.calendar !== '24/7') {
      await refuseSplits(request, manifest, instrument, windows[i], stream.series)
    }
  }
  const manifests = [...new Set(chosen.map(({ manifest }) => manifest))]
  return {
    datasets: manifests.map(({ id, adjustment, interval }) => ({
      id,
      snapshot: store.snapshot,
      adjustment,
      interval,
    })),
    instruments: chosen.map(({ instrument }) => withTerms(plainInstrument(instrument), request.terms)),
    intervals: chosen.map(({ manifest }) => manifest.interval),
    streams,
    notes: [],
    ...(calendars.length === 0 ? {} : { calendars }),
  }
}

async function choose(request: OpenBarsRequest): Promise<Chosen[]> {
  const { store } = request
  const ids = request.datasets ?? (await store.datasets()).map(({ id }) => id)
  const manifests = (await Promise.all([...new Set(ids)].map(id => store.show(id)))).filter(
    ({ kind }) => kind === 'bars' || request.datasets !== undefined,
  )
  const fitting = manifests
    .filter(({ kind }) => kind === 'bars')
    .filter(({ interval }) => request.interval === undefined || interval === request.interval)
    .filter(({ adjustment }) => request.adjustment === undefined || adjustment === request.adjustment)
    .filter(({ price }) => request.price === undefined || price === request.price)
  if (fitting.length === 0) {
    const wanted = [request.interval, request.adjustment, request.price]
      .filter(word => word !== undefined)
      .join(' ')
    const has = manifests
      .map(
        ({ id, kind, interval, adjustment }) =>
          `${id} (${kind === 'bars' ? `${interval} ${adjustment}` : kind})`,
      )
      .join(', ')
    throw new GordonError(
      'NO_DATASET',
      `no dataset holds ${wanted || 'any'} bars: there is ${has || 'nothing yet'}`,
    )
  }
  return chooseStreams(fitting, request)
}

/** No more rows than these lie in the windows: whole years are counted. */
function upperBound(chosen: readonly Chosen[], windows: readonly Window[]): number {
  return chosen.reduce((sum, { instrument }, i) => sum + rowsOf(filesIn(instrument.files, windows[i])), 0)
}

function rowsOf(files: readonly { readonly rows: number }[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0)
}

function hasSessions(instrument: Instrument): boolean {
  return instrument.calendar !== '24/7'
}

/** An instrument's whole series, from the cache, which is made where there is none. */
export async function loadSeries(store: Store, instrument: ManifestInstrument): Promise<BarSeries> {
  const key = cacheKey(instrument.files.map(({ sha256 }) => sha256))
  const columns = barColumns(instrument)
  const fields = columns.map(({ field }) => field)
  let held = await readCache(store.folder, key)
  if (held === undefined) {
    const { files } = instrument
    const reader = new SeriesReader({
      store: store.storage,
      kind: 'bars',
      files,
      columns,
      window: EVERYTHING,
    })
    held = await gatherColumns(rows => reader.next(rows), instrument.rows, fields)
    if (!store.readOnly) await writeCache(store.folder, key, held)
  }
  const filled = fields.map(field => held[field])
  return seriesOf<'bars'>(columns, filled, instrument.rows, undefined)
}

/** Without the closes of sessions where each UTC day is one. */
function barColumns(instrument: ManifestInstrument): ReturnType<typeof seriesColumns> {
  return seriesColumns('bars', instrument.files).filter(
    ({ name }) => name !== 'session_close' || hasSessions(instrument),
  )
}

const EVERYTHING: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** A stream over a series that is held as a whole. */
export function heldStream(series: BarSeries, corrections?: BarSeries): BarStream {
  let at = 0
  return {
    rows: series.length,
    series,
    ...(corrections === undefined ? {} : { corrections }),
    async next(rows) {
      if (at === series.length) return undefined
      const from = at
      at = Math.min(series.length, at + rows)
      return sliceSeries(series, from, at)
    },
  }
}

async function batchStream(
  storage: Storage,
  instrument: ManifestInstrument,
  window: Window,
): Promise<BarStream> {
  const files = filesIn(instrument.files, window)
  const columns = barColumns(instrument)
  const reader = new SeriesReader({ store: storage, kind: 'bars', files, columns, window })
  const whole = window.from === EVERYTHING.from && window.to === EVERYTHING.to
  const rows =
    files.length === 0
      ? 0
      : whole
        ? instrument.rows
        : await countRows(storage, files, whereClause('bars', window))
  const corrections = await readCorrections(storage, instrument, window.knownAt)
  return {
    rows,
    ...(corrections === undefined ? {} : { corrections }),
    next: wanted => reader.next(wanted),
  }
}

function emptyRange(
  request: OpenBarsRequest,
  manifest: Manifest,
  instrument: ManifestInstrument,
): GordonError {
  const { from, to } = request
  const { knownAt } = request.store
  const range = [
    from === undefined ? '' : `from ${dateText(from)}`,
    to === undefined ? '' : `to ${dateText(to)}`,
    Number.isFinite(knownAt) ? `that was known on ${isoDate(knownAt - 1)}` : '',
  ]
  return new GordonError(
    'EMPTY_RANGE',
    `${manifest.id} has no bar of ${instrumentId(instrument)} ${range.filter(Boolean).join(' ')}: it has them from ` +
      `${barDate(instrument.first)} to ${barDate(instrument.last)}`,
  )
}

function dateText(moment: Moment): string {
  return typeof moment === 'number' ? isoDate(moment) : moment
}

async function refuseSplits(
  request: OpenBarsRequest,
  manifest: Manifest,
  instrument: ManifestInstrument,
  window: Window,
  series: BarSeries | undefined,
): Promise<void> {
  const { store } = request
  const prices = async (one: ManifestInstrument, held?: BarSeries): Promise<SessionPrices> => {
    if (held !== undefined) return sessionPrices(held)
    if (one.rows <= MEMORY_ROWS) return sessionPrices(windowSeries(await loadSeries(store, one), window))
    const brought = await store.storage.bring(filesIn(one.files, window))
    try {
      const where = whereClause('bars', window)
      return await withDuckDb(connection => readSessionPrices(connection, brought.paths, where))
    } finally {
      brought.release()
    }
  }
  const relative = await adjustedRelative(store, manifest, instrument)
  let adjusted: Promise<SessionPrices> | undefined
  const splits = await findSplits(await prices(instrument, series), async () => {
    if (relative !== undefined) adjusted ??= prices(relative.instrument)
    return adjusted
  })
  refuseFirst(instrumentId(instrument), splits, request, relative?.manifest.id)
}

/** @throws GordonError UNADJUSTED_SPLIT */
export function refuseFirst(
  name: string,
  splits: Awaited<ReturnType<typeof findSplits>>,
  known: { readonly acceptJumps?: readonly string[]; readonly splits?: readonly ToldSplit[] },
  adjustedDataset: string | undefined,
): void {
  const split = splits.find(
    one =>
      known.acceptJumps?.includes(isoDate(one.sessionClose)) !== true &&
      known.splits?.some(told => explains(told, name, one)) !== true,
  )
  if (split === undefined) return
  const instead =
    adjustedDataset === undefined ? 'use prices that are adjusted for it' : `use ${adjustedDataset}`
  throw new GordonError(
    'UNADJUSTED_SPLIT',
    `${name} goes from ${split.closeBefore} to ${split.openAfter} overnight before ${isoDate(split.sessionClose)}, ` +
      `as a ${split.ratio} split does, and these prices are raw: ${instead}, tell the run of the split (--actions), or choose dates on one side of it`,
  )
}

/** The same instrument in a dataset of the same interval whose prices are adjusted. */
async function adjustedRelative(
  store: Store,
  manifest: Manifest,
  instrument: ManifestInstrument,
): Promise<Chosen | undefined> {
  for (const { id, interval, adjustment, instruments } of await store.datasets()) {
    if (interval !== manifest.interval || adjustment === 'raw') continue
    if (!instruments.includes(instrumentId(instrument))) continue
    const other = await store.show(id)
    const found = other.instruments.find(one => instrumentId(one) === instrumentId(instrument))
    if (found !== undefined) return { manifest: other, instrument: found }
  }
  return undefined
}
