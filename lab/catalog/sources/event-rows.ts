/**
 * Rows of many streams while a recording is read: each stream has columns of its own that grow, and gives them away
 * in batches, so that a day of messages takes no more memory than an hour.
 */
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { csvBytes } from '../ingest/csv-rows.ts'
import type { KindRows } from '../schema.ts'
import type { SourceBatch, SourceInstrument } from './source.ts'

/** Columns of each kind, in the order in which `push` takes them. */
const COLUMNS = {
  trades: ['price', 'size', 'side'],
  quotes: ['bid', 'ask', 'bidSize', 'askSize'],
  book: ['action', 'side', 'price', 'size'],
  funding: ['rate', 'markPrice'],
} as const
export type EventKind = keyof typeof COLUMNS

const BATCH_ROWS = 32_768
const FIRST_ROWS = 256
const LONGEST_LINE = 64 << 20

/** When it happened, rounded down, and when it was known, rounded up, with what was cut and added. */
export interface Stamp {
  eventTime: Micros
  eventNanos: number
  receiveTime: Micros
  /** Nanoseconds by which receiveTime was rounded up. */
  receiveNanos: number
}

export class EventRows {
  readonly kind: EventKind
  instrument: SourceInstrument
  length = 0
  #times: Float64Array[]
  #nanos: Uint16Array[]
  #values: Float64Array[]

  constructor(kind: EventKind, instrument: SourceInstrument) {
    this.kind = kind
    this.instrument = instrument
    this.#times = columns(4, FIRST_ROWS)
    this.#nanos = [new Uint16Array(FIRST_ROWS), new Uint16Array(FIRST_ROWS)]
    this.#values = columns(COLUMNS[kind].length, FIRST_ROWS)
  }

  /**
   * @param row number of the message in the source
   * @param sequence the venue's own number; NaN where it gives none
   */
  push(at: Stamp, row: number, sequence: number, a: number, b: number, c = Number.NaN, d = Number.NaN): void {
    const i = this.length
    if (i === this.#times[0].length) this.#grow()
    this.length++
    const [eventTime, receiveTime, venueSequence, rowNumber] = this.#times
    eventTime[i] = at.eventTime
    receiveTime[i] = at.receiveTime
    venueSequence[i] = sequence
    rowNumber[i] = row
    this.#nanos[0][i] = at.eventNanos
    this.#nanos[1][i] = at.receiveNanos
    const values = this.#values
    values[0][i] = a
    values[1][i] = b
    if (values.length > 2) values[2][i] = c
    if (values.length > 3) values[3][i] = d
  }

  /** The rows so far; they are this object's again when the next row is pushed. */
  take(): SourceBatch {
    const { kind, instrument, length } = this
    const [eventTime, receiveTime, venueSequence, rowNumber] = this.#times
    const rows: Record<string, unknown> = { length, eventTime, receiveTime, venueSequence }
    rows.eventNanos = this.#nanos[0]
    rows.receiveNanos = this.#nanos[1]
    for (const [i, name] of COLUMNS[kind].entries()) rows[name] = this.#values[i]
    this.length = 0
    const common = { instrument, rowNumber: (row: number) => rowNumber[row] }
    return { kind, rows: rows as unknown as KindRows['trades'], ...common } as SourceBatch
  }

  #grow(): void {
    this.#times = this.#times.map(doubled)
    this.#values = this.#values.map(doubled)
    this.#nanos = this.#nanos.map(column => {
      const wider = new Uint16Array(column.length * 2)
      wider.set(column)
      return wider
    })
  }
}

/** All streams of a recording, by kind and instrument. */
export class RecordedStreams {
  readonly #streams = new Map<string, EventRows>()

  of(kind: EventKind, instrument: SourceInstrument): EventRows {
    const key = `${kind} ${instrument.venue}:${instrument.symbol}`
    let rows = this.#streams.get(key)
    if (rows === undefined) this.#streams.set(key, (rows = new EventRows(kind, instrument)))
    return rows
  }

  /** Those that have enough for a batch. */
  *full(): Generator<SourceBatch> {
    for (const rows of this.#streams.values()) if (rows.length >= BATCH_ROWS) yield rows.take()
  }

  *rest(): Generator<SourceBatch> {
    for (const rows of this.#streams.values()) if (rows.length > 0) yield rows.take()
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0
  }
}

function columns(count: number, length: number): Float64Array[] {
  return Array.from({ length: count }, () => new Float64Array(length))
}

function doubled(column: Float64Array): Float64Array {
  const wider = new Float64Array(column.length * 2)
  wider.set(column)
  return wider
}

/**
 * Lines of a text, a megabyte or so at a time, unpacked where it is gzip.
 * @throws GordonError LINE_TOO_LONG, NOT_A_TABLE where it cannot be unpacked
 */
export async function* linesOf(path: string, file: string): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of csvBytes(path, file)) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const end = bytes.lastIndexOf(10) + 1
    rest = bytes.subarray(end)
    if (rest.length > LONGEST_LINE) {
      throw new GordonError(
        'LINE_TOO_LONG',
        `${file} has a line of more than ${LONGEST_LINE >> 20} MB: it is no recording of messages`,
      )
    }
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\n')
  }
  if (rest.length > 0) yield [rest.toString('utf8')]
}

/** A time of receipt, `1723161255030314667` ns or `1618677817.061845` s, rounded up; false where it is none. */
export function receivedAt(text: string, into: Stamp): boolean {
  if (!split(text)) return false
  const rest = nanos % 1000
  into.receiveTime = seconds * 1e6 + Math.floor(nanos / 1000) + (rest === 0 ? 0 : 1)
  into.receiveNanos = rest === 0 ? 0 : 1000 - rest
  return true
}

/** When it happened, of the same forms, rounded down. */
export function happenedAt(text: string, into: Stamp): boolean {
  if (!split(text)) return false
  into.eventTime = seconds * 1e6 + Math.floor(nanos / 1000)
  into.eventNanos = nanos % 1000
  return true
}

let seconds = 0
let nanos = 0

function split(text: string): boolean {
  const match = /^(\d{10})(?:\.(\d{1,9})|(\d{9}))$/.exec(text)
  if (match === null) return false
  seconds = Number(match[1])
  nanos = Number((match[2] ?? match[3]).padEnd(9, '0'))
  return true
}

/** `2021-04-17T16:43:37.075687Z` as when it happened. */
export function happenedAtIso(text: string, into: Stamp): boolean {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/.exec(text)
  if (match === null) return false
  const fraction = Number((match[2] ?? '').padEnd(9, '0'))
  into.eventTime = Date.parse(`${match[1]}Z`) * 1000 + Math.floor(fraction / 1000)
  into.eventNanos = fraction % 1000
  return !Number.isNaN(into.eventTime)
}

/** Nothing at the venue says when it happened: no later than it was known. */
export function happenedWhenReceived(at: Stamp): void {
  at.eventTime = at.receiveNanos === 0 ? at.receiveTime : at.receiveTime - 1
  at.eventNanos = at.receiveNanos === 0 ? 0 : 1000 - at.receiveNanos
}
