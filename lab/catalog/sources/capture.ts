/**
 * What the messages of one exchange in a capture are read into, and what each exchange's own file does: it knows the
 * messages' fields, this the streams, the instruments and the times.
 */
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import { ClockSkew } from './clock-skew.ts'
import { type EventRows, RecordedStreams, type Stamp } from './event-rows.ts'
import type { SourceInstrument, SourceReading } from './source.ts'

/** The messages of one exchange. */
export interface CaptureVenue {
  /** @returns what is wrong with the message, if anything is */
  message(message: unknown): string | undefined
  /** The connection begins anew: what was known of books is void. */
  connected(): void
}

/** Terms of instruments by the symbol that messages name, from the exchange's own list. */
export type CaptureInstruments = ReadonlyMap<string, SourceInstrument>

export class Capture {
  readonly streams = new RecordedStreams()
  /** Of the message that is being read. */
  readonly at: Stamp = { eventTime: 0, eventNanos: 0, receiveTime: 0, receiveNanos: 0 }
  row = 0
  /** File that it stands in, for messages. */
  file = ''
  readonly symbols = new Set<string>()
  readonly #venue: string
  readonly #instruments: CaptureInstruments
  readonly #reading: SourceReading
  readonly #skew = new ClockSkew()
  readonly #leftOut = new Map<string, number>()

  constructor(venue: string, instruments: CaptureInstruments, reading: SourceReading) {
    this.#venue = venue
    this.#instruments = instruments
    this.#reading = reading
  }

  /** Whether the caller asked for it. */
  wants(symbol: string): boolean {
    this.symbols.add(symbol)
    const { symbol: only } = this.#reading.options
    return only === undefined || only === symbol
  }

  rows(kind: 'trades' | 'quotes' | 'book', symbol: string): EventRows {
    const told = this.#instruments.get(symbol) ?? { symbol, calendar: '24/7' }
    return this.streams.of(kind, { ...told, symbol, venue: this.#reading.options.venue ?? this.#venue })
  }

  /** One level of a book; `first` of a snapshot empties it. */
  level(book: EventRows, side: 1 | -1, price: number, size: number): void {
    book.push(this.at, this.row, Number.NaN, BOOK_ACTIONS.set, side, price, size)
  }

  clear(book: EventRows): void {
    book.push(this.at, this.row, Number.NaN, BOOK_ACTIONS.clear, 0, Number.NaN, Number.NaN)
  }

  /** The book is unknown until it is cleared. */
  gap(book: EventRows): void {
    book.push(this.at, this.row, Number.NaN, BOOK_ACTIONS.gap, 0, Number.NaN, Number.NaN)
  }

  /** Messages are missing, told of the instrument. */
  missing(symbol: string, text: string): void {
    const instrument = `${this.#reading.options.venue ?? this.#venue}:${symbol}`
    this.#reading.issues.add({ code: 'sequenceGap', row: this.row, text: this.#placed(text), instrument })
  }

  bad(text: string): void {
    this.#reading.issues.add({ code: 'badMessage', row: this.row, text: this.#placed(text) })
  }

  leaveOut(what: string): void {
    this.#leftOut.set(what, (this.#leftOut.get(what) ?? 0) + 1)
  }

  /** The message has a time of the venue's. */
  timed(): void {
    this.#skew.see(this.at)
  }

  notes(): string[] {
    const left = [...this.#leftOut].map(([what, count]) => `${this.#venue}: ${count} ${what} are left out`)
    return [...left, ...this.#skew.notes().map(note => `${this.#venue}: ${note}`)]
  }

  #placed(text: string): string {
    return this.file === this.#reading.issues.file ? text : `${text}, in ${this.file}`
  }
}

/** Steps in a unit, of a step such as `0.00000001`; undefined where they do not divide it. */
export function stepsPerUnit(step: string | number | undefined): number | undefined {
  const size = Number(step)
  const count = Math.round(1 / size)
  return size > 0 && size <= 1 && Math.abs(count * size - 1) < 1e-9 ? count : undefined
}

/** Only what is known. */
export function known<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !Number.isNaN(value)),
  ) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
