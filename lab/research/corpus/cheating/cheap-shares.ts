/**
 * Buys shares under 25 dollars on prices that were adjusted for splits: those which were to rise until they split.
 *
 * Leak: prices that know of later splits
 * Expect: HINDSIGHT_PRICES
 * Market: adjusted
 */
import { type BarView, type Context, sma, strategy } from 'gordon/strategy'

export default class CheapShares extends strategy() {
  average = this.indicator(sma(10))

  override onBar(bar: BarView, ctx: Context): void {
    const average = this.average.at(bar)
    if (average === undefined) return
    const held = ctx.position(bar.instrument)
    if (bar.close < 25 && bar.close < average && held === 0)
      ctx.targetWeights(new Map([[bar.instrument, 0.4]]))
    else if (bar.close > average && held > 0) ctx.close(bar.instrument)
  }
}
