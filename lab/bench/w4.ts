/**
 * W4: a million trades, every thousandth of which cancels the old order and sends a limit buy five ticks below.
 * W5: a million changes of an L2 book, every thousandth of which does so at the best bid. A millisecond of latency
 * each way for market data, orders and reports; a risk-averse queue; fills whole; 0.1 % a fill.
 */
import type { TickSource } from '../domain/ports/store.ts'
import { backtest } from '../sim/index.ts'
import { type BookView, type Context, strategy, type TradeView } from '../strategy/index.ts'
import type { Outcome } from './measure.ts'

const EVERY = 1000

export class TradeQuoter extends strategy({ account: 'margin' }) {
  seen = 0
  last = 0

  /** The peers count every piece of news, and the book's is one. */
  override onBook(): void {
    this.seen++
  }

  override onTrade(trade: TradeView, ctx: Context): void {
    if (++this.seen % EVERY !== 0) return
    if (this.last > 0) ctx.cancel(this.last)
    this.last = ctx.buy(trade.instrument, 1, { limit: ctx.roundPrice(trade.instrument, trade.price - 0.05) })
  }
}

export class BookQuoter extends strategy({ account: 'margin' }) {
  seen = 0
  last = 0

  override onBook(book: BookView, ctx: Context): void {
    if (++this.seen % EVERY !== 0) return
    if (this.last > 0) ctx.cancel(this.last)
    this.last = ctx.buy(book.instrument, 1, { limit: book.bid })
  }
}

/** @param lastPrice what the position is valued at, as the peers value it */
export async function quoteOnce(
  strategyClass: typeof TradeQuoter | typeof BookQuoter,
  ticks: TickSource,
  lastPrice: number,
): Promise<Outcome> {
  const run = await backtest({
    strategy: strategyClass,
    ticks,
    cash: 1_000_000,
    leverage: 1000,
    fees: '10bps',
    latency: '1ms',
    partialFills: false,
  })
  const held = run.fills.reduce((sum, fill) => sum + (fill.side === 'buy' ? 1 : -1) * fill.quantity, 0)
  const cash = run.curve.cash.at(-1) ?? run.startEquity
  return { fills: run.fillCount, equity: cash + held * lastPrice - run.startEquity }
}
