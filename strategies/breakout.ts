/**
 * Breakout: buy a close above the highest high of the last months, with a bracket at the broker: a stop below and
 * a target above (Donchian's channel rule; Covel, The Complete TurtleTrader, 2007, for its use).
 * Fails in markets that move sideways: most breakouts come back, and each costs the distance to the stop.
 */
import { type BarView, type Context, integer, number, strategy } from 'gordon/strategy'

export default class Breakout extends strategy({
  params: {
    days: integer({ default: 55, min: 2, max: 500, about: 'bars whose high must be broken' }),
    stop: number({ default: 0.05, min: 0.001, max: 0.9, about: 'distance of the stop, part of the price' }),
    target: number({ default: 0.1, min: 0.001, max: 10, about: 'distance of the target, part of the price' }),
    invest: number({ default: 0.9, min: 0.01, max: 1, about: 'part of the account, over all instruments' }),
  },
  history: params => params.days + 1,
}) {
  override onBar(bar: BarView, ctx: Context): void {
    const { days, stop, target, invest } = this.params
    const { instrument, close } = bar
    const past = ctx.history(instrument, days + 1)
    if (past === undefined || ctx.position(instrument) !== 0 || ctx.openOrders(instrument).length > 0) return
    if (close <= Math.max(...past.high.subarray(0, days))) return
    const quantity = ctx.roundQuantity(instrument, (invest * ctx.equity) / ctx.instruments.length / close)
    if (quantity > 0)
      ctx.buy(instrument, quantity, {
        stopLoss: ctx.roundPrice(instrument, close * (1 - stop)),
        takeProfit: ctx.roundPrice(instrument, close * (1 + target)),
      })
  }
}
