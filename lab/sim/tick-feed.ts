/**
 * Hands one stream of ticks to its window: a series in memory as a whole, a larger one batch by batch, cut between
 * two receive times so that an instant is never torn. What a venue cannot have said is refused here, with its row.
 */
import { GordonError } from '../core/errors.ts'
import { isoTime } from '../core/time.ts'
import { BOOK_ACTIONS, type BookSeries, type QuoteSeries, type TradeSeries } from '../domain/market-events.ts'
import type { TickKind, TickSeries, TickStream } from '../domain/ports/store.ts'
import type { RunWarning } from '../domain/run-result.ts'
import type { Engine } from '../engine/engine.ts'
import type { Tradable } from '../strategy/context.ts'
import { rowsDigest, StreamDigest, tickColumns } from './row-digest.ts'

type AnySeries = TickSeries[TickKind]

/** Series that were found sound, on which grid: runs over the same memory look once. */
const SOUND = new WeakMap<object, { readonly ticksPerUnit: number; readonly snapshotless: boolean }>()

export class TickFeed {
  readonly rows: number
  given = 0
  readonly #stream: TickStream
  readonly #engine: Engine
  readonly #place: number
  readonly #instrument: Tradable
  readonly #to: number
  readonly #rowsAtOnce: number
  readonly #names: readonly string[]
  #streamed: StreamDigest | undefined
  /** Rows of the last batch that may not be all of their instant. */
  #held: AnySeries | undefined
  /** What a series in memory gave. */
  #whole: AnySeries | undefined
  #over = false
  #last = Number.NEGATIVE_INFINITY
  #skewed = 0
  #firstSkewed = Number.NaN
  /** Events that happened before the one ahead of them, by the venue's clock. */
  #backwards = 0
  #firstBackwards = Number.NaN
  #lastEvent = Number.NEGATIVE_INFINITY
  #snapshotless = false
  /** The run ends before the data do. */
  #cut = false

  constructor(
    stream: TickStream,
    terms: {
      readonly engine: Engine
      readonly place: number
      readonly instrument: Tradable
      readonly to: number
      readonly rowsAtOnce: number
    },
  ) {
    this.#stream = stream
    this.#engine = terms.engine
    this.#place = terms.place
    this.#instrument = terms.instrument
    this.#to = terms.to
    this.#rowsAtOnce = terms.rowsAtOnce
    this.rows = stream.rows
    this.#names = tickColumns(stream.kind)
  }

  /** The next rows; a promise only when they must be read. */
  fill(): Promise<void> | undefined {
    const { series } = this.#stream
    if (series === undefined) return this.#read()
    this.#give(series, false)
    return undefined
  }

  digest(): string {
    if (this.#whole !== undefined) return rowsDigest(this.#whole, this.#names)
    return (this.#streamed ?? new StreamDigest(this.#names)).hex()
  }

  warnings(): RunWarning[] {
    const { kind } = this.#stream
    const what = `${kind} of ${this.#instrument.id}`
    const warnings: RunWarning[] = []
    if (this.given === 0 && !this.#cut)
      warnings.push({
        code: 'EMPTY_STREAM',
        text: `The ${what} have no row: what depends on them did not happen in this run.`,
      })
    if (this.#skewed > 0)
      warnings.push({
        code: 'RECEIVED_BEFORE',
        text: `${this.#skewed} of the ${what} ${this.#skewed === 1 ? 'was' : 'were'} received before happening (first: row ${this.#firstSkewed}): clocks differ, and each counts as having happened when it was received.`,
      })
    if (this.#backwards > 0)
      warnings.push({
        code: 'EVENTS_BACKWARDS',
        text: `${this.#backwards} of the ${what} happened before the row ahead, by the venue’s own clock (first: row ${this.#firstBackwards}): each counts as having happened with that row.`,
      })
    if (this.#snapshotless)
      warnings.push({
        code: 'BOOK_WITHOUT_SNAPSHOT',
        text: `The ${what} begins with a change and no snapshot: levels that stood before are unknown until they change.`,
      })
    return warnings
  }

  async #read(): Promise<void> {
    for (;;) {
      const batch = this.#over ? undefined : await this.#stream.next(this.#rowsAtOnce)
      const held = this.#held
      this.#held = undefined
      if (batch === undefined) {
        this.#over = true
        this.#give(held ?? empty(this.#stream.kind), false)
        return
      }
      const joined = held === undefined ? batch : joinedRows(held, batch)
      const { receiveTime, length } = joined
      let whole = length
      while (whole > 0 && receiveTime[whole - 1] === receiveTime[length - 1]) whole--
      this.#held = whole === length ? undefined : part(joined, whole, length)
      if (whole === 0) continue
      const over = receiveTime[whole - 1] > this.#to
      if (over) this.#over = true
      this.#give(part(joined, 0, whole), !over)
      return
    }
  }

  #give(series: AnySeries, more: boolean): void {
    let end = series.length
    while (end > 0 && series.receiveTime[end - 1] > this.#to) end--
    if (end < series.length) this.#cut = true
    const checked = this.#checked(end === series.length ? series : part(series, 0, end))
    // A series in memory is hashed when somebody asks; a batch is gone by then.
    if (this.#stream.series !== undefined) this.#whole = checked
    else {
      this.#streamed ??= new StreamDigest(this.#names)
      this.#streamed.add(checked)
    }
    this.given += end
    this.#engine.ticksOf(this.#place).load(checked, 0, end, more)
    this.#engine.streams.loaded(this.#place, more)
  }

  /** The rows, held to what can be; times of events that were received before they happened are mended and told. */
  #checked(series: AnySeries): AnySeries {
    const { receiveTime, length } = series
    if (length === 0) return series
    const sound = SOUND.get(series)
    if (sound !== undefined && sound.ticksPerUnit === this.#instrument.ticksPerUnit) {
      this.#lastEvent = series.eventTime[length - 1]
      this.#snapshotless = sound.snapshotless
      return series
    }
    let { eventTime } = series
    const plain = plainTimes(eventTime, receiveTime, length, this.#last, this.#lastEvent)
    if (plain > 0) {
      this.#last = receiveTime[plain - 1]
      this.#lastEvent = eventTime[plain - 1]
    }
    for (let row = plain; row < length; row++) {
      const received = receiveTime[row]
      if (!(received >= this.#last)) throw this.#clockRefusal(received, row)
      this.#last = received
      let time = eventTime[row]
      if (!(time > Number.NEGATIVE_INFINITY) || received === Number.POSITIVE_INFINITY)
        throw this.#refusal('TICK_TIME', row, `has the times ${time} and ${received}`, 'give µs UTC')
      if (time > received) {
        if (this.#skewed++ === 0) this.#firstSkewed = this.given + row
        if (eventTime === series.eventTime) eventTime = eventTime.slice()
        eventTime[row] = time = received
      }
      if (time < this.#lastEvent) {
        if (this.#backwards++ === 0) this.#firstBackwards = this.given + row
      } else this.#lastEvent = time
    }
    const { kind } = this.#stream
    if (kind === 'trades') this.#checkTrades(series as TradeSeries)
    else if (kind === 'book') this.#checkBook(series as BookSeries)
    else if (kind === 'quotes') this.#checkQuotes(series as QuoteSeries)
    if (eventTime !== series.eventTime) return { ...series, eventTime }
    const { ticksPerUnit } = this.#instrument
    if (this.#backwards === 0) SOUND.set(series, { ticksPerUnit, snapshotless: this.#snapshotless })
    return series
  }

  #clockRefusal(received: number, row: number): GordonError {
    return Number.isNaN(received)
      ? this.#refusal('TICK_TIME', row, 'has no time at which it was received', 'give µs UTC')
      : this.#refusal(
          'CLOCK_BACKWARDS',
          row,
          `was received at ${isoTime(received)}, before the row ahead of it (${isoTime(this.#last)})`,
          'sort the data by receive time',
        )
  }

  #checkTrades(series: TradeSeries): void {
    const { price, size, side, length } = series
    for (let row = 0; (row = plainTrades(series, row, this.#instrument.ticksPerUnit)) < length; row++) {
      this.#checkPrice(price[row], row)
      if (!(size[row] > 0 && size[row] < Number.POSITIVE_INFINITY)) throw this.#sizeRefusal(size[row], row)
      if (!(side[row] === 1 || side[row] === -1 || side[row] === 0))
        throw this.#refusal(
          'TRADE_SIDE',
          row,
          `has the side ${side[row]}`,
          'write 1 where a buyer took, -1 where a seller did, 0 where nobody knows',
        )
    }
  }

  #sizeRefusal(size: number, row: number): GordonError {
    return this.#refusal('TICK_SIZE', row, `has the size ${size}`, 'drop or mend the row')
  }

  #checkBook(series: BookSeries): void {
    const { price, size, side, action, order, length } = series
    if (this.given === 0 && action[0] !== BOOK_ACTIONS.clear && action[0] !== BOOK_ACTIONS.gap)
      this.#snapshotless = true
    for (let row = 0; (row = plainLevels(series, row, this.#instrument.ticksPerUnit)) < length; row++) {
      const does = action[row]
      if (does === BOOK_ACTIONS.gap) continue
      if (does === BOOK_ACTIONS.clear && Number.isNaN(price[row])) continue
      if (!(does >= 0 && does <= BOOK_ACTIONS.remove && Number.isInteger(does)))
        throw this.#refusal('BOOK_ACTION', row, `has the action ${does}`, 'write one of BOOK_ACTIONS, 0 to 5')
      if (does >= BOOK_ACTIONS.add && !Number.isSafeInteger(order?.[row]))
        throw this.#refusal(
          'BOOK_ORDER',
          row,
          `has the order ${order?.[row]}`,
          'rows that add, change or remove an order need its id, a whole number',
        )
      if (does === BOOK_ACTIONS.remove) continue
      this.#checkPrice(price[row], row)
      if (!(size[row] >= 0 && size[row] < Number.POSITIVE_INFINITY)) throw this.#sizeRefusal(size[row], row)
      if (side[row] !== 1 && side[row] !== -1)
        throw this.#refusal('BOOK_SIDE', row, `has the side ${side[row]}`, 'write 1 for bids and -1 for asks')
    }
  }

  #checkQuotes({ bid, ask, bidSize, askSize, length }: QuoteSeries): void {
    for (let row = 0; row < length; row++) {
      if (!Number.isNaN(bid[row])) this.#checkPrice(bid[row], row)
      if (!Number.isNaN(ask[row])) this.#checkPrice(ask[row], row)
      if (!Number.isNaN(bid[row]) && !(bidSize[row] >= 0)) throw this.#sizeRefusal(bidSize[row], row)
      if (!Number.isNaN(ask[row]) && !(askSize[row] >= 0)) throw this.#sizeRefusal(askSize[row], row)
      if (bid[row] > ask[row])
        throw this.#refusal(
          'QUOTE_CROSSED',
          row,
          `bids ${bid[row]} over an ask of ${ask[row]}`,
          'drop the row, or flag such rows at ingest',
        )
    }
  }

  #checkPrice(price: number, row: number): void {
    const { ticksPerUnit } = this.#instrument
    if (
      Math.round(price * ticksPerUnit) / ticksPerUnit === price &&
      price > 0 &&
      price < Number.POSITIVE_INFINITY
    )
      return
    throw this.#refusal(
      'TICK_PRICE',
      row,
      price > 0 ? `has the price ${price}, off the grid of 1/${ticksPerUnit}` : `has the price ${price}`,
      'mend the row or the instrument’s grid',
    )
  }

  #refusal(code: string, row: number, what: string, mend: string): GordonError {
    return new GordonError(
      code,
      `Row ${this.given + row} of the ${this.#stream.kind} of ${this.#instrument.id} ${what}; ${mend}.`,
    )
  }
}

// What nearly all rows are is found by loops of their own, four times as fast; they stop at the first row that must be
// looked at.

/** Rows known one after another, in the order in which they happened, after that. */
function plainTimes(
  eventTime: Float64Array,
  receiveTime: Float64Array,
  length: number,
  after: number,
  afterEvent: number,
): number {
  let last = after
  let lastEvent = afterEvent
  for (let row = 0; row < length; row++) {
    const received = receiveTime[row]
    const time = eventTime[row]
    if (!(received >= last && received < Number.POSITIVE_INFINITY && time <= received && time >= lastEvent))
      return row
    if (time === Number.NEGATIVE_INFINITY) return row
    last = received
    lastEvent = time
  }
  return length
}

/** First row from `row` on that is no trade on the grid. */
function plainTrades({ price, size, side, length }: TradeSeries, from: number, ticksPerUnit: number): number {
  for (let row = from; row < length; row++) {
    const taker = side[row]
    if (!(isLevel(price[row], size[row], ticksPerUnit) && size[row] > 0)) return row
    if (taker !== 0 && taker * taker !== 1) return row
  }
  return length
}

/** First row from `row` on that does not set a level on the grid. */
function plainLevels(series: BookSeries, from: number, ticksPerUnit: number): number {
  const { price, size, side, action, length } = series
  for (let row = from; row < length; row++)
    if (
      action[row] !== BOOK_ACTIONS.set ||
      !isLevel(price[row], size[row], ticksPerUnit) ||
      side[row] * side[row] !== 1
    )
      return row
  return length
}

function isLevel(price: number, size: number, ticksPerUnit: number): boolean {
  return (
    price > 0 &&
    price < Number.POSITIVE_INFINITY &&
    Math.round(price * ticksPerUnit) / ticksPerUnit === price &&
    size >= 0 &&
    size < Number.POSITIVE_INFINITY
  )
}

function part<Series extends AnySeries>(series: Series, from: number, to: number): Series {
  if (from === 0 && to === series.length) return series
  const cut: Record<string, unknown> = { ...series, length: to - from }
  for (const [name, column] of Object.entries(series))
    if (column instanceof Float64Array) cut[name] = column.subarray(from, to)
  return cut as unknown as Series
}

function joinedRows<Series extends AnySeries>(early: Series, late: Series): Series {
  const whole: Record<string, unknown> = { ...late, length: early.length + late.length }
  for (const [name, column] of Object.entries(late))
    if (column instanceof Float64Array) {
      const before = (early as unknown as Record<string, Float64Array>)[name]
      const joined = new Float64Array(whole.length as number)
      joined.set(before.subarray(0, early.length))
      joined.set(column.subarray(0, late.length), early.length)
      whole[name] = joined
    }
  return whole as unknown as Series
}

function empty(kind: TickKind): AnySeries {
  const none = new Float64Array(0)
  const series: Record<string, unknown> = { length: 0, eventTime: none, receiveTime: none, name: '' }
  // A book without order ids does not have that column here either.
  for (const name of tickColumns(kind)) if (name !== 'order') series[name] = none
  return series as unknown as AnySeries
}
