/** What a strategy file may import: `gordon/strategy`. */
export { DAY, HOUR, MINUTE, SECOND, isoDate, isoTime, type Micros } from '../core/time.ts'
export * from '../indicators/index.ts'
export type {
  BarHistory,
  BarView,
  BookView,
  Context,
  FillRecord,
  OrderOptions,
  OrderRecord,
  PointView,
  QuoteView,
  ReplaceOptions,
  Tradable,
  TradeView,
} from './context.ts'
export type { SessionChange } from '../domain/calendar/session-change.ts'
export type { IndicatorHandle } from './indicator-handle.ts'
export { boolean, choice, integer, number, type Param, text } from './params.ts'
export { type Membership, strategy } from './strategy.ts'
