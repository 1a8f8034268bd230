/**
 * OANDA's v20 REST as a client: candles with bid and ask (`price=BA`), those that are complete. Days close at 17:00 in
 * New York, where OANDA aligns them. Requests are sent by whoever holds the token; nothing here has seen it, and the
 * account's number is neither stored nor told.
 *
 * https://developer.oanda.com/rest-live-v20/instrument-ep/ and account-ep/
 */
import { GordonError } from '../../core/errors.ts'
import { DAY, type Micros, parseInterval, SECOND } from '../../core/time.ts'
import { timerInstant, zoneNamed } from '../../domain/calendar/zone.ts'
import type { SourceInstrument } from './source.ts'
import {
  notOffered,
  oneLine,
  retryAfterMs,
  type Row,
  type VenueClient,
  type VenueStream,
  VenueTrouble,
} from './venue-client.ts'
import { meant, nearNames, plainName } from './venue-names.ts'

export interface OandaAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly text: string
}

export interface OandaSeams {
  /** `https://api-fxpractice.oanda.com` */
  readonly address: string
  /** Sends one GET with the token. @throws whatever the network does */
  readonly get: (path: string) => Promise<OandaAnswer>
  readonly clock: () => Micros
}

const GRANULARITIES: Readonly<Record<string, string>> = {
  ...{ '5s': 'S5', '10s': 'S10', '15s': 'S15', '30s': 'S30' },
  ...{ '1m': 'M1', '2m': 'M2', '4m': 'M4', '5m': 'M5', '10m': 'M10', '15m': 'M15', '30m': 'M30' },
  ...{ '1h': 'H1', '2h': 'H2', '3h': 'H3', '4h': 'H4', '6h': 'H6', '8h': 'H8', '12h': 'H12' },
  ...{ '1d': 'D', '1w': 'W' },
}
/** The most that one request gives. */
const MOST_CANDLES = 5000
const ZONE = zoneNamed('America/New_York')

interface Prices {
  readonly o: string
  readonly h: string
  readonly l: string
  readonly c: string
}

interface Candle {
  readonly complete: boolean
  readonly volume: number
  /** Seconds, as a text with nine decimals. */
  readonly time: string
  readonly bid: Prices
  readonly ask: Prices
}

interface OandaInstrument {
  readonly name: string
  readonly type: string
  readonly displayPrecision: number
  readonly tradeUnitsPrecision: number
  readonly minimumTradeSize?: string
  readonly maximumOrderUnits?: string
  readonly marginRate?: string
}

export function oandaClient(seams: OandaSeams): VenueClient {
  let date: Micros | undefined
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await seams.get(path).catch((cause: unknown) => {
      throw new VenueTrouble('away', reasonOf(cause), { cause })
    })
    const told = Date.parse(answer.headers.get('date') ?? '')
    date = Number.isNaN(told) ? undefined : told * 1000
    return read<T>(answer, seams.clock())
  }
  return {
    name: 'oanda',
    // Of the last answer; whole seconds, so never ahead of the venue.
    now: async () => date,
    async open(symbol, kind, interval) {
      if (kind !== 'bars') throw notOffered('oanda', `public ${kind}`, 'it has bars')
      const granularity = GRANULARITIES[interval ?? '']
      if (interval === undefined || granularity === undefined) {
        throw new GordonError(
          'UNKNOWN_INTERVAL',
          `oanda has no bars of --interval ${interval ?? ''}: choose one of ${Object.keys(GRANULARITIES).join(', ')}`,
        )
      }
      return streamOf(await instrumentNamed(symbol, ask), interval, granularity, seams.address, ask)
    },
  }
}

async function instrumentNamed(
  symbol: string,
  ask: <T>(path: string) => Promise<T>,
): Promise<OandaInstrument> {
  const { accounts } = await ask<{ accounts: readonly { readonly id: string }[] }>('/v3/accounts')
  if (accounts.length === 0) throw notOffered('oanda', 'account for this token', 'make one at OANDA')
  const path = `/v3/accounts/${encodeURIComponent(accounts[0].id)}/instruments`
  const { instruments } = await ask<{ instruments: readonly OandaInstrument[] }>(path)
  const found = instruments.find(({ name }) => plainName(name) === plainName(symbol))
  if (found !== undefined) return found
  const names = instruments.map(({ name }) => name)
  throw new GordonError(
    'UNKNOWN_SYMBOL',
    `oanda has no instrument ${symbol}: ${meant(nearNames(symbol, names), `it has ${names.length}, such as ${names[0] ?? 'none'}`)}`,
  )
}

function streamOf(
  told: OandaInstrument,
  interval: string,
  granularity: string,
  address: string,
  ask: <T>(path: string) => Promise<T>,
): VenueStream {
  const span = parseInterval(interval)!
  const path = `/v3/instruments/${encodeURIComponent(told.name)}/candles`
  return {
    kind: 'bars',
    instrument: termsOf(told),
    interval,
    span,
    prices: ['bid', 'ask'],
    pageRows: MOST_CANDLES,
    parameters: { granularity, price: 'BA' },
    notes: [
      'volume counts changes of the price',
      ...(span >= DAY ? ['days close at 17:00 in New York'] : []),
    ],
    software: 'OANDA v20',
    endpoint: () => `${address}${path}`,
    async page({ time }) {
      const from = Math.ceil(time / SECOND)
      const query = `granularity=${granularity}&price=BA&from=${from}&count=${MOST_CANDLES}`
      const { candles } = await ask<{ candles: readonly Candle[] }>(`${path}?${query}`)
      return candles.filter(({ complete }) => complete).map(candle => rowOf(candle, span))
    },
  }
}

function rowOf({ time, bid, ask, volume }: Candle, span: Micros): Row {
  const open = Math.round(Number(time) * 1e6)
  return [open, closeOf(open, span), ...fourOf(bid), ...fourOf(ask), volume]
}

function fourOf({ o, h, l, c }: Prices): number[] {
  return [o, h, l, c].map(Number)
}

/** Days and weeks end at the same time by the clock in New York, whatever was done to it meanwhile. */
function closeOf(open: Micros, span: Micros): Micros {
  return span < DAY ? open + span : timerInstant(ZONE, open + ZONE.offsetAt(open) + span)
}

function termsOf(told: OandaInstrument): SourceInstrument {
  const {
    name,
    type,
    displayPrecision,
    tradeUnitsPrecision,
    minimumTradeSize,
    maximumOrderUnits,
    marginRate,
  } = told
  const [base, currency] = name.split('_')
  const [least, most, margin] = [minimumTradeSize, maximumOrderUnits, marginRate].map(Number)
  return {
    venue: 'OANDA',
    symbol: name,
    calendar: 'FX',
    kind: type === 'CURRENCY' ? 'fx' : 'linear',
    ...(currency === undefined ? {} : { currency }),
    ...(type === 'CURRENCY' ? { base } : {}),
    ticksPerUnit: 10 ** Math.max(0, displayPrecision),
    lotsPerUnit: 10 ** Math.max(0, tradeUnitsPrecision),
    ...(least > 0 ? { minQuantity: least } : {}),
    ...(most > 0 ? { maxQuantity: most } : {}),
    ...(margin > 0 ? { initialMargin: margin } : {}),
  }
}

function read<T>({ status, headers, text }: OandaAnswer, now: Micros): T {
  if (status === 200) {
    try {
      return JSON.parse(text) as T
    } catch (cause) {
      throw new VenueTrouble('away', 'its answer is not whole', { status, cause })
    }
  }
  const words = oneLine(`${status} ${messageOf(text)}`)
  if (status === 429 || status === 418) {
    const wait = retryAfterMs(headers.get('retry-after') ?? undefined, now)
    throw new VenueTrouble('limited', words, { status, retryAfterMs: wait })
  }
  if (status === 401 || status === 403) {
    throw new GordonError(
      'VENUE_TOKEN',
      'oanda does not accept the token in OANDA_TOKEN: make one under My Services, Manage API Access, of the account ' +
        '(a practice account’s token is not one of a live account)',
    )
  }
  throw new VenueTrouble(status >= 500 ? 'away' : 'refused', words, { status })
}

/** `{"errorMessage":"…"}` */
function messageOf(text: string): string {
  try {
    const { errorMessage } = JSON.parse(text) as { errorMessage?: unknown }
    return typeof errorMessage === 'string' ? errorMessage : ''
  } catch {
    return text
  }
}

function reasonOf(cause: unknown): string {
  const error = cause as { message?: string; cause?: { code?: string; message?: string } }
  return oneLine(error.cause?.code ?? error.cause?.message ?? error.message ?? String(cause))
}
