/**
 * Everything a finished run says about itself: enough to read it, to doubt it and to make it again.
 * Columns are Float64Array, one row per execution instant; times are µs UTC.
 */
import type { Micros } from '../core/time.ts'
import type { Adjustment, BarSeries } from './bar.ts'
import type { CashFlow } from './cash-flow.ts'
import type { ClosedTrade, OpenTrade } from './closed-trade.ts'
import type { FillRecord } from './fill.ts'
import type { Instrument } from './instrument.ts'
import type { CorporateAction } from './market-events.ts'
import type { OrderRecord } from './order.ts'

export interface EquityColumns {
  readonly time: Float64Array
  /** cash + marked positions, account currency. */
  readonly equity: Float64Array
  readonly cash: Float64Array
  /** Σ |position × mark| / equity is `gross / equity`; both in account currency. */
  readonly grossExposure: Float64Array
  readonly netExposure: Float64Array
}

export interface RunWarning {
  readonly code: string
  readonly text: string
}

export interface RunDataset {
  /** Dataset id, or the file's path. */
  readonly id: string
  /** Snapshot that names the exact bytes; `file:<sha256>` for a plain file. */
  readonly snapshot: string
  readonly adjustment: Adjustment
  readonly interval: string
}

export interface RunAssumptions {
  /** `nextOpen` or, for comparison only, `last`. */
  readonly marketFill: 'nextOpen' | 'last'
  readonly limitFill: 'through' | 'touch'
  /** Which of two orders comes first in a bar that does not tell: stops, or targets. */
  readonly ambiguity: 'pessimistic' | 'optimistic'
  /** In words, e.g. `10 bps of notional`. */
  readonly fees: string
  readonly slippage: string
  readonly account: 'cash' | 'margin'
  /** In words, where the run's maker told: on its way to the venue and back; place in a book's queues. */
  readonly latency?: string
  readonly queue?: string
  /** Of a margin account. */
  readonly leverage?: number
  readonly margin?: string
  /** What each other currency's rate was taken from. */
  readonly currencies?: readonly string[]
  /** Interest on cash and debt, and what borrowed shares cost. */
  readonly financing?: string
  readonly borrow?: string
}

export interface LogLine {
  readonly time: Micros
  readonly text: string
}

/** What `ctx.plot(series, value)` left, in order of time. */
export interface PlotSeries {
  readonly name: string
  readonly time: Float64Array
  readonly value: Float64Array
}

/** One of several strategies of a run: what it was given, and what became of it. */
export interface RunMember {
  /** As orders, fills and trades name it. */
  readonly name: string
  readonly strategyFile?: string
  readonly codeHash: string
  readonly params: Readonly<Record<string, unknown>>
  /** Its part of the opening money. */
  readonly share: number
  readonly startEquity: number
  readonly endEquity: number
  readonly fees: number
  /** Row by row of the run's curve, account currency. */
  readonly equity: Float64Array
}

export interface RunResult {
  /** Name; of several, all of them. */
  readonly strategy: string
  /** Where the run has several strategies, in the order in which they decide. */
  readonly members?: readonly RunMember[]
  /** Path as given, sha256 of the file and its transitive imports. */
  readonly strategyFile?: string
  readonly codeHash: string
  readonly params: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly datasets: readonly RunDataset[]
  readonly instruments: readonly Instrument[]
  /** The bars that were replayed, beside `instruments`; for charts. Absent where a stream was larger than memory. */
  readonly bars: readonly (BarSeries | undefined)[]
  /** First and last instant of the run. */
  readonly from: Micros
  readonly to: Micros
  readonly currency: string
  readonly startEquity: number
  readonly endEquity: number
  readonly fees: number
  readonly slippageCost: number
  /** What the run was told of its instruments; absent: nothing. */
  readonly actions?: readonly CorporateAction[]
  /** What moved money or holdings without an order: funding, dividends, splits, interest, expiry; in order. */
  readonly cashFlows: readonly CashFlow[]
  readonly assumptions: RunAssumptions
  readonly curve: EquityColumns
  readonly orders: readonly OrderRecord[]
  readonly fills: readonly FillRecord[]
  readonly trades: readonly ClosedTrade[]
  readonly openTrades: readonly OpenTrade[]
  readonly logs: readonly LogLine[]
  readonly plots: readonly PlotSeries[]
  readonly warnings: readonly RunWarning[]
  /** sha256 of the rows read, code, parameters, seed. */
  readonly inputs: string
  /** sha256 of orders, fills, equity. */
  readonly decisions: string
  /** sha256 of both. */
  readonly digest: string
  /** What made it: gordon's version, node's, the CPU architecture. */
  readonly made: { readonly gordon: string; readonly node: string; readonly arch: string }
}
