/**
 * Sum with the rounding error of every addition carried along (Neumaier 1974, a Kahan sum that survives a term
 * larger than the sum so far): exact to the last bit or two, whatever the length and the order.
 */
export function sum(values: ArrayLike<number>): number {
  let total = 0
  let lost = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return total + lost
}
