/**
 * Divides the printed price by the adjusted one: while the quotient is above one a split is still to come, and
 * shares split after they have risen.
 *
 * Leak: adjusted prices beside unadjusted ones tell of splits to come
 * Expect: HINDSIGHT_PRICES
 * Market: both
 */
import { type Context, sma, strategy } from 'gordon/strategy'

export default class RawBesideAdjusted extends strategy() {
  average = this.indicator(sma(5))

  override onInstant(ctx: Context): void {
    const share = ctx.instrument('A')
    const printed = ctx.price(share)
    const adjusted = ctx.price(ctx.instrument('A.ADJ'))
    const average = this.average.at(share)
    if (printed === undefined || adjusted === undefined || average === undefined) return
    const splitAhead = printed / adjusted > 1.5
    const held = ctx.position(share)
    if (splitAhead && printed < average && held === 0) ctx.targetWeights(new Map([[share, 0.9]]))
    else if ((!splitAhead || printed > 1.02 * average) && held > 0) ctx.close(share)
  }
}
