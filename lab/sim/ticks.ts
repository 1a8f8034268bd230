/** Streams of ticks in memory, for notebooks, tests and benchmarks. */
import type { Instrument } from '../domain/instrument.ts'
import { compareInstruments } from '../domain/instrument.ts'
import type { TickKind, TickSeries, TickSource, TickStream } from '../domain/ports/store.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { rowsDigest, tickColumns } from './row-digest.ts'

/** What is known of one instrument: any of its kinds. */
export type MemoryTicks = { readonly instrument: Instrument } & {
  readonly [Kind in TickKind]?: TickSeries[Kind]
}

const KINDS: readonly TickKind[] = ['funding', 'quotes', 'trades', 'book', 'custom']

export function memoryTicks(entries: readonly MemoryTicks[], dataset: Partial<RunDataset> = {}): TickSource {
  const sorted = [...entries].sort((a, b) => compareInstruments(a.instrument, b.instrument))
  const streams: TickStream[] = []
  sorted.forEach((entry, instrument) => {
    for (const kind of KINDS) {
      const series = entry[kind]
      if (series === undefined) continue
      streams.push({
        kind,
        instrument,
        ...('name' in series ? { name: series.name } : {}),
        rows: series.length,
        series,
        next: async () => undefined,
      })
    }
  })
  return {
    datasets: [
      {
        id: dataset.id ?? 'memory',
        get snapshot() {
          return dataset.snapshot ?? `memory:${streams.map(hashed).join(',')}`
        },
        adjustment: dataset.adjustment ?? 'raw',
        interval: dataset.interval ?? 'ticks',
      },
    ],
    instruments: sorted.map(entry => entry.instrument),
    streams,
    notes: [],
  }
}

function hashed({ kind, series }: TickStream): string {
  return rowsDigest(series!, tickColumns(kind)).slice(0, 16)
}
