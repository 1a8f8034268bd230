/**
 * Every time under water: from the last sample at the old high (peak), through the lowest (trough), to the first
 * sample at or above the old high again (recovery).
 * Reference: quantstats 0.0.86 `drawdown_details(to_drawdown_series(returns))`; its `start` is the sample after
 * our peak, its `end` the one before our recovery.
 */

export interface Drawdown {
  /** Indices of samples. */
  readonly peak: number
  readonly trough: number
  /** Undefined while still under water at the last sample. */
  readonly recovery?: number
  /** (peak − trough) / peak, above 0. */
  readonly depth: number
  /** Samples from the peak to the recovery, or to the last sample. */
  readonly duration: number
}

/** A dip of this size is the rounding of a product of returns. */
const ROUNDING = 1e-12

/**
 * @param equity account value per sample, the starting value included; finite
 * @returns in order of time
 */
export function drawdowns(equity: Float64Array): Drawdown[] {
  const found: Drawdown[] = []
  let peak = -1
  let trough = -1
  const close = (end: number, recovery?: number) => {
    const depth = trough < 0 ? 0 : (equity[peak] - equity[trough]) / equity[peak]
    if (depth > ROUNDING) found.push({ peak, trough, recovery, depth, duration: end - peak })
  }
  for (let i = 0; i < equity.length; i++) {
    if (peak < 0 ? equity[i] > 0 : equity[i] >= equity[peak]) {
      close(i, i)
      peak = i
      trough = -1
    } else if (peak >= 0 && (trough < 0 || equity[i] < equity[trough])) trough = i
  }
  close(equity.length - 1)
  return found
}

/** The deepest first, at most `count`; of equally deep ones the earlier. */
export function worstDrawdowns(equity: Float64Array, count: number): Drawdown[] {
  return drawdowns(equity)
    .sort((a, b) => b.depth - a.depth || a.peak - b.peak)
    .slice(0, count)
}
