import type { Micros } from '../core/time.ts'
import type { Side } from './order.ts'

/** One execution, as it is exported. cash moves by ∓ price × quantity − fee, each rounded once to 1e-9. */
export interface FillRecord {
  readonly id: number
  readonly orderId: number
  /** Whose it is, where a run has several strategies. */
  readonly strategy?: string
  /** When the account knew it, µs UTC. */
  readonly time: Micros
  readonly instrument: string
  readonly side: Side
  /** Units, positive. */
  readonly quantity: number
  /** As a decimal: the shortest text of this double is the price that the ledger used. */
  readonly price: number
  /** In the instrument's currency; the part of the notional taken by the venue. */
  readonly fee: number
  /** What the price differs from the unslipped one, in currency per unit, ≥ 0 when it cost. */
  readonly slippage: number
  /** Worth in the account's currency then; absent: price × quantity, as of shares in that currency. */
  readonly value?: number
  /** What one unit of the currency that it was paid in was worth in the account's then; absent: it is that. */
  readonly accountRate?: number
}

/** What was traded, account currency. */
export function fillValue(fill: Pick<FillRecord, 'price' | 'quantity' | 'value'>): number {
  return fill.value ?? Math.abs(fill.price * fill.quantity)
}

/** Fee in account currency. */
export function fillFee(fill: Pick<FillRecord, 'fee' | 'accountRate'>): number {
  return fill.fee * (fill.accountRate ?? 1)
}

/** What slippage cost, account currency. */
export function fillSlippage(fill: Pick<FillRecord, 'price' | 'quantity' | 'slippage' | 'value'>): number {
  return fill.value === undefined ? fill.slippage * fill.quantity : (fill.slippage / fill.price) * fill.value
}
