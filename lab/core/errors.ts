/**
 * The outside world failing: a stable code and one sentence that names the value, the place and the mend.
 * A bug is not a GordonError (see assert.ts); an expected refusal is data (see domain/refusal.ts).
 */
export type ErrorKind = 'input' | 'failure'

export class GordonError extends Error {
  /** Stable, upper-case with underscores; tests and scripts may match on it. */
  readonly code: string
  /** `input`: the caller can mend it (exit code 2); `failure`: the work failed (exit code 1). */
  readonly kind: ErrorKind

  constructor(code: string, sentence: string, options: { cause?: unknown; kind?: ErrorKind } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GordonError'
    this.code = code
    this.kind = options.kind ?? 'input'
  }
}

/** True for errors of this class, also when they come from another copy of the module. */
export function isGordonError(error: unknown): error is GordonError {
  return error instanceof Error && error.name === 'GordonError' && 'code' in error
}
