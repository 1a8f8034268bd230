/**
 * Annual turnover: Σ value of all fills / mean equity / years. Both sides count: replacing the whole
 * account once a year is 2. None of the reference libraries has it; checked by hand.
 * @param input.fills in the account's currency
 * @param input.meanEquity mean of the equity curve, currency
 * @param input.years length of the run
 * @returns times a year; undefined without time or without equity
 */
import { type FillRecord, fillValue } from '../domain/fill.ts'
import { finite, sum } from '../math/index.ts'

export function turnover(input: {
  fills: readonly Pick<FillRecord, 'price' | 'quantity' | 'value'>[]
  meanEquity: number
  years: number
}): number | undefined {
  if (!(input.meanEquity > 0) || !(input.years > 0)) return undefined
  const traded = sum(input.fills.map(fillValue))
  return finite(traded / input.meanEquity / input.years)
}
