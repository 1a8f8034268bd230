/**
 * Tosses a coin at each close, by the run's own chance.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class CoinFlip extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const held = ctx.position(bar.instrument)
    const toss = ctx.random()
    if (toss < 0.3 && held === 0) ctx.buy(bar.instrument, 100)
    else if (toss > 0.7 && held > 0) ctx.close(bar.instrument)
  }
}
