/**
 * Market events in columns, beside bars (bar.ts): row i of every column is one event, rows in order of
 * receiveTime. eventTime is when it happened at the venue, receiveTime when it could have been known, both µs
 * UTC; of nanosecond sources the one is rounded down and the other up. Prices and sizes are doubles in units;
 * what lies off the instrument's grid is refused when it is loaded.
 */
import type { Micros } from '../core/time.ts'

export interface EventColumns {
  readonly length: number
  readonly eventTime: Float64Array
  readonly receiveTime: Float64Array
}

export interface TradeSeries extends EventColumns {
  readonly price: Float64Array
  readonly size: Float64Array
  /** Who took: +1 a buyer, −1 a seller, 0 unknown. */
  readonly side: Float64Array
}

/** Best bid and ask (L1). A missing side is NaN with size 0. */
export interface QuoteSeries extends EventColumns {
  readonly bid: Float64Array
  readonly ask: Float64Array
  readonly bidSize: Float64Array
  readonly askSize: Float64Array
}

/**
 * What one row of a book stream does.
 *   set     L2: the level now holds `size`; 0 takes it away
 *   clear   the book is emptied, then as `set`: the first row of a snapshot
 *   gap     the feed lost messages: the book is unknown until the next `clear`
 *   add, change, remove   L3: one order, by `order`
 */
export const BOOK_ACTIONS = { set: 0, clear: 1, gap: 2, add: 3, change: 4, remove: 5 } as const

export interface BookSeries extends EventColumns {
  /** One of BOOK_ACTIONS per row. */
  readonly action: Float64Array
  /** +1 bid, −1 ask. */
  readonly side: Float64Array
  readonly price: Float64Array
  readonly size: Float64Array
  /** Order ids of an L3 feed. */
  readonly order?: Float64Array
}

/** What holders of a perpetual pay (rate > 0: longs to shorts) at eventTime, as a fraction of notional. */
export interface FundingSeries extends EventColumns {
  readonly rate: Float64Array
  /** Mark price that the payment is reckoned at; NaN: the last known price. */
  readonly markPrice: Float64Array
}

/** Any series from outside the market: news, sentiment, a macro figure. */
export interface CustomSeries extends EventColumns {
  readonly name: string
  readonly value: Float64Array
}

/** What happens to a holding itself. Times are when it takes effect at the venue; known before that session. */
export type CorporateAction =
  | {
      readonly kind: 'split'
      readonly instrument: string
      readonly time: Micros
      /** New shares per old one: 4 for four to one, 0.1 for one to ten. */
      readonly ratio: number
    }
  | {
      readonly kind: 'dividend'
      readonly instrument: string
      /** Who holds before this instant is paid (shorts pay). */
      readonly time: Micros
      readonly payTime: Micros
      /** Per share, `currency` of the instrument unless named. */
      readonly amount: number
      readonly currency?: string
    }
  | {
      readonly kind: 'symbolChange'
      readonly instrument: string
      readonly time: Micros
      readonly to: string
    }
  | {
      readonly kind: 'delisting'
      readonly instrument: string
      readonly time: Micros
      /** Paid per share; absent: the last known close. */
      readonly price?: number
    }
