/** What moved money or a holding without an order: one record an event, in the order in which it was booked. */
import type { Micros } from '../core/time.ts'

/**
 *   funding        of a perpetual, on the position held
 *   entitlement    a dividend earned at its ex time, not paid yet: counted in equity, not in cash
 *   dividend       the same when it is paid
 *   split          cash in lieu of what is no whole lot
 *   symbolChange   a new name; nothing is paid
 *   delisting, expiry   the position is paid out at `price` and gone
 *   rollOut, rollIn     a future closed at one price and the next opened at another
 *   interest, debitInterest, borrow   on cash, on debt, on what was sold short
 *   conversion     one currency given (negative) or taken for another
 *   bankruptcy     equity below zero: `amount` is it, nothing is paid
 */
export type CashFlowKind =
  | 'funding'
  | 'entitlement'
  | 'dividend'
  | 'split'
  | 'symbolChange'
  | 'delisting'
  | 'expiry'
  | 'rollOut'
  | 'rollIn'
  | 'interest'
  | 'debitInterest'
  | 'borrow'
  | 'conversion'
  | 'bankruptcy'

export interface CashFlow {
  readonly kind: CashFlowKind
  readonly time: Micros
  /** Whose it was, where a run has several strategies. */
  readonly strategy?: string
  /** Absent for money's own: interest, conversion. */
  readonly instrument?: string
  readonly currency: string
  /** Received; negative when paid. Of a settlement or roll: the profit paid, or for spot the proceeds. */
  readonly amount: number
  /** What one unit of `currency` was worth in the account's then; absent: it is the account's. */
  readonly accountRate?: number
  /** Of a roll: taken by the venue, in `currency`. */
  readonly fee?: number
  /** Signed units of the position that it was reckoned on, before the event. */
  readonly quantity?: number
  /** What a unit was reckoned at. */
  readonly price?: number
  /** Funding rate, new shares per old one, dividend per share, or a year's interest. */
  readonly rate?: number
  /** New name. */
  readonly to?: string
  /** Fills of the account that came before it: its place among them; of the strategy's, where there are several. */
  readonly afterFills: number
}

/** Kinds that are income or cost of their own, and how a reader calls them together. */
const TOTALS: readonly (readonly [name: string, kinds: readonly CashFlowKind[]])[] = [
  ['funding', ['funding']],
  // Counted when they are earned; their payment moves nothing more.
  ['dividends', ['entitlement']],
  ['interest on cash', ['interest']],
  ['interest on debt', ['debitInterest']],
  ['borrowing', ['borrow']],
  ['cash in lieu', ['split']],
  ['settlements', ['expiry', 'rollOut']],
  ['delistings', ['delisting']],
]

/** Sums by kind in the account's currency, each flow at the rate of its time; those that there are. */
export function cashFlowTotals({ cashFlows }: { readonly cashFlows: readonly CashFlow[] }): {
  readonly name: string
  readonly count: number
  readonly amount: number
  readonly flows: readonly CashFlow[]
}[] {
  return TOTALS.flatMap(([name, kinds]) => {
    // A split that leaves no part of a lot pays nothing.
    const flows = cashFlows.filter(
      flow => kinds.includes(flow.kind) && (flow.kind !== 'split' || flow.amount !== 0),
    )
    if (flows.length === 0) return []
    const amount = flows.reduce((sum, flow) => sum + flow.amount * (flow.accountRate ?? 1), 0)
    return [{ name, count: flows.length, amount, flows }]
  })
}
