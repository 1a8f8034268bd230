/**
 * An order and its life.
 *
 *                      ┌──────────────────────────────┐
 *   submitted ──► held │ ──► accepted ──► partiallyFilled ──► filled
 *     │  │         │   ▼        │  ▲             │  ▲
 *     │  └─────────┼──────────► │  │             │  │      a refused cancel goes back to where it came from
 *     ▼            ▼            ▼  │             ▼  │
 *   rejected    canceled      cancelPending ◄───────┘
 *                               │  │
 *                               ▼  └──► filled (the cancel came too late)
 *                             canceled | expired
 *
 * `held` is a child that waits for its parent's fill (OTO); `cancelPending` a cancel on its way to the venue,
 * during which fills still happen. `replace` keeps the order's id and leaves its state. TRANSITIONS below is the
 * same drawing for the machine.
 */
import type { Micros } from '../core/time.ts'

export type Side = 'buy' | 'sell'
export type OrderType =
  | 'market'
  | 'limit'
  | 'stop'
  | 'stopLimit'
  | 'marketIfTouched'
  | 'limitIfTouched'
  | 'trailingStop'
  | 'trailingStopLimit'
  | 'marketOnOpen'
  | 'limitOnOpen'
  | 'marketOnClose'
  | 'limitOnClose'
/** GTC until cancelled; DAY one session; GTD until a time; IOC what fills at once; FOK all at once or nothing. */
export type TimeInForce = 'GTC' | 'DAY' | 'GTD' | 'IOC' | 'FOK'
export type OrderState =
  | 'submitted'
  | 'held'
  | 'accepted'
  | 'partiallyFilled'
  | 'cancelPending'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'rejected'

export const TRANSITIONS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  submitted: ['accepted', 'held', 'rejected', 'cancelPending'],
  held: ['accepted', 'rejected', 'canceled', 'expired'],
  accepted: ['partiallyFilled', 'filled', 'cancelPending', 'canceled', 'expired'],
  partiallyFilled: ['partiallyFilled', 'filled', 'cancelPending', 'canceled', 'expired'],
  cancelPending: [
    'cancelPending',
    'accepted',
    'partiallyFilled',
    'filled',
    'canceled',
    'expired',
    'rejected',
  ],
  filled: [],
  canceled: [],
  expired: [],
  rejected: [],
}

/** Why an order was refused, cut short or ended without a fill. */
export type Reason =
  | 'nonPositiveQuantity'
  | 'notANumber'
  | 'offLotGrid'
  | 'offTickGrid'
  | 'tooLarge'
  | 'unknownInstrument'
  | 'instrumentNotInUniverse'
  | 'invalidPrice'
  | 'insufficientCash'
  | 'shortNotAllowed'
  | 'positionLimit'
  | 'buyingPower'
  | 'noPrice'
  | 'noMarket'
  | 'endOfSession'
  | 'immediateOrCancel'
  | 'byStrategy'
  | 'unknownOrder'
  | 'orderEnded'
  | 'belowMinimum'
  | 'goodTillPassed'
  | 'fillOrKill'
  | 'postOnlyWouldTake'
  | 'reduceOnlyWouldIncrease'
  | 'otherOfGroupFilled'
  | 'parentEnded'
  | 'missedAuction'
  | 'noLiquidity'
  | 'bookUnknown'
  | 'liquidation'
  | 'delisted'
  | 'contractExpired'
  | 'split'

/** An order as it is exported: quantities in units, prices in currency. */
export interface OrderRecord {
  /** 1, 2, 3 … in order of submission. */
  readonly id: number
  /** Whose it is, where a run has several strategies. */
  readonly strategy?: string
  /** `XNAS:AAPL` */
  readonly instrument: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly quantity: number
  readonly limitPrice?: number
  readonly stopPrice?: number
  /** Distance at which a trailing stop follows, in currency or in percent of price. */
  readonly trailAmount?: number
  readonly trailPercent?: number
  readonly displayQuantity?: number
  readonly goodTill?: Micros
  readonly postOnly?: boolean
  readonly reduceOnly?: boolean
  /** The order whose fill sets this one to work (OTO). */
  readonly parent?: number
  /** Orders of one group cancel each other when one fills (OCO). */
  readonly group?: string
  readonly state: OrderState
  readonly filledQuantity: number
  /** Volume-weighted, undefined until something filled. */
  readonly averagePrice?: number
  readonly submittedAt: Micros
  /** When its life ended; undefined while it works. */
  readonly endedAt?: Micros
  readonly reason?: Reason
  /** The author's own word for it. */
  readonly tag?: string
}
