/** A fraction of the notional: price × quantity × bps / 10,000. */
import { exactUnits } from '../core/decimal.ts'
import type { FeeModel } from './fee.ts'

/** @param bps hundredths of a percent, ≥ 0 */
export function bpsFee(bps: number): FeeModel {
  const rate = Number((bps / 10_000).toPrecision(15))
  return {
    description: bps === 0 ? 'none' : `${bps} bps of notional`,
    units: (price, lots, instrument) =>
      rate === 0 ? 0 : exactUnits(price, lots, instrument.lotsPerUnit, rate),
    estimate: (price, lots, instrument) => ((price * lots) / instrument.lotsPerUnit) * rate,
  }
}
