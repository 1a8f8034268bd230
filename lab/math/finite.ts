/** A number, or nothing: what overflowed or was divided by zero has no value. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
