/** Stretches [from, to) in which every column has a finite value: where a recursive calculation may run. */
export function finiteRuns(...columns: readonly Float64Array[]): [from: number, to: number][] {
  const runs: [number, number][] = []
  let from = 0
  for (let row = 0; row <= columns[0].length; row++) {
    if (row < columns[0].length && columns.every(column => Number.isFinite(column[row]))) continue
    if (row > from) runs.push([from, row])
    from = row + 1
  }
  return runs
}
