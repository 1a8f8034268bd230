/**
 * What is traded, on which grid. Prices and quantities are integers on the wire and in orders:
 * price = ticks / ticksPerUnit, quantity = lots / lotsPerUnit. Integers per unit, not a tick size, because
 * `ticks / ticksPerUnit` is the nearest double to the decimal price and `ticks * 0.01` is not.
 */
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
