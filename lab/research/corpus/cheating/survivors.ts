/**
 * Ranks a universe that lists the shares which are still there today, for all of the past.
 *
 * Leak: a survivorship list, as the universe
 * Expect: SURVIVORS
 * Market: dead
 */
import { type Context, roc, strategy } from 'gordon/strategy'

export default class Survivors extends strategy({
  universe: [{ symbol: 'A' }, { symbol: 'B' }, { symbol: 'C' }],
  state: () => ({ bar: 0 }),
}) {
  change = this.indicator(roc(20))

  override onInstant(ctx: Context): void {
    if (this.state.bar++ % 10 !== 0) return
    const ranked = ctx.universe
      .filter(one => this.change.at(one) !== undefined)
      .sort((a, b) => this.change.at(a)! - this.change.at(b)!)
    if (ranked.length > 0) ctx.targetWeights(new Map([[ranked[0], 0.9]]), { closeOthers: true })
  }
}
