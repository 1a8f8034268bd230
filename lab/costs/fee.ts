/**
 * What a venue takes of a fill, exactly: ledger units for the fill at hand, given what its order has filled and
 * paid before, so that a minimum per order is taken once. Below zero it is a rebate.
 * A fee is in the instrument's settlement currency. What a venue charges in another coin (Binance takes the fee
 * of a buy in the coin bought) is valued at the fill's price, which makes it the same amount.
 */
import type { Units } from '../core/decimal.ts'
import type { Micros } from '../core/time.ts'
import type { Instrument } from '../domain/instrument.ts'

/** An order as fees see it, before the fill at hand; a WorkingOrder is one. */
export interface OrderCharges {
  readonly filledLots: number
  /** Taken so far. */
  readonly feeUnits: Units
  /** What its fills alone would have cost, before minimum, maximum and rounding; kept by `traded`. */
  chargedUnits: Units
  /** What it has traded, settlement currency; kept by `traded`. */
  tradedUnits: Units
}

export interface FeeModel {
  /** In words, for the report: `10 bps of notional`. */
  readonly description: string
  /** Everything that decides, as plain data: it goes into the digest of a run's inputs. */
  readonly terms: unknown
  /** Fees depend on what was traded before: then `traded` must be told of every fill. */
  readonly watches: boolean
  /**
   * Ledger units for `lots` at `price`. Asking changes nothing, so that a venue can try sizes.
   * @param maker the order rested in the book and was taken; false for market orders
   * @param now µs UTC, never before that of an earlier call
   */
  units(
    price: number,
    lots: number,
    instrument: Instrument,
    order: OrderCharges,
    maker: boolean,
    now: Micros,
  ): Units
  /** The fill of `units` has happened; called before it is added to `filledLots` and `feeUnits`. */
  traded(
    price: number,
    lots: number,
    instrument: Instrument,
    order: OrderCharges,
    maker: boolean,
    now: Micros,
  ): void
  /** The most that an order of this size would cost now, in currency, for approvals; never below zero. */
  estimate(price: number, lots: number, instrument: Instrument): number
  /**
   * The same model for one run: nothing traded yet.
   * @throws FEES_CURRENCY when its fixed amounts are in another currency than an instrument settles in
   */
  session(instruments: readonly Instrument[]): FeeModel
}
