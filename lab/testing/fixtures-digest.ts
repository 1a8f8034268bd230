/**
 * One strategy that uses all there is (indicators, history, chance, state, every kind of order), and its run on a
 * random market: what must come out the same wherever and in whatever pieces it is run.
 */
import type { BarSource } from '../domain/ports/store.ts'
import { ema, rsi, sma } from '../indicators/index.ts'
import { type BacktestRequest, backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import type { BarView, Context, FillRecord } from '../strategy/context.ts'
import { integer } from '../strategy/params.ts'
import { strategy } from '../strategy/strategy.ts'
import { randomMarket } from './fixtures-random.ts'

export class Busy extends strategy({
  params: { fast: integer({ default: 5, min: 1 }), slow: integer({ default: 20, min: 2 }) },
  history: 10,
  state: () => ({ entries: 0 }),
}) {
  fast = this.indicator(sma(this.params.fast))
  slow = this.indicator(sma(this.params.slow))
  smooth = this.indicator(ema(3))
  strength = this.indicator(rsi(2))

  override onBar(bar: BarView, ctx: Context): void {
    const fast = this.fast.at(bar)
    const slow = this.slow.at(bar)
    const past = ctx.history(bar.instrument, 10)
    if (fast === undefined || slow === undefined || past === undefined) return
    const held = ctx.position(bar.instrument)
    const low = Math.min(...past.low)
    if (fast > slow && held === 0 && ctx.openOrders(bar.instrument).length === 0) {
      const quantity = ctx.roundQuantity(bar.instrument, (0.2 * ctx.equity) / bar.close)
      if (ctx.random() < 0.5)
        ctx.buy(bar.instrument, quantity, {
          limit: ctx.roundPrice(bar.instrument, bar.close * 0.99),
          timeInForce: 'DAY',
        })
      else ctx.buy(bar.instrument, quantity, { tag: 'market' })
    } else if (fast < slow && held > 0) ctx.close(bar.instrument)
    if ((this.strength.at(bar) ?? 50) > 95 && held > 1)
      ctx.sell(bar.instrument, 1, { limit: ctx.roundPrice(bar.instrument, bar.high * 1.01) })
    if (low === bar.low) ctx.plot(bar.instrument.symbol, this.smooth.at(bar) ?? 0)
  }

  override onFill(fill: FillRecord, ctx: Context): void {
    this.state.entries++
    const instrument = ctx.instrument(fill.instrument)
    if (fill.side === 'buy' && this.state.entries % 3 === 0)
      ctx.sell(instrument, fill.quantity, { stop: ctx.roundPrice(instrument, fill.price * 0.9) })
  }

  override onInstant(ctx: Context): void {
    const oldest = ctx.openOrders()[0]
    if (oldest !== undefined && ctx.random() < 0.1) ctx.cancel(oldest)
  }
}

export const BUSY_MARKET = { seed: 11, symbols: 5, bars: 800, missing: 0.05, ragged: true } as const

export function busyRun(
  request: Partial<BacktestRequest> = {},
  bars: BarSource = randomMarket(BUSY_MARKET),
): Promise<Run> {
  return backtest({ strategy: Busy, bars, codeHash: 'busy', fees: '10bps', slippage: '1bps', ...request })
}
