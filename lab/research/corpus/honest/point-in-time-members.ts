/**
 * Ranks the members of an index by date of membership, with those that left it.
 *
 * Expect: passed
 * Market: dead
 */
import { type Context, rsi, strategy } from 'gordon/strategy'

export default class PointInTimeMembers extends strategy({
  universe: [
    { symbol: 'A' },
    { symbol: 'B', from: '2018-06-01' },
    { symbol: 'C', from: '2019-03-01' },
    { symbol: 'D', to: '2019-02-20' },
    { symbol: 'E', to: '2019-06-10' },
    { symbol: 'F', from: '2018-03-01', to: '2019-09-30' },
  ],
  state: () => ({ bar: 0 }),
}) {
  strength = this.indicator(rsi(5))

  override onInstant(ctx: Context): void {
    if (this.state.bar++ % 5 !== 0) return
    const weak = ctx.universe
      .filter(one => this.strength.at(one) !== undefined)
      .sort((a, b) => this.strength.at(a)! - this.strength.at(b)!)
      .slice(0, 2)
    ctx.targetWeights(new Map(weak.map(one => [one, 0.4])), { closeOthers: true })
  }
}
