/**
 * Pages on their way from a venue into the store: a text of one JSON object a line, the first of which says whose they
 * are, each other one page, on the disk before the next is asked for. A line that a killed process left half-written
 * is cut off; the pages before it need not be fetched again.
 *
 *   <store>/fetching/<stream>.<process>/<stream>-fetched-<when>.jsonl
 *
 * Whoever fetches a stream takes over what a dead process left, by renaming its folder: only one can.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { syncFolder } from '../durable.ts'
import type { PriceType } from '../schema.ts'
import type { SourceInstrument } from './source.ts'
import type { FetchKind, Row } from './venue-client.ts'
import type { CleanPage, Position } from './venue-pager.ts'

export const PAGES_FORMAT = 1
/** First key of the first line, by which the text is known. */
export const PAGES_MAGIC = 'gordonPages'

export interface SpoolHeader {
  readonly [PAGES_MAGIC]: typeof PAGES_FORMAT
  /** `terms`: only what the instrument is. */
  readonly kind: FetchKind | 'terms'
  readonly instrument: SourceInstrument
  readonly interval?: string
  readonly span?: Micros
  readonly prices?: readonly PriceType[]
  readonly numbered?: true
  /** Where the venue was asked, and for what. */
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string | number>>
  readonly software: string
  readonly fetched: Micros
  /** Of terms: from when on they are known to hold; absent: as far back as anybody asks. */
  readonly since?: Micros
  /** Where the pages begin, and whether rows before them are stored. */
  readonly from: Position
  readonly follows: boolean
  readonly notes: readonly string[]
}

export interface SpooledPage extends Omit<CleanPage, 'rows'> {
  readonly rows: readonly (readonly (number | null)[])[]
}

export class Spool {
  readonly path: string
  readonly #folder: string
  readonly #file: FileHandle
  #rows: number
  #pages: number

  private constructor(path: string, folder: string, file: FileHandle, rows: number, pages: number) {
    this.path = path
    this.#folder = folder
    this.#file = file
    this.#rows = rows
    this.#pages = pages
  }

  get rows(): number {
    return this.#rows
  }

  get pages(): number {
    return this.#pages
  }

  /** @param stream `binance-1h-BTCUSDT` */
  static async begin(store: string, stream: string, header: SpoolHeader): Promise<Spool> {
    const folder = folderOf(store, stream, process.pid)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const when = new Date(header.fetched / 1000).toISOString().replace(/[-:]|\.\d+/g, '')
    const path = join(folder, `${stream}-fetched-${when}.jsonl`)
    const file = await open(path, 'a')
    const spool = new Spool(path, folder, file, 0, 0)
    await spool.#line(header)
    await syncFolder(folder)
    return spool
  }

  /**
   * What a process that is gone left of this stream, with where it goes on; undefined where there is nothing.
   * @param fits whether its pages follow what the store holds now; else they are thrown away
   * @throws GordonError FETCH_RUNNING
   */
  static async resume(
    store: string,
    stream: string,
    fits: (header: SpoolHeader) => boolean,
  ): Promise<{ readonly spool: Spool; readonly next: Position } | undefined> {
    for (const left of await leftOf(store, stream)) {
      const folder = folderOf(store, stream, process.pid)
      // Renaming is how one of several takes it.
      const mine = await rename(left, folder).then(
        () => true,
        () => false,
      )
      if (!mine) continue
      const found = await reopen(folder, fits)
      if (found !== undefined) {
        const { path, file, rows, pages, next } = found
        return { spool: new Spool(path, folder, file, rows, pages), next }
      }
      await rm(folder, { recursive: true, force: true })
    }
    return undefined
  }

  async write(page: CleanPage): Promise<void> {
    await this.#line(page)
    this.#rows += page.rows.length
    this.#pages++
  }

  /** No more pages; they stay until `remove`. */
  async end(): Promise<void> {
    await this.#file.close()
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #line(value: unknown): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(value)}\n`)
    await this.#file.datasync()
  }
}

function folderOf(store: string, stream: string, process: number): string {
  return join(store, 'fetching', `${stream}.${process}`)
}

/** Folders of this stream whose processes are gone. @throws GordonError FETCH_RUNNING */
async function leftOf(store: string, stream: string): Promise<string[]> {
  const names = await readdir(join(store, 'fetching')).catch(() => [])
  const found: string[] = []
  for (const name of names.sort()) {
    const owner = name.startsWith(`${stream}.`) ? Number(name.slice(stream.length + 1)) : Number.NaN
    if (!Number.isInteger(owner)) continue
    const folder = join(store, 'fetching', name)
    if (owner !== process.pid && isRunning(owner)) {
      throw new GordonError(
        'FETCH_RUNNING',
        `process ${owner} is fetching ${stream} into ${store} already: wait for it, or delete ${folder} if it is another program`,
        { kind: 'failure' },
      )
    }
    found.push(folder)
  }
  return found
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function reopen(folder: string, fits: (header: SpoolHeader) => boolean) {
  const name = (await readdir(folder)).find(one => one.endsWith('.jsonl'))
  if (name === undefined) return undefined
  const path = join(folder, name)
  const bytes = await readFile(path)
  const end = bytes.lastIndexOf(10) + 1
  if (end === 0) return undefined
  const lines = bytes.toString('utf8', 0, end).trimEnd().split('\n')
  const header = JSON.parse(lines[0]) as SpoolHeader
  if (header[PAGES_MAGIC] !== PAGES_FORMAT || !fits(header)) return undefined
  if (end < bytes.length) await truncate(path, end)
  const pages = lines.slice(1).map(line => JSON.parse(line) as SpooledPage)
  const next = pages.at(-1)?.next ?? header.from
  const rows = pages.reduce((sum, page) => sum + page.rows.length, 0)
  return { path, file: await open(path, 'a'), rows, pages: pages.length, next }
}

/** NaN is null in JSON. */
export function rowOf(written: readonly (number | null)[]): Row {
  return written.map(value => value ?? Number.NaN)
}
