/**
 * From a venue into the store: asks for page after page from where the store stops, keeps each on the disk, and brings
 * them in through the one ingest. A fetch that is cut short at any moment leaves whole pages, and the same command goes
 * on after them; what is in the store is never half of anything.
 */
import { GordonError, isGordonError } from '../../core/errors.ts'
import { isoTime, type Micros, SECOND } from '../../core/time.ts'
import { instrumentId } from '../../domain/instrument.ts'
import { tellFullDisk } from '../durable.ts'
import { type IngestSourceResult, ingestSource } from '../ingest/ingest-source.ts'
import { currentManifest } from '../ingest/merge.ts'
import { foundStore } from '../layout.ts'
import type { ManifestInstrument } from '../manifest.ts'
import { allInstruments } from '../reference.ts'
import { readStream } from '../series-reader.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'
import { openStore } from '../store.ts'
import { placeOf } from './place.ts'
import type { Row, VenueClient, VenueStream } from './venue-client.ts'
import { VENUE_PAGES } from './venue-pages.ts'
import { Pager, type Position, rowKey } from './venue-pager.ts'
import { patiently } from './venue-patience.ts'
import { PAGES_FORMAT, PAGES_MAGIC, Spool, type SpoolHeader } from './venue-spool.ts'

export interface FetchRequest {
  readonly client: VenueClient
  readonly stream: VenueStream
  /** Made where there is none; pages wait in its folder, of one in a bucket in that of its copies. */
  readonly store: StorePlace
  /** Datasets come under it: `binance` gives `binance/1h`, `binance/instruments`. The venue's name unless said. */
  readonly dataset?: string
  /** First instant wanted where the store has nothing yet. */
  readonly from: Micros
  /** Of bars the last close, of all else the first instant that is no longer wanted; now unless said. */
  readonly to?: Micros
  /** Fetch all of it again and put it in the place of what is stored. */
  readonly replace?: boolean
  /** Of books: how many snapshots, and how far apart. */
  readonly snapshots?: { readonly count: number; readonly everyMs: number }
  readonly clock: () => Micros
  readonly sleep: (ms: number) => Promise<void>
  readonly say: (line: string) => void
  /** µs done and in all; of books, snapshots. */
  readonly progress?: (done: number, total: number) => void
  /** Rows after which a long fetch becomes visible in the store; a million unless said. */
  readonly portionRows?: number
}

export { patiently }

export interface Fetched {
  readonly dataset: string
  /** `BINANCE:BTCUSDT` */
  readonly instrument: string
  /** Rows stored now. */
  readonly rows: number
  readonly pages: number
  /** Last instant that was stored before; absent where there was nothing. */
  readonly resumed?: Micros
  /** Dataset into which new terms of the instrument went. */
  readonly terms?: string
  /** Pages that an earlier fetch left. */
  readonly recovered: number
  readonly results: readonly IngestSourceResult[]
}

/** A venue may still change what has just happened, and our clock may differ from its own. */
const SETTLED: Micros = 2 * SECOND
const PORTION_ROWS = 1_000_000

/** @throws GordonError VENUE_AWAY, VENUE_LIMIT, VENUE_REFUSED, FETCH_BEFORE, FETCH_RUNNING, and what ingest says */
export async function fetchVenue(request: FetchRequest): Promise<Fetched> {
  const { store } = request
  return tellFullDisk(storageOf(store).folder, async () => {
    await foundStore(store)
    return new VenueFetch(request).run()
  })
}

class VenueFetch {
  readonly #request: FetchRequest
  readonly #stream: VenueStream
  readonly #prefix: string
  readonly #dataset: string
  /** Name of what is fetched in file names: `binance-1h-BTCUSDT`. */
  readonly #slug: string
  readonly #folder: string
  readonly #results: IngestSourceResult[] = []
  #mode: 'append' | 'replace'
  #rows = 0
  #pages = 0
  #recovered = 0
  #terms: string | undefined

  constructor(request: FetchRequest) {
    this.#request = request
    this.#folder = storageOf(request.store).folder
    this.#stream = request.stream
    const { kind, instrument, interval, prices = ['trade'] } = request.stream
    this.#prefix = request.dataset ?? instrument.venue.toLowerCase()
    const side = prices[0] === 'trade' ? '' : `-${prices[0]}`
    this.#dataset = `${this.#prefix}/${kind === 'bars' ? `${interval}${side}` : kind}`
    this.#slug = `${this.#dataset}-${instrument.symbol}`.replace(/[^A-Za-z0-9._-]+/g, '-')
    this.#mode = request.replace === true ? 'replace' : 'append'
  }

  async run(): Promise<Fetched> {
    const { kind } = this.#stream
    const stored = await this.#stored()
    if (stored !== undefined) await this.#refuseBefore(stored)
    await this.#keepTerms()
    if (kind === 'book') await this.#snapshots()
    else await this.#history(stored)
    return {
      dataset: this.#dataset,
      instrument: instrumentId(this.#stream.instrument),
      rows: this.#rows,
      pages: this.#pages,
      ...(stored === undefined ? {} : { resumed: stored.last }),
      ...(this.#terms === undefined ? {} : { terms: this.#terms }),
      recovered: this.#recovered,
      results: this.#results,
    }
  }

  async #stored(): Promise<ManifestInstrument | undefined> {
    if (this.#mode === 'replace') return undefined
    const manifest = await currentManifest(this.#request.store, this.#dataset)
    const id = instrumentId(this.#stream.instrument)
    return manifest?.instruments.find(one => instrumentId(one) === id)
  }

  async #ask(from: Position): Promise<readonly Row[]> {
    const { client, clock, sleep, say } = this.#request
    return patiently(() => this.#stream.page(from), { venue: client.name, clock, sleep, say })
  }

  /** Rows can only follow those that are stored; what lies before the first of them would be left out in silence. */
  async #refuseBefore(stored: ManifestInstrument): Promise<void> {
    const { from } = this.#request
    const { kind, span = 0 } = this.#stream
    if (kind === 'book' || stored.first - span <= from) return
    const page = await this.#ask({ time: from, edge: [] })
    const place = kind === 'bars' ? 1 : 0
    if (!page.some(row => row[place] < stored.first)) return
    throw new GordonError(
      'FETCH_BEFORE',
      `${this.#dataset} has ${instrumentId(stored)} from ${isoTime(stored.first)} on and the venue has rows before: ` +
        'a fetch goes on after the last row, so pass --replace to fetch all of it, or another --dataset',
    )
  }

  /** Instants up to which the venue's rows are over and done with. */
  async #settled(): Promise<Micros> {
    const { client, clock, sleep, say } = this.#request
    const venue = await patiently(() => client.now(), { venue: client.name, clock, sleep, say })
    return Math.min(clock(), venue ?? Number.POSITIVE_INFINITY) - SETTLED
  }

  async #history(stored: ManifestInstrument | undefined): Promise<void> {
    const { from, to = Number.POSITIVE_INFINITY, progress, portionRows = PORTION_ROWS } = this.#request
    const until = Math.min(to, await this.#settled())
    const begin = stored === undefined ? this.#begin(from) : await this.#after(stored)
    const resumed = await Spool.resume(
      this.#folder,
      this.#slug,
      header => this.#mode === 'append' && header.from.time === begin.time && header.from.id === begin.id,
    )
    this.#recovered = resumed?.spool.pages ?? 0
    const pager = new Pager(this.#stream, resumed?.next ?? begin, until)
    let spool = resumed?.spool
    try {
      while (!pager.done) {
        const position = pager.position
        const page = await pager.next(next => this.#ask(next as Position))
        // The address is known with the first answer.
        spool ??= await Spool.begin(
          this.#folder,
          this.#slug,
          this.#header(position, stored !== undefined || this.#rows > 0),
        )
        await spool.write(page)
        progress?.(pager.position.time - begin.time, until - begin.time)
        if (this.#mode === 'append' && spool.rows >= portionRows) {
          await this.#ingest(spool)
          spool = undefined
        }
      }
    } catch (error) {
      await spool?.end()
      throw error
    }
    if (spool !== undefined) await this.#ingest(spool)
  }

  /** The first position of a stream that the store does not have. */
  #begin(from: Micros): Position {
    const { kind, span = 0 } = this.#stream
    // A bar is wanted when it closes after that.
    return { time: kind === 'bars' ? from - span : from, edge: [] }
  }

  /** Where the rows go on that are stored: after the last bar or number, or inside the last instant. */
  async #after(stored: ManifestInstrument): Promise<Position> {
    const { kind, numbered } = this.#stream
    const { last } = stored
    if (kind === 'bars') return { time: last, edge: ['stored'] }
    const store = await openStore(this.#request.store)
    const manifest = await store.show(this.#dataset)
    const reader = readStream<'trades' | 'funding'>(store, manifest, stored, {
      bookkeeping: true,
      window: { from: last, to: Number.POSITIVE_INFINITY },
    })
    const edge: string[] = []
    let id: number | undefined
    const names =
      kind === 'trades'
        ? ['eventTime', 'venueSequence', 'price', 'size', 'side']
        : ['eventTime', 'rate', 'markPrice']
    for (let batch = await reader.next(4096); batch !== undefined; batch = await reader.next(4096)) {
      const columns = batch as unknown as Readonly<Record<string, Float64Array>>
      for (let i = 0; i < batch.length; i++) {
        edge.push(rowKey(names.map(name => columns[name][i])))
        if (numbered && Number.isFinite(columns.venueSequence[i])) id = columns.venueSequence[i] + 1
      }
    }
    return { time: last, edge, ...(id === undefined ? {} : { id }) }
  }

  #header(from: Position, follows: boolean, kind: SpoolHeader['kind'] = this.#stream.kind): SpoolHeader {
    const { instrument, interval, span, prices, numbered, parameters, software, notes = [] } = this.#stream
    return {
      [PAGES_MAGIC]: PAGES_FORMAT,
      kind,
      instrument,
      ...(interval === undefined ? {} : { interval, span }),
      ...(prices === undefined ? {} : { prices }),
      ...(numbered === undefined ? {} : { numbered }),
      endpoint: this.#stream.endpoint(),
      parameters,
      software,
      fetched: this.#request.clock(),
      from,
      follows,
      notes,
    }
  }

  async #ingest(spool: Spool): Promise<void> {
    await spool.end()
    this.#pages += spool.pages
    if (spool.rows > 0) {
      try {
        this.#results.push(await this.#bringIn(spool.path, this.#mode))
      } catch (error) {
        // Pages that the store will never take are not kept for another try.
        if (isGordonError(error) && error.kind === 'input') await spool.remove()
        throw error
      }
      this.#rows += spool.rows
    }
    await spool.remove()
  }

  async #bringIn(path: string, mode: 'append' | 'replace'): Promise<IngestSourceResult> {
    const { store, clock } = this.#request
    const place = await placeOf(path)
    return ingestSource({
      store,
      place,
      adapter: VENUE_PAGES,
      dataset: this.#prefix,
      mode,
      onIssue: 'drop',
      now: clock(),
    })
  }

  /** Today's terms, where the store does not know them yet. Of the past nobody but the venue knows more. */
  async #keepTerms(): Promise<void> {
    const { store, clock } = this.#request
    const { instrument } = this.#stream
    const id = instrumentId(instrument)
    const dataset = `${this.#prefix}/instruments`
    const known =
      (await currentManifest(store, dataset)) === undefined
        ? []
        : (await allInstruments({ store: await openStore(store), datasets: [dataset] })).filter(
            one => instrumentId(one.instrument) === id,
          )
    const slug = `${this.#slug}-terms`
    const since = known.length === 0 ? undefined : clock()
    const header = {
      ...this.#header({ time: 0, edge: [] }, false, 'terms'),
      ...(since === undefined ? {} : { since }),
    }
    const { instrument: told } = header
    const latest = known.reduce((a, b) => (b.receiveTime >= a.receiveTime ? b : a), known[0])?.instrument
    if (latest !== undefined && sameTerms(latest, told)) return
    const spool = await Spool.begin(this.#folder, slug, header)
    await spool.end()
    await this.#bringIn(spool.path, 'append')
    await spool.remove()
    this.#terms = dataset
  }

  async #snapshots(): Promise<void> {
    const { sleep, progress } = this.#request
    const { count, everyMs } = this.#request.snapshots ?? { count: 1, everyMs: 1000 }
    const resumed = await Spool.resume(this.#folder, this.#slug, () => this.#mode === 'append')
    this.#recovered = resumed?.spool.pages ?? 0
    let spool = resumed?.spool
    try {
      for (let taken = 0; taken < count; taken++) {
        if (taken > 0) await sleep(everyMs)
        const rows = await this.#ask({ time: 0, edge: [] })
        spool ??= await Spool.begin(this.#folder, this.#slug, this.#header({ time: 0, edge: [] }, false))
        await spool.write({ rows, next: { time: 0, edge: [] }, doubled: 0, troubles: [] })
        progress?.(taken + 1, count)
      }
    } catch (error) {
      await spool?.end()
      throw error
    }
    if (spool !== undefined) await this.#ingest(spool)
  }
}

/** Whether nothing that a venue tells has changed; what it does not tell was filled in when it was stored. */
function sameTerms(known: object, told: object): boolean {
  const before = known as Readonly<Record<string, unknown>>
  return Object.entries(told).every(([name, value]) => value === undefined || before[name] === value)
}
