/**
 * A state machine: waits with a stop order over the last ten highs; once in, works a stop and a target.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, type FillRecord, donchian, strategy } from 'gordon/strategy'

export default class BreakoutBracket extends strategy({
  account: 'margin',
  state: () => ({ phase: 'waiting' as 'waiting' | 'armed' | 'in', entry: 0, stop: 0, target: 0 }),
}) {
  channel = this.indicator(donchian(5))

  override onBar(bar: BarView, ctx: Context): void {
    const upper = this.channel.at(bar, 'upper')
    if (upper === undefined) return
    const { state } = this
    const one = bar.instrument
    const level = ctx.roundPrice(one, upper + 0.05)
    if (state.phase === 'waiting') {
      state.entry = ctx.buy(one, 100, { stop: level })
      state.phase = 'armed'
    } else if (state.phase === 'armed') ctx.replace(state.entry, { stop: level })
    else if (ctx.position(one) <= 0) {
      ctx.close(one) // also what both exits in one bar left
      for (const id of ctx.openOrders(one)) if (ctx.order(id)?.type !== 'market') ctx.cancel(id)
      state.phase = 'waiting'
    }
  }

  override onFill(fill: FillRecord, ctx: Context): void {
    if (fill.orderId !== this.state.entry) return
    const one = ctx.instrument('A')
    this.state.phase = 'in'
    this.state.stop = ctx.sell(one, 100, { stop: ctx.roundPrice(one, fill.price * 0.99) })
    this.state.target = ctx.sell(one, 100, { limit: ctx.roundPrice(one, fill.price * 1.01) })
  }
}
