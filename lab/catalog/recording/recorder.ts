/**
 * A running feed into the store: rows are held as they come and go in by the batch, each flush one snapshot over all
 * of its streams, by the same writer that ingest has. A process that is killed loses what it had not flushed and
 * nothing else; there is never half a flush. Rows keep the order in which they came, so a run over the store sees
 * what whoever sat at the feed saw.
 *
 *   const recorder = await Recorder.open({ store, dataset: 'btc', feed: 'wss://…', kinds: ['trades'], now })
 *   recorder.add({ kind: 'trades', instrument, rows })     // any number of rows; they are copied
 *   await recorder.flushIfDue()                            // after adding, and from a timer
 *   await recorder.flush()                                 // at the end
 *
 * A row that cannot be used (no time, behind the row ahead, no price) is left out and counted with its issue, since a
 * feed cannot be sent back; so is what a feed says again after a reconnection, where a bar's time tells. A flush that
 * fails keeps its rows for the next one, up to a bound; what comes beyond it is lost, counted, and told in the
 * dataset's notes. Small files are joined as they pile up (upkeep/compact.ts); the snapshots of earlier flushes stay
 * until `gordon data retain` takes them away.
 */
import { canonicalJson, Digest, textDigest } from '../../core/digest.ts'
import { isoTime, type Micros } from '../../core/time.ts'
import { inParallel, tellFullDisk } from '../durable.ts'
import { IssueLog } from '../ingest/issues.ts'
import { type Addition, currentManifest, merge, streamId } from '../ingest/merge.ts'
import { Staging } from '../ingest/partitions.ts'
import { RowsInOrder } from '../ingest/rows-in-order.ts'
import { Streams } from '../ingest/streams.ts'
import { checkDatasetId, foundStore } from '../layout.ts'
import {
  type Manifest,
  type ManifestInstrument,
  type ManifestSource,
  readManifest,
  writeManifest,
} from '../manifest.ts'
import type { QualityIssue } from '../quality/issue.ts'
import type { SeriesKind } from '../series-reader.ts'
import { publish } from '../snapshot.ts'
import type { SourceBatch } from '../sources/source.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'
import { compactDataset } from '../upkeep/compact.ts'
import { continued, type LeftOut } from './continued.ts'

export interface RecorderTerms {
  /** Made where there is none. */
  readonly store: StorePlace
  /** Where several kinds are recorded, each has its own under it: `btc/trades`. */
  readonly dataset: string
  /** Where the rows come from, for people: an address without user, password or query. */
  readonly feed: string
  readonly kinds: readonly SeriesKind[]
  /** µs UTC. */
  readonly now: () => Micros
  /** When the recording began, by which one that goes on after a crash is known as the same; now unless said. */
  readonly begun?: Micros
  /** Who else has the rows, for people: `journal btc.jsonl`. */
  readonly beside?: string
  /** Rows that may wait; 50,000 unless said. */
  readonly rows?: number
  /** How long a row may wait, µs; 5 s unless said. */
  readonly wait?: Micros
  /** Rows that are held at most while the store does not take them; 2,000,000 unless said. */
  readonly mostRows?: number
  /** Files that a stream gathers before they are joined; 64 unless said. */
  readonly joinAfter?: number
}

export type RecordedBatch = Extract<SourceBatch, { readonly kind: SeriesKind }>

export interface Flushed {
  /** Absent where there was no row that could be used: nothing was published. */
  readonly snapshot?: string
  /** Rows stored now. */
  readonly rows: number
  /** Rows left out, and why. */
  readonly dropped: number
  readonly issues: readonly QualityIssue[]
  /** What kept small files from being joined; the rows are stored all the same. */
  readonly notJoined?: unknown
}

interface Waiting {
  readonly batch: RecordedBatch
  readonly rows: RowsInOrder
}

export class Recorder {
  /** Rows that came while as many waited as may. */
  lost = 0
  readonly #terms: RecorderTerms
  readonly #reading: string
  readonly #note: string
  #waiting = new Map<string, Waiting>()
  #rows = 0
  /** Rows of the flush that is under way. */
  #storing = 0
  /** When the oldest row that waits came. */
  #since: Micros = Number.POSITIVE_INFINITY
  /** What a stream had left out before any row of it could be stored. */
  readonly #leftOut = new Map<string, LeftOut>()
  #work: Promise<unknown> = Promise.resolve()
  /** By dataset: files of the stream that has most, now and after they were joined. */
  readonly #files = new Map<string, number>()
  readonly #filesJoined = new Map<string, number>()
  /** Rows lost that no dataset tells of yet, and when. */
  #untold: { rows: number; from: Micros; to: Micros } | undefined

  private constructor(terms: RecorderTerms) {
    this.#terms = terms
    const begun = isoTime(terms.begun ?? terms.now())
    this.#reading = textDigest(canonicalJson({ adapter: 'recorder', begun }))
    const beside = terms.beside === undefined ? '' : `, beside ${terms.beside}`
    this.#note = `recorded from ${terms.feed} as it came, from ${begun} on${beside}`
  }

  /** @throws GordonError as `ready` does */
  static async open(terms: RecorderTerms): Promise<Recorder> {
    await Recorder.ready(terms.store, terms.dataset)
    return new Recorder(terms)
  }

  /**
   * Whether something can be recorded there, before anything comes; gives the dataset as it is.
   * @throws GordonError BAD_DATASET_ID, STORE_READ_ONLY, STORE_VERSION, and what a store in a bucket says
   */
  static async ready(store: StorePlace, dataset: string): Promise<Manifest | undefined> {
    checkDatasetId(dataset)
    return tellFullDisk(storageOf(store).folder, async () => {
      await foundStore(store)
      return currentManifest(store, dataset)
    })
  }

  /** The stream as the store has it now. */
  async recorded(batch: Omit<RecordedBatch, 'rows'>): Promise<ManifestInstrument | undefined> {
    const manifest = await currentManifest(this.#terms.store, this.datasetOf(batch))
    return manifest?.instruments.find(one => streamId(one) === labelOf(batch))
  }

  /** Rows that wait for the next flush. */
  get waiting(): number {
    return this.#rows
  }

  /** True when enough rows wait, or one of them has waited for long enough. */
  get due(): boolean {
    const { rows = 50_000, wait = 5_000_000, now } = this.#terms
    return this.#rows >= rows || (this.#rows > 0 && now() - this.#since >= wait)
  }

  /** Takes rows of one stream, unless too many wait; their columns are the caller's again. */
  add(batch: RecordedBatch): void {
    const { mostRows = 2_000_000, now } = this.#terms
    const { length } = batch.rows
    if (length === 0) return
    if (this.#rows + this.#storing + length > mostRows) {
      const at = now()
      this.lost += length
      this.#untold = { rows: (this.#untold?.rows ?? 0) + length, from: this.#untold?.from ?? at, to: at }
      return
    }
    this.#hold(batch)
    this.#since = Math.min(this.#since, now())
  }

  async flushIfDue(): Promise<Flushed | undefined> {
    return this.due ? this.flush() : undefined
  }

  /**
   * Stores all rows that wait; undefined where there are none.
   * @throws GordonError DISK_FULL, STORE_UNREACHABLE, APPEND_CONFLICT, GRID_DIFFERS, DATASET_DIFFERS; the rows then
   *   wait for the next flush
   */
  flush(): Promise<Flushed | undefined> {
    const work = this.#work.then(() => this.#flush())
    this.#work = work.catch(() => undefined)
    return work
  }

  /** As ingest names datasets (ingest/streams.ts). */
  datasetOf(batch: Omit<RecordedBatch, 'rows'>): string {
    const { dataset, kinds } = this.#terms
    const { kind, interval, price } = batch as Partial<Extract<RecordedBatch, { kind: 'bars' }>>
    const side = price === undefined || price === 'trade' ? '' : price
    const words = kinds.length > 1 ? [kind === 'bars' ? interval : kind, side] : [side]
    return [dataset, words.filter(Boolean).join('-')].filter(Boolean).join('/')
  }

  #hold(batch: RecordedBatch): void {
    const key = this.#keyOf(batch)
    let held = this.#waiting.get(key)
    if (held === undefined) this.#waiting.set(key, (held = { batch, rows: new RowsInOrder() }))
    held.rows.add(batch.rows, row => row)
    this.#rows += batch.rows.length
  }

  async #flush(): Promise<Flushed | undefined> {
    if (this.#rows === 0) return undefined
    this.#storing = this.#rows
    const batches = this.#takeAll()
    const since = this.#since
    this.#since = Number.POSITIVE_INFINITY
    let flushed: Flushed
    try {
      flushed = await tellFullDisk(storageOf(this.#terms.store).folder, () => this.#store(batches))
    } catch (error) {
      // Back in front of what came meanwhile.
      const later = this.#takeAll()
      for (const batch of [...batches, ...later]) this.#hold(batch)
      this.#since = since
      throw error
    } finally {
      this.#storing = 0
    }
    const notJoined = await this.#joinFiles()
    return notJoined === undefined ? flushed : { ...flushed, notJoined }
  }

  #takeAll(): RecordedBatch[] {
    const batches: RecordedBatch[] = []
    for (const { batch, rows } of this.#waiting.values()) {
      const taken = rows.takeAsTheyCame()
      if (taken !== undefined) batches.push({ ...batch, rows: taken.rows } as RecordedBatch)
    }
    this.#waiting = new Map()
    this.#rows = 0
    return batches
  }

  /** Files that stay small are a matter of speed; that the rows are stored stands. */
  async #joinFiles(): Promise<unknown> {
    const { store, joinAfter = 64 } = this.#terms
    const storage = storageOf(store)
    // Files of a bucket would have to be brought first.
    if (storage.remote) return undefined
    try {
      for (const [id, files] of this.#files) {
        if (files - (this.#filesJoined.get(id) ?? 0) < joinAfter) continue
        await compactDataset(storage.folder, id)
        this.#filesJoined.set(id, mostFiles(await currentManifest(store, id)))
      }
      return undefined
    } catch (error) {
      return error
    }
  }

  async #store(batches: readonly RecordedBatch[]): Promise<Flushed> {
    const { store, dataset, feed, kinds } = this.#terms
    const staging = await Staging.open(store)
    try {
      const streams = new Streams(staging, { store, adapter: { kinds }, goesOn: true }, dataset, 'append')
      const logs = new Map<string, IssueLog>()
      const untold = this.#untold
      const notes = [this.#note]
      if (untold !== undefined)
        notes.push(
          `${untold.rows} rows came between ${isoTime(untold.from)} and ${isoTime(untold.to)} and are lost: ` +
            'the store took none for too long',
        )
      // One source per stream: its hash is that of the stream's own rows, its issues are its own.
      for (const batch of batches) {
        const log = new IssueLog(feed, 'message')
        logs.set(this.#keyOf(batch), log)
        await streams.begin({ name: feed, ...digestOf(batch), reading: this.#reading }, log)
        await streams.take(batch)
        await streams.settle()
        await streams.end(notes)
      }
      const rows = streams.rows
      const additions = rows === 0 ? [] : await streams.finish()
      const leftOut = this.#leftOutWith(logs, additions)
      const snapshot =
        rows === 0 ? undefined : await publish(store, datasets => this.#merged(datasets, additions))
      // Only now: a flush that failed begins again with what it had.
      this.#leftOut.clear()
      for (const [key, one] of leftOut) this.#leftOut.set(key, one)
      if (snapshot !== undefined && untold === this.#untold) this.#untold = undefined
      const all = [...logs.values()]
      return {
        ...(snapshot === undefined ? {} : { snapshot: snapshot.id }),
        rows,
        dropped: all.reduce((sum, log) => sum + log.fatalRows, 0),
        issues: all.flatMap(log => log.summary()),
      }
    } finally {
      await staging.close()
    }
  }

  /** What is left to tell once these additions are published: of streams that have none. */
  #leftOutWith(logs: ReadonlyMap<string, IssueLog>, additions: readonly Addition[]): Map<string, LeftOut> {
    const told = new Set(
      additions.flatMap(({ terms, instruments }) => instruments.map(one => `${terms.id} ${streamId(one)}`)),
    )
    const left = new Map([...this.#leftOut].filter(([key]) => !told.has(key)))
    for (const [key, log] of logs) {
      if (told.has(key) || log.fatalRows === 0) continue
      const { issues = [], dropped = 0 } = left.get(key) ?? {}
      left.set(key, { issues: [...issues, ...log.summary()], dropped: dropped + log.fatalRows })
    }
    return left
  }

  async #merged(
    datasets: Readonly<Record<string, string>>,
    additions: readonly Addition[],
  ): Promise<Record<string, string>> {
    const { store } = this.#terms
    const named = await inParallel(additions, async addition => {
      const { id } = addition.terms
      const current: Manifest | undefined =
        datasets[id] === undefined ? undefined : await readManifest(store, datasets[id])
      const next = continued(merge(current, addition, 'append'), addition.instruments.map(streamId), one =>
        this.#leftOut.get(`${id} ${streamId(one)}`),
      )
      this.#files.set(id, mostFiles(next))
      return [id, await writeManifest(store, next)] as const
    })
    return { ...datasets, ...Object.fromEntries(named) }
  }

  #keyOf(batch: RecordedBatch): string {
    return `${this.datasetOf(batch)} ${labelOf(batch)}`
  }
}

function labelOf(batch: Omit<RecordedBatch, 'rows'>): string {
  const { venue, symbol } = batch.instrument
  const { name } = batch as { readonly name?: string }
  return streamId({ venue, symbol, name })
}

/** Files of the stream that has most. */
function mostFiles(manifest: Manifest | undefined): number {
  return Math.max(0, ...(manifest?.instruments ?? []).map(({ files }) => files.length))
}

/** What a flush brought of a stream, as a source: its rows as they came. */
function digestOf({ rows }: RecordedBatch): Pick<ManifestSource, 'sha256' | 'bytes'> {
  const digest = new Digest()
  let bytes = 0
  for (const [name, column] of Object.entries(rows)) {
    if (!(column instanceof Float64Array)) continue
    digest.text(name)
    digest.column(column, 0, rows.length)
    bytes += rows.length * 8
  }
  return { sha256: digest.hex(), bytes }
}
