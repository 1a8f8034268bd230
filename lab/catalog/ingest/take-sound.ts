/**
 * The fast way for a batch in which nothing is wrong: whole columns are checked in tight loops and copied at
 * memory's speed, 15 ns a row against 80 for the row by row way in assemble.ts. It takes all of a batch or nothing,
 * and then the row by row way finds the words; a test holds the two together.
 */
import type { Micros } from '../../core/time.ts'
import type { InstrumentRows } from './assemble.ts'
import type { RawBatch } from './raw-batch.ts'
import type { ResolvedTimes } from './times.ts'

/** @returns whether the whole batch was sound and is now part of `rows` */
export function takeSound(batch: RawBatch, times: ResolvedTimes, rows: InstrumentRows, now: Micros): boolean {
  const { open, high, low, close, volume } = batch
  const n = batch.rows
  if (!times.clean || batch.broken !== undefined || volume === undefined || n === 0) return false
  for (const { flags } of [open, high, low, close, volume]) if (flags !== undefined) return false
  if (!rising(times.eventTime, n, rows.lastTime) || times.eventTime[n - 1] > now) return false
  if (!soundPrices(open.values, high.values, low.values, close.values, volume.values, n)) return false
  for (const { values } of [open, high, low, close]) rows.grid.seeAll(values, n)
  if (rows.wholeVolumes) rows.wholeVolumes = allWhole(volume.values, n)
  const { bars } = rows
  bars.reserve(n)
  const at = bars.length
  const put = (
    into: { set(from: ArrayLike<number>, at: number): void },
    from: Float64Array | Uint16Array,
  ): void => {
    into.set(from.length === n ? from : from.subarray(0, n), at)
  }
  put(bars.eventTime, times.eventTime)
  if (bars.hasSessions) put(bars.sessionClose, times.sessionClose)
  put(bars.open, open.values)
  put(bars.high, high.values)
  put(bars.low, low.values)
  put(bars.close, close.values)
  put(bars.volume, volume.values)
  if (anyAbove(times.nanos, n)) {
    bars.hasNanos = true
    put(bars.nanos, times.nanos)
  } else bars.nanos.fill(0, at, at + n)
  if (bars.hasRowNumbers) for (let row = 0; row < n; row++) bars.row[at + row] = batch.rowNumber(row)
  bars.length += n
  rows.rows += n
  rows.lastTime = times.eventTime[n - 1]
  rows.lastNanos = times.nanos[n - 1]
  return true
}

function rising(times: Float64Array, n: number, before: Micros): boolean {
  let last = before
  for (let i = 0; i < n; i++) {
    const time = times[i]
    if (!(time > last)) return false
    last = time
  }
  return true
}

function soundPrices(
  open: Float64Array,
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
  n: number,
): boolean {
  for (let i = 0; i < n; i++) {
    const h = high[i]
    const l = low[i]
    const o = open[i]
    const c = close[i]
    if (!(l > 0 && o >= l && o <= h && c >= l && c <= h && h < Number.POSITIVE_INFINITY && volume[i] >= 0))
      return false
  }
  return true
}

function allWhole(values: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (Math.floor(values[i]) !== values[i]) return false
  return true
}

function anyAbove(values: Uint16Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (values[i] !== 0) return true
  return false
}
