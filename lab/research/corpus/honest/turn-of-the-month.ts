/**
 * Holds from the 27th of a month to the 4th of the next (Ariel, A Monthly Effect in Stock Returns, 1987).
 *
 * Expect: passed
 * Market: alive
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class TurnOfTheMonth extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const day = new Date(bar.time / 1000).getUTCDate()
    const held = ctx.position(bar.instrument)
    const turning = day >= 27 || day < 4
    if (turning && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.3]]))
    else if (!turning && held > 0) ctx.close(bar.instrument)
  }
}
