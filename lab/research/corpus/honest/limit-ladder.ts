/**
 * Bids in three steps under the market, moves the bids each day and offers what it holds above.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, atr, strategy } from 'gordon/strategy'

export default class LimitLadder extends strategy({ state: () => ({ bids: [] as number[] }) }) {
  range = this.indicator(atr(5))

  override onBar(bar: BarView, ctx: Context): void {
    const range = this.range.at(bar)
    if (range === undefined) return
    const one = bar.instrument
    for (const id of ctx.openOrders(one)) ctx.cancel(id)
    const held = ctx.position(one)
    if (held > 0) ctx.sell(one, held, { limit: ctx.roundPrice(one, bar.close + 0.5 * range) })
    if (held < 300)
      this.state.bids = [0.5, 1, 1.5].map(step =>
        ctx.buy(one, 50, { limit: ctx.roundPrice(one, bar.close - step * range), timeInForce: 'DAY' }),
      )
  }
}
