/**
 * What a position must be backed with: a fraction of its value, or by brackets of value.
 *   initial      value × rate, with brackets the rate of the bracket that the whole value lies in
 *   maintenance  value × rate, with brackets each part of the value at its own bracket's rate, which is what
 *                Binance writes as value × rate − maintenance amount
 * Source of the bracket rules: Binance, "Leverage and Margin of USDⓈ-M Futures" (support/faq/360033162192).
 */
import { GordonError } from '../core/errors.ts'

export interface MarginTier {
  /** Value in settlement currency up to which it holds; Infinity for the last. */
  readonly upTo: number
  readonly initial: number
  readonly maintenance: number
}

/** One bracket is a plain fraction. */
export type MarginRates = readonly MarginTier[]

/** @param value |position| in settlement currency */
export function initialMargin(value: number, rates: MarginRates): number {
  let tier = 0
  while (tier < rates.length - 1 && value > rates[tier].upTo) tier++
  return value * rates[tier].initial
}

/** @param value |position| in settlement currency */
export function maintenanceMargin(value: number, rates: MarginRates): number {
  let margin = 0
  let from = 0
  for (let tier = 0; tier < rates.length; tier++) {
    const { upTo, maintenance } = rates[tier]
    if (value <= upTo) return margin + (value - from) * maintenance
    margin += (upTo - from) * maintenance
    from = upTo
  }
  return margin
}

/** @throws INVALID_MARGIN for fractions out of (0, 1], maintenance above initial, or brackets out of order */
export function checkedRates(name: string, rates: MarginRates): MarginRates {
  let from = 0
  for (const { upTo, initial, maintenance } of rates) {
    if (!(initial > 0 && initial <= 1 && maintenance > 0 && maintenance <= initial))
      throw new GordonError(
        'INVALID_MARGIN',
        `${name} has an initial margin of ${initial} and a maintenance margin of ${maintenance}; they are fractions of value, 0 < maintenance ≤ initial ≤ 1.`,
      )
    if (!(upTo > from))
      throw new GordonError(
        'INVALID_MARGIN',
        `${name} has a margin bracket up to ${upTo} after one up to ${from}; brackets ascend.`,
      )
    from = upTo
  }
  if (from !== Number.POSITIVE_INFINITY)
    throw new GordonError(
      'INVALID_MARGIN',
      `${name} has no margin bracket above ${from}; the last one goes up to Infinity.`,
    )
  return rates
}
