/**
 * What a quantity is worth in the money that it settles in: price × quantity × multiplier, or for an inverse
 * contract quantity × multiplier / price, in coin.
 */
import { GordonError } from '../core/errors.ts'
import { type Instrument, instrumentId } from './instrument.ts'

/** Value of `quantity` units at `price`, in settlement currency; of negative quantities negative. */
export function contractValue(instrument: Instrument, price: number, quantity: number): number {
  const size = quantity * (instrument.multiplier ?? 1)
  return instrument.kind === 'inverse' ? size / price : size * price
}

/** Currency in which its fills, fees and profits are paid. */
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
