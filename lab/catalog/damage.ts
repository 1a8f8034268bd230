/** A store that is not as it was written: what is lost, and what has other bytes than its hash says. */
import { GordonError } from '../core/errors.ts'

const MEND = 'restore it from a copy, or ingest its sources into a new store'

/** Something is missing, or cannot be read as what it is. */
export function damaged(what: string, cause?: unknown): GordonError {
  return new GordonError('STORE_DAMAGED', `${what}: ${MEND}`, { cause, kind: 'failure' })
}

/** Something is there with other bytes than those that were written. */
export function changed(what: string): GordonError {
  return new GordonError('CHECKSUM_MISMATCH', `${what} was changed after it was written: ${MEND}`, {
    kind: 'failure',
  })
}

export type DamageCode = 'STORE_DAMAGED' | 'CHECKSUM_MISMATCH'

/** Whether an error says that stored bytes are not what they were. */
export function isDamage(error: { readonly code: string }): error is { readonly code: DamageCode } {
  return error.code === 'STORE_DAMAGED' || error.code === 'CHECKSUM_MISMATCH'
}
