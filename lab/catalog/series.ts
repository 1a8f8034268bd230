/** Bars of one instrument in columns: cut to a window without a copy, gathered into memory that workers share. */
import type { Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'

/** First and last instant wanted; -Infinity and Infinity where there is no limit. */
export interface Window {
  readonly from: Micros
  readonly to: Micros
}

/** Rows [from, to) as views on the same memory. */
export function sliceSeries(series: BarSeries, from: number, to: number): BarSeries {
  if (from === 0 && to === series.length) return series
  const cut = (column: Float64Array): Float64Array => column.subarray(from, to)
  const eventTime = cut(series.eventTime)
  return {
    length: to - from,
    eventTime,
    receiveTime: series.receiveTime === series.eventTime ? eventTime : cut(series.receiveTime),
    sessionClose: series.sessionClose && cut(series.sessionClose),
    open: cut(series.open),
    high: cut(series.high),
    low: cut(series.low),
    close: cut(series.close),
    volume: cut(series.volume),
  }
}

/** The rows whose event time lies in the window, both ends included. */
export function windowSeries(series: BarSeries, window: Window): BarSeries {
  return sliceSeries(
    series,
    firstAtOrAfter(series.eventTime, window.from),
    firstAfter(series.eventTime, window.to),
  )
}

function firstAtOrAfter(times: Float64Array, time: Micros): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}

function firstAfter(times: Float64Array, time: Micros): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** A column that worker threads can share. */
export function sharedColumn(rows: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(rows * 8))
}

/** Everything that a reader has left, in shared memory. */
export async function gatherSeries(
  next: (rows: number) => Promise<BarSeries | undefined>,
  rows: number,
  sessions: boolean,
): Promise<BarSeries> {
  const names = ['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume'] as const
  const columns = Object.fromEntries(names.map(name => [name, sharedColumn(rows)])) as Record<
    (typeof names)[number],
    Float64Array
  >
  const sessionClose = sessions ? sharedColumn(rows) : undefined
  let length = 0
  for (let batch = await next(65_536); batch !== undefined; batch = await next(65_536)) {
    for (const name of names) columns[name].set(batch[name], length)
    sessionClose?.set(batch.sessionClose!, length)
    length += batch.length
  }
  if (length !== rows) throw new Error(`bug in gordon: ${rows} rows were counted and ${length} read`)
  const same = columns.receiveTime.every((time, i) => time === columns.eventTime[i])
  return { length, ...columns, receiveTime: same ? columns.eventTime : columns.receiveTime, sessionClose }
}
