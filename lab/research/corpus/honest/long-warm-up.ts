/**
 * Waits 260 bars for an average of a year and then trades short reversals on its sunny side.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, rsi, sma, strategy } from 'gordon/strategy'

export default class LongWarmUp extends strategy() {
  year = this.indicator(sma(260))
  strength = this.indicator(rsi(2))

  override onBar(bar: BarView, ctx: Context): void {
    const year = this.year.at(bar)
    const strength = this.strength.at(bar)
    if (year === undefined || strength === undefined) return
    const held = ctx.position(bar.instrument)
    if (held === 0 && bar.close > year && strength < 40) ctx.targetWeights(new Map([[bar.instrument, 0.9]]))
    else if (held > 0 && (strength > 60 || bar.close < year)) ctx.close(bar.instrument)
  }
}
