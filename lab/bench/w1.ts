/**
 * W1: one symbol, a million one-minute bars, SMA(10) over SMA(30), long one unit or flat.
 * Exact ties change nothing (|difference| ≤ 1e-6). The author's way: a Strategy class, orders, risk, fees,
 * order records, equity curve.
 */
import type { BarSource } from '../domain/ports/store.ts'
import { backtest, type Run } from '../sim/index.ts'
import { type BarView, type Context, integer, sma, strategy } from '../strategy/index.ts'
import type { Outcome } from './measure.ts'

export class SmaCross extends strategy({
  params: { fast: integer({ default: 10, min: 1 }), slow: integer({ default: 30, min: 2 }) },
}) {
  fast = this.indicator(sma(this.params.fast))
  slow = this.indicator(sma(this.params.slow))

  override onBar(bar: BarView, ctx: Context): void {
    const fast = this.fast.at(bar)
    const slow = this.slow.at(bar)
    if (fast === undefined || slow === undefined) return
    const position = ctx.position(bar.instrument)
    if (fast - slow > 1e-6 && position === 0) ctx.buy(bar.instrument, 1)
    else if (fast - slow < -1e-6 && position > 0) ctx.sell(bar.instrument, position)
  }
}

/** One run with the peers' money: a million in cash, 0.1 % a fill, filled at the next open. */
export function crossOnce(bars: BarSource, params: { fast: number; slow: number }): Promise<Run> {
  return backtest({ strategy: SmaCross, params, bars, cash: 1_000_000, fees: '10bps' })
}

/** The equity curve is made on the clock, as the peers' is. */
export async function w1(bars: BarSource): Promise<Outcome> {
  const run = await crossOnce(bars, { fast: 10, slow: 30 })
  return { fills: run.fillCount, equity: run.curve.equity[run.curve.equity.length - 1] }
}
