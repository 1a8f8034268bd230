/**
 * Works out at the end of a run at which level it should have bought, keeps it in a static field and uses it the
 * next time.
 *
 * Leak: a second pass over the same sample, through a static field
 * Expect: STATE_ACROSS_RUNS
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class SecondPass extends strategy({ state: () => ({ sum: 0, bars: 0 }) }) {
  static mean: number | undefined

  override onBar(bar: BarView, ctx: Context): void {
    this.state.sum += bar.close
    this.state.bars++
    const level = SecondPass.mean ?? this.state.sum / this.state.bars
    const held = ctx.position(bar.instrument)
    if (bar.close < level && held === 0) ctx.buy(bar.instrument, 100)
    else if (bar.close > level && held > 0) ctx.close(bar.instrument)
  }

  override onEnd(): void {
    SecondPass.mean = this.state.sum / this.state.bars
  }
}
