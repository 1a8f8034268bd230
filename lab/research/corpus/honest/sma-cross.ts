/**
 * Holds while a fast average is above a slow one.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, sma, strategy } from 'gordon/strategy'

export default class SmaCross extends strategy() {
  fast = this.indicator(sma(3))
  slow = this.indicator(sma(10))

  override onBar(bar: BarView, ctx: Context): void {
    const fast = this.fast.at(bar)
    const slow = this.slow.at(bar)
    if (fast === undefined || slow === undefined) return
    const held = ctx.position(bar.instrument)
    if (fast > slow && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.95]]))
    else if (fast < slow && held > 0) ctx.close(bar.instrument)
  }
}
