/**
 * A venue on loopback over real HTTP: Binance spot and USDⓈ-M futures, and OANDA v20, as far as their public history
 * goes, with the page limits and the errors that their documents name, and with faults on demand. It holds what a test
 * gives it; what it was asked is kept.
 *
 * developers.binance.com/docs/binance-spot-api-docs/rest-api, …/derivatives/usds-margined-futures;
 * developer.oanda.com/rest-live-v20
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AggregateTrade,
  type Candle,
  dapiExchangeInfo,
  exchangeInfo,
  type FundingRate,
  futuresExchangeInfo,
  type Kline,
  OANDA_INSTRUMENTS,
} from './venue-documents.ts'

export interface VenueData {
  /** By `spot BTCUSDT 1h` or `usdm BTCUSDT 1h`, in order of open time. */
  readonly klines?: Readonly<Record<string, readonly Kline[]>>
  /** By `spot BTCUSDT`, in order of their numbers. */
  readonly trades?: Readonly<Record<string, readonly AggregateTrade[]>>
  readonly funding?: Readonly<Record<string, readonly FundingRate[]>>
  /** By `EUR_USD H1`, in order of time. */
  readonly candles?: Readonly<Record<string, readonly Candle[]>>
}

/**
 *   status    an answer of that status, with Retry-After where it is given, in seconds
 *   cut       half of the answer, then the connection breaks
 *   double    every row twice
 *   reverse   rows in reverse order
 *   skip      the page after this one
 *   thin      without every third row
 */
export type VenueFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number | string }
  | { readonly kind: 'cut' | 'double' | 'reverse' | 'skip' | 'thin' }

export interface AskedFor {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly authorization: string | undefined
  /** Of all pages of history, from 0; undefined for anything else. */
  readonly page: number | undefined
}

export interface VenueServer {
  readonly url: string
  readonly asked: readonly AskedFor[]
  /** What the venue's clock says, ms. */
  now: number
  data: VenueData
  /** Called for every page of history; undefined: no fault. */
  fault: (page: number, asked: AskedFor) => VenueFault | undefined
  /** Called before an answer is sent. */
  before: (asked: AskedFor) => Promise<void> | void
  close(): Promise<void>
}

const SPOT_LIMIT = 1000
const FUTURES_KLINES_LIMIT = 1500
const CANDLES_LIMIT = 5000
export const OANDA_ACCOUNT = '101-004-1234567-001'

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export async function startVenueServer(options: {
  readonly now: number
  readonly data: VenueData
  /** That OANDA accepts. */
  readonly token?: string
}): Promise<VenueServer> {
  const asked: AskedFor[] = []
  let pages = 0
  const server = createServer((request, response) => {
    void answer(request, response).catch(error => response.destroy(error as Error))
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venue')
    const query = Object.fromEntries(searchParams)
    const isPage = /(klines|aggTrades|fundingRate|candles)$/.test(pathname)
    const { authorization } = request.headers
    const one: AskedFor = { path: pathname, query, authorization, page: isPage ? pages++ : undefined }
    asked.push(one)
    await venue.before(one)
    const fault = one.page === undefined ? undefined : venue.fault(one.page, one)
    if (fault?.kind === 'status') {
      const headers: Record<string, string> =
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }
      const body =
        fault.status >= 500
          ? { code: -1001, msg: 'Internal error; unable to process your request. Please try again.' }
          : { code: -1003, msg: 'Way too many requests.', errorMessage: 'Too many requests' }
      send(response, { status: fault.status, body, headers }, venue.now, false)
      return
    }
    const spoil = fault === undefined || fault.kind === 'cut' ? undefined : fault.kind
    send(response, route(venue, options.token, one, spoil), venue.now, fault?.kind === 'cut')
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const venue: VenueServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    now: options.now,
    data: options.data,
    fault: () => undefined,
    before: () => undefined,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve, reject) => server.close(error => (error ? reject(error) : resolve())))
    },
  }
  return venue
}

function send(response: ServerResponse, { status, body, headers }: Answer, now: number, cut: boolean): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    date: new Date(now).toUTCString(),
    ...headers,
  })
  if (!cut) {
    response.end(text)
    return
  }
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}

type Spoil = 'double' | 'reverse' | 'skip' | 'thin' | undefined

function route(
  venue: VenueServer,
  token: string | undefined,
  { path, query, authorization }: AskedFor,
  spoil: Spoil,
): Answer {
  const ok = (body: unknown): Answer => ({ status: 200, body })
  if (path.startsWith('/v3/')) {
    if (token === undefined || authorization !== `Bearer ${token}`)
      return { status: 401, body: { errorMessage: `Insufficient authorization: ${authorization ?? 'none'}` } }
    if (path === '/v3/accounts') return ok({ accounts: [{ id: OANDA_ACCOUNT, tags: [] }] })
    if (path === `/v3/accounts/${OANDA_ACCOUNT}/instruments`) return ok({ instruments: OANDA_INSTRUMENTS })
    const name = /^\/v3\/instruments\/([^/]+)\/candles$/.exec(path)?.[1]
    return name === undefined ? { status: 404, body: {} } : candles(venue, name, query, spoil)
  }
  const [, api, , what] = path.split('/')
  const market = api === 'fapi' ? 'usdm' : 'spot'
  switch (what) {
    case 'time':
      return ok({ serverTime: venue.now })
    case 'exchangeInfo':
      return ok(
        api === 'dapi' ? dapiExchangeInfo() : market === 'spot' ? exchangeInfo() : futuresExchangeInfo(),
      )
    case 'klines': {
      const rows = venue.data.klines?.[`${market} ${query.symbol} ${query.interval}`]
      const most = market === 'spot' ? SPOT_LIMIT : FUTURES_KLINES_LIMIT
      // The bar that has begun is shown, too.
      const open = rows?.filter(([time]) => time <= venue.now)
      return open === undefined ? invalidSymbol() : ok(paged(open, row => row[0], query, most, spoil))
    }
    case 'aggTrades': {
      const rows = venue.data.trades?.[`${market} ${query.symbol}`]
      if (rows === undefined) return invalidSymbol()
      const seen = rows.filter(({ T }) => T <= venue.now)
      if (query.fromId === undefined) return ok(paged(seen, ({ T }) => T, query, SPOT_LIMIT, spoil))
      if (query.startTime !== undefined || query.endTime !== undefined)
        return { status: 400, body: { code: -1128, msg: 'Combination of optional parameters invalid.' } }
      const first = seen.findIndex(({ a }) => a >= Number(query.fromId))
      const rest = first < 0 ? [] : seen.slice(first)
      return ok(paged(rest, ({ T }) => T, { limit: query.limit, startTime: '0' }, SPOT_LIMIT, spoil))
    }
    case 'fundingRate': {
      const rows = venue.data.funding?.[query.symbol]
      const seen = rows?.filter(({ fundingTime }) => fundingTime <= venue.now)
      return seen === undefined
        ? invalidSymbol()
        : ok(paged(seen, row => row.fundingTime, query, SPOT_LIMIT, spoil))
    }
    case 'depth':
      return ok(depth(market, venue.now, Number(query.limit ?? 100)))
    default:
      return { status: 404, body: {} }
  }
}

function invalidSymbol(): Answer {
  return { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } }
}

/** The first rows from `startTime` on, up to and with `endTime`; without a start the newest ones. */
function paged<T>(
  rows: readonly T[],
  timeOf: (row: T) => number,
  query: Readonly<Record<string, string>>,
  most: number,
  spoil: Spoil,
): T[] {
  const limit = Math.min(Number(query.limit ?? 500), most)
  const end = Number(query.endTime ?? Number.POSITIVE_INFINITY)
  const within = rows.filter(row => timeOf(row) <= end)
  if (query.startTime === undefined) return within.slice(-limit)
  return spoiled(
    within.filter(row => timeOf(row) >= Number(query.startTime)),
    limit,
    spoil,
  )
}

function spoiled<T>(rows: readonly T[], limit: number, spoil: Spoil): T[] {
  switch (spoil) {
    case undefined:
      return rows.slice(0, limit)
    case 'double':
      return rows.slice(0, limit / 2).flatMap(row => [row, row])
    case 'reverse':
      return rows.slice(0, limit).reverse()
    case 'skip':
      return rows.slice(limit, 2 * limit)
    case 'thin':
      return rows.slice(0, limit).filter((_, i) => i % 3 !== 1)
  }
}

function candles(
  venue: VenueServer,
  name: string,
  query: Readonly<Record<string, string>>,
  spoil: Spoil,
): Answer {
  if (Number(query.count) > CANDLES_LIMIT)
    return { status: 400, body: { errorMessage: "Maximum value for 'count' exceeded" } }
  if (query.price !== 'BA')
    return { status: 400, body: { errorMessage: "Invalid value specified for 'price'" } }
  const rows = venue.data.candles?.[`${name} ${query.granularity}`] ?? []
  const seen = rows.filter(
    ({ time }) => Number(time) * 1000 <= venue.now && Number(time) >= Number(query.from),
  )
  const body = {
    instrument: name,
    granularity: query.granularity,
    candles: spoiled(seen, Number(query.count), spoil),
  }
  return { status: 200, body }
}

/** Ten levels a side around 42000, or as many as are asked for. */
function depth(market: 'spot' | 'usdm', now: number, limit: number): object {
  const levels = (side: 1 | -1) =>
    Array.from({ length: Math.min(limit, 10) }, (_, i) => [
      (42000 - side * (i + 1) * 0.5).toFixed(2),
      (0.25 * (i + 1)).toFixed(5),
    ])
  const book = {
    lastUpdateId: 7_000_000 + (Math.floor(now / 1000) % 1_000_000),
    bids: levels(1),
    asks: levels(-1),
  }
  return market === 'spot' ? book : { ...book, E: now - 3, T: now - 5 }
}
