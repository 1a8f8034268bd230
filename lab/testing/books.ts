/**
 * What must add up in every finished run of one currency, whatever happened in it. The ledger's own sums are held
 * when a run is made (`ledger.verify`); these hold what is exported to each other.
 */
import type { CashFlow } from '../domain/cash-flow.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { Run } from '../sim/run.ts'

const TOLERANCE = 1e-6

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const amounts = (run: Run, ...kinds: CashFlow['kind'][]) =>
  sum(run.cashFlows.filter(flow => kinds.includes(flow.kind)).map(flow => flow.amount))

/**
 * Trades, open ones and income, with interest, are what equity changed by; and, where all is spot, cash is what the
 * fills and the cash flows left of the opening cash.
 * @returns what does not add up; nothing when all does
 */
export function imbalances(run: Run): string[] {
  const wrong: string[] = []
  const hold = (what: string, value: number, other: number) => {
    if (!(Math.abs(value - other) < TOLERANCE)) wrong.push(`${what}: ${value} and ${other}`)
  }
  const earned = sum([...run.trades, ...run.openTrades].map(trade => trade.profit + (trade.income ?? 0)))
  const interest = amounts(run, 'interest', 'debitInterest', 'borrow')
  hold('trades and change of equity', earned + interest, run.endEquity - run.startEquity)
  if (run.instruments.some(one => (one.kind ?? 'spot') !== 'spot')) return wrong
  const sizes = new Map(run.instruments.map(one => [instrumentId(one), one.multiplier ?? 1]))
  const paid = sum(
    run.fills.map(
      fill =>
        (fill.side === 'buy' ? -1 : 1) * fill.price * fill.quantity * sizes.get(fill.instrument)! - fill.fee,
    ),
  )
  // What a dividend is owed is money from its ex time on; paying it moves nothing more.
  const flows = amounts(run, 'entitlement', 'split', 'delisting', 'expiry') + interest
  hold('cash and what moved it', run.curve.cash.at(-1)!, run.startEquity + paid + flows)
  return wrong
}
