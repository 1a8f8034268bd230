/** Bars that were corrected after they were first published: kept beside them, each with when it became known. */
import type { Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { ManifestInstrument } from './manifest.ts'
import { readStream } from './series-reader.ts'
import { sliceSeries } from './series.ts'
import type { Storage } from './storage/storage.ts'
import { chosen } from './ingest/sound-rows.ts'

/** Corrections that were known by an instant, in the order in which they became known; undefined where there are none. */
export async function readCorrections(
  storage: Storage,
  { corrections }: ManifestInstrument,
  knownAt: Micros = Number.POSITIVE_INFINITY,
): Promise<BarSeries | undefined> {
  if (corrections === undefined) return undefined
  const reader = readStream<'bars'>({ folder: storage.folder, storage }, { kind: 'bars' }, corrections)
  const whole = await wholeSeries(reader)
  const places: number[] = []
  for (let i = 0; i < (whole?.length ?? 0); i++) if (whole!.receiveTime[i] <= knownAt) places.push(i)
  if (places.length === 0) return undefined
  // Files lie in the order in which they were taken, and may have been published in another.
  places.sort((a, b) => whole!.receiveTime[a] - whole!.receiveTime[b] || a - b)
  return chosen(whole!, places)
}

/** All rows that a reader still has; undefined where there are none. */
export async function wholeSeries<Series extends { readonly length: number }>(reader: {
  next(rows: number): Promise<Series | undefined>
}): Promise<Series | undefined> {
  const batches: Series[] = []
  for (let one = await reader.next(65_536); one !== undefined; one = await reader.next(65_536))
    batches.push(one)
  if (batches.length <= 1) return batches[0]
  const length = batches.reduce((sum, one) => sum + one.length, 0)
  const joined: Record<string, unknown> = { ...batches[0], length }
  for (const [name, first] of Object.entries(batches[0] as Readonly<Record<string, unknown>>)) {
    if (!(first instanceof Float64Array)) continue
    const column = new Float64Array(length)
    let at = 0
    for (const batch of batches) {
      column.set((batch as unknown as Readonly<Record<string, Float64Array>>)[name], at)
      at += batch.length
    }
    joined[name] = column
  }
  return joined as unknown as Series
}

/** The bars as they stood when all of the corrections were known; late ones come to their places. */
export function corrected(bars: BarSeries, corrections: BarSeries | undefined): BarSeries {
  if (corrections === undefined) return bars
  const last = new Map<Micros, number>()
  for (let i = 0; i < corrections.length; i++) last.set(corrections.eventTime[i], i)
  const from: { readonly time: Micros; readonly series: BarSeries; readonly row: number }[] = []
  for (let i = 0; i < bars.length; i++) {
    const time = bars.eventTime[i]
    const other = last.get(time)
    from.push(
      other === undefined ? { time, series: bars, row: i } : { time, series: corrections, row: other },
    )
    last.delete(time)
  }
  for (const [time, row] of last) from.push({ time, series: corrections, row })
  from.sort((a, b) => a.time - b.time)
  const column = (of: (series: BarSeries) => Float64Array | undefined) =>
    Float64Array.from(from, ({ series, row }) => of(series)?.[row] ?? Number.NaN)
  const eventTime = column(series => series.eventTime)
  return {
    length: from.length,
    eventTime,
    receiveTime: column(series => series.receiveTime),
    ...(bars.sessionClose === undefined ? {} : { sessionClose: column(series => series.sessionClose) }),
    open: column(series => series.open),
    high: column(series => series.high),
    low: column(series => series.low),
    close: column(series => series.close),
    volume: column(series => series.volume),
  }
}

/** Rows that had been received by an instant; the series itself where all had. */
export function receivedBy(series: BarSeries, knownAt: Micros): BarSeries {
  const { length, receiveTime } = series
  let isLate = false
  for (let i = 0; i < length && !isLate; i++) isLate = receiveTime[i] > knownAt
  if (!isLate) return series
  const places: number[] = []
  for (let i = 0; i < length; i++) if (receiveTime[i] <= knownAt) places.push(i)
  const isHead = places.every((row, i) => row === i)
  return isHead ? sliceSeries(series, 0, places.length) : chosen(series, places)
}
