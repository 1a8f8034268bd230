/**
 * What a file that is appended says of times that the store has rows of already. What it repeats is left out; what it
 * tells otherwise was corrected, and is kept beside what was believed before, with the time from which it is known.
 */
import { GordonError } from '../../core/errors.ts'
import { isoTime, type Micros } from '../../core/time.ts'
import type { BarSeries } from '../../domain/bar.ts'
import type { CustomSeries } from '../../domain/market-events.ts'
import type { KindRows } from '../schema.ts'
import { firstAtOrAfter } from '../series.ts'
import { chosen } from './sound-rows.ts'

const VALUES = ['open', 'high', 'low', 'close', 'volume'] as const

export interface Corrected {
  /** Rows of times that the store has not come to yet. */
  readonly later: KindRows['bars']
  /** Rows that differ from what is believed of their times, and those that were missing. */
  readonly corrections: KindRows['bars']
  /** Rows that say what is known. */
  readonly repeated: number
}

/**
 * @param stored as it first came
 * @param before earlier corrections, oldest first
 * @param last time of the last stored bar
 * @param known when the file was published
 * @throws GordonError CORRECTION_TIME
 */
export function correctedBars(
  rows: KindRows['bars'],
  {
    stored,
    before,
    last,
    known,
    id,
  }: {
    readonly stored: BarSeries
    readonly before: BarSeries | undefined
    readonly last: Micros
    readonly known: Micros
    readonly id: string
  },
): Corrected {
  const newest = new Map<Micros, number>()
  for (let i = 0; i < (before?.length ?? 0); i++) newest.set(before!.eventTime[i], i)
  const later: number[] = []
  const differing: number[] = []
  for (let row = 0; row < rows.length; row++) {
    const time = rows.eventTime[row]
    if (time > last) {
      later.push(row)
      continue
    }
    const at = firstAtOrAfter(stored.eventTime, time)
    const corrected = newest.get(time)
    const [series, place] = corrected === undefined ? [stored, at] : [before!, corrected]
    const isThere = corrected !== undefined || stored.eventTime[at] === time
    if (isThere && VALUES.every(name => Object.is(series[name][place], rows[name][row]))) continue
    const since = isThere ? series.receiveTime[place] : time
    if (known <= since) {
      throw new GordonError(
        'CORRECTION_TIME',
        `the bar of ${id} at ${isoTime(time)} differs from what was known at ${isoTime(since)} and cannot correct it at ` +
          `${isoTime(known)}: give --known as the time at which this file was published`,
      )
    }
    differing.push(row)
  }
  const corrections = chosen(rows, differing)
  return {
    later: later.length === rows.length ? rows : chosen(rows, later),
    corrections: { ...corrections, receiveTime: new Float64Array(differing.length).fill(known) },
    repeated: rows.length - later.length - differing.length,
  }
}

/**
 * Points that the store does not have: a file that holds the whole of a series again brings what is new in it.
 * @param known when the file was published, where its rows do not say so themselves
 */
export function newPoints(
  rows: KindRows['custom'],
  stored: CustomSeries,
  known: Micros | undefined,
): { readonly rows: KindRows['custom']; readonly repeated: number } {
  const has = new Set<string>()
  const newest = new Map<Micros, number>()
  for (let i = 0; i < stored.length; i++) {
    has.add(`${stored.eventTime[i]} ${stored.receiveTime[i]} ${stored.value[i]}`)
    newest.set(stored.eventTime[i], stored.value[i])
  }
  const keep: number[] = []
  for (let row = 0; row < rows.length; row++) {
    const [event, receive, value] = [rows.eventTime[row], rows.receiveTime[row], rows.value[row]]
    const isKnown =
      known === undefined
        ? has.has(`${event} ${receive} ${value}`)
        : newest.has(event) && Object.is(newest.get(event), value)
    if (!isKnown) keep.push(row)
  }
  const kept = chosen(rows, keep)
  const repeated = rows.length - keep.length
  if (known === undefined) return { rows: kept, repeated }
  return { rows: { ...kept, receiveTime: kept.receiveTime.map(time => Math.max(time, known)) }, repeated }
}
