/**
 * Data made of data: every class takes batches of rows and gives those that are finished, so that a month of ticks
 * needs no more memory than a day (`derived` for a stream, `whole` for a series in memory). See derive.md.
 *
 *   bars of time       TimeBars (trades), Resampler (bars), QuoteBars (bid, ask, mid)
 *   bars of activity   ActivityBars (ticks, volume, notional), ImbalanceBars
 *   books              BookSnapshots, snapshotRows
 *   futures            ContinuousFutures, contractBars, BackAdjustment
 */
export { type ActivityBarTerms, ActivityBars } from './activity-bars.ts'
export { BackAdjustment } from './back-adjustment.ts'
export type { EdgeTerms } from './bar-edges.ts'
export {
  type BookSnapshotSeries,
  type BookSnapshotTerms,
  BookSnapshots,
  snapshotRows,
} from './book-snapshots.ts'
export {
  ContinuousFutures,
  type ContinuousSeries,
  type ContinuousTerms,
  type FuturesContract,
  type Roll,
} from './continuous-futures.ts'
export { type ContractBars, contractBars } from './contract-bars.ts'
export { type Deriver, derived, joined, type Rows, whole } from './deriver.ts'
export { type ImbalanceBarSeries, type ImbalanceBarTerms, ImbalanceBars } from './imbalance-bars.ts'
export { type QuoteBarSeries, type QuoteBarTerms, QuoteBars } from './quote-bars.ts'
export { type ResampleTerms, Resampler } from './resample.ts'
export { type TimeBarTerms, TimeBars } from './time-bars.ts'
export type { TradeBarSeries } from './trade-bar.ts'
export type { SessionTerms } from './trade-sessions.ts'
export type { SideSource } from './trade-sign.ts'
