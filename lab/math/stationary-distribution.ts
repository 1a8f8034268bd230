/**
 * Stationary distribution of a Markov chain, π = π P, by the elimination of Grassmann, Taksar and Heyman 1985
 * (Operations Research 33(5)): additions, products and quotients of numbers above zero only, so nothing cancels.
 * @param transition n × n: row i holds the chances to go from state i to each; each row sums to 1
 * @returns n chances that sum to 1; undefined where some state cannot be reached from some other
 */
export function stationaryDistribution(transition: readonly (readonly number[])[]): Float64Array | undefined {
  const size = transition.length
  const p = transition.map(row => Float64Array.from(row))
  for (let last = size - 1; last > 0; last--) {
    let down = 0
    let into = 0
    for (let k = 0; k < last; k++) {
      down += p[last][k]
      into += p[k][last]
    }
    if (!(down > 0 && into > 0)) return undefined
    for (let i = 0; i < last; i++) {
      p[i][last] /= down
      for (let j = 0; j < last; j++) p[i][j] += p[i][last] * p[last][j]
    }
  }
  const chances = new Float64Array(size)
  chances[0] = 1
  let total = 1
  for (let state = 1; state < size; state++) {
    for (let from = 0; from < state; from++) chances[state] += chances[from] * p[from][state]
    total += chances[state]
  }
  return chances.map(chance => chance / total)
}
