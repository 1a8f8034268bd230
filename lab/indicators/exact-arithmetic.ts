/**
 * What a rounded sum or product left over, exactly (Knuth, TAOCP 2, 4.2.2; Dekker, Numerische Mathematik 18, 1971):
 * a + b = sum + sumError and a · b = product + productError, where nothing overflows.
 */

export function sumError(a: number, b: number, sum: number): number {
  const taken = sum - a
  return a - (sum - taken) + (b - taken)
}

export function productError(a: number, b: number, product: number): number {
  const topA = top(a)
  const topB = top(b)
  const restA = a - topA
  const restB = b - topB
  return topA * topB - product + topA * restB + restA * topB + restA * restB
}

/** The upper 26 bits. */
function top(value: number): number {
  const scaled = value * 134_217_729
  return scaled - (scaled - value)
}
