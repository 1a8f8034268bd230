/**
 * A stream that begins `warmup` rows before the first decision, as a series in memory does: what lies before is
 * read and let go, so that neither the indicators nor the digest of the rows see more of one than of the other.
 */
import type { Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { BarStream } from '../domain/ports/store.ts'
import { joinSeries, rowAtOrAfter, sliceSeries } from './series.ts'

export interface WarmStart {
  /** First instant of decisions. */
  readonly from: Micros
  readonly warmup: number
  /** Told once how many warm-up rows there were. */
  readonly onFound: (rows: number) => void
}

export function warmStart(stream: BarStream, terms: WarmStart): BarStream['next'] {
  let before: BarSeries | undefined
  let begun = false
  return async rows => {
    if (begun) return stream.next(rows)
    for (;;) {
      const batch = await stream.next(rows)
      const start = batch === undefined ? 0 : rowAtOrAfter(batch, terms.from)
      if (batch !== undefined && start > 0)
        before = lastRows(before, sliceSeries(batch, 0, start), terms.warmup)
      if (batch !== undefined && start === batch.length) continue
      begun = true
      terms.onFound(before?.length ?? 0)
      if (batch === undefined) return before
      const rest = sliceSeries(batch, start, batch.length)
      return before === undefined ? rest : joinSeries(before, rest)
    }
  }
}

/** The last `count` rows of one series after another, in columns of their own. */
function lastRows(early: BarSeries | undefined, late: BarSeries, count: number): BarSeries | undefined {
  if (count === 0) return undefined
  if (early === undefined || late.length >= count) {
    const kept = sliceSeries(late, Math.max(0, late.length - count), late.length)
    return joinSeries(kept, sliceSeries(late, 0, 0))
  }
  const fromEarly = Math.min(early.length, count - late.length)
  return joinSeries(sliceSeries(early, early.length - fromEarly, early.length), late)
}
