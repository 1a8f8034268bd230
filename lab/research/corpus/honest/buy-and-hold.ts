/**
 * Buys three shares in equal parts on the first day and never again.
 *
 * Expect: inconclusive
 * Market: alive
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class BuyAndHold extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    if (ctx.position(bar.instrument) === 0) ctx.targetWeights(new Map([[bar.instrument, 0.3]]))
  }
}
