/**
 * A dataset of the store run through its checks, stream by stream and batch by batch: a month of trades takes no
 * more memory than a minute. Splits are held against the store's corporate actions and its adjusted prices.
 */
import { type Micros, parseInterval } from '../../core/time.ts'
import { calendarNamed } from '../../domain/calendar/calendar.ts'
import { instrumentId } from '../../domain/instrument.ts'
import { plainInstrument } from '../choose.ts'
import type { Manifest, ManifestInstrument } from '../manifest.ts'
import { loadSeries, MEMORY_ROWS } from '../open-bars.ts'
import { readActions } from '../reference.ts'
import { SCHEMAS } from '../schema.ts'
import { type SeriesKind, SeriesReader } from '../series-reader.ts'
import { type SessionPrices, sessionPrices, type ToldSplit } from '../splits.ts'
import type { Store } from '../store.ts'
import { type CheckedRows, type CheckedStream, streamName } from './check.ts'
import { checkStream } from './checks.ts'
import { bySeverity, type Finding } from './findings.ts'

export interface QualityRequest {
  readonly store: Store
  /** Id of a dataset of rows; of actions and instruments nothing is checked here. */
  readonly dataset: string
  /** Splits known beside those of the store. */
  readonly splits?: readonly ToldSplit[]
  /** Looks at the rows of a stream as they go by, for what is drawn of them. */
  readonly watch?: (stream: CheckedStream) => { add(rows: CheckedRows): void }
  /** Rows of a batch; 65,536 unless said. */
  readonly batchRows?: number
  /** Told after every batch. */
  readonly progress?: (rows: number, of: number) => void
}

export interface StreamQuality {
  /** `XNAS:AAPL`, or `XNAS:AAPL news` of a custom series. */
  readonly name: string
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
  /** The worst first. */
  readonly findings: readonly Finding[]
}

export interface DatasetQuality {
  readonly dataset: string
  readonly snapshot: string
  readonly kind: Manifest['kind']
  readonly interval: string
  readonly rows: number
  readonly streams: readonly StreamQuality[]
  /** Of all streams, the worst first. */
  readonly findings: readonly Finding[]
}

const BATCH_ROWS = 65_536
/** What says nothing about a row. */
const UNUSED: ReadonlySet<string> = new Set(['sequence', 'event_ns', 'receive_ns'])
const EVERYTHING = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** @throws GordonError UNKNOWN_DATASET, STORE_DAMAGED */
export async function checkDataset(request: QualityRequest): Promise<DatasetQuality> {
  const { store, dataset, progress } = request
  const manifest = await store.show(dataset)
  const { kind, interval, rows } = manifest
  const splits = kind === 'bars' ? await toldSplits(request, manifest) : []
  const streams: StreamQuality[] = []
  let done = 0
  for (const entry of kind === 'actions' || kind === 'instruments' ? [] : manifest.instruments) {
    const stream = streamOf(request, manifest, entry, splits)
    const reader = readerOf(store, stream.kind, entry)
    const watcher = request.watch?.(stream)
    const findings = await checkStream(stream, async () => {
      const batch = (await reader.next(request.batchRows ?? BATCH_ROWS)) as CheckedRows | undefined
      if (batch === undefined) return undefined
      watcher?.add(batch)
      done += batch.length
      progress?.(done, rows)
      return batch
    })
    const { first, last } = entry
    streams.push({ name: streamName(stream), rows: entry.rows, first, last, findings })
  }
  const findings = streams.flatMap(one => one.findings).sort(bySeverity)
  return { dataset, snapshot: store.snapshot, kind, interval, rows, streams, findings }
}

function streamOf(
  { store }: QualityRequest,
  manifest: Manifest,
  entry: ManifestInstrument,
  splits: readonly ToldSplit[],
): CheckedStream {
  const { adjustment, interval } = manifest
  const kind = manifest.kind as SeriesKind
  return {
    kind,
    instrument: plainInstrument(entry),
    calendar: calendarNamed(entry.calendar),
    adjustment,
    ...(entry.name === undefined ? {} : { name: entry.name }),
    ...(kind === 'bars' ? { interval: parseInterval(interval), splits } : {}),
    adjusted: () => adjustedPrices(store, manifest, entry),
  }
}

/** With the venue's numbers where there are some: a run has no use for them, and a check does. */
function readerOf(store: Store, kind: SeriesKind, entry: ManifestInstrument): SeriesReader<SeriesKind> {
  const { files, name } = entry
  const isEmpty = (column: string) => files.every(({ empty }) => empty?.includes(column) === true)
  const columns = SCHEMAS[kind].columns.filter(
    column =>
      !UNUSED.has(column.name) && !(column.optional && isEmpty(column.name) && mayBeAbsent(column.name)),
  )
  return new SeriesReader({ store: store.storage, kind, files, columns, window: EVERYTHING, name })
}

function mayBeAbsent(column: string): boolean {
  return column === 'venue_sequence' || column === 'session_close' || column === 'order_id'
}

async function toldSplits({ store, splits = [] }: QualityRequest, manifest: Manifest): Promise<ToldSplit[]> {
  const instruments = manifest.instruments.map(plainInstrument)
  const actions = await readActions({ store, instruments })
  return [
    ...splits,
    ...actions.flatMap(action =>
      action.kind === 'split'
        ? [{ instrument: action.instrument, when: { time: action.time }, ratio: action.ratio }]
        : [],
    ),
  ]
}

/** Of the same instrument and interval in a dataset whose prices are adjusted. */
async function adjustedPrices(
  store: Store,
  manifest: Manifest,
  entry: ManifestInstrument,
): Promise<SessionPrices | undefined> {
  const id = instrumentId(entry)
  for (const other of await store.datasets()) {
    if (other.kind !== 'bars' || other.interval !== manifest.interval || other.adjustment === 'raw') continue
    if (!other.instruments.includes(id)) continue
    const found = (await store.show(other.id)).instruments.find(one => instrumentId(one) === id)
    if (found === undefined || found.rows > MEMORY_ROWS) continue
    const series = await loadSeries(store, found)
    if (series.sessionClose !== undefined) return sessionPrices(series)
  }
  return undefined
}
