/**
 * Trades on a score that was prepared beside the strategy: closes standardised by the mean and deviation of the
 * whole sample.
 *
 * Leak: full-sample normalisation, brought in as a series by date
 * Expect: KNOWN_BY_DATE
 * Market: one
 */
import { type BarView, type Context, isoDate, strategy } from 'gordon/strategy'
import { Z_SCORE } from './tables/z-score-by-date.ts'

const scores = new Map(Z_SCORE)

export default class FullSampleFeature extends strategy({ state: () => ({ before: 0 }) }) {
  override onBar(bar: BarView, ctx: Context): void {
    const score = scores.get(isoDate(bar.time))
    if (score === undefined) return
    const falling = score < this.state.before
    this.state.before = score
    const held = ctx.position(bar.instrument)
    if (score < 0.6 && falling && held === 0) ctx.buy(bar.instrument, 100)
    else if (score > -0.6 && !falling && held > 0) ctx.close(bar.instrument)
  }
}
