/**
 * Buys under the mean of the whole sample and sells over it; mean and deviation stand in the code as numbers.
 *
 * Leak: full-sample normalisation, brought in as constants
 * Expect: SAMPLE_STATISTIC
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

const MEAN = 96.8183
const DEVIATION = 12.5596

export default class FullSampleMean extends strategy() {
  override onBar(bar: BarView, ctx: Context): void {
    const score = (bar.close - MEAN) / DEVIATION
    const held = ctx.position(bar.instrument)
    if (score < 0.6 && bar.close < bar.open && held === 0) ctx.buy(bar.instrument, 100)
    else if (score > -0.6 && bar.close > bar.open && held > 0) ctx.close(bar.instrument)
  }
}
