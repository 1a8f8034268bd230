/** What ccxt's list of markets says of one, as an instrument: its grid, currencies, contract and bounds. */
import type { SourceInstrument } from './source.ts'

/** ccxt's unified market structure, as far as it is read. */
export interface CcxtMarket {
  readonly id: string
  /** `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USD:BTC-250328` */
  readonly symbol: string
  readonly base?: string
  readonly quote?: string
  readonly settle?: string
  readonly type?: string
  readonly spot?: boolean
  readonly swap?: boolean
  readonly future?: boolean
  readonly option?: boolean
  readonly linear?: boolean
  readonly inverse?: boolean
  readonly contractSize?: number
  /** ms */
  readonly expiry?: number
  readonly precision?: { readonly price?: number; readonly amount?: number }
  readonly limits?: {
    readonly amount?: { readonly min?: number; readonly max?: number }
    readonly cost?: { readonly min?: number }
  }
}

/** ccxt's precisionMode: how `precision` is meant. */
const DECIMAL_PLACES = 2
const TICK_SIZE = 4

/**
 * @param venue `BINANCE`; see venueOf
 * @returns undefined for a kind of contract that gordon has none for: options, and what settles in a third currency
 */
export function termsOfMarket(
  market: CcxtMarket,
  venue: string,
  precisionMode: number,
): SourceInstrument | undefined {
  const { id, base, quote, settle, expiry, precision, limits, contractSize } = market
  const kind = kindOf(market)
  if (kind === undefined) return undefined
  const [least, most, value] = [limits?.amount?.min, limits?.amount?.max, limits?.cost?.min].map(positive)
  const ticksPerUnit = perUnit(precision?.price, precisionMode)
  const lotsPerUnit = perUnit(precision?.amount, precisionMode)
  const contract = kind !== 'spot'
  return {
    venue,
    symbol: id,
    calendar: '24/7',
    kind,
    ...(quote === undefined ? {} : { currency: quote }),
    ...(base === undefined ? {} : { base }),
    ...(contract && settle !== undefined ? { settlement: settle } : {}),
    ...(contract && contractSize !== undefined ? { multiplier: contractSize } : {}),
    ...(expiry === undefined || expiry === null ? {} : { expiry: expiry * 1000 }),
    ...(ticksPerUnit === undefined ? {} : { ticksPerUnit }),
    ...(lotsPerUnit === undefined ? {} : { lotsPerUnit }),
    ...(least === undefined ? {} : { minQuantity: least }),
    ...(most === undefined ? {} : { maxQuantity: most }),
    ...(value === undefined ? {} : { minNotional: value }),
  }
}

function kindOf({ spot, swap, future, linear, inverse }: CcxtMarket): SourceInstrument['kind'] {
  if (spot === true) return 'spot'
  if (inverse === true && (swap === true || future === true)) return 'inverse'
  if (linear === true && swap === true) return 'linear'
  return linear === true && future === true ? 'future' : undefined
}

function positive(value: number | null | undefined): number | undefined {
  return value !== undefined && value !== null && value > 0 ? value : undefined
}

/** Steps in a unit; a step of more than a unit is one unit, since the grid has none above. */
function perUnit(precision: number | null | undefined, mode: number): number | undefined {
  if (precision === undefined || precision === null) return undefined
  if (mode === DECIMAL_PLACES) return precision >= 0 ? 10 ** precision : 1
  if (mode !== TICK_SIZE || !(precision > 0)) return undefined
  if (precision >= 1) return Number.isInteger(precision) ? 1 : undefined
  const count = Math.round(1 / precision)
  return Math.abs(count * precision - 1) < 1e-9 ? count : undefined
}

/**
 * Venues are named as ccxt names them. Where spot and contracts of an exchange share their symbols, the venue tells
 * them apart: Binance has names for that, elsewhere it is `BYBITFUTURES`.
 * @param shares whether some contract of the exchange has the symbol of a spot market
 */
export function venueOf(exchange: string, market: CcxtMarket, shares: boolean): string {
  const name = exchange.toUpperCase()
  if (market.spot === true) return name
  if (exchange === 'binance') return market.inverse === true ? 'BINANCECOINM' : 'BINANCEUSDM'
  return shares ? `${name}FUTURES` : name
}
