/**
 * Holds the strongest of all shares that trade, among them those which die later.
 *
 * Expect: passed
 * Market: dead
 */
import { type Context, isoDate, roc, strategy } from 'gordon/strategy'

export default class RankWithTheDead extends strategy({ state: () => ({ week: '' }) }) {
  change = this.indicator(roc(20))

  override onInstant(ctx: Context): void {
    const monday = isoDate(ctx.now - (new Date(ctx.now / 1000).getUTCDay() - 1) * 86_400_000_000)
    if (monday === this.state.week) return
    this.state.week = monday
    const ranked = ctx.universe
      .filter(one => (this.change.at(one) ?? 0) > 0)
      .sort((a, b) => this.change.at(b)! - this.change.at(a)!)
      .slice(0, 2)
    ctx.targetWeights(new Map(ranked.map(one => [one, 0.45])), { closeOthers: true })
  }
}
