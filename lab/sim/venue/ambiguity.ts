/**
 * A bar that reaches two orders of which one would have ended the other does not say which came first. This is
 * where such bars are found and counted; models/bar-fills.md says how each is decided.
 */
import type { WorkingOrder } from '../../domain/working-order.ts'

/** `pessimistic`: stops before targets; `optimistic`: targets before stops. Neither bounds the truth. */
export type Ambiguity = 'pessimistic' | 'optimistic'

/** Bars that were ambiguous, by what decided them. */
export interface AmbiguousBars {
  pessimistic: number
  optimistic: number
}

/** Its fill may end others, or be ended by them: group, reduce-only, parents and children. */
export function isTied(order: WorkingOrder): boolean {
  const { special } = order
  return order.leads || special.group !== '' || special.reduceOnly || special.parent !== 0
}

/** One of them filled, the other would not have stayed as it is. */
export function rivals(a: WorkingOrder, b: WorkingOrder): boolean {
  if (a === b || a.handle !== b.handle || a.strategy !== b.strategy) return false
  if (a.special.group !== '' && a.special.group === b.special.group) return true
  return a.special.reduceOnly && b.special.reduceOnly && a.sign === b.sign
}
