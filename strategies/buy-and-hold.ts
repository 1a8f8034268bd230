/**
 * The market itself: an equal part of the account in every instrument from its first bar on, never sold. What a
 * strategy has to beat after costs (Sharpe, The Arithmetic of Active Management, 1991).
 * Fails in that it has no view: it takes every drawdown whole, and the winner outgrows the rest.
 */
import { type BarView, type Context, number, strategy } from 'gordon/strategy'

export default class BuyAndHold extends strategy({
  params: {
    invest: number({
      default: 0.98,
      min: 0.01,
      max: 1,
      about: 'part of the account to invest; the rest pays fees',
    }),
  },
}) {
  override onBar(bar: BarView, ctx: Context): void {
    if (ctx.position(bar.instrument) > 0) return
    ctx.targetWeights(new Map([[bar.instrument, this.params.invest / ctx.instruments.length]]))
  }
}
