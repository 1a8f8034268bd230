/** Bars that were made of other bars or of ticks in this process, as a source that says what they were made of. */
import type { BarSeries } from '../../domain/bar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import type { RunDataset } from '../../domain/run-result.ts'
import { memoryBars } from '../../sim/index.ts'

export interface MadeOf {
  readonly datasets: readonly RunDataset[]
  readonly instruments: readonly Instrument[]
  readonly intervals?: readonly string[]
  readonly notes: readonly string[]
}

/**
 * @param series one per instrument, in their order
 * @param made what is new: their interval, and words after the name of each dataset
 */
export function heldBars(
  { datasets, instruments, intervals, notes }: MadeOf,
  series: readonly BarSeries[],
  made: { readonly interval?: string; readonly words?: string } = {},
): BarSource {
  const { interval, words } = made
  return {
    ...memoryBars(instruments.map((instrument, handle) => ({ instrument, series: series[handle] }))),
    datasets: datasets.map(one => ({
      ...one,
      id: words === undefined ? one.id : `${one.id} ${words}`,
      interval: interval ?? one.interval,
    })),
    intervals: instruments.map((_, handle) => interval ?? intervals?.[handle] ?? ''),
    notes,
  }
}
