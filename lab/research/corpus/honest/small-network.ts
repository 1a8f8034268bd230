/**
 * A network with 45 weights in the code, trained elsewhere, on returns of the last eight days.
 *
 * Expect: passed
 * Market: one
 */
import { type BarView, type Context, strategy } from 'gordon/strategy'

const WEIGHTS = [
  [0.3121, -0.1173, 0.2214, 0.0481, -0.4135, 0.1827, -0.2296, 0.3377],
  [-0.2218, 0.4419, -0.1352, 0.2087, 0.0934, -0.3561, 0.1726, -0.0875],
  [0.1634, 0.0725, -0.3918, -0.2743, 0.3156, 0.2249, -0.1183, 0.0562],
  [-0.0817, -0.2934, 0.1475, 0.3826, -0.1691, 0.0958, 0.2733, -0.4144],
  [0.2376, 0.1559, 0.0841, -0.1967, -0.0423, -0.2785, 0.3612, 0.1298],
]
const OUT = [0.7214, -0.5127, 0.4418, -0.6239, 0.3871]

export default class SmallNetwork extends strategy({ history: 9 }) {
  override onBar(bar: BarView, ctx: Context): void {
    const past = ctx.history(bar.instrument, 9)
    if (past === undefined) return
    const returns = Array.from({ length: 8 }, (_, k) => 50 * (past.close[k + 1] / past.close[k] - 1))
    const hidden = WEIGHTS.map(row => Math.tanh(row.reduce((sum, w, k) => sum + w * returns[k], 0)))
    const score = hidden.reduce((sum, value, k) => sum + OUT[k] * value, 0)
    const held = ctx.position(bar.instrument)
    if (score > 0.1 && held === 0) ctx.targetWeights(new Map([[bar.instrument, 0.9]]))
    else if (score < -0.1 && held > 0) ctx.close(bar.instrument)
  }
}
