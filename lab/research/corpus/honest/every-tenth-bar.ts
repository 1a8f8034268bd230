/**
 * Brings three shares back to equal parts on every tenth bar that it counts.
 *
 * Expect: passed
 * Market: alive
 */
import { type Context, strategy } from 'gordon/strategy'

export default class EveryTenthBar extends strategy({ state: () => ({ bars: 0 }) }) {
  override onInstant(ctx: Context): void {
    if (this.state.bars++ % 10 !== 0) return
    const part = 0.95 / ctx.instruments.length
    ctx.targetWeights(new Map(ctx.instruments.map(one => [one, part])))
  }
}
