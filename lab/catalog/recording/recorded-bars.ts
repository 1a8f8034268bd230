/**
 * How much of a session's bars a dataset has: whoever goes on recording after a crash, or fills a dataset from a
 * journal, begins behind them. Bars are held to the dataset's one by one, every column and the time of receipt.
 */
import type { Micros } from '../../core/time.ts'
import type { BarSeries } from '../../domain/bar.ts'
import type { ManifestInstrument } from '../manifest.ts'
import { readStream } from '../series-reader.ts'
import { type StorePlace, storageOf } from '../storage/storage.ts'

export interface RecordedBars {
  /** Bars up to the newest of the dataset: they are not to be written again. */
  readonly behind: number
  /** Of those: bars that the dataset has as they are here, and others, which it has otherwise or not at all. */
  readonly same: number
  readonly other: number
}

const BATCH_ROWS = 65_536
const COLUMNS = ['receiveTime', 'open', 'high', 'low', 'close', 'volume', 'sessionClose'] as const

/** @param stored the stream that the bars would be appended to; undefined where there is none yet */
export async function recordedBars(
  store: StorePlace,
  stored: ManifestInstrument | undefined,
  bars: BarSeries,
): Promise<RecordedBars> {
  if (stored === undefined || bars.length === 0 || bars.eventTime[0] > stored.last)
    return { behind: 0, same: 0, other: 0 }
  let behind = 0
  while (behind < bars.length && bars.eventTime[behind] <= stored.last) behind++
  const storage = storageOf(store)
  const window: { from: Micros; to: Micros } = { from: bars.eventTime[0], to: stored.last }
  // Years and flushes before the session are not read.
  const files = stored.files.filter(({ last }) => last === undefined || last >= window.from)
  const reader = readStream<'bars'>(
    { folder: storage.folder, storage },
    { kind: 'bars' },
    { files },
    { window },
  )
  let same = 0
  let row = 0
  for (
    let batch = await reader.next(BATCH_ROWS);
    batch !== undefined;
    batch = await reader.next(BATCH_ROWS)
  ) {
    for (let i = 0; i < batch.length && row < behind; i++) {
      while (row < behind && bars.eventTime[row] < batch.eventTime[i]) row++
      if (row < behind && bars.eventTime[row] === batch.eventTime[i] && sameRow(bars, row++, batch, i)) same++
    }
  }
  return { behind, same, other: behind - same }
}

function sameRow(a: BarSeries, row: number, b: BarSeries, other: number): boolean {
  return COLUMNS.every(name => {
    const [left, right] = [a[name], b[name]]
    return left === undefined || right === undefined || Object.is(left[row] + 0, right[other] + 0)
  })
}
