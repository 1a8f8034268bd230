/**
 * What is traded, on which grid. Prices and quantities are integers on the wire and in orders:
 * price = ticks / ticksPerUnit, quantity = lots / lotsPerUnit. Integers per unit, not a tick size, because
 * `ticks / ticksPerUnit` is the nearest double to the decimal price and `ticks * 0.01` is not.
 */
import type { Micros } from '../core/time.ts'

/**
 * How a position is paid for and what it earns:
 *   spot     bought outright: price × quantity × multiplier leaves the account; shares, coins
 *   fx       a pair, its profit in `currency`; nothing changes hands but margin
 *   linear   a perpetual or swap that settles price × quantity × multiplier in `settlement` (= `currency`)
 *   inverse  a coin-margined contract of `multiplier` units of `currency`: worth quantity × multiplier / price
 *            in `settlement`
 *   future   like linear, with an `expiry` at which it is settled
 */
export type InstrumentKind = 'spot' | 'fx' | 'linear' | 'inverse' | 'future'

export interface Instrument {
  readonly venue: string
  readonly symbol: string
  /** Price grid: 100 for cents, 1e9 for adjusted prices. Integer ≥ 1. */
  readonly ticksPerUnit: number
  /** Quantity grid: 1 for shares, 1e8 for bitcoin. Integer ≥ 1. */
  readonly lotsPerUnit: number
  /** ISO 4217 code, or a coin, that prices are quoted in. */
  readonly currency: string
  /** Calendar of its sessions: `XNYS`, or `24/7`. */
  readonly calendar: string
  /** Absent: `spot`. */
  readonly kind?: InstrumentKind
  /** What a unit of quantity is, where it is money itself: `EUR` of EURUSD, `BTC` of BTCUSDT. */
  readonly base?: string
  /** Currency in which profit is paid; absent: `currency`. */
  readonly settlement?: string
  /** Contract size: units of the underlying, or of `currency` for inverse ones; absent: 1. */
  readonly multiplier?: number
  /** Fractions of notional; absent: what the account's leverage asks for. */
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
  /** When a future is settled, µs UTC. */
  readonly expiry?: Micros
  /** Bounds of one order, in units and in `currency`; absent: none. */
  readonly minQuantity?: number
  readonly maxQuantity?: number
  readonly minNotional?: number
}

/** The one name of an instrument in files, results and messages: `XNAS:AAPL`. */
export function instrumentId(instrument: { readonly venue: string; readonly symbol: string }): string {
  return `${instrument.venue}:${instrument.symbol}`
}

/** Canonical order: venue, then symbol, by code unit, so that no locale and no file order decides anything. */
export function compareInstruments(
  a: { readonly venue: string; readonly symbol: string },
  b: { readonly venue: string; readonly symbol: string },
): number {
  if (a.venue !== b.venue) return a.venue < b.venue ? -1 : 1
  return a.symbol === b.symbol ? 0 : a.symbol < b.symbol ? -1 : 1
}
