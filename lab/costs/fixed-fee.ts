/** One amount per order, taken with its first fill. */
import { amountUnits } from '../core/decimal.ts'
import type { FeeModel } from './fee.ts'

/** @param amount currency per order, ≥ 0 */
export function fixedFee(amount: number): FeeModel {
  const units = amountUnits(amount)
  return {
    description: `${amount} per order`,
    units: (_price, _lots, _instrument, filledLots) => (filledLots === 0 ? units : 0),
    estimate: () => amount,
  }
}
