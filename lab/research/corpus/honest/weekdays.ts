/**
 * Buys on Mondays and sells on Thursdays, whatever the price.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class Weekdays extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const weekday = new Date(bar.time / 1000).getUTCDay()
    const held = ctx.position(bar.instrument)
    if (weekday === 1 && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.95]]))
    else if (weekday === 4 && held > 0) ctx.close(bar.instrument)
  }
}
