/**
 * What must add up in every finished run of one currency, whatever happened in it. The ledger's own sums are held
 * when a run is made (`ledger.verify`); these hold what is exported to each other.
 */
import { expect } from 'vitest'
import type { CashFlow } from '../domain/cash-flow.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { Run } from '../sim/run.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const amounts = (run: Run, ...kinds: CashFlow['kind'][]) =>
  sum(run.cashFlows.filter(flow => kinds.includes(flow.kind)).map(flow => flow.amount))

/**
 * Trades, open ones and income, with interest, are what equity changed by; and, where all is spot, cash is what the
 * fills and the cash flows left of the opening cash.
 */
export function expectBooksToBalance(run: Run): void {
  const earned = sum([...run.trades, ...run.openTrades].map(trade => trade.profit + (trade.income ?? 0)))
  const interest = amounts(run, 'interest', 'debitInterest', 'borrow')
  expect(earned + interest).toBeCloseTo(run.endEquity - run.startEquity, 6)
  if (run.instruments.some(one => (one.kind ?? 'spot') !== 'spot')) return
  const sizes = new Map(run.instruments.map(one => [instrumentId(one), one.multiplier ?? 1]))
  const paid = sum(
    run.fills.map(
      fill =>
        (fill.side === 'buy' ? -1 : 1) * fill.price * fill.quantity * sizes.get(fill.instrument)! - fill.fee,
    ),
  )
  // What a dividend is owed is money from its ex time on; paying it moves nothing more.
  const flows = amounts(run, 'entitlement', 'split', 'delisting', 'expiry') + interest
  expect(run.curve.cash.at(-1)).toBeCloseTo(run.startEquity + paid + flows, 6)
}
