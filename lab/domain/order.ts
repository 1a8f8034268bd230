/**
 * An order and its life.
 *
 *   submitted ──► accepted ──► partiallyFilled ──► filled
 *       │            │  │             │  ▲ │
 *       ▼            │  │             ▼  │ └──► canceled | expired
 *    rejected        │  └──► canceled | expired
 *                    └──────► filled
 *
 * `replace` keeps the order's id and leaves its state. TRANSITIONS below is the same drawing for the machine.
 */
import type { Micros } from '../core/time.ts'

export type Side = 'buy' | 'sell'
export type OrderType = 'market' | 'limit' | 'stop' | 'stopLimit'
export type TimeInForce = 'GTC' | 'DAY' | 'IOC'
export type OrderState =
  | 'submitted'
  | 'accepted'
  | 'partiallyFilled'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'rejected'

export const TRANSITIONS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  submitted: ['accepted', 'rejected'],
  accepted: ['partiallyFilled', 'filled', 'canceled', 'expired'],
  partiallyFilled: ['partiallyFilled', 'filled', 'canceled', 'expired'],
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

/** An order as it is exported: quantities in units, prices in currency. */
export interface OrderRecord {
  /** 1, 2, 3 … in order of submission. */
  readonly id: number
  /** `XNAS:AAPL` */
  readonly instrument: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly quantity: number
  readonly limitPrice?: number
  readonly stopPrice?: number
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
