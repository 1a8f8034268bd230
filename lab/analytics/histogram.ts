/**
 * Counts of values in equal bins from the lowest to the highest; each bin holds its lower edge, the last both.
 * Without a number of bins: the narrower of Sturges' (range / (log₂ n + 1)) and Freedman and Diaconis' width
 * (2 × interquartile range / n^⅓).
 * Reference: numpy 1.26.4 `numpy.histogram(values, bins='auto')`.
 */
import { quantile } from '../math/index.ts'

export interface Histogram {
  /** One more than counts. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}

/**
 * @param values finite
 * @param options.bins integer ≥ 1
 * @returns undefined for no values; one bin, half a unit to each side, where all are equal
 */
export function histogram(values: Float64Array, options: { bins?: number } = {}): Histogram | undefined {
  if (values.length === 0) return undefined
  let low = values.reduce((a, b) => Math.min(a, b))
  let high = values.reduce((a, b) => Math.max(a, b))
  const bins = options.bins ?? (low === high ? 1 : Math.ceil((high - low) / binWidth(values, high - low)))
  if (low === high) {
    low -= 0.5
    high += 0.5
  }
  const step = (high - low) / bins
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * step))
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    let bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))
    // The division may land a value on the wrong side of an edge by a bit.
    if (value < edges[bin]) bin--
    else if (bin < bins - 1 && value >= edges[bin + 1]) bin++
    counts[bin]++
  }
  return { edges, counts }
}

function binWidth(values: Float64Array, range: number): number {
  const sturges = range / (Math.log2(values.length) + 1)
  const spread = quantile(values, 0.75)! - quantile(values, 0.25)!
  const freedmanDiaconis = (2 * spread) / Math.cbrt(values.length)
  return freedmanDiaconis > 0 ? Math.min(sturges, freedmanDiaconis) : sturges
}
