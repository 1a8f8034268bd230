import type { ClosedTrade } from '../../domain/closed-trade.ts'

/** Where not all can be shown: the trades that gained or lost most, in order of exit. */
export function mostTelling(trades: readonly ClosedTrade[], limit: number): readonly ClosedTrade[] {
  if (trades.length <= limit) return trades
  const ranked = trades.map((_, row) => row)
  ranked.sort((a, b) => Math.abs(trades[b].profit) - Math.abs(trades[a].profit) || a - b)
  return ranked
    .slice(0, limit)
    .sort((a, b) => a - b)
    .map(row => trades[row])
}
