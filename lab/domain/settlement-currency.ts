import { GordonError } from '../core/errors.ts'
import { type Instrument, instrumentId } from './instrument.ts'

/**
 * Currency in which an instrument's fills, fees and profits are paid.
 * @throws SETTLEMENT_UNKNOWN, QUANTO_CONTRACT
 */
export function settlementCurrency(instrument: Instrument): string {
  const { kind = 'spot', currency, settlement, base } = instrument
  if (kind === 'spot' || kind === 'fx') return currency
  const paid = settlement ?? (kind === 'inverse' ? base : currency)
  if (paid === undefined)
    throw new GordonError(
      'SETTLEMENT_UNKNOWN',
      `Instrument ${instrumentId(instrument)} is an inverse contract without a settlement currency; name its coin as settlement or base.`,
    )
  if (kind !== 'inverse' && paid !== currency)
    throw new GordonError(
      'QUANTO_CONTRACT',
      `Instrument ${instrumentId(instrument)} is quoted in ${currency} and settled in ${paid} at a fixed rate, which the account does not know; trade one that settles in ${currency}.`,
    )
  return paid
}
