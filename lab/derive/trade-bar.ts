/**
 * The bar that trades are gathered in. Volume and notional carry the rounding error of every addition along, as
 * lab/math/sum.ts does (Neumaier 1974), so that they are within a few parts in 10¹⁶ of the decimals on paper, however many
 * trades. Here the error comes of six operations without a branch (Knuth, TAOCP 2, 4.2.2 theorem B).
 */
import type { BarSeries } from '../domain/bar.ts'
import type { TradeSeries } from '../domain/market-events.ts'
import { GrowingRows } from './growing-rows.ts'
import { badRow } from './terms.ts'

/** Bars made of trades. Volume in units, notional in units × price. */
export interface TradeBarSeries extends BarSeries {
  /** Σ price × size; over volume it is the bar's VWAP. */
  readonly notional: Float64Array
  /** How many. */
  readonly trades: Float64Array
}

/** What ends a bar: so many trades, so much volume or notional; Infinity where that does not count. */
export interface BarLimits {
  readonly trades: number
  readonly volume: number
  readonly notional: number
}

export const NO_LIMITS: BarLimits = {
  trades: Number.POSITIVE_INFINITY,
  volume: Number.POSITIVE_INFINITY,
  notional: Number.POSITIVE_INFINITY,
}

export class TradeBar {
  trades = 0
  open = Number.NaN
  high = Number.NaN
  low = Number.NaN
  close = Number.NaN
  /** Of its latest trade. */
  eventTime = Number.NaN
  receiveTime = Number.NaN
  #volume = Number.NaN
  #volumeLost = Number.NaN
  #notional = Number.NaN
  #notionalLost = Number.NaN

  get volume(): number {
    return this.#volume + this.#volumeLost
  }

  get notional(): number {
    return this.#notional + this.#notionalLost
  }

  /** Whether a limit is reached. */
  reaches(limits: BarLimits): boolean {
    if (this.trades === 0) return false
    return this.trades >= limits.trades || this.volume >= limits.volume || this.notional >= limits.notional
  }

  /**
   * Takes the rows from `row` on and before `end` up to the first that reaches a limit.
   * @param first number of row 0 in the stream, for messages
   * @returns the row after the last that was taken
   * @throws DERIVE_ROW
   */
  take(series: TradeSeries, row: number, end: number, limits: BarLimits, first: number): number {
    if (row >= end) return row
    const { price, size, eventTime, receiveTime } = series
    const most = limits.trades
    const mostVolume = limits.volume
    const mostNotional = limits.notional
    if (this.trades === 0) this.#empty(price[row])
    let { trades, high, low, eventTime: happened, receiveTime: received } = this
    let volume = this.#volume
    let volumeLost = this.#volumeLost
    let notional = this.#notional
    let notionalLost = this.#notionalLost
    let i = row
    while (i < end) {
      const one = price[i]
      const units = size[i]
      const amount = one * units
      // What is finite is itself less itself; NaN and ±∞ are not, and leave no product that is.
      if (amount - amount !== 0 || !(units >= 0))
        throw badRow('trades', first + i, `has price ${one} and size ${units}`)
      if (one > high) high = one
      if (one < low) low = one
      const volumes = volume + units
      const ofUnits = volumes - volume
      volumeLost += volume - (volumes - ofUnits) + (units - ofUnits)
      volume = volumes
      const notionals = notional + amount
      const ofAmount = notionals - notional
      notionalLost += notional - (notionals - ofAmount) + (amount - ofAmount)
      notional = notionals
      if (eventTime[i] > happened) happened = eventTime[i]
      if (receiveTime[i] > received) received = receiveTime[i]
      trades++
      i++
      if (trades >= most || volume + volumeLost >= mostVolume || notional + notionalLost >= mostNotional)
        break
    }
    this.trades = trades
    this.high = high
    this.low = low
    this.close = price[i - 1]
    this.eventTime = happened
    this.receiveTime = received
    this.#volume = volume
    this.#volumeLost = volumeLost
    this.#notional = notional
    this.#notionalLost = notionalLost
    return i
  }

  #empty(price: number): void {
    this.open = price
    this.high = price
    this.low = price
    this.eventTime = Number.NEGATIVE_INFINITY
    this.receiveTime = Number.NEGATIVE_INFINITY
    this.#volume = 0
    this.#volumeLost = 0
    this.#notional = 0
    this.#notionalLost = 0
  }
}

const NAMES = [
  ...(['eventTime', 'receiveTime', 'open', 'high', 'low', 'close', 'volume'] as const),
  ...(['notional', 'trades', 'sessionClose'] as const),
]

/** Finished bars of trades, until they are taken. */
export class TradeBarRows {
  readonly #rows = new GrowingRows(NAMES)
  readonly #sessions: boolean

  /** @param sessions whether rows have the close of their session */
  constructor(sessions: boolean) {
    this.#sessions = sessions
  }

  /** Writes a bar down and empties it for the next. It is never known before `eventTime`. */
  give(bar: TradeBar, eventTime: number, sessionClose: number): void {
    const at = this.#rows.next()
    const { columns } = this.#rows
    columns.eventTime[at] = eventTime
    columns.receiveTime[at] = Math.max(bar.receiveTime, eventTime)
    columns.open[at] = bar.open
    columns.high[at] = bar.high
    columns.low[at] = bar.low
    columns.close[at] = bar.close
    columns.volume[at] = bar.volume
    columns.notional[at] = bar.notional
    columns.trades[at] = bar.trades
    columns.sessionClose[at] = sessionClose
    bar.trades = 0
  }

  take(): TradeBarSeries {
    const { sessionClose, ...rows } = this.#rows.take()
    return this.#sessions ? { ...rows, sessionClose } : rows
  }
}
