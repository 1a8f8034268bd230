/**
 * Bars on their way into a store: Parquet files, one per instrument and year (more where a year is long), written
 * and synced in a folder of their own. Nothing of it is visible until `moveIn` and a snapshot that names it.
 */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { DAY } from '../../core/time.ts'
import { civilOf } from '../../domain/calendar/civil.ts'
import { fileDigest, inParallel, syncFile, syncFolder } from '../durable.ts'
import { partitionFolder } from '../layout.ts'
import type { ManifestFile } from '../manifest.ts'
import { ParquetBarsWriter } from '../parquet-bars.ts'
import type { InstrumentRows } from './assemble.ts'

/** Rows of one year held before they are written: 100 MB of columns. */
const MOST_ROWS = 1_000_000

interface StagedFile {
  readonly staged: string
  readonly year: number
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

export interface StagedInstrument {
  readonly files: readonly StagedFile[]
  readonly first: number
  readonly last: number
}

export class Staging {
  readonly #store: string
  readonly #folder: string
  readonly #writer: ParquetBarsWriter
  readonly #touched = new Set<string>()
  #count = 0

  private constructor(store: string, folder: string, writer: ParquetBarsWriter) {
    this.#store = store
    this.#folder = folder
    this.#writer = writer
  }

  static async open(store: string): Promise<Staging> {
    await mkdir(join(store, 'incoming'), { recursive: true })
    const folder = await mkdtemp(join(store, 'incoming', 'ingest-'))
    return new Staging(store, folder, await ParquetBarsWriter.open())
  }

  /** Writers of one file's instruments, by symbol. */
  table(): TableStaging {
    return new TableStaging(async (rows, from, to, sequence) => {
      const staged = join(this.#folder, `${this.#count++}.parquet`)
      await this.#writer.write(staged, rows.bars, from, to, sequence)
      const { size } = await stat(staged)
      const year = yearOf(rows.bars.eventTime[from])
      return { staged, year, rows: to - from, bytes: size, sha256: await fileDigest(staged) }
    })
  }

  /** Gives the files their places in the store; a file that is there already is the same file. */
  async moveIn(
    key: {
      readonly dataset: string
      readonly venue: string
      readonly symbol: string
      readonly interval: string
    },
    files: readonly StagedFile[],
  ): Promise<ManifestFile[]> {
    return inParallel(files, async ({ staged, year, rows, bytes, sha256 }) => {
      const path = `${partitionFolder({ ...key, year })}/${sha256.slice(0, 16)}.parquet`
      const target = join(this.#store, path)
      await mkdir(dirname(target), { recursive: true })
      // On the disk before it has its name.
      await syncFile(staged)
      await rename(staged, target)
      for (let folder = dirname(target); ; folder = dirname(folder)) {
        this.#touched.add(folder)
        if (relative(this.#store, folder) === '') break
      }
      return { path, year, rows, bytes, sha256 }
    })
  }

  /** Returns when every name that was given is on the disk too. */
  async settle(): Promise<void> {
    await inParallel([...this.#touched], syncFolder)
    this.#touched.clear()
  }

  /** Removes whatever was not moved in. */
  async close(): Promise<void> {
    this.#writer.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

type WriteRows = (rows: InstrumentRows, from: number, to: number, sequence: number) => Promise<StagedFile>

export class TableStaging {
  readonly #write: WriteRows
  readonly #instruments = new Map<
    string,
    { files: StagedFile[]; written: number; first: number; last: number }
  >()

  constructor(write: WriteRows) {
    this.#write = write
  }

  /** Writes away every year that is over, and more where a year grows too long. */
  async relieve(instruments: Iterable<InstrumentRows>): Promise<void> {
    for (const rows of instruments) {
      const { bars } = rows
      if (bars.length === 0) continue
      const yearStart = startOfYear(bars.eventTime[bars.length - 1])
      let end = bars.length
      if (bars.length < MOST_ROWS) while (end > 0 && bars.eventTime[end - 1] >= yearStart) end--
      await this.#flush(rows, end)
    }
  }

  /** Writes away the rest. */
  async finish(rows: InstrumentRows): Promise<StagedInstrument> {
    await this.#flush(rows, rows.bars.length)
    const { files, first, last } = this.#instruments.get(rows.symbol)!
    return { files, first, last }
  }

  async #flush(rows: InstrumentRows, end: number): Promise<void> {
    const { bars } = rows
    if (end === 0) return
    let state = this.#instruments.get(rows.symbol)
    if (state === undefined) {
      this.#instruments.set(
        rows.symbol,
        (state = { files: [], written: 0, first: bars.eventTime[0], last: 0 }),
      )
    }
    for (let from = 0; from < end; ) {
      const next = startOfYear(bars.eventTime[from], 1)
      let to = from + 1
      while (to < end && bars.eventTime[to] < next) to++
      state.files.push(await this.#write(rows, from, to, state.written))
      state.written += to - from
      state.last = bars.eventTime[to - 1]
      from = to
    }
    bars.dropFirst(end)
  }
}

function yearOf(time: number): number {
  return civilOf(Math.floor(time / DAY)).year
}

/** First instant of a time's UTC year, or of a year after it. */
function startOfYear(time: number, later = 0): number {
  return Date.UTC(yearOf(time) + later, 0, 1) * 1000
}
