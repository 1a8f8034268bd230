/**
 * Tells the indicators of this room from those that an author writes. Built-in ones are filled whole batches ahead
 * and may be kept for other runs under their key; anybody else's is called bar by bar, with that bar alone, as it
 * becomes known (engine/bar-window.ts). A spec is frozen when it is vouched for, so that nothing else hides in it.
 */
import type { IndicatorSpec } from './indicator.ts'

const vouched = new WeakSet<object>()

export function builtIn<Output extends string>(spec: IndicatorSpec<Output>): IndicatorSpec<Output> {
  Object.freeze(spec.outputs)
  vouched.add(Object.freeze(spec))
  return spec
}

export function isBuiltIn(spec: object): boolean {
  return vouched.has(spec)
}
