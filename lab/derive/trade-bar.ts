/**
 * The bar that trades are gathered in. Volume and notional carry the rounding error of every addition along (Neumaier
 * 1974; lab/math/sum.ts), so that they are within a few parts in 10¹⁶ of the decimals on paper, however many trades.
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

  /** Row i of the trades; `first` is the number of row 0 in the stream. @throws DERIVE_ROW */
  take(trades: TradeSeries, i: number, first: number): void {
    const price = trades.price[i]
    const size = trades.size[i]
    // What is finite is itself less itself; NaN and ±∞ are not.
    if (price - price !== 0 || !(size >= 0 && size < Number.POSITIVE_INFINITY))
      throw badRow('trades', first + i, `has price ${price} and size ${size}`)
    const amount = price * size
    if (this.trades === 0) {
      this.open = price
      this.high = price
      this.low = price
      this.#volume = size
      this.#notional = amount
      this.#volumeLost = 0
      this.#notionalLost = 0
      this.eventTime = trades.eventTime[i]
      this.receiveTime = trades.receiveTime[i]
    } else {
      if (price > this.high) this.high = price
      else if (price < this.low) this.low = price
      const volume = this.#volume + size
      this.#volumeLost += this.#volume >= size ? this.#volume - volume + size : size - volume + this.#volume
      this.#volume = volume
      const notional = this.#notional + amount
      this.#notionalLost +=
        Math.abs(this.#notional) >= Math.abs(amount)
          ? this.#notional - notional + amount
          : amount - notional + this.#notional
      this.#notional = notional
      if (trades.eventTime[i] > this.eventTime) this.eventTime = trades.eventTime[i]
      if (trades.receiveTime[i] > this.receiveTime) this.receiveTime = trades.receiveTime[i]
    }
    this.close = price
    this.trades++
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
