/**
 * What is drawn of a stream, gathered as its rows go by: how many there were each day, and where its price was. A
 * long series is kept as the lows and highs of equal stretches, of which there are never more than 4,000, so nothing
 * that stands out is lost and a month of trades takes no more than a day.
 */
import type { CheckedRows, CheckedStream } from '../../catalog/quality/index.ts'
import { DAY, type Micros } from '../../core/time.ts'
import { localDay } from '../../domain/calendar/calendar.ts'
import type { Day } from '../../domain/calendar/civil.ts'

const STRETCHES = 4000
/** What the low and the high of a row are. */
const PRICES: Readonly<Record<CheckedStream['kind'], readonly [low: string, high: string] | undefined>> = {
  bars: ['low', 'high'],
  trades: ['price', 'price'],
  quotes: ['bid', 'ask'],
  book: undefined,
  funding: ['rate', 'rate'],
  custom: ['value', 'value'],
}

export interface PriceLine {
  readonly time: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

export class StreamPicture {
  readonly stream: CheckedStream
  /** Rows by the venue's date, or the session's where sessions begin the evening before. */
  readonly days = new Map<Day, number>()
  readonly #stretch = {
    time: new Float64Array(STRETCHES),
    low: new Float64Array(STRETCHES),
    high: new Float64Array(STRETCHES),
  }
  #size = 0
  #rowsEach = 1
  #rowsIn = 0
  /** The date of rows in (from, to]. */
  #from: Micros = Number.POSITIVE_INFINITY
  #to: Micros = Number.NEGATIVE_INFINITY
  #day: Day = Number.NaN

  constructor(stream: CheckedStream) {
    this.stream = stream
  }

  add(rows: CheckedRows): void {
    this.#count(rows)
    const names = PRICES[this.stream.kind]
    if (names === undefined) return
    const columns = rows as unknown as Readonly<Record<string, Float64Array>>
    const [low, high] = [columns[names[0]], columns[names[1]]]
    for (let i = 0; i < rows.length; i++) this.#price(rows.eventTime[i], low[i], high[i])
  }

  line(): PriceLine {
    const { time, low, high } = this.#stretch
    const n = this.#size
    return { time: time.slice(0, n), low: low.slice(0, n), high: high.slice(0, n) }
  }

  #count({ length, eventTime }: CheckedRows): void {
    let rows = 0
    for (let i = 0; i < length; i++) {
      const time = eventTime[i]
      if (time > this.#from && time <= this.#to) {
        rows++
        continue
      }
      if (!Number.isFinite(time)) continue
      this.#put(rows)
      rows = 1
      this.#find(time)
    }
    this.#put(rows)
  }

  #put(rows: number): void {
    if (rows > 0) this.days.set(this.#day, (this.days.get(this.#day) ?? 0) + rows)
  }

  #find(time: Micros): void {
    const { calendar } = this.stream
    const day = Math.floor(time / DAY)
    const isKnown = day - 3 >= calendar.firstDay && day + 3 <= calendar.lastDay
    const session = isKnown ? calendar.sessionAt(time) : undefined
    if (session !== undefined) {
      this.#day = session.day
      this.#from = session.open
      this.#to = session.close
      return
    }
    // What lies outside of sessions is looked up row by row: there is little of it.
    this.#day = localDay(calendar.zone, time - 1)
    this.#from = time - 1
    this.#to = time
  }

  #price(time: Micros, low: number, high: number): void {
    if (!Number.isFinite(low) || !Number.isFinite(high) || !Number.isFinite(time)) return
    const stretch = this.#stretch
    if (this.#rowsIn === 0) {
      if (this.#size === STRETCHES) this.#halve()
      const at = this.#size++
      stretch.time[at] = time
      stretch.low[at] = low
      stretch.high[at] = high
    } else {
      const at = this.#size - 1
      if (low < stretch.low[at]) stretch.low[at] = low
      if (high > stretch.high[at]) stretch.high[at] = high
    }
    if (++this.#rowsIn >= this.#rowsEach) this.#rowsIn = 0
  }

  /** Two stretches become one. */
  #halve(): void {
    const { time, low, high } = this.#stretch
    for (let i = 0; i < STRETCHES / 2; i++) {
      time[i] = time[2 * i]
      low[i] = Math.min(low[2 * i], low[2 * i + 1])
      high[i] = Math.max(high[2 * i], high[2 * i + 1])
    }
    this.#size = STRETCHES / 2
    this.#rowsEach *= 2
  }
}
