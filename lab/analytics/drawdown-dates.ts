/**
 * When the deepest drawdown was: dates in place of sample indices, for people and for JSON.
 * Sample 0 is the starting value; a plain series has no date for it, so a drawdown from there has no peak date.
 */
import { DAY, type Micros } from '../core/time.ts'
import type { Drawdown } from './drawdowns.ts'
import { withoutUndefined } from './return-statistics.ts'

export interface DrawdownDates {
  /** `yyyy-mm-dd`, or to the second for samples within a day. */
  readonly maxDrawdownPeak?: string
  readonly maxDrawdownTrough?: string
  /** Absent while still under water at the end. */
  readonly maxDrawdownRecovery?: string
  /** Samples from the peak to the recovery, or to the last one. */
  readonly maxDrawdownDuration?: number
  /** Calendar days of the same, with fractions. */
  readonly maxDrawdownDays?: number
}

/**
 * @param deepest undefined where equity never fell
 * @param dates.last index of the last sample
 * @param dates.time time of a sample, µs UTC, where it has one
 * @param dates.label its text
 */
export function drawdownDates(
  deepest: Drawdown | undefined,
  dates: {
    last: number
    time: (sample: number) => Micros | undefined
    label: (sample: number) => string | undefined
  },
): DrawdownDates {
  if (deepest === undefined) return {}
  const from = dates.time(deepest.peak)
  const to = dates.time(deepest.recovery ?? dates.last)
  return withoutUndefined({
    maxDrawdownPeak: dates.label(deepest.peak),
    maxDrawdownTrough: dates.label(deepest.trough),
    maxDrawdownRecovery: deepest.recovery === undefined ? undefined : dates.label(deepest.recovery),
    maxDrawdownDuration: deepest.duration,
    maxDrawdownDays: from === undefined || to === undefined ? undefined : (to - from) / DAY,
  })
}
