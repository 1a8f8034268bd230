/**
 * What no row of the store may be, whatever source it came from: without a time, before the row ahead of it, with a
 * price that nobody could have paid. Whole batches are looked at in tight loops; only where one of them has such a
 * row are words found for it, and the others are kept.
 */
import { isoTime, type Micros } from '../../core/time.ts'
import { BOOK_ACTIONS } from '../../domain/market-events.ts'
import type { IssueCode } from '../quality/issue.ts'
import type { KindRows } from '../schema.ts'
import type { SeriesKind } from '../series-reader.ts'
import type { IssueLog } from './issues.ts'

interface Trouble {
  readonly code: IssueCode
  readonly column: string
  readonly text: string
}

type Rows = KindRows[SeriesKind]
type Columns = Readonly<Record<string, Float64Array>>

/** The rows of one stream, in order. */
export class RowCheck {
  readonly #kind: SeriesKind
  readonly #id: string
  readonly #log: IssueLog
  readonly #now: Micros
  #last: Micros
  #lastNanos = 0
  #seen = 0

  /**
   * @param id of the stream, for messages
   * @param last time of the row ahead, where an earlier source of the stream had one
   */
  constructor(kind: SeriesKind, id: string, log: IssueLog, now: Micros, last = Number.NEGATIVE_INFINITY) {
    this.#kind = kind
    this.#id = id
    this.#log = log
    this.#now = now
    this.#last = last
  }

  /** Time of the last sound row. */
  get last(): Micros {
    return this.#last
  }

  /** The rows themselves where all are sound, else those that are, copied. */
  sound<R extends Rows>(rows: R, rowNumber?: (row: number) => number): R {
    const number = rowNumber ?? (row => before + row + 1)
    const before = this.#seen
    this.#seen += rows.length
    if (this.#allSound(rows)) {
      this.#tellSkew(rows, number)
      return rows
    }
    const keep: number[] = []
    for (let row = 0; row < rows.length; row++) {
      const trouble = this.#troubleOf(rows, row)
      if (trouble !== undefined) {
        this.#log.add({ ...trouble, row: number(row), instrument: this.#id })
        continue
      }
      this.#last = this.#order(rows)[row]
      this.#lastNanos = rows.eventNanos?.[row] ?? 0
      keep.push(row)
    }
    const kept = keep.length === rows.length ? rows : chosen(rows, keep)
    this.#tellSkew(kept, row => number(keep[row]))
    return kept
  }

  #order(rows: Rows): Float64Array {
    return this.#kind === 'bars' ? rows.eventTime : rows.receiveTime
  }

  /** Clocks that differ are no fault of a row: it stays, and is counted. */
  #tellSkew({ length, eventTime, receiveTime }: Rows, number: (row: number) => number): void {
    let count = 0
    let first = 0
    for (let i = length - 1; i >= 0; i--) {
      if (eventTime[i] > receiveTime[i]) {
        count++
        first = i
      }
    }
    if (count === 0) return
    const text = `happened at ${isoTime(eventTime[first])} and was received before, at ${isoTime(receiveTime[first])}`
    const place = { row: number(first), column: 'receiveTime', instrument: this.#id }
    this.#log.add({ code: 'receivedBefore', ...place, text, count })
  }

  /** True when every row can be kept; the last time is then known. */
  #allSound(rows: Rows): boolean {
    const { length, eventTime } = rows
    if (length === 0) return true
    const order = this.#order(rows)
    const strict = this.#kind === 'bars' && rows.eventNanos === undefined
    let last = this.#last
    for (let i = 0; i < length; i++) {
      const time = order[i]
      if (!(strict ? time > last : time >= last) || Number.isNaN(eventTime[i])) return false
      last = time
    }
    if (!(last < Number.POSITIVE_INFINITY) || last > this.#now) return false
    if (this.#kind === 'bars' && rows.eventNanos !== undefined && !this.#rising(rows, rows.eventNanos))
      return false
    if (!soundValues(this.#kind, rows)) return false
    this.#last = last
    this.#lastNanos = rows.eventNanos?.[length - 1] ?? 0
    return true
  }

  #rising({ length, eventTime }: Rows, nanos: Uint16Array): boolean {
    let last = this.#last
    let lastNanos = this.#lastNanos
    for (let i = 0; i < length; i++) {
      if (eventTime[i] === last && nanos[i] <= lastNanos) return false
      last = eventTime[i]
      lastNanos = nanos[i]
    }
    return true
  }

  #troubleOf(rows: Rows, row: number): Trouble | undefined {
    const time = this.#order(rows)[row]
    const event = rows.eventTime[row]
    const received = rows.receiveTime[row]
    if (!Number.isFinite(event) || !Number.isFinite(received)) {
      const [column, value] = Number.isFinite(event) ? ['receiveTime', received] : ['eventTime', event]
      return { code: 'missingTime', column: column as string, text: `the time is ${value}` }
    }
    if (time < this.#last) {
      const text = `${this.#kind} of ${this.#id} at ${isoTime(time)} come after those at ${isoTime(this.#last)}`
      return { code: 'unsorted', column: 'receiveTime', text }
    }
    if (this.#kind === 'bars' && time === this.#last && (rows.eventNanos?.[row] ?? 0) <= this.#lastNanos)
      return {
        code: 'duplicate',
        column: 'eventTime',
        text: `there is a second bar of ${this.#id} at ${isoTime(time)}`,
      }
    if (time > this.#now)
      return { code: 'futureTime', column: 'eventTime', text: `${isoTime(time)} is in the future` }
    return valueTrouble(this.#kind, rows as unknown as Columns, row)
  }
}

function soundValues(kind: SeriesKind, rows: Rows): boolean {
  const columns = rows as unknown as Columns
  const { length } = rows
  if (kind === 'trades') {
    const { price, size, side } = columns
    for (let i = 0; i < length; i++) {
      const s = side[i]
      if (
        !(
          price[i] > 0 &&
          price[i] < Number.POSITIVE_INFINITY &&
          size[i] > 0 &&
          size[i] < Number.POSITIVE_INFINITY
        )
      )
        return false
      if (s !== 1 && s !== -1 && s !== 0) return false
    }
    return true
  }
  if (kind === 'bars') {
    const { open, high, low, close, volume } = columns
    for (let i = 0; i < length; i++) {
      const h = high[i]
      const l = low[i]
      if (!(l > 0 && open[i] >= l && open[i] <= h && close[i] >= l && close[i] <= h)) return false
      if (!(h < Number.POSITIVE_INFINITY) || volume[i] < 0) return false
    }
    return true
  }
  for (let row = 0; row < length; row++) if (valueTrouble(kind, columns, row) !== undefined) return false
  return true
}

function isPrice(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY
}

function isSize(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY
}

function badPrice(column: string, value: number): Trouble {
  return { code: 'notPositive', column, text: `${column} is ${value}: a price must be above zero and finite` }
}

function badSize(column: string, value: number): Trouble {
  return { code: 'negativeSize', column, text: `${column} is ${value}` }
}

function badSide(value: number): Trouble {
  return { code: 'badSide', column: 'side', text: `side is ${value}` }
}

/** The first thing that is wrong with a row's values. */
function valueTrouble(kind: SeriesKind, columns: Columns, row: number): Trouble | undefined {
  const of = (name: string): number => columns[name][row]
  switch (kind) {
    case 'trades': {
      const [price, size, side] = [of('price'), of('size'), of('side')]
      if (!isPrice(price)) return badPrice('price', price)
      if (!isSize(size) || size === 0) return badSize('size', size)
      return side === 1 || side === -1 || side === 0 ? undefined : badSide(side)
    }
    case 'quotes': {
      for (const [price, size] of [
        ['bid', 'bidSize'],
        ['ask', 'askSize'],
      ] as const) {
        if (Number.isNaN(of(price))) continue
        if (!isPrice(of(price))) return badPrice(price, of(price))
        if (!isSize(of(size))) return badSize(size, of(size))
      }
      if (!(of('bid') > of('ask'))) return undefined
      return { code: 'crossedQuote', column: 'bid', text: `bid ${of('bid')} is above ask ${of('ask')}` }
    }
    case 'book': {
      const action = of('action')
      if (!(Number.isInteger(action) && action >= 0 && action <= BOOK_ACTIONS.remove))
        return { code: 'badMessage', column: 'action', text: `action is ${action}` }
      const nothing =
        action === BOOK_ACTIONS.gap || (action === BOOK_ACTIONS.clear && Number.isNaN(of('price')))
      if (nothing) return undefined
      if (action >= BOOK_ACTIONS.add && !Number.isSafeInteger(columns.order?.[row]))
        return { code: 'badMessage', column: 'order', text: `order is ${columns.order?.[row]}` }
      if (action === BOOK_ACTIONS.remove) return undefined
      if (!isPrice(of('price'))) return badPrice('price', of('price'))
      if (!isSize(of('size'))) return badSize('size', of('size'))
      return of('side') === 1 || of('side') === -1 ? undefined : badSide(of('side'))
    }
    case 'funding':
      if (!Number.isFinite(of('rate')))
        return { code: 'notANumber', column: 'rate', text: `rate is ${of('rate')}` }
      return Number.isNaN(of('markPrice')) || isPrice(of('markPrice'))
        ? undefined
        : badPrice('markPrice', of('markPrice'))
    case 'custom':
      return undefined
    case 'bars': {
      const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(of)
      for (const name of ['open', 'high', 'low', 'close'])
        if (!isPrice(of(name))) return badPrice(name, of(name))
      if (high < low)
        return { code: 'highBelowLow', column: 'high', text: `high ${high} is below low ${low}` }
      for (const [name, value] of [
        ['open', open],
        ['close', close],
      ] as const) {
        if (value >= low && value <= high) continue
        return {
          code: 'outsideRange',
          column: name,
          text: `${name} ${value} is outside low ${low} to high ${high}`,
        }
      }
      return of('volume') < 0
        ? { code: 'negativeVolume', column: 'volume', text: `volume is ${of('volume')}` }
        : undefined
    }
  }
}

/** The rows at these places, in columns of their own. */
export function chosen<R extends Rows>(rows: R, places: ArrayLike<number>): R {
  const picked: Record<string, unknown> = { ...rows, length: places.length }
  for (const [name, column] of Object.entries(rows)) {
    if (!(column instanceof Float64Array || column instanceof Uint16Array)) continue
    const copy =
      column instanceof Float64Array ? new Float64Array(places.length) : new Uint16Array(places.length)
    for (let i = 0; i < places.length; i++) copy[i] = column[places[i]]
    picked[name] = copy
  }
  return picked as unknown as R
}
