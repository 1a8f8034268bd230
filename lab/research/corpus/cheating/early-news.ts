/**
 * Follows a score of the news that carries the date of the trading day before its publication.
 *
 * Leak: late data stamped early
 * Expect: EARLY_DATA
 * Market: news
 */
import { type Context, strategy } from 'gordon/strategy'

export default class EarlyNews extends strategy() {
  override onInstant(ctx: Context): void {
    const share = ctx.instrument('A')
    const score = ctx.price(ctx.instrument('NEWS'))
    if (score === undefined) return
    const held = ctx.position(share)
    if (score > 105 && held === 0) ctx.targetWeights(new Map([[share, 0.9]]))
    else if (score < 95 && held > 0) ctx.close(share)
  }
}
