/**
 * Rows of one file of LEAN's. A time is the bar's START in the market's data time zone: milliseconds since midnight
 * where a file is a day, `yyyymmdd HH:MM` where it is all there is. A bar is known one interval later, a share's day
 * at the session's close. Prices of shares are in ten-thousandths, all others plain. A bar of quotes is time, bid
 * open, high, low, close, size, then the same of the ask; a side that had no quote is empty.
 * Source: LEAN, Common/Util/LeanData.cs.
 */
import { DAY, HOUR, isoTime, type Micros, MINUTE, SECOND } from '../../core/time.ts'
import { type Calendar, localDay, type Session } from '../../domain/calendar/calendar.ts'
import type { Zone } from '../../domain/calendar/zone.ts'
import { type CsvRows, csvBytes, csvRows, fieldText } from '../ingest/csv-rows.ts'
import { marksOf, numbersOf } from '../ingest/event-columns.ts'
import { chosen } from '../ingest/sound-rows.ts'
import type { KindRows, PriceType } from '../schema.ts'
import type { LeanFile, LeanResolution } from './lean-path.ts'
import type { SourceBatch, SourceInstrument, SourceReading } from './source.ts'

const SPANS: Readonly<Record<Exclude<LeanResolution, 'tick'>, { interval: string; micros: Micros }>> = {
  second: { interval: '1s', micros: SECOND },
  minute: { interval: '1m', micros: MINUTE },
  hour: { interval: '1h', micros: HOUR },
  daily: { interval: '1d', micros: DAY },
}
/** Prices of shares are whole numbers of these. */
const PER_UNIT = 10_000

export interface LeanPart {
  readonly file: LeanFile
  readonly instrument: SourceInstrument
  readonly zone: Zone
  readonly calendar: Calendar
}

export async function* leanRows(part: LeanPart, reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { file, instrument } = part
  const fields = await fieldsOfFirstLine(file)
  for await (const rows of csvRows(file.path, file.name, { delimiter: ',', fields, header: false })) {
    if (rows.length === 0) continue
    const bad = marksOf(rows, reading.issues)
    const rowsAt = (places: readonly number[]) => (row: number) => rows.lines[places[row]]
    for (const { batch, missing } of batchesOf(rows, part, bad, reading)) {
      const places: number[] = []
      for (let row = 0; row < rows.length; row++) if (bad[row] === 0 && missing?.[row] !== 1) places.push(row)
      if (places.length === 0) continue
      const kept = places.length === rows.length ? batch.rows : chosen(batch.rows as KindRows['bars'], places)
      yield { ...batch, instrument, rows: kept, rowNumber: rowsAt(places) } as SourceBatch
    }
  }
}

async function fieldsOfFirstLine({ path, name }: LeanFile): Promise<number> {
  let text = ''
  for await (const piece of csvBytes(path, name)) {
    text += piece.toString('latin1')
    if (text.includes('\n')) break
  }
  return text.split('\n', 1)[0].split(',').length
}

interface Found {
  readonly batch: SourceBatch
  /** Rows that this side of a quote has not, which is no fault. */
  readonly missing?: Uint8Array
}

function batchesOf(rows: CsvRows, part: LeanPart, bad: Uint8Array, reading: SourceReading): Found[] {
  const { file, instrument } = part
  const { length } = rows
  const { issues } = reading
  const numbers = (field: number, name: string): Float64Array => {
    const values = numbersOf(rows, field, `${name} of ${file.name}`, bad, issues)
    return scaled(values, file, name)
  }
  const { what } = file
  if (what.kind === 'funding') {
    const eventTime = startsOf(rows, part, bad, reading)
    const common = { length, eventTime, receiveTime: eventTime }
    const markPrice = new Float64Array(length).fill(Number.NaN)
    return [
      { batch: { kind: 'funding', instrument, rows: { ...common, rate: numbers(1, 'rate'), markPrice } } },
    ]
  }
  const { resolution } = what
  if (resolution === 'tick') {
    const eventNanos = new Uint16Array(length)
    const eventTime = startsOf(rows, part, bad, reading, eventNanos)
    const receiveNanos = eventNanos.map(nanos => (nanos === 0 ? 0 : 1000 - nanos))
    const receiveTime = eventTime.map((time, row) => (eventNanos[row] === 0 ? time : time + 1))
    const common = { length, eventTime, receiveTime, eventNanos, receiveNanos }
    if (what.kind === 'trade') {
      const [price, size] = [numbers(1, 'price'), numbers(2, 'size')]
      return [
        {
          batch: {
            kind: 'trades',
            instrument,
            rows: { ...common, price, size, side: new Float64Array(length) },
          },
        },
      ]
    }
    const sized = rows.fields >= 5
    const nothing = new Float64Array(length)
    const quotes = {
      bid: numbers(1, 'bid'),
      ask: numbers(sized ? 3 : 2, 'ask'),
      bidSize: sized ? numbers(2, 'bid size') : nothing,
      askSize: sized ? numbers(4, 'ask size') : nothing,
    }
    return [{ batch: { kind: 'quotes', instrument, rows: { ...common, ...quotes } } }]
  }
  const { interval } = SPANS[resolution]
  const eventTime = closesOf(startsOf(rows, part, bad, reading), resolution, part, rows, bad, reading)
  const bars = (first: number, price: PriceType, volume: Float64Array, word = ''): SourceBatch => ({
    kind: 'bars',
    interval,
    price,
    adjustment: 'raw',
    instrument,
    rows: {
      length,
      eventTime,
      receiveTime: eventTime,
      open: numbers(first, `${word}open`),
      high: numbers(first + 1, `${word}high`),
      low: numbers(first + 2, `${word}low`),
      close: numbers(first + 3, `${word}close`),
      volume,
    },
  })
  if (what.kind === 'trade') return [{ batch: bars(1, 'trade', numbers(5, 'volume')) }]
  const unknown = new Float64Array(length).fill(Number.NaN)
  return (['bid', 'ask'] as const).map((side, i) => {
    const first = 1 + 5 * i
    const missing = emptySide(rows, first)
    // A side without quotes in that bar is no fault: it is not looked at.
    const before = bad.slice()
    for (let row = 0; row < length; row++) if (missing[row] === 1) bad[row] = 1
    const batch = bars(first, side, unknown, `${side} `)
    for (let row = 0; row < length; row++) if (missing[row] === 1) bad[row] = before[row]
    return { batch, missing }
  })
}

function scaled(values: Float64Array, { type }: LeanFile, name: string): Float64Array {
  if (type !== 'equity' || /volume|size|rate/.test(name)) return values
  for (let i = 0; i < values.length; i++) values[i] /= PER_UNIT
  return values
}

/** Rows in which a side has no open: it had no quote in that bar. */
function emptySide({ length, fields, starts, ends }: CsvRows, first: number): Uint8Array {
  const empty = new Uint8Array(length)
  for (let row = 0; row < length; row++)
    if (starts[row * fields + first] === ends[row * fields + first]) empty[row] = 1
  return empty
}

/** What the first column says, as µs UTC. */
function startsOf(
  rows: CsvRows,
  { file, zone }: LeanPart,
  bad: Uint8Array,
  { issues }: SourceReading,
  nanos?: Uint16Array,
): Float64Array {
  const { what, name } = file
  const day = what.kind === 'funding' ? undefined : what.day
  const local =
    day === undefined
      ? datesOf(rows, name, bad, issues)
      : numbersOf(rows, 0, `time of ${name}`, bad, issues).map((millis, row) => {
          const whole = Math.round(millis * 1e6)
          if (nanos !== undefined) nanos[row] = whole % 1000
          return day * DAY + Math.floor(whole / 1000)
        })
  for (let row = 0; row < local.length; row++) {
    if (bad[row] !== 0) continue
    const found = zone.toUtc(local[row])
    if (found.kind === 'unique') {
      local[row] = found.time
      continue
    }
    bad[row] = 1
    const text = `${isoTime(local[row]).slice(0, -1)} ${found.kind === 'ambiguous' ? 'happens twice' : 'does not exist'} in ${zone.name}`
    const code = found.kind === 'ambiguous' ? 'ambiguousTime' : 'skippedTime'
    issues.add({ code, row: rows.lines[row], column: `time of ${name}`, text })
  }
  return local
}

const DATE = /^(\d{4})(\d{2})(\d{2}) (\d{2}):(\d{2})(?::(\d{2}))?$/

function datesOf(
  rows: CsvRows,
  name: string,
  bad: Uint8Array,
  issues: SourceReading['issues'],
): Float64Array {
  const local = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) {
    if (bad[row] !== 0) continue
    const text = fieldText(rows, row, 0)
    const match = DATE.exec(text)
    const parts = match?.slice(1).map(part => Number(part ?? 0))
    const millis = parts && Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5])
    if (parts !== undefined && millis !== undefined && new Date(millis).getUTCDate() === parts[2]) {
      local[row] = millis * 1000
      continue
    }
    bad[row] = 1
    const words = `${JSON.stringify(text)} is no time such as 20140501 13:00`
    issues.add({ code: 'badTime', row: rows.lines[row], column: `time of ${name}`, text: words })
  }
  return local
}

/** When bars that begin then are known. */
function closesOf(
  starts: Float64Array,
  resolution: Exclude<LeanResolution, 'tick'>,
  { file, zone, calendar }: LeanPart,
  rows: CsvRows,
  bad: Uint8Array,
  { issues }: SourceReading,
): Float64Array {
  const { micros } = SPANS[resolution]
  const closes = starts.map(time => time + micros)
  const report = (row: number, code: 'noSession' | 'outsideSession', text: string): void =>
    issues.add({ code, row: rows.lines[row], column: `time of ${file.name}`, text })
  let session: Session | undefined
  for (let row = 0; row < closes.length; row++) {
    if (bad[row] !== 0) continue
    if (resolution === 'daily') {
      const day = localDay(zone, starts[row])
      if (calendar.continuous || calendar.overnight) {
        // A day of 23 or 25 hours ends at the next midnight all the same.
        const end = zone.toUtc((day + 1) * DAY)
        if (end.kind === 'unique') closes[row] = end.time
        continue
      }
      const own = calendar.session(day)
      if (own === undefined) {
        bad[row] = 1
        report(
          row,
          'noSession',
          `${isoTime(day * DAY).slice(0, 10)} has no session in calendar ${calendar.name}`,
        )
      } else closes[row] = own.close
      continue
    }
    const time = closes[row]
    if (
      calendar.continuous ||
      (session !== undefined && session.open < time && time - micros < session.close)
    )
      continue
    session = calendar.sessionAt(time) ?? calendar.sessionAt(time - micros + 1)
    if (session === undefined)
      report(
        row,
        'outsideSession',
        `${isoTime(time)} is outside the session's hours in calendar ${calendar.name}`,
      )
  }
  return closes
}
