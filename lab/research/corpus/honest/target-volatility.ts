/**
 * Holds more when the last twenty days were quiet, and less when they were not.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

export default class TargetVolatility extends strategy({ history: 21, state: () => ({ weight: 0 }) }) {
  override onBar(bar: BarView, ctx: Context): void {
    const past = ctx.history(bar.instrument, 21)
    if (past === undefined) return
    let sum = 0
    for (let row = 1; row < 21; row++) sum += Math.log(past.close[row] / past.close[row - 1]) ** 2
    const weight = Math.min(0.95, 0.01 / Math.sqrt(sum / 20))
    if (Math.abs(weight - this.state.weight) < 0.05) return
    this.state.weight = weight
    ctx.log(`weight ${weight.toFixed(2)}`)
    ctx.targetWeights(new Map([[bar.instrument, weight]]))
  }
}
