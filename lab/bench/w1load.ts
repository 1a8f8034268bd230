/**
 * W1 from a Parquet file: the table is read, its columns recognised and every row checked on the clock, as
 * `gordon backtest --file` does it; then W1.
 */
import { join } from 'node:path'
import { fileBars } from '../catalog/index.ts'
import type { Outcome } from './measure.ts'
import { w1 } from './w1.ts'

export async function w1load(folder: string): Promise<Outcome> {
  const bars = await fileBars(join(folder, 'w1.parquet'), {
    columns: 'time=ts',
    symbol: 'W1',
    venue: 'PEERS',
    interval: '1m',
    calendar: '24/7',
    stamp: 'close',
  })
  return w1(bars)
}
