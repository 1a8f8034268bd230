/**
 * Buys after a fall of nine per cent in five days: a handful of decisions in all.
 *
 * Expect: inconclusive
 * Market: one
 */
import { type BarView, type Context, roc, strategy } from 'gordon/strategy'

export default class Rare extends strategy({ state: () => ({ since: 0 }) }) {
  change = this.indicator(roc(5))

  override onBar(bar: BarView, ctx: Context): void {
    const change = this.change.at(bar)
    if (change === undefined) return
    const held = ctx.position(bar.instrument)
    this.state.since++
    if (change < -9 && held === 0) {
      ctx.targetWeights(new Map([[bar.instrument, 0.9]]))
      this.state.since = 0
    } else if (held > 0 && this.state.since > 40) ctx.close(bar.instrument)
  }
}
