/** Bars of one instrument in columns: cut to a window without a copy, gathered into memory that workers share. */
import type { Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'

/** First and last instant wanted; -Infinity and Infinity where there is no limit. */
export interface Window {
  readonly from: Micros
  readonly to: Micros
  /** Only rows that had been received by then. */
  readonly knownAt?: Micros
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

/** First row at a time or after it. */
export function firstAtOrAfter(times: Float64Array, time: Micros): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}

/** First row after a time. */
export function firstAfter(times: Float64Array, time: Micros): number {
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

/** Columns of one stream in shared memory, from a reader that gives them in batches. */
export async function gatherColumns(
  next: (rows: number) => Promise<{ readonly length: number } | undefined>,
  rows: number,
  fields: readonly string[],
): Promise<Record<string, Float64Array>> {
  const columns = Object.fromEntries(fields.map(name => [name, sharedColumn(rows)]))
  let length = 0
  for (let batch = await next(65_536); batch !== undefined; batch = await next(65_536)) {
    const given = batch as unknown as Readonly<Record<string, Float64Array>>
    for (const name of fields) columns[name].set(given[name], length)
    length += batch.length
  }
  if (length !== rows) throw new Error(`bug in gordon: ${rows} rows were counted and ${length} read`)
  const { eventTime, receiveTime } = columns
  if (receiveTime.every((time, i) => time === eventTime[i])) columns.receiveTime = eventTime
  return columns
}
