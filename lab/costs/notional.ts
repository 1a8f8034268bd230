/**
 * What a fill is worth in the currency that the instrument settles in, exact and rounded once, half to even:
 *   spot, fx, linear, future   price × quantity × multiplier
 *   inverse                    quantity × multiplier / price
 */
import { exactUnits, quotientUnits, type Units } from '../core/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'

/** × rate ≥ 0, in ledger units. */
export function notionalUnits(price: number, lots: number, instrument: Instrument, rate = 1): Units {
  const { lotsPerUnit, multiplier = 1 } = instrument
  if (instrument.kind === 'inverse') return quotientUnits([lots, multiplier, rate], [lotsPerUnit, price])
  if (multiplier === 1) return exactUnits(price, lots, lotsPerUnit, rate)
  const scale = wholeScale(multiplier)
  return exactUnits(price, lots * Math.round(multiplier * scale), lotsPerUnit * scale, rate)
}

/** The same as a double, × 1. */
export function notionalOf(price: number, lots: number, instrument: Instrument): number {
  const quantity = (lots / instrument.lotsPerUnit) * (instrument.multiplier ?? 1)
  return instrument.kind === 'inverse' ? quantity / price : quantity * price
}

/** The power of ten that makes a contract size whole. */
function wholeScale(multiplier: number): number {
  let scale = 1
  while (scale < 1e12 && Math.round(multiplier * scale) / scale !== multiplier) scale *= 10
  return scale
}
