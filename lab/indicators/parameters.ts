/** Parameters are checked where the author writes them, so that the error names the line that is wrong. */
import { GordonError } from '../core/errors.ts'

/** Longest window: integer sums of it still fit 53 bits for prices of everyday size. */
const LONGEST = 100_000

/** @throws GordonError INDICATOR_PARAMETER unless `bars` is a whole number from `least` to 100,000 */
export function checkPeriod(indicator: string, parameter: string, bars: number, least = 1): void {
  if (Number.isInteger(bars) && bars >= least && bars <= LONGEST) return
  throw new GordonError(
    'INDICATOR_PARAMETER',
    `${indicator}: ${parameter} is ${shown(bars)}; it must be a whole number of bars from ${least} to 100000.`,
  )
}

/** @throws GordonError INDICATOR_PARAMETER unless `value` is finite and above zero */
export function checkPositive(indicator: string, parameter: string, value: number): void {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return
  throw new GordonError(
    'INDICATOR_PARAMETER',
    `${indicator}: ${parameter} is ${shown(value)}; it must be a number above zero.`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
