/**
 * An amount per share with a minimum per order, as US brokers charge: the order pays
 * max(minimum, perShare × filled) in all, each fill its part of that.
 */
import { amountUnits, ledgerUnits } from '../core/decimal.ts'
import type { FeeModel } from './fee.ts'

/** @param terms currency per unit and per order, ≥ 0 */
export function perShareFee(terms: { readonly perShare: number; readonly minimum: number }): FeeModel {
  const minimum = amountUnits(terms.minimum)
  return {
    description:
      `${terms.perShare} per share` + (terms.minimum > 0 ? `, at least ${terms.minimum} per order` : ''),
    units: (_price, lots, instrument, filledLots, paidUnits) => {
      const total = ledgerUnits(terms.perShare, filledLots + lots, instrument.lotsPerUnit)
      return (total > minimum ? total : minimum) - BigInt(paidUnits)
    },
    estimate: (_price, lots, instrument) =>
      Math.max(terms.minimum, (terms.perShare * lots) / instrument.lotsPerUnit),
  }
}
