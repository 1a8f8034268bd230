/**
 * Prices of trades and quotes that lie outside their neighbourhood: Brownlees and Gallo 2006 (Computational
 * Statistics & Data Analysis 51, "Financial econometric analysis at ultra-high frequency"), who keep a price p where
 *
 *   | p − p̄(k) | < 3 s(k) + γ
 *
 * with p̄ and s the trimmed mean and deviation (10 % off each end) of the k prices around it, itself among them. Here
 * k is 61, thirty on each side; the factor is 8 in the place of 3 and γ is 2 ticks and one part in a thousand, since
 * 3 calls every edge of a quick move an outlier and data are not refused for what a market did; and a price within
 * the trimmed range is never one. A neighbourhood does not reach across an hour without prices; it is one-sided at
 * its ends.
 */
import { HOUR, type Micros } from '../../core/time.ts'
import { type Check, type CheckedRows, type CheckedStream, columnOf, streamName } from './check.ts'
import { type Finding, Findings } from './findings.ts'
import { SortedWindow } from './sorted-window.ts'

const SIDE = 30
const AROUND = 2 * SIDE + 1
const FACTOR = 8
const TRIMMED = 0.1
const PAUSE = HOUR
const FEWEST = 11

/** Prices that wait for those after them. */
interface Held {
  readonly price: Float64Array
  readonly row: Float64Array
  readonly time: Float64Array
  readonly known: Float64Array
}

export class TickOutliers implements Check {
  readonly #findings: Findings
  readonly #column: string
  readonly #tick: number
  readonly #window = new SortedWindow(AROUND)
  readonly #held: Held
  /** Pushed since the last pause, and judged of them. */
  #pushed = 0
  #judged = 0
  #last: Micros = Number.NaN
  #row = 0

  /** @param column `price`, `bid` or `ask` */
  constructor(stream: CheckedStream, column: 'price' | 'bid' | 'ask') {
    this.#findings = new Findings(streamName(stream))
    this.#column = column
    this.#tick = 1 / stream.instrument.ticksPerUnit
    const slot = () => new Float64Array(AROUND)
    this.#held = { price: slot(), row: slot(), time: slot(), known: slot() }
  }

  add(rows: CheckedRows): void {
    const column = columnOf(rows, this.#column)!
    const { eventTime, receiveTime, length } = rows
    const { price, row, time, known } = this.#held
    for (let i = 0; i < length; i++) {
      const value = column[i]
      if (!(value > 0 && value < Number.POSITIVE_INFINITY)) continue
      if (eventTime[i] - this.#last > PAUSE) this.#flush()
      this.#last = eventTime[i]
      const at = this.#pushed % AROUND
      price[at] = value
      row[at] = this.#row + i
      time[at] = eventTime[i]
      known[at] = receiveTime[i]
      this.#pushed++
      this.#window.push(value)
      // The first ones have a full window as soon as the middle of it has.
      if (this.#pushed === AROUND) while (this.#judged <= SIDE) this.#judge(this.#judged++, this.#pushed - 1)
      else if (this.#pushed > AROUND) this.#judge(this.#judged++, this.#pushed - 1)
    }
    this.#row += length
  }

  end(): readonly Finding[] {
    this.#flush()
    return this.#findings.list()
  }

  /** Whatever waits is judged by what there is. */
  #flush(): void {
    while (this.#judged < this.#pushed) this.#judge(this.#judged++, this.#pushed - 1)
    this.#window.clear()
    this.#pushed = 0
    this.#judged = 0
  }

  #judge(k: number, newest: number): void {
    const window = this.#window
    const n = window.size
    if (n < FEWEST) return
    const held = this.#held
    const at = k % AROUND
    const price = held.price[at]
    const cut = Math.ceil(TRIMMED * n)
    if (window.inside(price, cut)) return
    const { mean, deviation } = window.trimmed(cut)
    const distance = Math.abs(price - mean)
    if (!(distance > FACTOR * deviation + 2 * this.#tick + 0.001 * mean)) return
    const time = held.time[at]
    this.#findings.add({
      code: 'outlier',
      row: held.row[at],
      column: this.#column,
      value: price,
      from: time,
      to: time,
      known: held.known[newest % AROUND],
      text: () => `${this.#column} ${price} among prices around ${mean.toPrecision(7)}`,
    })
  }
}
