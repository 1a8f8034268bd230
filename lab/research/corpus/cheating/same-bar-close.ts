/**
 * Decides at a close and has its orders filled at that very close.
 *
 * Leak: a fill at a price that is past when the order is made
 * Expect: SAME_BAR_FILL
 * Market: one
 * Settings: marketFill=last
 */
import { type BarView, type Context, sma, strategy } from 'gordon/strategy'

export default class SameBarClose extends strategy() {
  average = this.indicator(sma(5))

  override onBar(bar: BarView, ctx: Context): void {
    const average = this.average.at(bar)
    if (average === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close < average && held === 0) ctx.buy(bar.instrument, 100)
    else if (bar.close > average && held > 0) ctx.close(bar.instrument)
  }
}
