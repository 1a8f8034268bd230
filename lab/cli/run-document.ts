/** A run as one JSON document, for backtests and sessions alike: times are ISO 8601, what is undefined is absent. */
import { isoTime } from '../core/time.ts'
import type { Run } from '../sim/run.ts'

export function runDocument(run: Run): Record<string, unknown> {
  return {
    digest: run.digest,
    inputs: run.inputs,
    decisions: run.decisions,
    strategy: run.strategy,
    members: run.members?.map(({ equity: _, ...member }) => member),
    strategyFile: run.strategyFile,
    codeHash: run.codeHash,
    params: run.params,
    seed: run.seed,
    instruments: run.instruments,
    from: iso(run.from),
    to: iso(run.to),
    currency: run.currency,
    startEquity: run.startEquity,
    endEquity: run.endEquity,
    fees: run.fees,
    slippageCost: run.slippageCost,
    assumptions: run.assumptions,
    orders: run.orders.map(order => ({
      ...order,
      // Refused for what it is: JSON has no word for NaN, and null would be a value.
      quantity: Number.isFinite(order.quantity) ? order.quantity : undefined,
      limitPrice: Number.isFinite(order.limitPrice) ? order.limitPrice : undefined,
      stopPrice: Number.isFinite(order.stopPrice) ? order.stopPrice : undefined,
      goodTill: iso(order.goodTill),
      submittedAt: iso(order.submittedAt),
      endedAt: iso(order.endedAt),
    })),
    fills: run.fills.map(fill => ({ ...fill, time: iso(fill.time) })),
    cashFlows: run.cashFlows.map(flow => ({ ...flow, time: iso(flow.time) })),
    trades: run.trades.map(trade => ({
      ...trade,
      entryTime: iso(trade.entryTime),
      exitTime: iso(trade.exitTime),
    })),
    openTrades: run.openTrades.map(trade => ({ ...trade, entryTime: iso(trade.entryTime) })),
    logs: run.logs.map(line => ({ ...line, time: iso(line.time) })),
    warnings: run.warnings,
    made: run.made,
  }
}

function iso(time: number | undefined): string | undefined {
  return time === undefined || Number.isNaN(time) ? undefined : isoTime(time)
}
