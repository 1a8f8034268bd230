/**
 * A limit order book moved by nothing but order flow: zero intelligence as in Smith, Farmer, Gillemot and
 * Krishnamurthy 2003 (Quantitative Finance 3) and Cont, Stoikov and Talreja 2010 (Operations Research 58(3)).
 *
 *   limit orders    come at d = 1 … levels ticks from the best price across, with chances ∝ d^−placement (Cont's
 *                   power law, exponent 0.52); so none ever crosses
 *   market orders   take what rests at the best price across, first come first served, and no more: what they
 *                   could not get there is gone, and on an empty side they do nothing
 *   cancels         each resting order leaves after an exponential time, independently of all else
 *
 * Limit and market orders of both sides arrive as a Poisson process, or as a Hawkes process of four types
 * (hawkes.ts) where `excitation` is given, after Large 2007 (Journal of Financial Markets 10): real orders come in
 * clusters. Sizes are geometric. Price moves come out of the flow; nothing here pulls the price anywhere, and no
 * one here reacts to orders of yours. Every event has a microsecond of its own; trades come before their book rows.
 */
import type { Micros } from '../core/time.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { BookSeries, TradeSeries } from '../domain/market-events.ts'
import type { RunDataset } from '../domain/run-result.ts'
import { FlowMarket } from './flow-market.ts'
import { FlowRows } from './flow-rows.ts'
import type { Excitation } from './hawkes.ts'
import { type SyntheticInstrument, syntheticDataset, syntheticInstrument } from './label.ts'
import { badTerms } from './terms.ts'

export interface OrderFlowTerms {
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number
  /** How long is recorded. */
  readonly seconds: number
  /** When the recording begins, with a snapshot; µs UTC, default 2020-01-01. */
  readonly start?: Micros
  /** Seconds that the market lives before, unrecorded; default 10 / cancelRate. */
  readonly warmUp?: number
  /** Rows of levels or of single orders; default L2. */
  readonly level?: 'L2' | 'L3'
  /** Middle of the book before the warm-up; default 100. */
  readonly price?: number
  /** Limit orders a second on each side, without excitation; default 10. */
  readonly limitRate?: number
  /** Market orders a second on each side, without excitation; default 2. */
  readonly marketRate?: number
  /** Chance a second that a resting order is cancelled; default 0.2. */
  readonly cancelRate?: number
  /** Furthest a limit order comes from the best price across, ticks; default 20. */
  readonly levels?: number
  /** Exponent of distances; default 0.52; 0 is uniform. */
  readonly placement?: number
  /** Mean size of an order, lots, at least 1; default 5. */
  readonly lots?: number
  /** Of the four types: 0 limit buy, 1 limit sell, 2 market buy, 3 market sell. Absent: Poisson arrivals. */
  readonly excitation?: Excitation
  readonly instrument?: SyntheticInstrument
}

/** For a run: `memoryTicks([flow], flow.dataset)`. */
export interface SyntheticFlow {
  readonly instrument: Instrument
  /** Begins with a snapshot; of L3 rows, `order` holds ids. */
  readonly book: BookSeries
  readonly trades: TradeSeries
  /** `synthetic:order-flow:<seed>`. */
  readonly dataset: RunDataset
}

const NAME = 'order-flow'

/**
 * @throws SYNTHETIC_TERMS; SYNTHETIC_PRICE where the price falls to the grid's lower end
 * @example
 * const flow = synthetic.orderFlow({ seed: 7, seconds: 600 })
 * await backtest({ strategy, ticks: memoryTicks([flow], flow.dataset) })
 */
export function orderFlow(terms: OrderFlowTerms): SyntheticFlow {
  const { seed, level = 'L2' } = terms
  if (level !== 'L2' && level !== 'L3') throw badTerms(NAME, `has the level '${level}'`, 'give L2 or L3')
  const instrument = syntheticInstrument('ORDER-FLOW', terms.instrument)
  const rows = new FlowRows(level, instrument)
  new FlowMarket(terms, instrument, rows).play()
  const book = rows.book()
  const trades = rows.trades()
  const columns = [book, trades].flatMap(series => Object.values(series).filter(isColumn))
  return { instrument, book, trades, dataset: syntheticDataset(NAME, seed, 'ticks', columns) }
}

function isColumn(value: unknown): value is Float64Array {
  return value instanceof Float64Array
}
