/** Refuses numbers that no process can be made of, in one sentence. */
import { GordonError } from '../core/errors.ts'

export interface Range {
  readonly above?: number
  readonly from?: number
  readonly below?: number
  readonly whole?: boolean
}

/** @throws SYNTHETIC_TERMS unless the value is finite and in the range */
export function requireNumber(process: string, name: string, value: number, range: Range = {}): void {
  const {
    above = Number.NEGATIVE_INFINITY,
    from = Number.NEGATIVE_INFINITY,
    below = Number.POSITIVE_INFINITY,
  } = range
  const fine =
    Number.isFinite(value) &&
    value > above &&
    value >= from &&
    value < below &&
    (!range.whole || Number.isInteger(value))
  if (fine) return
  const parts = [
    ...(range.above === undefined ? [] : [`above ${range.above}`]),
    ...(range.from === undefined ? [] : [`of at least ${range.from}`]),
    ...(range.below === undefined ? [] : [`below ${range.below}`]),
  ]
  throw badTerms(
    process,
    `has ${name} ${value}`,
    `give a ${range.whole ? 'whole' : 'finite'} number ${parts.join(' and ')}`.trim(),
  )
}

/** Requires n rows of n finite numbers. @throws SYNTHETIC_TERMS */
export function requireSquare(
  process: string,
  name: string,
  matrix: readonly (readonly number[])[],
  size: number,
): void {
  if (matrix.length === size && matrix.every(row => row.length === size && row.every(Number.isFinite))) return
  throw badTerms(
    process,
    `has a ${name} matrix of ${matrix.length} rows of ${[...new Set(matrix.map(row => row.length))].join(' or ')} numbers`,
    `give ${size} rows of ${size} finite numbers`,
  )
}

export function badTerms(process: string, what: string, mend: string): GordonError {
  return new GordonError('SYNTHETIC_TERMS', `Synthetic market ${process} ${what}; ${mend}.`)
}
