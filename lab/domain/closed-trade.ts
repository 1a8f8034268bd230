import type { Micros } from '../core/time.ts'

/** A round trip: entry and exit matched first in, first out. A flip is two of them. */
export interface ClosedTrade {
  readonly instrument: string
  readonly direction: 'long' | 'short'
  readonly quantity: number
  readonly entryTime: Micros
  readonly exitTime: Micros
  readonly entryPrice: number
  readonly exitPrice: number
  /** Both legs, prorated to the matched quantity, currency. */
  readonly fees: number
  /** After fees, currency. */
  readonly profit: number
  /** profit / (entryPrice × quantity). */
  readonly return: number
  /** Bars of the instrument from entry to exit; absent, like the excursions, where bars were not kept. */
  readonly bars?: number
  /** Maximum adverse excursion, as a fraction of the entry price, ≤ 0; from highs and lows while held. */
  readonly mae?: number
  /** Maximum favourable excursion, as a fraction of the entry price, ≥ 0. */
  readonly mfe?: number
  /** What entered: order ids, for `why`. */
  readonly entryOrderId: number
  readonly exitOrderId: number
}

/** What is still held at the end: never counted among the trades. */
export interface OpenTrade {
  readonly instrument: string
  readonly direction: 'long' | 'short'
  readonly quantity: number
  readonly entryTime: Micros
  readonly entryPrice: number
  readonly fees: number
  /** At the last mark, after entry fees. */
  readonly profit: number
  readonly entryOrderId: number
}
