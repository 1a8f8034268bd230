/**
 * Sells short after two rising days on rising volume, fixed size, and covers after a falling one.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class ShortSide extends strategy({ account: 'margin', history: 3 }) {
  override onBar(bar: BarView, ctx: Context): void {
    const past = ctx.history(bar.instrument, 3)
    if (past === undefined) return
    const [a, b, c] = past.close
    const held = ctx.position(bar.instrument)
    if (held === 0 && c > b && b > a && past.volume[2] > 0.8 * past.volume[1]) ctx.sell(bar.instrument, 200)
    else if (held < 0 && c < b) ctx.close(bar.instrument)
  }
}
