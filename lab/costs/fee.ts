/**
 * What a venue takes of a fill. A model is exact: it gives ledger units for the fill at hand, given what the
 * order has filled and paid before, so that a minimum per order is taken once.
 * Wrong when: fees depend on volume tiers, on maker or taker, or are charged in another currency than the
 * instrument's; those have models of their own.
 */
import type { Units } from '../core/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'

export interface FeeModel {
  /** In words, for the report: `10 bps of notional`. */
  readonly description: string
  /** Ledger units for `lots` at `price`, after `filledLots` for which `paidUnits` were taken. */
  units(price: number, lots: number, instrument: Instrument, filledLots: number, paidUnits: Units): Units
  /** What an order of this size would cost in currency, for approvals. */
  estimate(price: number, lots: number, instrument: Instrument): number
}
