/**
 * Rows on their way into a store: Parquet files, one per stream and year (more where a year is long), written and
 * synced in a folder of their own. Nothing of it is visible until `moveIn` and a snapshot that names it. Whatever the
 * number of streams and the length of the source, no more than MOST_OPEN rows are held.
 */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY, type Micros } from '../../core/time.ts'
import { civilOf } from '../../domain/calendar/civil.ts'
import { fileDigest, inParallel } from '../durable.ts'
import { openIncoming } from '../incoming.ts'
import { type PartitionKey, partitionFolder } from '../layout.ts'
import type { ManifestFile } from '../manifest.ts'
import { type Fields, type IncomingTable, ParquetWriter } from '../parquet-writer.ts'
import { type DataKind, isTickKind, SCHEMAS } from '../schema.ts'
import { type Storage, type StorePlace, storageOf } from '../storage/storage.ts'

/** Rows of one file: eight of DuckDB's row groups. */
const FILE_ROWS = 8 * 122_880
/** Rows held over all streams; the longest is written away first. */
const MOST_OPEN = 1_500_000

interface StagedFile {
  readonly staged: string
  readonly year: number | undefined
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly empty: readonly string[]
  readonly source: number
  readonly first: Micros
  readonly last: Micros
}

export interface StagedRows {
  readonly files: readonly StagedFile[]
  readonly rows: number
  readonly first: Micros
  readonly last: Micros
}

export class Staging {
  readonly #storage: Storage
  readonly #folder: string
  readonly #writer: ParquetWriter
  readonly #open = new Set<StagedPart>()
  #count = 0
  /** Rows of all files that are open. */
  #held = 0
  /** The file that is written while rows of the next come in. */
  #written: Promise<void> = Promise.resolve()

  private constructor(storage: Storage, folder: string, writer: ParquetWriter) {
    this.#storage = storage
    this.#folder = folder
    this.#writer = writer
  }

  static async open(store: StorePlace): Promise<Staging> {
    const storage = storageOf(store)
    const folder = await openIncoming(storage.folder, 'ingest')
    return new Staging(storage, folder, await ParquetWriter.open())
  }

  /** One stream's rows. @param sequence number of its first row, where rows are added to others */
  part(kind: DataKind, sequence = 0): StagedPart {
    return new StagedPart(
      kind,
      sequence,
      {
        table: (known, number) => this.#writer.table(SCHEMAS[kind], known, number),
        file: () => join(this.#folder, `${this.#count++}.parquet`),
        weigh: change => this.#weigh(change),
        write: work => this.#write(work),
        written: () => this.#written,
      },
      this.#open,
    )
  }

  /** @param change by which the rows that are held grew or shrank */
  async #weigh(change: number): Promise<void> {
    this.#held += change
    if (this.#held <= MOST_OPEN) return
    let longest: StagedPart | undefined
    for (const part of this.#open) if (longest === undefined || part.held > longest.held) longest = part
    await longest?.cut()
  }

  /** Returns when the file before is written, and throws what went wrong with it. */
  async #write(work: () => Promise<void>): Promise<void> {
    await this.#written
    this.#written = work()
    // Whoever waits for it next is told.
    this.#written.catch(() => undefined)
  }

  /** Gives the files their places in the store; a file that is there already is the same file. */
  async moveIn(key: Omit<PartitionKey, 'year'>, { files }: StagedRows): Promise<ManifestFile[]> {
    const schema = SCHEMAS[key.kind].version
    return inParallel(files, async ({ staged, year, empty, ...file }) => {
      const { sha256, bytes } = file
      const path = `${partitionFolder({ ...key, year })}/${sha256.slice(0, 16)}.parquet`
      await this.#storage.take(staged, { path, sha256, bytes })
      return {
        path,
        ...(year === undefined ? {} : { year }),
        ...(empty.length === 0 ? {} : { empty }),
        ...file,
        schema,
      }
    })
  }

  /** Returns when every name that was given is on the disk too. */
  async settle(): Promise<void> {
    await this.#storage.settle()
  }

  /** Removes whatever was not moved in. */
  async close(): Promise<void> {
    await this.#written.catch(() => undefined)
    this.#writer.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

interface StagingSeams {
  readonly table: (known: readonly boolean[], sequence: number) => IncomingTable
  readonly file: () => string
  readonly weigh: (change: number) => Promise<void>
  /** Lets a file be written while others are filled; one at a time. */
  readonly write: (work: () => Promise<void>) => Promise<void>
  readonly written: () => Promise<void>
}

/** The rows of one stream, in order; its columns are copied before `append` returns. */
export class StagedPart {
  /** Place of the source that its rows come from now, among its sources; cut before it changes. */
  source = 0
  readonly #seams: StagingSeams
  readonly #open: Set<StagedPart>
  /** Column that says the order, and with it the year; -1 where a kind has one table. */
  readonly #order: number
  readonly #files: StagedFile[] = []
  readonly #sequence: number
  #table: IncomingTable | undefined
  #taken = 0
  #held = 0
  #first: Micros = 0
  #last: Micros = 0
  /** First instant after the year of the file that is open. */
  #yearEnd: Micros = Number.NEGATIVE_INFINITY

  constructor(kind: DataKind, sequence: number, seams: StagingSeams, open: Set<StagedPart>) {
    this.#sequence = sequence
    this.#seams = seams
    this.#open = open
    this.#order = kind === 'bars' ? 0 : isTickKind(kind) ? 1 : -1
  }

  /** Rows of the file that is open. */
  get held(): number {
    return this.#held
  }

  /** Rows taken in all. */
  get taken(): number {
    return this.#taken
  }

  async append(rows: Fields, from = 0, to = rows.length): Promise<void> {
    const order = this.#order < 0 ? undefined : (rows.columns[this.#order] as Float64Array)
    for (let at = from; at < to; ) {
      let end = Math.min(to, at + FILE_ROWS - this.#held)
      if (order !== undefined) {
        if (order[at] >= this.#yearEnd) {
          await this.cut()
          this.#yearEnd = startOfYear(order[at], 1)
        }
        if (order[end - 1] >= this.#yearEnd) end = firstAtOrAfter(order, this.#yearEnd, at, end)
      }
      if (this.#table !== undefined && !this.#table.fits(rows)) {
        await this.cut()
        end = Math.min(end, at + FILE_ROWS)
      }
      if (this.#table === undefined) {
        const known = rows.columns.map(column => column !== undefined)
        this.#table = this.#seams.table(known, this.#sequence + this.#taken)
        this.#open.add(this)
        this.#first = order === undefined ? 0 : order[at]
      }
      await this.#table.append(rows, at, end)
      const taken = end - at
      this.#held += taken
      this.#taken += taken
      this.#last = order === undefined ? 0 : order[end - 1]
      at = end
      await this.#seams.weigh(taken)
      if (this.#held >= FILE_ROWS) await this.cut()
    }
  }

  /** Ends the file that is open. */
  async cut(): Promise<void> {
    const table = this.#table
    if (table === undefined) return
    this.#table = undefined
    this.#open.delete(this)
    const staged = this.#seams.file()
    await table.end()
    const place = this.#files.length
    const file = {
      staged,
      year: this.#order < 0 ? undefined : yearOf(this.#first),
      rows: this.#held,
      bytes: 0,
      sha256: '',
      empty: table.empty,
      source: this.source,
      first: this.#first,
      last: this.#last,
    }
    this.#files.push(file)
    this.#held = 0
    await this.#seams.write(async () => {
      await table.copyTo(staged)
      const { size } = await stat(staged)
      this.#files[place] = { ...file, bytes: size, sha256: await fileDigest(staged) }
    })
    await this.#seams.weigh(-file.rows)
  }

  /** Writes away the rest. */
  async finish(): Promise<StagedRows> {
    await this.cut()
    await this.#seams.written()
    const files = this.#files
    const last = files.length === 0 ? 0 : files[files.length - 1].last
    return { files, rows: this.#taken, first: files[0]?.first ?? 0, last }
  }
}

function yearOf(time: Micros): number {
  return civilOf(Math.floor(time / DAY)).year
}

/** First instant of a time's UTC year, or of a year after it. */
export function startOfYear(time: Micros, later = 0): Micros {
  return Date.UTC(yearOf(time) + later, 0, 1) * 1000
}

function firstAtOrAfter(times: Float64Array, time: Micros, from: number, to: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}
