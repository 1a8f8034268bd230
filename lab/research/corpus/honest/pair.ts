/**
 * Sells the dear one and buys the cheap one of two shares by the deviation of their quotient.
 *
 * Expect: passed
 * Market: alive
 */
import { type Context, strategy } from 'gordon/strategy'

export default class Pair extends strategy({ account: 'margin', history: 30 }) {
  override onInstant(ctx: Context): void {
    const a = ctx.instrument('A')
    const b = ctx.instrument('B')
    const as = ctx.history(a, 30)
    const bs = ctx.history(b, 30)
    if (as === undefined || bs === undefined) return
    const quotient = Array.from(as.close, (close, row) => Math.log(close / bs.close[row]))
    const mean = quotient.reduce((sum, value) => sum + value, 0) / 30
    const deviation = Math.sqrt(quotient.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 29)
    const z = (quotient[29] - mean) / deviation
    ctx.plot('z', z)
    const side = Math.sign(ctx.position(a))
    const wanted = z > 1 ? -1 : z < -1 ? 1 : Math.abs(z) < 0.2 ? 0 : side
    if (wanted === side) return
    ctx.targetWeights(
      new Map([
        [a, 0.4 * wanted],
        [b, -0.4 * wanted],
      ]),
    )
  }
}
