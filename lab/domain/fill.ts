import type { Micros } from '../core/time.ts'
import type { Side } from './order.ts'

/** One execution, as it is exported. cash moves by ∓ price × quantity − fee, each rounded once to 1e-9. */
export interface FillRecord {
  readonly id: number
  readonly orderId: number
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
}
