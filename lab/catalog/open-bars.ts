/**
 * Chooses bars in a store and gives them to a run: whole series from the column cache when they fit, else batches
 * from Parquet. Raw prices across a split are refused here, before any decision is made on them.
 */
import { join } from 'node:path'
import { GordonError } from '../core/errors.ts'
import { isoDate } from '../core/time.ts'
import type { Adjustment, BarSeries } from '../domain/bar.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import type { BarSource, BarStream } from '../domain/ports/store.ts'
import { cacheKey, readCache, writeCache } from './column-cache.ts'
import { barDate, type Moment, windowOf } from './dates.ts'
import { withDuckDb } from './duckdb.ts'
import { inParallel } from './durable.ts'
import type { Manifest, ManifestInstrument } from './manifest.ts'
import { BarReader, countBars, readSessionPrices } from './parquet-bars.ts'
import { gatherSeries, sliceSeries, type Window, windowSeries } from './series.ts'
import { findSplits, type SessionPrices, sessionPrices, explains, type ToldSplit } from './splits.ts'
import { isCalled, type Store } from './store.ts'

export interface OpenBarsRequest {
  readonly store: Store
  /** Ids; all that the store has unless said. */
  readonly datasets?: readonly string[]
  /** `AAPL` or `XNAS:AAPL`; every instrument of the datasets unless said. */
  readonly symbols?: readonly string[]
  readonly venue?: string
  readonly interval?: string
  readonly adjustment?: Adjustment
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
  const windows = chosen.map(({ instrument }) =>
    windowOf(request.from, request.to, calendarNamed(instrument.calendar)),
  )
  const inMemory = upperBound(chosen, windows) <= (request.memoryRows ?? MEMORY_ROWS)
  const streams = await inParallel(chosen, async ({ instrument }, i) =>
    inMemory
      ? heldStream(windowSeries(await loadSeries(store, instrument), windows[i]))
      : batchStream(store.folder, instrument, windows[i]),
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
    instruments: chosen.map(({ instrument }) => plainInstrument(instrument)),
    intervals: chosen.map(({ manifest }) => manifest.interval),
    streams,
    notes: [],
  }
}

interface Chosen {
  readonly manifest: Manifest
  readonly instrument: ManifestInstrument
}

async function choose(request: OpenBarsRequest): Promise<Chosen[]> {
  const { store } = request
  const ids = request.datasets ?? (await store.datasets()).map(({ id }) => id)
  const manifests = await Promise.all([...new Set(ids)].map(id => store.show(id)))
  const fitting = manifests
    .filter(({ interval }) => request.interval === undefined || interval === request.interval)
    .filter(({ adjustment }) => request.adjustment === undefined || adjustment === request.adjustment)
  if (fitting.length === 0) {
    const wanted = [request.interval, request.adjustment].filter(word => word !== undefined).join(' ')
    const has = manifests
      .map(({ id, interval, adjustment }) => `${id} (${interval} ${adjustment})`)
      .join(', ')
    throw new GordonError(
      'NO_DATASET',
      `no dataset holds ${wanted || 'any'} bars: there is ${has || 'nothing yet'}`,
    )
  }
  const all: Chosen[] = fitting.flatMap(manifest =>
    manifest.instruments
      .filter(({ venue }) => request.venue === undefined || venue === request.venue)
      .map(instrument => ({ manifest, instrument })),
  )
  for (const name of request.symbols ?? []) {
    if (all.some(({ instrument }) => isCalled(name, instrument))) continue
    const has = [...new Set(all.map(({ instrument }) => instrumentId(instrument)))].sort()
    const more = has.length > 12 ? ` and ${has.length - 12} more` : ''
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${fitting.map(({ id }) => id).join(', ')} has no instrument ${name}: it has ${has.slice(0, 12).join(', ')}${more}`,
    )
  }
  const chosen = all
    .filter(({ instrument }) => request.symbols?.some(name => isCalled(name, instrument)) ?? true)
    .sort((a, b) => compareInstruments(a.instrument, b.instrument))
  if (chosen.length === 0) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${fitting.map(({ id }) => id).join(', ')} has no instrument of venue ${request.venue}: leave --venue out, or name another`,
    )
  }
  refuseAmbiguous(chosen)
  return chosen
}

function refuseAmbiguous(chosen: readonly Chosen[]): void {
  for (let i = 1; i < chosen.length; i++) {
    if (compareInstruments(chosen[i - 1].instrument, chosen[i].instrument) !== 0) continue
    const name = instrumentId(chosen[i].instrument)
    const ids = chosen
      .filter(({ instrument }) => instrumentId(instrument) === name)
      .map(({ manifest }) => manifest.id)
    throw new GordonError(
      'AMBIGUOUS_DATASET',
      `${name} is in ${ids.join(' and in ')}: choose one with --data, for example --data ${ids[ids.length - 1]}`,
    )
  }
}

/** No more rows than these lie in the windows: whole years are counted. */
function upperBound(chosen: readonly Chosen[], windows: readonly Window[]): number {
  return chosen.reduce((sum, { instrument }, i) => sum + rowsOf(filesIn(instrument, windows[i])), 0)
}

function rowsOf(files: readonly { readonly rows: number }[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0)
}

function filesIn(instrument: ManifestInstrument, window: Window): ManifestInstrument['files'] {
  return instrument.files.filter(
    ({ year }) => Date.UTC(year + 1, 0, 1) * 1000 > window.from && Date.UTC(year, 0, 1) * 1000 <= window.to,
  )
}

function hasSessions(instrument: Instrument): boolean {
  return instrument.calendar !== '24/7'
}

/** An instrument's whole series, from the cache, which is made where there is none. */
export async function loadSeries(store: Store, instrument: ManifestInstrument): Promise<BarSeries> {
  const key = cacheKey(instrument.files.map(({ sha256 }) => sha256))
  const cached = await readCache(store.folder, key)
  if (cached !== undefined) return cached
  const reader = new BarReader(store.folder, instrument.files, EVERYTHING, hasSessions(instrument))
  const series = await gatherSeries(rows => reader.next(rows), instrument.rows, hasSessions(instrument))
  if (!store.readOnly) await writeCache(store.folder, key, series)
  return series
}

const EVERYTHING: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** A stream over a series that is held as a whole. */
export function heldStream(series: BarSeries): BarStream {
  let at = 0
  return {
    rows: series.length,
    series,
    async next(rows) {
      if (at === series.length) return undefined
      const from = at
      at = Math.min(series.length, at + rows)
      return sliceSeries(series, from, at)
    },
  }
}

async function batchStream(
  store: string,
  instrument: ManifestInstrument,
  window: Window,
): Promise<BarStream> {
  const files = filesIn(instrument, window)
  const reader = new BarReader(store, files, window, hasSessions(instrument))
  const whole = window.from === EVERYTHING.from && window.to === EVERYTHING.to
  const rows =
    files.length === 0
      ? 0
      : whole
        ? instrument.rows
        : await withDuckDb(connection => countBars(connection, reader.paths, window))
  return { rows, next: wanted => reader.next(wanted) }
}

function emptyRange(
  request: OpenBarsRequest,
  manifest: Manifest,
  instrument: ManifestInstrument,
): GordonError {
  const { from, to } = request
  const range = [
    from === undefined ? '' : `from ${dateText(from)}`,
    to === undefined ? '' : `to ${dateText(to)}`,
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
    const paths = filesIn(one, window).map(({ path }) => join(store.folder, path))
    return withDuckDb(connection => readSessionPrices(connection, paths, window))
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

/** An instrument without what only the manifest says of it. */
function plainInstrument(one: Instrument): Instrument {
  const { venue, symbol, ticksPerUnit, lotsPerUnit, currency, calendar } = one
  return { venue, symbol, ticksPerUnit, lotsPerUnit, currency, calendar }
}
