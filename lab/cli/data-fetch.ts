/**
 * `gordon data fetch <venue> <symbol>`: public bars, trades, funding rates and order books of ccxt's exchanges, and
 * OANDA's candles, into the store. Here is the edge: ccxt is loaded, the clock is read, and OANDA's token, which goes
 * into the header of requests to OANDA and nowhere else.
 */
import type { CcxtExchange } from '../catalog/sources/venue-ccxt.ts'
import type { FetchKind, VenueClient, VenueStream } from '../catalog/sources/venue-client.ts'
import type { Fetched, FetchRequest } from '../catalog/sources/venue-fetch.ts'
import { GordonError } from '../core/errors.ts'
import { DAY, isoTime, type Micros, parseInterval } from '../core/time.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { progressLine } from './output.ts'
import { storePlace } from './store-place.ts'
import { readChoice, readNumber, readTime } from './read-flags.ts'

/** As commander gives them; texts are checked here. */
export interface DataFetchOptions {
  readonly store?: string
  /** Prefix of the datasets; the venue's name unless said. */
  readonly dataset?: string
  readonly kind?: string
  readonly interval?: string
  readonly from?: string
  readonly to?: string
  readonly replace?: boolean
  /** Of books. */
  readonly snapshots?: string
  readonly every?: string
  /** Another address than the venue's own: a proxy, a mirror, a test. */
  readonly url?: string
  /** OANDA: a live account's token. */
  readonly live?: boolean
  readonly json?: boolean
}

/** How far back the first fetch of a stream goes, in whole UTC days, where nobody says. */
const FIRST_DAYS: Readonly<Record<Exclude<FetchKind, 'bars'>, number>> = { trades: 0, funding: 90, book: 0 }
const FIRST_BARS = 1000

const OUTSIDE: Edge = {
  clock: () => Date.now() * 1000,
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  say: line => void process.stderr.write(`${line}\n`),
  token: process.env.OANDA_TOKEN?.trim(),
}

/** What the outside world gives; a test gives its own. */
export interface Edge {
  readonly clock: () => Micros
  readonly sleep: (ms: number) => Promise<void>
  /** A line on stderr. */
  readonly say: (line: string) => void
  /** For OANDA. */
  readonly token: string | undefined
}

/**
 * @returns what to print
 * @throws GordonError with one sentence; the store then has whole pages, or is as it was
 */
export async function dataFetchCommand(
  venue: string,
  symbol: string,
  options: DataFetchOptions,
  edge: Edge = OUTSIDE,
): Promise<string> {
  const { clock, sleep, say } = edge
  const { FETCH_KINDS } = await import('../catalog/sources/venue-client.ts')
  const kind = readChoice('--kind', options.kind, FETCH_KINDS) ?? 'bars'
  const interval = kind === 'bars' ? (options.interval ?? '1h') : undefined
  const window = windowOf(kind, interval, options, clock())
  const snapshots = snapshotsOf(options)
  const client = await clientOf(venue.toLowerCase(), options, edge)
  const { fetchVenue, patiently } = await import('../catalog/sources/venue-fetch.ts')
  const stream = await patiently(() => client.open(symbol, kind, interval), {
    venue: client.name,
    clock,
    sleep,
    say,
  })
  const line = progressLine(`${client.name} ${stream.instrument.symbol}`)
  const request: FetchRequest = {
    client,
    stream,
    store: await storePlace(options.store ?? DEFAULT_STORE),
    dataset: options.dataset,
    ...window,
    replace: options.replace,
    snapshots,
    clock,
    sleep,
    say,
    progress: (done, total) => line.at(done, total),
  }
  try {
    const fetched = await fetchVenue(request)
    return options.json
      ? JSON.stringify(documentOf(client, stream, fetched))
      : inWords(client, request, fetched)
  } finally {
    line.done()
  }
}

function windowOf(
  kind: FetchKind,
  interval: string | undefined,
  { from, to }: DataFetchOptions,
  now: Micros,
): { readonly from: Micros; readonly to?: Micros } {
  const span = interval === undefined ? 0 : (parseInterval(interval) ?? 0)
  const today = Math.floor(now / DAY) * DAY
  const back = kind === 'bars' ? Math.ceil((FIRST_BARS * span) / DAY) : FIRST_DAYS[kind]
  // A day begins with its first instant; a bar that closes then belongs to the day before.
  const begin = from === undefined ? today - back * DAY + 1 : readTime('--from', from)
  const first = kind === 'bars' ? begin : Math.floor(begin / 1000) * 1000
  const end = to === undefined ? undefined : readTime('--to', to, 'end')
  if (end === undefined || end > first) return { from: first, ...(end === undefined ? {} : { to: end }) }
  throw new GordonError('FLAG_OUT_OF_RANGE', `--to ${to} is not after --from ${from ?? isoTime(first)}.`)
}

function snapshotsOf({ snapshots, every = '1s' }: DataFetchOptions): FetchRequest['snapshots'] {
  const count = readNumber('--snapshots', snapshots) ?? 1
  const apart = parseInterval(every)
  if (!Number.isInteger(count) || count < 1)
    throw new GordonError('FLAG_OUT_OF_RANGE', `--snapshots is ${snapshots}; give a whole number above 0.`)
  if (apart === undefined)
    throw new GordonError('FLAG_CHOICE', `--every is "${every}"; give a time such as 1s or 5m.`)
  return { count, everyMs: apart / 1000 }
}

async function clientOf(venue: string, options: DataFetchOptions, edge: Edge): Promise<VenueClient> {
  if (venue === 'oanda') return oanda(options, edge)
  const ccxt = await loadCcxt()
  if (!ccxt.exchanges.includes(venue)) {
    const { meant, nearNames } = await import('../catalog/sources/venue-names.ts')
    const near = nearNames(venue, [...ccxt.exchanges, 'oanda'])
    throw new GordonError(
      'UNKNOWN_VENUE',
      `no venue is called ${venue}: ${meant(near, `there are ${ccxt.exchanges.length} exchanges such as binance, kraken, coinbase, and oanda`)}`,
    )
  }
  const make = ccxt[venue] as new (config: object) => CcxtExchange & { urls: { api: unknown } }
  const exchange = new make({ enableRateLimit: true })
  if (options.url !== undefined) exchange.urls.api = readdressed(exchange.urls.api, addressOf(options.url))
  const { ccxtClient } = await import('../catalog/sources/venue-ccxt.ts')
  return ccxtClient(exchange, ccxt.version, edge.clock)
}

interface Ccxt {
  readonly version: string
  readonly exchanges: readonly string[]
  readonly [exchange: string]: unknown
}

/** Half a second, and its types take a compiler several: only whoever fetches pays. */
async function loadCcxt(): Promise<Ccxt> {
  const name: string = 'ccxt'
  try {
    return ((await import(name)) as { default: Ccxt }).default
  } catch (cause) {
    throw new GordonError(
      'CCXT_ABSENT',
      'the package ccxt is not installed: run npm install in the project',
      {
        cause,
        kind: 'failure',
      },
    )
  }
}

/** Every address of an exchange, on another host. */
function readdressed(addresses: unknown, host: string): unknown {
  if (typeof addresses === 'string') return addresses.replace(/^https?:\/\/[^/]+/, host)
  if (typeof addresses !== 'object' || addresses === null) return addresses
  return Object.fromEntries(Object.entries(addresses).map(([name, one]) => [name, readdressed(one, host)]))
}

function addressOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).origin
  throw new GordonError('BAD_URL', `--url ${url} is no address: give one such as https://api.example.com`)
}

async function oanda({ url, live }: DataFetchOptions, { clock, token = '' }: Edge): Promise<VenueClient> {
  if (token === '') {
    throw new GordonError(
      'VENUE_TOKEN',
      'oanda shows its candles only to accounts: put a token into the environment as OANDA_TOKEN (a practice account has one, too)',
    )
  }
  const address =
    url === undefined ? `https://api-fx${live === true ? 'trade' : 'practice'}.oanda.com` : addressOf(url)
  const { protocol, hostname } = new URL(address)
  if (protocol === 'http:' && !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname))
    throw new GordonError(
      'BAD_URL',
      `--url ${address} would carry the token in the clear: give one with https`,
    )
  const { oandaClient } = await import('../catalog/sources/venue-oanda.ts')
  return oandaClient({
    address,
    clock,
    async get(path) {
      const headers = { Authorization: `Bearer ${token}`, 'Accept-Datetime-Format': 'UNIX' }
      // A redirect could lead the token elsewhere.
      const answer = await fetch(`${address}${path}`, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(20_000),
      })
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, text: text.replaceAll(token, '…') }
    },
  })
}

function documentOf(client: VenueClient, { kind, interval }: VenueStream, fetched: Fetched): object {
  const { results, resumed, ...rest } = fetched
  return {
    venue: client.name,
    kind,
    ...(interval === undefined ? {} : { interval }),
    ...rest,
    ...(resumed === undefined ? {} : { resumed: isoTime(resumed) }),
    unchanged: results.length === 0,
    snapshot: results.at(-1)?.snapshot,
    datasets: results.flatMap(({ datasets }) => datasets),
    dropped: results.reduce((sum, { dropped }) => sum + dropped, 0),
    notes: [...new Set(results.flatMap(({ notes }) => notes))],
    issueCounts: results.flatMap(({ issueCounts }) => issueCounts),
  }
}

async function inWords({ name }: VenueClient, request: FetchRequest, fetched: Fetched): Promise<string> {
  const { rowDate, storageOf } = await import('../catalog/index.ts')
  const store = storageOf(request.store).name
  const { dataset, instrument, terms, results, resumed, pages, recovered } = fetched
  const held = resumed === undefined ? '' : `, which goes to ${isoTime(resumed)}`
  if (results.length === 0) {
    return resumed === undefined
      ? `${name} shows no rows of ${instrument} in that time: nothing went into ${store}.`
      : `${name} has nothing new for ${instrument} in ${dataset}${held}.`
  }
  const taken = recovered === 0 ? '' : `, ${recovered} of them left by an earlier fetch`
  const lines = [
    `${pages} pages came from ${name}${taken}${resumed === undefined ? '' : `, after ${isoTime(resumed)}`}.`,
  ]
  for (const { datasets, snapshot } of results) {
    for (const { id, kind, rows, streams } of datasets) {
      lines.push(`${rows} ${kind} went into ${id} in ${store} (${snapshot}).`)
      for (const one of streams)
        lines.push(`  ${one.id}, ${rowDate(kind, one.first)} to ${rowDate(kind, one.last)}`)
    }
  }
  if (terms !== undefined) lines.push(`The terms of ${instrument} went into ${terms}.`)
  for (const note of new Set(results.flatMap(({ notes }) => notes))) lines.push(`  ${note}`)
  const dropped = results.reduce((sum, one) => sum + one.dropped, 0)
  const issues = results.flatMap(({ issueCounts }) => issueCounts)
  if (dropped > 0) lines.push(`${dropped} rows were left out:`)
  else if (issues.length > 0) lines.push('Kept, but worth a look:')
  for (const { code, count, example } of issues) lines.push(`  ${code} ${count}: ${example}`)
  return lines.join('\n')
}
