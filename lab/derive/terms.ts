/** Refuses terms and rows that nothing can be derived from, in one sentence. */
import { GordonError } from '../core/errors.ts'
import { type Micros, parseInterval } from '../core/time.ts'

/** @throws DERIVE_TERMS */
export function badTerms(what: string, mend: string): GordonError {
  return new GordonError('DERIVE_TERMS', `${what}: ${mend}.`)
}

/** @throws DERIVE_TERMS unless finite and above 0 */
export function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw badTerms(`${name} is ${value}`, 'give a finite number above 0')
}

/** @throws DERIVE_TERMS unless whole and at least `least` */
export function requireWhole(name: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw badTerms(`${name} is ${value}`, `give a whole number of at least ${least}`)
}

/** @throws DERIVE_INTERVAL */
export function requireInterval(name: string, text: string): Micros {
  const span = parseInterval(text)
  if (span !== undefined) return span
  throw new GordonError(
    'DERIVE_INTERVAL',
    `${name} ${JSON.stringify(text)} is no interval: give a number and s, m, h, d or w, for example 5m.`,
  )
}

/** A row that cannot be: its number in the stream, from 0. */
export function badRow(what: string, row: number, why: string): GordonError {
  return new GordonError(
    'DERIVE_ROW',
    `Row ${row} of the ${what} ${why}: check the data (gordon data check), or leave the row out.`,
  )
}
