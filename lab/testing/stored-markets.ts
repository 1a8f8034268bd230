/** The streams of a store as markets to be corrupted (corruption.ts): rows in memory, as the checks are given them. */
import type { CheckedRows, CheckedStream } from '../catalog/quality/check.ts'
import { checkDataset, type DatasetQuality } from '../catalog/quality/check-dataset.ts'
import type { ToldSplit } from '../catalog/splits.ts'
import type { Store } from '../catalog/store.ts'
import type { CleanMarket } from './clean-markets.ts'

export interface StoredMarkets {
  /** What is told of the dataset as it is. */
  readonly quality: DatasetQuality
  readonly markets: readonly CleanMarket[]
}

/** @param splits known beside those of the store */
export async function storedMarkets(
  store: Store,
  dataset: string,
  splits: readonly ToldSplit[] = [],
): Promise<StoredMarkets> {
  const taken: { readonly stream: CheckedStream; readonly batches: Record<string, unknown>[] }[] = []
  const watch = (stream: CheckedStream) => {
    const batches: Record<string, unknown>[] = []
    taken.push({ stream, batches })
    return { add: (rows: CheckedRows) => void batches.push(copyOf(rows)) }
  }
  const quality = await checkDataset({ store, dataset, splits, watch })
  const markets = taken.map(({ stream, batches }) => ({
    name: `${dataset} ${stream.instrument.symbol}`,
    stream,
    rows: joined(batches),
  }))
  return { quality, markets }
}

function copyOf(rows: CheckedRows): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...rows }
  for (const [name, column] of Object.entries(rows))
    if (column instanceof Float64Array) copy[name] = column.slice(0, rows.length)
  if (rows.receiveTime === rows.eventTime) copy.receiveTime = copy.eventTime
  return copy
}

function joined(batches: readonly Record<string, unknown>[]): CheckedRows {
  const length = batches.reduce((sum, one) => sum + (one.length as number), 0)
  const rows: Record<string, unknown> = { ...batches[0], length }
  for (const [name, column] of Object.entries(batches[0])) {
    if (!(column instanceof Float64Array)) continue
    const whole = new Float64Array(length)
    let at = 0
    for (const batch of batches) {
      whole.set(batch[name] as Float64Array, at)
      at += batch.length as number
    }
    rows[name] = whole
  }
  if (batches.every(one => one.receiveTime === one.eventTime)) rows.receiveTime = rows.eventTime
  return rows as unknown as CheckedRows
}
