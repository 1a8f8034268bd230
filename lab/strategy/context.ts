/**
 * What a strategy sees: the present and the past, never more. Nothing here hands out a feed's memory; numbers
 * come by value and histories as copies.
 */
import type { Micros } from '../core/time.ts'
import type { FillRecord } from '../domain/fill.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderRecord, Reason, TimeInForce } from '../domain/order.ts'

/** An instrument that this run is subscribed to; the only kind that can be traded. */
export interface Tradable extends Instrument {
  /** `XNAS:AAPL` */
  readonly id: string
  /** Its place in canonical order. */
  readonly handle: number
  /** Where indicators of its finest bars lie; the same as `handle`. */
  readonly slot: number
}

/** The bar at hand. It lives as long as the callback; keep numbers, not the view. */
export interface BarView {
  readonly instrument: Tradable
  readonly handle: number
  /** Where indicators of this instrument and interval lie. */
  readonly slot: number
  /** `1d`, `1h`, … */
  readonly interval: string
  /** When the bar closed, µs UTC. */
  readonly time: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** It came after its instant had been worked (paper and live). */
  readonly late: boolean
}

/** The trade at hand; it lives as long as the callback. */
export interface TradeView {
  readonly instrument: Tradable
  readonly handle: number
  /** When it happened at the venue, µs UTC. */
  readonly time: Micros
  readonly price: number
  readonly size: number
  /** Who took: +1 a buyer, −1 a seller, 0 unknown. */
  readonly side: number
}

/** Best bid and ask as last known; NaN for a side that is empty. */
export interface QuoteView {
  readonly instrument: Tradable
  readonly handle: number
  readonly time: Micros
  readonly bid: number
  readonly ask: number
  readonly bidSize: number
  readonly askSize: number
}

/** The book as known now: it changes as events come in, and shows nothing of what has not come yet. */
export interface BookView {
  readonly instrument: Tradable
  readonly handle: number
  /** False from lost messages until the next snapshot. */
  readonly known: boolean
  /** NaN while a side is empty or the book is unknown. */
  readonly bid: number
  readonly ask: number
  readonly bidSize: number
  readonly askSize: number
  /** What stands at a price, in units. */
  size(side: 'bid' | 'ask', price: number): number
  /** The best levels, best first, as copies. */
  levels(side: 'bid' | 'ask', count: number): readonly { readonly price: number; readonly size: number }[]
}

/** A point of a series from outside the market, or a funding rate. */
export interface PointView {
  /** Of the series: `news`, `funding`. */
  readonly name: string
  readonly instrument: Tradable
  readonly time: Micros
  readonly value: number
}

/** Copies of the last n bars, oldest first; the last row is the newest known bar. */
export interface BarHistory {
  readonly length: number
  readonly time: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

/** How far behind the market a trailing stop follows: an amount of currency, or a percentage of the price. */
export interface Trail {
  readonly amount?: number
  readonly percent?: number
  /** Makes it a trailing stop-limit, its limit this much beyond the stop; 0 puts both at one price. */
  readonly limitOffset?: number
}

/**
 * Terms of an order. Without prices it is a market order; with a limit and a stop a stop-limit. Prices lie on the
 * tick grid. Options that contradict each other throw ORDER_OPTIONS.
 */
export interface OrderOptions {
  readonly limit?: number
  /** Sets it off when the market goes against it: buys above, sells below. With `trail`, where the stop begins. */
  readonly stop?: number
  /** Sets it off when the market comes its way: buys below, sells above (market- or limit-if-touched). */
  readonly touch?: number
  readonly trail?: Trail
  /** For the opening or closing auction alone; with a limit limit-on-open, limit-on-close. */
  readonly at?: 'open' | 'close'
  /** Default GTC; a market order that finds no bar within a session is cancelled all the same. */
  readonly timeInForce?: TimeInForce
  /** When a GTD order ends, µs UTC. */
  readonly goodTill?: Micros
  /** A limit order that is cancelled rather than take what stands there. */
  readonly postOnly?: boolean
  /** Only brings the position nearer to zero: cut to it at each fill, cancelled when there is none. */
  readonly reduceOnly?: boolean
  /** Iceberg: units shown at a time. */
  readonly display?: number
  /** Id of an order: this one is held until that one has filled (OTO), and ends with it if it does not. */
  readonly after?: number
  /** One filled order of a group cancels the others (OCO). The name is the strategy's own. */
  readonly group?: string
  /**
   * Bracket: two orders of the other side that work once this one fills, for what it has filled, and cancel each
   * other. Their ids are `ctx.children(id)`, the take-profit first.
   */
  readonly takeProfit?: number
  readonly stopLoss?: number | { readonly stop: number; readonly limit: number }
  readonly tag?: string
}

/** A change of a working order; what is absent stays. */
export interface ReplaceOptions {
  readonly quantity?: number
  readonly limit?: number
  readonly stop?: number
  readonly touch?: number
}

export interface Context {
  /** Time of the present instant, µs UTC. */
  readonly now: Micros
  /** All subscribed instruments, canonical order. */
  readonly instruments: readonly Tradable[]
  /** Members of the universe now; all instruments when the run has no membership list. */
  readonly universe: readonly Tradable[]
  /** By symbol (`AAPL`) or id (`XNAS:AAPL`); throws UNKNOWN_SYMBOL. */
  instrument(symbol: string): Tradable
  isMember(instrument: Tradable): boolean

  /** Account currency. */
  readonly cash: number
  /** Cash in a currency that the account keeps, its own or another; throws CURRENCY_UNKNOWN. */
  balance(currency: string): number
  /** cash + positions at the last known closes. */
  readonly equity: number
  readonly buyingPower: number
  /** Units, negative when short. */
  position(instrument: Tradable): number
  /** Last known close, trade or middle of the quote; undefined before the first. */
  price(instrument: Tradable): number | undefined
  /** Best bid and ask; undefined for an instrument without quotes or a book, and before the first. */
  quote(instrument: Tradable): { readonly bid: number; readonly ask: number } | undefined
  /** The instrument's book; undefined where the run has none. */
  book(instrument: Tradable): BookView | undefined
  /**
   * The last n bars, of the finest interval that the strategy sees or of the one named (`1d`); undefined while fewer
   * are known.
   */
  history(instrument: Tradable, n: number, interval?: string): BarHistory | undefined

  /** Sends an order for a positive quantity in units; returns its id. A refusal is in `order(id)` with its reason. */
  buy(instrument: Tradable, quantity: number, options?: OrderOptions): number
  sell(instrument: Tradable, quantity: number, options?: OrderOptions): number
  /**
   * Orders the difference to a signed target in units, counting working market and limit orders but no stops;
   * undefined when there is none.
   */
  target(instrument: Tradable, quantity: number): number | undefined
  /**
   * Target positions as fractions of equity at the last prices, floored to whole lots toward zero; instruments
   * not named stay as they are unless `closeOthers`. Reductions go first.
   */
  targetWeights(
    weights: ReadonlyMap<Tradable, number>,
    options?: { readonly closeOthers?: boolean },
  ): number[]
  /** Cancels the instrument's working orders and orders the whole position back; undefined when there is none. */
  close(instrument: Tradable): number | undefined
  cancel(orderId: number): void
  /** Changes a working order's terms; returns why not, or undefined when it was changed. */
  replace(orderId: number, change: ReplaceOptions): Reason | undefined
  /** Ids of the orders that wait for this one's fill, or did: a bracket's take-profit and stop-loss, in this order. */
  children(orderId: number): number[]
  /** A copy of the order as it stands; undefined for an id never given. */
  order(orderId: number): OrderRecord | undefined
  /** Ids of working and held orders, oldest first. */
  openOrders(instrument?: Tradable): number[]
  /** Nearest price on the grid, or toward one side. */
  roundPrice(instrument: Tradable, price: number, toward?: 'nearest' | 'down' | 'up'): number
  /** Largest quantity on the lot grid that is not above. */
  roundQuantity(instrument: Tradable, quantity: number): number

  /** Asks for `onTimer(name)` at a time to come; a time that has passed is refused. */
  wakeAt(time: Micros, name: string): void

  /** A line in the report and the notebook. */
  log(text: string): void
  /** A point of a named series, at the present instant. */
  plot(series: string, value: number): void
  /** Seeded uniform in [0, 1): the run's only chance. */
  random(): number
}

export type { FillRecord, OrderRecord, Reason }
