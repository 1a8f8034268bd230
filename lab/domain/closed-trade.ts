import type { Micros } from '../core/time.ts'

/**
 * A round trip: entry and exit matched first in, first out. A flip is two of them. Of a position that lived
 * through a split, quantity and entry price are those of its last shares.
 */
export interface ClosedTrade {
  /** Whose it was, where a run has several strategies. */
  readonly strategy?: string
  readonly instrument: string
  readonly direction: 'long' | 'short'
  readonly quantity: number
  readonly entryTime: Micros
  readonly exitTime: Micros
  readonly entryPrice: number
  readonly exitPrice: number
  /** Both legs, prorated to the matched quantity, account currency. */
  readonly fees: number
  /** After fees, account currency; what was earned in another is valued at the exit's rate. */
  readonly profit: number
  /** profit / value at entry. */
  readonly return: number
  /** Funding and dividends while it was held, account currency, not part of `profit`; absent: none. */
  readonly income?: number
  /** Bars of the instrument from entry to exit; absent, like the excursions, where bars were not kept. */
  readonly bars?: number
  /** Maximum adverse excursion, as a fraction of the entry price, ≤ 0; from highs and lows while held. */
  readonly mae?: number
  /** Maximum favourable excursion, as a fraction of the entry price, ≥ 0. */
  readonly mfe?: number
  /** What entered and left: order ids, for `why`; 0 where no order did (settlement, roll, cash in lieu). */
  readonly entryOrderId: number
  readonly exitOrderId: number
}

/** What is still held at the end: never counted among the trades. */
export interface OpenTrade {
  /** Whose it is, where a run has several strategies. */
  readonly strategy?: string
  readonly instrument: string
  readonly direction: 'long' | 'short'
  readonly quantity: number
  readonly entryTime: Micros
  readonly entryPrice: number
  readonly fees: number
  /** At the last mark, after entry fees. */
  readonly profit: number
  readonly income?: number
  readonly entryOrderId: number
}
