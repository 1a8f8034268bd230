/**
 * What closed trades say. Here a trade is the unit, not a period: a trade that was held for five days is one win.
 * Profits are after fees, in account currency; every closed trade counts in winRate, scratches too, as in
 * backtesting.py and vectorbt.
 */
import type { ClosedTrade } from '../domain/closed-trade.ts'
import { DAY } from '../core/time.ts'
import { mean } from '../math/index.ts'
import { payoff } from './payoff.ts'
import { profitFactor } from './profit-factor.ts'
import { withoutUndefined } from './return-statistics.ts'
import { sqn } from './sqn.ts'

export interface TradeStatistics {
  /** Closed trades. */
  readonly trades: number
  /** 0..1 */
  readonly winRate?: number
  readonly profitFactor?: number
  /** Mean profit per trade, currency. */
  readonly expectancy?: number
  /** Mean win / mean loss. */
  readonly payoff?: number
  readonly sqn?: number
  /** Currency. */
  readonly averageWin?: number
  /** Currency, negative. */
  readonly averageLoss?: number
  /** Mean of profit / (entry price × quantity), fraction. */
  readonly averageTradeReturn?: number
  readonly averageHoldingDays?: number
  /** Of the trades whose bars were kept. */
  readonly averageHoldingBars?: number
  /** Most losers in a row, in order of exit. */
  readonly losingStreak?: number
}

export function tradeStatistics(trades: readonly ClosedTrade[]): TradeStatistics {
  const profits = Float64Array.from(trades, trade => trade.profit)
  const wins = profits.filter(value => value > 0)
  return withoutUndefined({
    trades: trades.length,
    winRate: trades.length === 0 ? undefined : wins.length / trades.length,
    profitFactor: profitFactor(profits),
    expectancy: mean(profits),
    payoff: payoff(profits),
    sqn: sqn(profits),
    averageWin: mean(wins),
    averageLoss: mean(profits.filter(value => value < 0)),
    averageTradeReturn: mean(trades.map(trade => trade.return)),
    averageHoldingDays: mean(trades.map(trade => (trade.exitTime - trade.entryTime) / DAY)),
    averageHoldingBars: mean(trades.flatMap(trade => trade.bars ?? [])),
    losingStreak: losingStreak(trades),
  })
}

function losingStreak(trades: readonly ClosedTrade[]): number | undefined {
  if (trades.length === 0) return undefined
  let streak = 0
  let longest = 0
  for (const trade of [...trades].sort((a, b) => a.exitTime - b.exitTime)) {
    streak = trade.profit < 0 ? streak + 1 : 0
    longest = Math.max(longest, streak)
  }
  return longest
}
