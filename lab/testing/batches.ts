/** Rows in columns cut into batches at random, for makers of derived data whose results must not depend on it. */
import type { Random } from '../core/random.ts'

/** Rows [from, to) as columns of their own. */
export function cutRows<Series extends { readonly length: number }>(
  series: Series,
  from: number,
  to: number,
): Series {
  const cut: Record<string, unknown> = { ...series, length: to - from }
  for (const [name, column] of Object.entries(series) as [string, unknown][])
    if (column instanceof Float64Array) cut[name] = column.slice(from, to)
  return cut as unknown as Series
}

/** The whole series in batches of 0 to 2 × `about` rows. */
export function randomBatches<Series extends { readonly length: number }>(
  series: Series,
  random: Random,
  about: number,
): Series[] {
  const batches: Series[] = []
  for (let from = 0; from < series.length; ) {
    const to = Math.min(series.length, from + random.integer(0, 2 * about + 1))
    batches.push(cutRows(series, from, to))
    from = to
  }
  return batches
}
