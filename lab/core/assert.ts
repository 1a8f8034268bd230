/** A broken promise inside Gordon: stop at once, since going on would spend money on wrong numbers. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`bug in gordon: ${what}`)
}

/** Makes the compiler list every place that a new union member touches. */
export function unreachable(value: never): never {
  throw new Error(`bug in gordon: unexpected ${JSON.stringify(value)}`)
}
