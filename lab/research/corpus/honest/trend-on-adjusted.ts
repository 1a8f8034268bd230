/**
 * Follows trends on split adjusted prices, by quotients of prices only.
 *
 * Expect: passed
 * Market: adjusted
 */
import { type BarView, type Context, ema, strategy } from 'gordon/strategy'

export default class TrendOnAdjusted extends strategy() {
  average = this.indicator(ema(6))

  override onBar(bar: BarView, ctx: Context): void {
    const average = this.average.at(bar)
    if (average === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close / average > 1.01 && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.22]]))
    else if (bar.close / average < 0.99 && held > 0) ctx.close(bar.instrument)
  }
}
