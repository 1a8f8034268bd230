/** A plain CSV or Parquet file as the bars of a run, without a store: held in memory, checked like an ingest. */
import { GordonError } from '../core/errors.ts'
import type { BarSeries } from '../domain/bar.ts'
import { calendarNamed } from '../domain/calendar/calendar.ts'
import { compareInstruments, instrumentId } from '../domain/instrument.ts'
import type { BarSource, BarStream } from '../domain/ports/store.ts'
import { barDate, type Moment, windowOf } from './dates.ts'
import { fileDigest } from './durable.ts'
import { assemble, type InstrumentRows } from './ingest/assemble.ts'
import { openTable, requireFile, stemOf, type TableFormat } from './ingest/open-table.ts'
import type { ReadingOptions } from './ingest/reading.ts'
import { heldStream, refuseFirst } from './open-bars.ts'
import { sharedColumn, windowSeries } from './series.ts'
import { findSplits, sessionPrices, type ToldSplit } from './splits.ts'

export interface FileBarsOptions extends ReadingOptions {
  readonly format?: TableFormat
  readonly from?: Moment
  readonly to?: Moment
  /** Sessions, `yyyy-mm-dd`, at which a jump of raw prices is known to be no split. */
  readonly acceptJumps?: readonly string[]
  /** Splits that the run is told of: raw prices may jump by them. */
  readonly splits?: readonly ToldSplit[]
}

/**
 * @returns bars whose snapshot is `file:<sha256>`
 * @throws GordonError as ingest does, and UNADJUSTED_SPLIT, EMPTY_RANGE
 */
export async function fileBars(path: string, options: FileBarsOptions = {}): Promise<BarSource> {
  await requireFile(path)
  const [hash, assembled] = await Promise.all([
    fileDigest(path),
    openTable(path, options, options.format).then(table => assemble(table, options, stemOf(path))),
  ])
  const { interval, adjustment, notes, log } = assembled
  const rows = [...assembled.instruments].sort((a, b) => compareInstruments(a.instrument, b.instrument))
  const streams: BarStream[] = []
  let empty: GordonError | undefined
  for (const { instrument, rows: held } of rows) {
    const calendar = calendarNamed(instrument.calendar)
    const series = windowSeries(
      seriesOf(held, !calendar.continuous),
      windowOf(options.from, options.to, calendar),
    )
    const name = instrumentId(instrument)
    if (series.length === 0) {
      const { eventTime, length } = held.bars
      empty ??= new GordonError(
        'EMPTY_RANGE',
        `${path} has no bar of ${name} in the range: it has them from ${barDate(eventTime[0])} to ${barDate(eventTime[length - 1])}`,
      )
    } else if (adjustment === 'raw' && !calendar.continuous) {
      refuseFirst(name, await findSplits(sessionPrices(series), async () => undefined), options, undefined)
    }
    streams.push(heldStream(series))
  }
  if (empty !== undefined && streams.every(({ rows }) => rows === 0)) throw empty
  const dropped = log.summary().map(({ code, count, example }) => `${count} × ${code}, first: ${example}`)
  return {
    datasets: [{ id: path, snapshot: `file:${hash}`, adjustment, interval }],
    instruments: rows.map(({ instrument }) => instrument),
    intervals: rows.map(() => interval),
    streams,
    notes: [...notes, ...dropped],
  }
}

function seriesOf({ bars }: InstrumentRows, sessions: boolean): BarSeries {
  const n = bars.length
  const share = (column: Float64Array): Float64Array => column.subarray(0, n)
  const eventTime = share(bars.eventTime)
  const receiveTime = bars.hasNanos ? laterMicros(eventTime, bars.nanos) : eventTime
  return {
    length: n,
    eventTime,
    receiveTime,
    sessionClose: sessions ? share(bars.sessionClose) : undefined,
    open: share(bars.open),
    high: share(bars.high),
    low: share(bars.low),
    close: share(bars.close),
    volume: share(bars.volume),
  }
}

/** A time between two µs is known at the later one. */
function laterMicros(times: Float64Array, nanos: Uint16Array): Float64Array {
  const later = sharedColumn(times.length)
  for (let i = 0; i < times.length; i++) later[i] = times[i] + (nanos[i] > 0 ? 1 : 0)
  return later
}
