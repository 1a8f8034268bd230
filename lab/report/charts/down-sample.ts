/**
 * Fewer points that draw the same picture: of each equal stretch of rows its first, lowest, highest and last
 * stay, in their order, so that no peak and no trough is lost (the M4 aggregation of Jugel et al. 2014).
 */

/** Rows to draw, rising; all of them where `values` is short enough. Rows that are not numbers are passed over. */
export function extremeRows(values: Float64Array, points: number): number[] {
  const n = values.length
  if (n <= points) return Array.from({ length: n }, (_, row) => row)
  const stretches = Math.max(1, Math.floor(points / 4))
  const rows: number[] = []
  for (let s = 0; s < stretches; s++) {
    const from = Math.floor((s * n) / stretches)
    const to = Math.floor(((s + 1) * n) / stretches)
    let first = -1
    let last = -1
    let low = -1
    let high = -1
    for (let row = from; row < to; row++) {
      const value = values[row]
      if (Number.isNaN(value)) continue
      if (first < 0) first = low = high = row
      last = row
      if (value < values[low]) low = row
      if (value > values[high]) high = row
    }
    if (first < 0) continue
    for (const row of [first, Math.min(low, high), Math.max(low, high), last])
      if (rows[rows.length - 1] !== row) rows.push(row)
  }
  return rows
}

/** What to say under a thinned curve; undefined where nothing was left out. */
export function thinningNote(drawn: number, of: number): string | undefined {
  if (drawn >= of) return undefined
  return (
    `Drawn from ${group(drawn)} of ${group(of)} points; ` +
    'the high and the low of every stretch are among them, so no peak or trough is missing.'
  )
}

function group(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
