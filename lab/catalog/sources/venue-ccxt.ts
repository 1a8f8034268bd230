/**
 * One of ccxt's exchanges as a client. ccxt keeps the venue's rate limits and turns answers into numbers; what this
 * adds: pages of the venue's own length, trades asked for by number where that is known to work, and one noun for
 * whatever goes wrong. The exchange is handed in, so that ccxt is loaded only where it is used.
 */
import { GordonError } from '../../core/errors.ts'
import { type Micros, parseInterval } from '../../core/time.ts'
import {
  type Cursor,
  type FetchKind,
  notOffered,
  oneLine,
  retryAfterMs,
  type Row,
  type TroubleKind,
  type VenueClient,
  type VenueStream,
  VenueTrouble,
} from './venue-client.ts'
import { meant, nearNames, plainName } from './venue-names.ts'
import { type CcxtMarket, termsOfMarket, venueOf } from './venue-terms.ts'

/** What is used of ccxt's `Exchange`. */
export interface CcxtExchange {
  readonly id: string
  readonly has: Readonly<Record<string, boolean | 'emulated' | undefined>>
  readonly timeframes?: Readonly<Record<string, string>>
  readonly precisionMode: number
  markets?: Readonly<Record<string, CcxtMarket>>
  markets_by_id?: Readonly<Record<string, readonly CcxtMarket[]>>
  options: Record<string, unknown>
  last_request_url?: string
  last_response_headers?: Readonly<Record<string, string>>
  loadMarkets(): Promise<unknown>
  fetchTime(): Promise<number | undefined>
  featureValue(symbol: string, method: string, parameter: string): unknown
  parseOHLCV(candle: readonly unknown[], market: CcxtMarket): (number | undefined)[]
  fetchOHLCV(
    symbol: string,
    timeframe: string,
    since: number,
    limit: number,
  ): Promise<(number | undefined)[][]>
  fetchTrades(
    symbol: string,
    since: number | undefined,
    limit: number,
    params: object,
  ): Promise<readonly CcxtTrade[]>
  fetchFundingRateHistory(symbol: string, since: number, limit: number): Promise<readonly CcxtFunding[]>
  fetchOrderBook(symbol: string, limit?: number): Promise<CcxtBook>
}

interface CcxtTrade {
  readonly id?: string
  readonly timestamp: number
  readonly price: number
  readonly amount: number
  readonly side?: string
}

interface CcxtFunding {
  readonly timestamp: number
  readonly fundingRate: number
  readonly info?: { readonly markPrice?: string }
}

interface CcxtBook {
  readonly timestamp?: number
  readonly nonce?: number
  readonly bids: readonly (readonly number[])[]
  readonly asks: readonly (readonly number[])[]
}

/** Exchanges whose trades are numbered one after the other and can be asked for from a number on. */
const NUMBERED: Readonly<Record<string, (id: number) => object>> = {
  binance: fromId => ({ fromId }),
  binanceusdm: fromId => ({ fromId }),
  binancecoinm: fromId => ({ fromId }),
  binanceus: fromId => ({ fromId }),
}
const BINANCES = Object.keys(NUMBERED)

/** Rows of a page where ccxt does not know the venue's limit. */
const PAGE_ROWS: Readonly<Record<Exclude<FetchKind, 'book'>, number>> = {
  bars: 500,
  trades: 1000,
  funding: 100,
}
const BINANCE_PAGE_ROWS = 1000
const METHODS: Readonly<Record<FetchKind, string>> = {
  bars: 'fetchOHLCV',
  trades: 'fetchTrades',
  funding: 'fetchFundingRateHistory',
  book: 'fetchOrderBook',
}
/** Levels of one snapshot: the most that costs little weight at Binance, and that others give. */
const BOOK_LEVELS = 100

/** @param clock of the machine, for times of receipt and dates to come back at */
export function ccxtClient(exchange: CcxtExchange, version: string, clock: () => Micros): VenueClient {
  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw troubleOf(error, exchange, clock())
    })
  return {
    name: exchange.id,
    async now() {
      if (exchange.has.fetchTime !== true) return undefined
      const time = await ask(() => exchange.fetchTime())
      return time === undefined ? undefined : time * 1000
    },
    async open(symbol, kind, interval) {
      checkMethod(exchange, kind)
      const span = kind === 'bars' ? checkInterval(exchange, interval) : undefined
      if (exchange.id === 'binance') {
        // Its list of spot markets alone has twenty megabytes.
        const types = symbol.includes(':') || kind === 'funding' ? ['linear', 'inverse'] : ['spot']
        exchange.options.fetchMarkets = { types }
      }
      await ask(() => exchange.loadMarkets())
      const market = marketOf(exchange, symbol, kind)
      return streamOf(exchange, market, kind, interval, span, { version, clock, ask })
    },
  }
}

interface Seams {
  readonly version: string
  readonly clock: () => Micros
  readonly ask: <T>(work: () => Promise<T>) => Promise<T>
}

function streamOf(
  exchange: CcxtExchange,
  market: CcxtMarket,
  kind: FetchKind,
  interval: string | undefined,
  span: Micros | undefined,
  { version, clock, ask }: Seams,
): VenueStream {
  const { symbol } = market
  const instrument = termsOfMarket(
    market,
    venueOf(exchange.id, market, sharesSymbols(exchange)),
    exchange.precisionMode,
  )
  if (instrument === undefined)
    throw notOffered(
      exchange.id,
      `${symbol} that can be stored`,
      'options and quanto contracts are not; choose another',
    )
  const binance = BINANCES.includes(exchange.id)
  const offered = kind === 'book' ? undefined : exchange.featureValue(symbol, METHODS[kind], 'limit')
  const usual =
    kind === 'book' ? BOOK_LEVELS : binance && kind !== 'bars' ? BINANCE_PAGE_ROWS : PAGE_ROWS[kind]
  const pageRows = typeof offered === 'number' && offered > 0 ? offered : usual
  const numbered = kind === 'trades' ? NUMBERED[exchange.id] : undefined
  // ccxt gives coins where an inverse contract trades in contracts: gordon's quantities are contracts.
  if (binance && market.inverse === true && kind === 'bars')
    exchange.parseOHLCV = candle => [0, 1, 2, 3, 4, 5].map(i => Number(candle[i]))
  const since = (from: Cursor): number => Math.ceil(from.time / 1000)
  const pages: Readonly<Record<FetchKind, (from: Cursor) => Promise<Row[]>>> = {
    bars: async from =>
      (await exchange.fetchOHLCV(symbol, interval!, since(from), pageRows)).map(([time, o, h, l, c, v]) => [
        time! * 1000,
        time! * 1000 + span!,
        ...[o, h, l, c, v].map(number),
      ]),
    trades: async from => {
      const byNumber = numbered !== undefined && from.id !== undefined
      // Binance gives the first trades after a time only where no end is named, and nothing beside a number.
      const params = byNumber ? numbered(from.id!) : numbered === undefined ? {} : { endTime: undefined }
      const trades = await exchange.fetchTrades(symbol, byNumber ? undefined : since(from), pageRows, params)
      return trades.map(({ id, timestamp, price, amount, side }) => [
        timestamp * 1000,
        wholeNumber(id),
        number(price),
        number(amount),
        side === 'buy' ? 1 : side === 'sell' ? -1 : 0,
      ])
    },
    funding: async from =>
      (await exchange.fetchFundingRateHistory(symbol, since(from), pageRows)).map(
        ({ timestamp, fundingRate, info }) => [
          timestamp * 1000,
          number(fundingRate),
          positive(info?.markPrice),
        ],
      ),
    book: async () => {
      const book = await exchange.fetchOrderBook(symbol, BOOK_LEVELS)
      const received = clock()
      const time = book.timestamp === undefined || book.timestamp === null ? received : book.timestamp * 1000
      const level = (side: number) => (level: readonly number[]) =>
        [time, received, book.nonce ?? Number.NaN, side, level[0], level[1]] as const
      return [...book.bids.map(level(1)), ...book.asks.map(level(-1))]
    },
  }
  return {
    kind,
    instrument,
    ...(span === undefined ? {} : { interval, span }),
    ...(numbered === undefined ? {} : { numbered: true }),
    pageRows,
    parameters: { symbol: market.id, ...(interval === undefined || span === undefined ? {} : { interval }) },
    notes: numbered === undefined ? [] : ['a row is all that one order took at one price (aggregate trades)'],
    software: `ccxt ${version}`,
    endpoint: () => (exchange.last_request_url ?? '').replace(/\?.*$/, ''),
    page: from => ask(() => pages[kind](from)),
  }
}

function checkMethod({ id, has }: CcxtExchange, kind: FetchKind): void {
  const method = METHODS[kind]
  if (has[method] === true) return
  const others = (Object.keys(METHODS) as FetchKind[]).filter(one => has[METHODS[one]] === true)
  throw notOffered(id, `public ${kind}`, `it has ${others.join(', ') || 'none of the kinds'}`)
}

/** @returns the bar's length */
function checkInterval({ id, timeframes = {} }: CcxtExchange, interval: string | undefined): Micros {
  const offered = Object.keys(timeframes).filter(one => parseInterval(one) !== undefined)
  const span = interval === undefined ? undefined : parseInterval(interval)
  if (span !== undefined && offered.includes(interval!)) return span
  throw new GordonError(
    'UNKNOWN_INTERVAL',
    `${id} has no bars of --interval ${interval ?? ''}: choose one of ${offered.join(', ')}`,
  )
}

/** By ccxt's symbol or the venue's own; of several of one name the spot market, for funding the perpetual. */
function marketOf(exchange: CcxtExchange, name: string, kind: FetchKind): CcxtMarket {
  const markets = Object.values(exchange.markets ?? {})
  const plain = plainName(name)
  const found = markets
    .filter(one => one.symbol === name || one.id === name)
    .concat(markets.filter(one => plainName(one.symbol) === plain || plainName(one.id) === plain))
  const wanted = (one: CcxtMarket): boolean => (kind === 'funding' ? one.swap === true : one.spot === true)
  // `BTC/USDT` with --kind funding means its perpetual.
  const perpetual =
    kind === 'funding' ? markets.filter(one => one.swap === true && one.symbol.split(':')[0] === name) : []
  const market = found.find(wanted) ?? perpetual[0] ?? found[0]
  if (market !== undefined) return market
  const near = nearNames(
    name,
    markets.map(one => one.symbol),
  )
  throw new GordonError(
    'UNKNOWN_SYMBOL',
    `${exchange.id} has no market ${name}: ${meant(near, `it has ${markets.length}, such as ${markets[0]?.symbol ?? 'none'}`)}`,
  )
}

function sharesSymbols({ markets_by_id = {} }: CcxtExchange): boolean {
  return Object.values(markets_by_id).some(
    same => same.some(one => one.spot === true) && same.some(one => one.spot !== true && one.option !== true),
  )
}

function number(value: number | null | undefined): number {
  return value ?? Number.NaN
}

function positive(text: string | undefined): number {
  const value = Number(text)
  return value > 0 ? value : Number.NaN
}

/** The number of a trade where it is one that a double holds. */
function wholeNumber(id: string | undefined): number {
  const value = id !== undefined && /^\d{1,16}$/.test(id) ? Number(id) : Number.NaN
  return Number.isSafeInteger(value) ? value : Number.NaN
}

/**
 * ccxt's classes of errors, by name since another copy of ccxt may have thrown them: the first of an error's classes,
 * from its own to the most general, that is here.
 */
const KINDS: Readonly<Record<string, TroubleKind>> = {
  DDoSProtection: 'limited',
  RateLimitExceeded: 'limited',
  OperationFailed: 'away',
  ExchangeError: 'refused',
}

function kindOf(error: Error): TroubleKind | undefined {
  for (let one = Object.getPrototypeOf(error); one !== null; one = Object.getPrototypeOf(one)) {
    const kind = KINDS[one.constructor.name]
    if (kind !== undefined) return kind
  }
  // A connection that breaks in the middle of an answer comes as undici's own error.
  const broken =
    error.name === 'TypeError'
      ? /terminated|fetch failed/.test(error.message)
      : /^UND_ERR|^E[A-Z]+$/.test(codeOf(error))
  return broken ? 'away' : undefined
}

function troubleOf(error: unknown, exchange: CcxtExchange, now: Micros): unknown {
  if (!(error instanceof Error)) return error
  const { message } = error
  const kind = kindOf(error)
  if (kind === undefined) return error
  const headers = exchange.last_response_headers ?? {}
  const retryAfter = kind === 'limited' ? retryAfterMs(headers['Retry-After'], now) : undefined
  const status = Number(/\b([1-5]\d\d)\b/.exec(message.slice(0, 300))?.[1])
  const text = oneLine(message.replace(`${exchange.id} `, '').replace(/\?\S*/g, ''))
  return new VenueTrouble(kind, text, { cause: error, status, retryAfterMs: retryAfter })
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : ''
}
