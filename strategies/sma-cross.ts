/**
 * Trend following by two moving averages: hold while the fast one is above the slow one (Brock, Lakonishok and
 * LeBaron, 1992). Every instrument of the run gets an equal part of the account.
 * Fails in sideways markets, where each crossing costs a round trip and earns nothing.
 */
import { type BarView, type Context, integer, sma, strategy } from 'gordon/strategy'

export default class SmaCross extends strategy({
  params: {
    fast: integer({ default: 50, min: 1, max: 1000, about: 'bars of the fast average' }),
    slow: integer({ default: 200, min: 2, max: 2000, about: 'bars of the slow average' }),
  },
  check: params => (params.fast < params.slow ? undefined : 'fast must be below slow'),
}) {
  fast = this.indicator(sma(this.params.fast))
  slow = this.indicator(sma(this.params.slow))

  override onBar(bar: BarView, ctx: Context): void {
    const fast = this.fast.at(bar)
    const slow = this.slow.at(bar)
    if (fast === undefined || slow === undefined) return
    const held = ctx.position(bar.instrument)
    if (fast > slow && held === 0) {
      // A little under the equal part: tomorrow's open and the fees are not known yet.
      const part = (0.98 * ctx.equity) / ctx.instruments.length
      const quantity = ctx.roundQuantity(bar.instrument, Math.min(part, 0.98 * ctx.buyingPower) / bar.close)
      if (quantity > 0) ctx.buy(bar.instrument, quantity)
    } else if (fast < slow && held > 0) ctx.close(bar.instrument)
  }
}
