/**
 * LEAN's data folder in columns, for the tests beside this file. Minute files carry milliseconds since midnight of
 * the day that the file is named for, hour files `yyyymmdd HH:MM`; both are the bar's start, here always UTC. A trade
 * bar is time, open, high, low, close, volume; a quote bar time, bid open to close and size, ask open to close and
 * size. LEAN sees a bar at its end, and so do these series.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { HOUR, MINUTE, type Micros } from '../../../core/time.ts'
import type { BarSeries } from '../../../domain/bar.ts'
import type { FundingSeries, QuoteSeries } from '../../../domain/market-events.ts'
import { acceptanceData } from '../../acceptance-data.ts'

/** First column of a quote bar's sides. */
export const BID = 1
export const ASK = 6

/** Trade bars; with `first`, one side of quote bars (BID or ASK). */
export function leanBars(path: string, first = 1): BarSeries {
  const { time, columns } = table(path)
  return {
    length: time.length,
    eventTime: time,
    receiveTime: time,
    open: columns[first],
    high: columns[first + 1],
    low: columns[first + 2],
    close: columns[first + 3],
    volume: columns[first + 4],
  }
}

/** The bid and ask at which each quote bar closed. */
export function leanQuotes(path: string): QuoteSeries {
  const { time, columns } = table(path)
  return {
    length: time.length,
    eventTime: time,
    receiveTime: time,
    bid: columns[BID + 3],
    bidSize: columns[BID + 4],
    ask: columns[ASK + 3],
    askSize: columns[ASK + 4],
  }
}

/**
 * Funding as LEAN applies it: at each of `times` the newest rate of the file, though it be an older one, on the last
 * trade that is known then.
 */
export function leanFunding(path: string, times: readonly Micros[], trades: BarSeries): FundingSeries {
  const rates = lines(path).map(([stamp, rate]) => ({ time: stampTime(stamp), rate: Number(rate) }))
  const eventTime = Float64Array.from(times)
  return {
    length: times.length,
    eventTime,
    receiveTime: eventTime,
    rate: eventTime.map(time => rates.findLast(one => one.time <= time)!.rate),
    markPrice: eventTime.map(time => trades.close[trades.eventTime.findLastIndex(end => end <= time)]),
  }
}

/** Rows whose bar closes within [from, to]. */
export function between<Series extends BarSeries | QuoteSeries>(
  series: Series,
  from: Micros,
  to: Micros,
): Series {
  const first = series.eventTime.findIndex(time => time >= from)
  const last = series.eventTime.findLastIndex(time => time <= to) + 1
  return Object.fromEntries(
    Object.entries(series).map(([name, column]) => [
      name,
      column instanceof Float64Array ? column.slice(first, last) : last - first,
    ]),
  ) as unknown as Series
}

function table(path: string): { time: Float64Array; columns: readonly Float64Array[] } {
  const rows = lines(path)
  const day = dayTime(basename(path))
  const time = Float64Array.from(rows, ([start]) =>
    start.includes(' ') ? stampTime(start) + HOUR : day + Number(start) * 1000 + MINUTE,
  )
  return { time, columns: rows[0].map((_, place) => Float64Array.from(rows, row => Number(row[place]))) }
}

function lines(path: string): string[][] {
  return readFileSync(join(acceptanceData(), 'lean', path), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map(line => line.split(','))
}

/** `20221213…`; NaN where a name has no day. */
function dayTime(text: string): Micros {
  return Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8))) * 1000
}

/** `20221213 08:00` or `20221213 08:00:00` */
function stampTime(text: string): Micros {
  const [hours, minutes] = text.slice(9).split(':').map(Number)
  return dayTime(text) + hours * HOUR + minutes * MINUTE
}
