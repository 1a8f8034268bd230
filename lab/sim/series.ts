/** Bar series in memory: parts of them, and sources made of them. */
import { DAY, HOUR, MINUTE, SECOND } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { seriesDigest } from './row-digest.ts'

/** First row whose receive time is not before `time`. */
export function rowAtOrAfter(series: BarSeries, time: number): number {
  let low = 0
  let high = series.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (series.receiveTime[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows [from, to) as views; the same object when that is all of them. */
export function sliceSeries(series: BarSeries, from: number, to: number): BarSeries {
  if (from === 0 && to === series.length) return series
  const eventTime = series.eventTime.subarray(from, to)
  return {
    length: to - from,
    eventTime,
    receiveTime: series.receiveTime === series.eventTime ? eventTime : series.receiveTime.subarray(from, to),
    open: series.open.subarray(from, to),
    high: series.high.subarray(from, to),
    low: series.low.subarray(from, to),
    close: series.close.subarray(from, to),
    volume: series.volume.subarray(from, to),
    ...(series.sessionClose === undefined ? {} : { sessionClose: series.sessionClose.subarray(from, to) }),
  }
}

/** Rows of one series after another's, in columns of their own. */
export function joinSeries(early: BarSeries, late: BarSeries): BarSeries {
  const join = (a: Float64Array, b: Float64Array): Float64Array => {
    const joined = new Float64Array(a.length + b.length)
    joined.set(a)
    joined.set(b, a.length)
    return joined
  }
  const eventTime = join(early.eventTime, late.eventTime)
  const oneTime = early.receiveTime === early.eventTime && late.receiveTime === late.eventTime
  return {
    length: early.length + late.length,
    eventTime,
    receiveTime: oneTime ? eventTime : join(early.receiveTime, late.receiveTime),
    open: join(early.open, late.open),
    high: join(early.high, late.high),
    low: join(early.low, late.low),
    close: join(early.close, late.close),
    volume: join(early.volume, late.volume),
    ...(early.sessionClose === undefined || late.sessionClose === undefined
      ? {}
      : { sessionClose: join(early.sessionClose, late.sessionClose) }),
  }
}

const UNITS = { w: 7 * DAY, d: DAY, h: HOUR, m: MINUTE, s: SECOND }

/** The shortest time between two bars as an interval; empty where it is none. */
function measuredInterval({ eventTime, length }: BarSeries): string {
  let least = Number.POSITIVE_INFINITY
  for (let row = 1; row < length; row++) least = Math.min(least, eventTime[row] - eventTime[row - 1])
  for (const [name, unit] of Object.entries(UNITS)) if (least % unit === 0) return `${least / unit}${name}`
  return ''
}

/** A source of series that are in memory already, for notebooks, tests and benchmarks. */
export function memoryBars(
  entries: readonly { readonly instrument: Instrument; readonly series: BarSeries }[],
  dataset: Partial<RunDataset> = {},
): BarSource {
  const whole: RunDataset = {
    id: dataset.id ?? 'memory',
    get snapshot() {
      return (
        dataset.snapshot ??
        `memory:${entries.map(entry => seriesDigest(entry.series).slice(0, 16)).join(',')}`
      )
    },
    adjustment: dataset.adjustment ?? 'raw',
    interval: dataset.interval ?? '',
  }
  return {
    datasets: [whole],
    instruments: entries.map(entry => entry.instrument),
    intervals: entries.map(({ series }) => dataset.interval ?? measuredInterval(series)),
    streams: entries.map(entry => ({
      rows: entry.series.length,
      series: entry.series,
      next: async () => undefined,
    })),
    notes: [],
  }
}
