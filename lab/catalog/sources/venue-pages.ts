/**
 * Pages that were fetched from a venue (venue-spool.ts), as a source: each page is a batch. What the pager could not
 * get is told: holes between bars of a market that never closes or inside its sessions, holes in the venue's own
 * numbering of trades, rows that came twice and differ.
 */
import { basename } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { isoTime, type Micros } from '../../core/time.ts'
import { type Calendar, calendarNamed, localDay, sessionsBetween } from '../../domain/calendar/calendar.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { KindRows, PriceType } from '../schema.ts'
import { linesOf } from './event-rows.ts'
import type { SourceAdapter, SourceBatch, SourceInstrument, SourceReading } from './source.ts'
import { ToldGrids } from './told-grid.ts'
import type { Row } from './venue-client.ts'
import { PAGES_FORMAT, PAGES_MAGIC, rowOf, type SpooledPage, type SpoolHeader } from './venue-spool.ts'

const FINEST_LOTS = 1e8
const MAGIC = `{"${PAGES_MAGIC}":`

export const VENUE_PAGES: SourceAdapter = {
  name: 'venue-pages',
  kinds: ['bars', 'trades', 'funding', 'book', 'instruments'],
  about: 'pages of a venue’s REST, as gordon data fetch keeps them until they are stored (.jsonl)',
  knowsVenue: true,
  endings: '.jsonl',
  takes: file => file.endsWith('.jsonl'),
  guess: ({ head }) =>
    head.toString('utf8', 0, MAGIC.length) === MAGIC
      ? { confidence: 1, because: `its first line begins with ${PAGES_MAGIC}` }
      : { confidence: 0, because: '' },
  read,
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, issues } = reading
  issues.rowWord = 'row'
  let header: SpoolHeader | undefined
  let batches: PageBatches | undefined
  for await (const lines of linesOf(path, basename(path))) {
    for (const line of lines) {
      if (line === '') continue
      if (header === undefined || batches === undefined) {
        header = headerOf(line, basename(path))
        noteSource(header, reading)
        if (header.kind === 'terms') yield termsOf(header)
        batches = new PageBatches(header, reading)
      } else yield* batches.of(JSON.parse(line) as SpooledPage)
    }
  }
  batches?.end()
}

function headerOf(line: string, file: string): SpoolHeader {
  const header = line.startsWith(MAGIC) ? (JSON.parse(line) as SpoolHeader) : undefined
  if (header?.[PAGES_MAGIC] === PAGES_FORMAT) return header
  throw new GordonError(
    'BAD_PAGES',
    `${file} does not begin as pages of format ${PAGES_FORMAT} do: fetch them again with gordon data fetch`,
  )
}

function noteSource(
  { kind, endpoint, parameters, software, notes }: SpoolHeader,
  reading: SourceReading,
): void {
  const words = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  reading.note(`from ${[endpoint, ...words].join(' ')}, through ${software}`)
  if (kind === 'bars') reading.note('a bar is known at its close')
  else if (kind === 'trades' || kind === 'funding')
    reading.note('there is no time of receipt: it is known when it happens')
  for (const note of notes) reading.note(note)
}

function termsOf({ instrument, since }: SpoolHeader): SourceBatch {
  const { ticksPerUnit = 1, lotsPerUnit = 1, currency = 'USD', calendar = '24/7', ...rest } = instrument
  const time = since ?? Number.NEGATIVE_INFINITY
  const whole = { ...rest, ticksPerUnit, lotsPerUnit, currency, calendar }
  return {
    kind: 'instruments',
    rows: [{ instrument: whole, validFrom: time, validTo: Number.POSITIVE_INFINITY, receiveTime: time }],
  }
}

class PageBatches {
  readonly #header: SpoolHeader
  readonly #reading: SourceReading
  readonly #calendar: Calendar
  readonly #grids: ToldGrids
  #lotsPerUnit: number | undefined
  #row = 0
  #doubled = 0
  /** Close of the bar before, number of the trade before. */
  #last: number | undefined
  #received = Number.NEGATIVE_INFINITY

  constructor(header: SpoolHeader, reading: SourceReading) {
    this.#header = header
    this.#reading = reading
    const { instrument, follows, from } = header
    this.#calendar = calendarNamed(instrument.calendar ?? '24/7')
    this.#grids = new ToldGrids('the venue’s', reading)
    this.#lotsPerUnit = instrument.lotsPerUnit
    if (follows && header.kind === 'bars') this.#last = from.time
    if (follows && header.numbered && from.id !== undefined) this.#last = from.id - 1
  }

  *of({ rows: written, doubled, troubles }: SpooledPage): Generator<SourceBatch> {
    const { issues } = this.#reading
    this.#doubled += doubled
    for (const { code, text } of troubles) issues.add({ code, row: this.#row + 1, text })
    if (written.length === 0) return
    const rows = written.map(rowOf)
    const before = this.#row
    if (this.#row === 0) this.#noteBegin(rows[0])
    for (const batch of this.#batches(rows, row => before + row + 1)) yield this.#grids.hold(batch)
    this.#row += rows.length
  }

  end(): void {
    if (this.#doubled > 0) this.#reading.note(`${this.#doubled} rows came twice and were left out once`)
  }

  #noteBegin(first: Row): void {
    const { follows, from, kind, span = 0 } = this.#header
    if (!follows && kind !== 'book' && first[0] > from.time + Math.max(span, 1000))
      this.#reading.note(
        `asked from ${isoTime(from.time)} on; the venue shows nothing before ${isoTime(first[0])}`,
      )
  }

  *#batches(rows: readonly Row[], rowNumber: (row: number) => number): Generator<SourceBatch> {
    const { kind, instrument, interval = '', prices = ['trade'] } = this.#header
    const column = (at: number): Float64Array => Float64Array.from(rows, row => row[at])
    const { length } = rows
    switch (kind) {
      case 'bars': {
        this.#tellHoles(rows, rowNumber)
        const volume = column(2 + 4 * prices.length)
        const eventTime = column(1)
        for (const [lane, price] of prices.entries()) {
          const [open, high, low, close] = [0, 1, 2, 3].map(part => column(2 + 4 * lane + part))
          const bars = { length, eventTime, receiveTime: eventTime, open, high, low, close, volume }
          yield {
            kind: 'bars',
            interval,
            price: price as PriceType,
            adjustment: 'raw',
            instrument,
            rows: bars,
            rowNumber,
          }
        }
        return
      }
      case 'trades': {
        this.#tellNumbers(rows, rowNumber)
        const [eventTime, venueSequence, price, size, side] = [0, 1, 2, 3, 4].map(column)
        const receiveTime = this.#rising(eventTime)
        const trades: KindRows['trades'] = {
          length,
          eventTime,
          receiveTime,
          price,
          size,
          side,
          venueSequence,
        }
        yield { kind: 'trades', instrument: this.#withLots(size), rows: trades, rowNumber }
        return
      }
      case 'funding': {
        const [eventTime, rate, markPrice] = [0, 1, 2].map(column)
        const funding = { length, eventTime, receiveTime: this.#rising(eventTime), rate, markPrice }
        yield { kind: 'funding', instrument, rows: funding, rowNumber }
        return
      }
      case 'book': {
        const [eventTime, received, venueSequence, side, price, size] = [0, 1, 2, 3, 4, 5].map(column)
        const action = new Float64Array(length).fill(BOOK_ACTIONS.set)
        action[0] = BOOK_ACTIONS.clear
        const receiveTime = this.#rising(received)
        const book = { length, eventTime, receiveTime, action, side, price, size, venueSequence }
        yield { kind: 'book', instrument: this.#withLots(size), rows: book, rowNumber }
        return
      }
      case 'terms':
    }
  }

  /** A time of receipt never falls, whatever the venue's clock does. */
  #rising(times: Float64Array): Float64Array {
    const rising = times.slice()
    for (let i = 0; i < rising.length; i++) {
      if (rising[i] < this.#received) rising[i] = this.#received
      this.#received = rising[i]
    }
    return rising
  }

  /** The lots that a venue tells are today's; where sizes lie off them, they are on the finest grid. */
  #withLots(sizes: Float64Array): SourceInstrument {
    const { instrument } = this.#header
    const lots = this.#lotsPerUnit
    if (lots === undefined) return instrument
    if (lots !== FINEST_LOTS && sizes.some(size => Math.round(size * lots) / lots !== size)) {
      this.#lotsPerUnit = FINEST_LOTS
      this.#reading.note(`some sizes lie off the venue’s lots of ${1 / lots}: the grid is 1e-8`)
    }
    return { ...instrument, lotsPerUnit: this.#lotsPerUnit }
  }

  #tellHoles(rows: readonly Row[], rowNumber: (row: number) => number): void {
    const { span = 0 } = this.#header
    for (const [i, [open, close]] of rows.entries()) {
      const last = this.#last
      this.#last = close
      if (last === undefined || open <= last) continue
      const count = Math.floor(openTime(this.#calendar, last, open) / span + 1e-9)
      if (count <= 0) continue
      const lacks = count === 1 ? 'bar lacks' : 'bars lack'
      const text = `${count} ${lacks} between ${isoTime(last)} and ${isoTime(open)}: the venue was asked twice`
      this.#reading.issues.add({ code: 'missingBars', row: rowNumber(i), text, count })
    }
  }

  #tellNumbers(rows: readonly Row[], rowNumber: (row: number) => number): void {
    if (!this.#header.numbered) return
    for (const [i, row] of rows.entries()) {
      const last = this.#last
      this.#last = row[1]
      if (last === undefined || row[1] <= last + 1) continue
      const text = `trade ${row[1]} follows ${last}: the venue was asked twice for those between`
      this.#reading.issues.add({ code: 'sequenceGap', row: rowNumber(i), text, count: row[1] - last - 1 })
    }
  }
}

/** Time between two instants in which the market was open. */
function openTime(calendar: Calendar, from: Micros, to: Micros): Micros {
  if (calendar.continuous) return to - from
  let time = 0
  // A session may begin on the evening before its date.
  for (const { open, close } of sessionsBetween(
    calendar,
    localDay(calendar.zone, from),
    localDay(calendar.zone, to) + 1,
  ))
    time += Math.max(0, Math.min(to, close) - Math.max(from, open))
  return time
}
