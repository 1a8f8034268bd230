/** Flags that say how a run trades, as texts; backtest and paper read them alike. */
import type { TradingSettings } from '../sim/index.ts'
import { readChoice, readNumber } from './read-flags.ts'

export interface TradingOptions {
  readonly params?: string
  readonly cash?: string
  readonly fees?: string
  readonly slippage?: string
  readonly account?: string
  readonly leverage?: string
  readonly maxPosition?: string
  readonly maxPositionWeight?: string
  readonly maxOrderValue?: string
  readonly marketFill?: string
  readonly limitFill?: string
  readonly ambiguity?: string
  readonly latency?: string
  readonly seed?: string
}

export function readSettings(options: TradingOptions): TradingSettings {
  return {
    cash: readNumber('--cash', options.cash),
    fees: options.fees,
    slippage: options.slippage,
    account: readChoice('--account', options.account, ['cash', 'margin']),
    leverage: readNumber('--leverage', options.leverage),
    maxPosition: readNumber('--max-position', options.maxPosition),
    maxPositionWeight: readNumber('--max-position-weight', options.maxPositionWeight),
    maxOrderValue: readNumber('--max-order-value', options.maxOrderValue),
    marketFill: readChoice('--market-fill', options.marketFill, ['nextOpen', 'last']),
    limitFill: readChoice('--limit-fill', options.limitFill, ['through', 'touch']),
    ambiguity: readChoice('--ambiguity', options.ambiguity, ['pessimistic', 'optimistic']),
    latency: options.latency,
    seed: readNumber('--seed', options.seed),
  }
}
