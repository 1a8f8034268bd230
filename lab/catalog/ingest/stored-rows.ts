/** What a store has of a stream that rows are appended to, for whoever compares them. */
import type { BarSeries } from '../../domain/bar.ts'
import type { CustomSeries } from '../../domain/market-events.ts'
import { readCorrections, wholeSeries } from '../corrections.ts'
import type { ManifestInstrument } from '../manifest.ts'
import { readStream } from '../series-reader.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'

export async function storedRows(
  store: StorePlace,
  kind: 'bars' | 'custom',
  present: ManifestInstrument,
): Promise<{ readonly series: BarSeries | CustomSeries; readonly corrections?: BarSeries }> {
  const storage = storageOf(store)
  const place = { folder: storage.folder, storage }
  const series = await wholeSeries<BarSeries | CustomSeries>(
    readStream<typeof kind>(place, { kind }, present),
  )
  if (series === undefined) throw new Error('bug in gordon: a stream of a manifest without rows')
  if (kind === 'custom') return { series }
  return { series, corrections: await readCorrections(storage, present) }
}
